// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/blocks.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace halflens {

namespace {

/// Sum of a row in eight interleaved parts, which the compiler keeps in vector registers: adding
/// in plain order would wait for every single addition.
double rowSum(std::span<const float> row)
{
    constexpr std::size_t Lanes = 8;
    std::array<double, Lanes> sums{};
    std::size_t x = 0;
    for (; x + Lanes <= row.size(); x += Lanes) {
        for (std::size_t lane = 0; lane < Lanes; ++lane)
            sums[lane] += static_cast<double>(row[x + lane]);
    }
    for (; x < row.size(); ++x)
        sums[x % Lanes] += static_cast<double>(row[x]);
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

} // namespace

Result<BlockMeans> blockMeans(const ScalarMap& map)
{
    if (map.height < GridRows || map.width < GridColumns) {
        return Error{ErrorCode::InvalidInput,
                     "blocks",
                     "an image of " + std::to_string(map.width) + " x " + std::to_string(map.height)
                         + " pixels has no blocks",
                     "use an image of at least 4 x 3 pixels",
                     {}};
    }
    BlockMeans means{};
    for (int b = 0; b < BlockCount; ++b) {
        const BlockRect rect = blockRect({b}, map.height, map.width);
        const auto length = static_cast<std::size_t>(rect.right - rect.left);
        double sum = 0;
        for (int y = rect.top; y < rect.bottom; ++y)
            sum += rowSum(map.row(y).subspan(static_cast<std::size_t>(rect.left), length));
        means[static_cast<std::size_t>(b)] =
            sum / (static_cast<double>(rect.bottom - rect.top) * static_cast<double>(length));
        // A value that is not finite leaves a sum that is not.
        if (!std::isfinite(sum)) {
            return Error{ErrorCode::InvalidInput,
                         "blocks",
                         "block " + std::to_string(b) + " of the map holds values that are not finite",
                         "please report this with the file that caused it",
                         {}};
        }
    }
    return means;
}

BlockMask upperHalf(const BlockMeans& means)
{
    std::array<int, BlockCount> order{};
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return means[static_cast<std::size_t>(a)] > means[static_cast<std::size_t>(b)];
    });
    BlockMask upper;
    for (int i = 0; i < HalfSize; ++i)
        upper = upper.with({order[static_cast<std::size_t>(i)]});
    return upper;
}

int matchCount(BlockMask important, BlockMask upper)
{
    return BlockMask(static_cast<std::uint32_t>(important.bits() & upper.bits())).count();
}

std::array<double, MatchThresholds> matchingDegree(std::span<const int> counts)
{
    std::array<double, MatchThresholds> degrees{};
    for (int threshold = 1; !counts.empty() && threshold <= MatchThresholds; ++threshold) {
        const auto matched = std::count_if(counts.begin(), counts.end(), [&](int n) { return n > threshold; });
        degrees[static_cast<std::size_t>(threshold - 1)] =
            100.0 * static_cast<double>(matched) / static_cast<double>(counts.size());
    }
    return degrees;
}

std::array<double, HalfSize + 1> chanceMatchDistribution()
{
    // C(6, n) C(6, 6 - n) of the C(12, 6) halves.
    constexpr std::array<int, HalfSize + 1> Ways{1, 36, 225, 400, 225, 36, 1};
    constexpr int Halves = 924;
    static_assert(std::accumulate(Ways.begin(), Ways.end(), 0) == Halves);
    std::array<double, HalfSize + 1> result{};
    std::transform(Ways.begin(), Ways.end(), result.begin(),
                   [](int ways) { return static_cast<double>(ways) / Halves; });
    return result;
}

std::array<double, MatchThresholds> chanceMatchingDegree()
{
    const auto distribution = chanceMatchDistribution();
    std::array<double, MatchThresholds> degrees{};
    for (int threshold = 1; threshold <= MatchThresholds; ++threshold)
        degrees[static_cast<std::size_t>(threshold - 1)] =
            100 * std::accumulate(distribution.begin() + threshold + 1, distribution.end(), 0.0);
    return degrees;
}

} // namespace halflens
