// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/gaussian.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace halflens {

namespace {

constexpr int RowsPerTask = 16;
constexpr std::size_t Lanes = 8; ///< neighbouring outputs summed together, in registers

/// Weights at distance 0..radius; the kernel is symmetric.
std::vector<double> halfKernel(double sigma)
{
    const auto radius = static_cast<std::size_t>(std::ceil(3 * sigma));
    std::vector<double> weights(radius + 1);
    double sum = 0;
    for (std::size_t i = 0; i <= radius; ++i) {
        const double distance = static_cast<double>(i) / sigma;
        weights[i] = std::exp(-0.5 * distance * distance);
        sum += (i == 0 ? 1 : 2) * weights[i];
    }
    for (double& weight : weights)
        weight /= sum;
    return weights;
}

/// out[x] = sum over taps of weight * (before[x] + after[x]), where tap(i) gives the two addresses.
template<class Tap>
void convolve(std::span<const double> weights, std::span<double> out, const double* centre, const Tap& tap)
{
    std::size_t x = 0;
    for (; x + Lanes <= out.size(); x += Lanes) {
        double sums[Lanes];
        for (std::size_t lane = 0; lane < Lanes; ++lane)
            sums[lane] = weights[0] * centre[x + lane];
        for (std::size_t i = 1; i < weights.size(); ++i) {
            const auto [before, after] = tap(i);
            for (std::size_t lane = 0; lane < Lanes; ++lane)
                sums[lane] += weights[i] * (before[x + lane] + after[x + lane]);
        }
        for (std::size_t lane = 0; lane < Lanes; ++lane)
            out[x + lane] = sums[lane];
    }
    for (; x < out.size(); ++x) {
        double sum = weights[0] * centre[x];
        for (std::size_t i = 1; i < weights.size(); ++i) {
            const auto [before, after] = tap(i);
            sum += weights[i] * (before[x] + after[x]);
        }
        out[x] = sum;
    }
}

} // namespace

bool smoothGaussian(Field& field, double sigmaPx, std::stop_token stop)
{
    if (!(sigmaPx > 0) || field.values.empty())
        return true;
    const std::vector<double> weights = halfKernel(sigmaPx);
    const auto radius = weights.size() - 1;
    const int tasks = (field.height + RowsPerTask - 1) / RowsPerTask;
    Field vertical(field.height, field.width);

    const bool done = parallelFor(
        tasks,
        [&](int task) {
            const int last = std::min(field.height, (task + 1) * RowsPerTask);
            std::vector<const double*> above(weights.size());
            std::vector<const double*> below(weights.size());
            for (int y = task * RowsPerTask; y < last; ++y) {
                for (std::size_t i = 0; i < weights.size(); ++i) {
                    const auto distance = static_cast<std::int64_t>(i);
                    above[i] = field.row(static_cast<int>(std::max<std::int64_t>(0, y - distance))).data();
                    below[i] =
                        field.row(static_cast<int>(std::min<std::int64_t>(field.height - 1, y + distance))).data();
                }
                convolve(weights, vertical.row(y), above[0],
                         [&](std::size_t i) { return std::pair(above[i], below[i]); });
            }
        },
        stop);

    return done
        && parallelFor(
               tasks,
               [&](int task) {
                   const int last = std::min(field.height, (task + 1) * RowsPerTask);
                   std::vector<double> padded(static_cast<std::size_t>(field.width) + 2 * radius);
                   for (int y = task * RowsPerTask; y < last; ++y) {
                       const std::span<const double> row = std::as_const(vertical).row(y);
                       const auto inner = padded.begin() + static_cast<std::ptrdiff_t>(radius);
                       std::fill(padded.begin(), inner, row.front());
                       std::copy(row.begin(), row.end(), inner);
                       std::fill(inner + field.width, padded.end(), row.back());
                       const double* centre = padded.data() + radius;
                       convolve(weights, field.row(y), centre,
                                [&](std::size_t i) { return std::pair(centre - i, centre + i); });
                   }
               },
               stop);
}

} // namespace halflens
