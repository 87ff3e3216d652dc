// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/table_estimate.h"

#include "core/base/cholesky.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <random>

namespace halflens {

namespace {

constexpr int LargestOrder = 3;
constexpr double RowsPerTerm = 2; ///< fewer rows than this many a term are no basis for it
constexpr double Ridge = 1e-9; ///< relative to the number of rows: only against rounding

/// Sets of at most `order` of the players: the terms of the estimate.
std::vector<std::uint32_t> termsUpTo(int order, BlockMask players)
{
    std::vector<std::uint32_t> terms;
    for (const BlockMask set : subsetsOf(players)) {
        if (set.count() <= order)
            terms.push_back(set.bits());
    }
    return terms;
}

/// Parities (-1)^|mask and set| of all terms; over all masks they are orthogonal.
void parities(std::uint32_t mask, const std::vector<std::uint32_t>& terms, double* values)
{
    for (const std::uint32_t set : terms)
        *values++ = std::popcount(mask & set) % 2 == 0 ? 1.0 : -1.0;
}

struct Row {
    std::uint32_t mask = 0;
    bool sampled = false;
};

struct Fit {
    std::vector<std::uint32_t> terms;
    std::vector<double> weights; ///< terms x outputs
    double error = 0; ///< leave-one-out, of the score
};

/// Least squares on the rows for every output at once.
std::optional<Fit> fit(int order, BlockMask players, const std::vector<Row>& rows, const std::vector<float>& values,
                       std::size_t outputs)
{
    Fit result;
    result.terms = termsUpTo(order, players);
    const std::size_t n = result.terms.size();
    if (static_cast<double>(rows.size()) < RowsPerTerm * static_cast<double>(n))
        return std::nullopt;
    std::vector<double> normal(n * n, 0.0);
    result.weights.assign(n * outputs, 0.0); // output-major until it is solved
    std::vector<double> x(n);
    for (const Row& row : rows) {
        parities(row.mask, result.terms, x.data());
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j <= i; ++j)
                normal[i * n + j] += x[i] * x[j];
        }
        for (std::size_t o = 0; o < outputs; ++o) {
            const auto value = static_cast<double>(values[row.mask * outputs + o]);
            for (std::size_t i = 0; i < n; ++i)
                result.weights[o * n + i] += x[i] * value;
        }
    }
    for (std::size_t i = 0; i < n; ++i)
        normal[i * n + i] += Ridge * static_cast<double>(rows.size());
    if (!choleskyFactor(normal, n))
        return std::nullopt;
    for (std::size_t o = 0; o < outputs; ++o) {
        const std::span<double> weights = std::span(result.weights).subspan(o * n, n);
        choleskyForward(normal, n, weights);
        choleskyBackward(normal, n, weights);
    }

    // What the estimate of each row would have been without it: residual / (1 - leverage).
    std::size_t sampledRows = 0;
    for (const Row& row : rows)
        sampledRows += row.sampled ? 1 : 0;
    const bool all = sampledRows < 2;
    double squares = 0;
    std::vector<float> estimate(outputs);
    for (const Row& row : rows) {
        if (!all && !row.sampled)
            continue;
        parities(row.mask, result.terms, x.data());
        for (std::size_t o = 0; o < outputs; ++o) {
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i)
                sum += result.weights[o * n + i] * x[i];
            estimate[o] = static_cast<float>(sum);
        }
        const double residual = scoreOf(std::span(values).subspan(row.mask * outputs, outputs)) - scoreOf(estimate);
        choleskyForward(normal, n, x);
        double leverage = 0;
        for (const double v : x)
            leverage += v * v;
        const double leftOut = residual / std::max(1 - leverage, 1e-6);
        squares += leftOut * leftOut;
    }
    result.error = std::sqrt(squares / static_cast<double>(all ? rows.size() : sampledRows));
    return result;
}

} // namespace

std::vector<BlockMask> subsetsOf(BlockMask players)
{
    std::vector<BlockMask> subsets;
    std::uint32_t set = 0;
    do {
        subsets.emplace_back(set);
        set = (set - players.bits()) & players.bits(); // the next larger one, 0 after the last
    } while (set != 0);
    return subsets;
}

std::vector<BlockMask> firstMasks(BlockMask players)
{
    std::vector<BlockMask> masks;
    const auto take = [&](BlockMask mask) {
        if (std::find(masks.begin(), masks.end(), mask) == masks.end()) // few players: some coincide
            masks.push_back(mask);
    };
    take(BlockMask());
    take(players);
    for (int block = 0; block < BlockCount; ++block) {
        if (players.contains({block}))
            take(BlockMask().with({block}));
    }
    for (int block = 0; block < BlockCount; ++block) {
        if (players.contains({block}))
            take(players.without({block}));
    }
    return masks;
}

std::vector<BlockMask> maskOrder(std::uint64_t seed, std::span<const BlockMask> halves, BlockMask players)
{
    std::vector<BlockMask> order;
    std::vector<std::uint8_t> taken(MaskCount, 0);
    const auto rest = [&](BlockMask mask) { return BlockMask(players.bits() & mask.complement().bits()); };
    const auto take = [&](BlockMask mask) {
        if (taken[mask.bits()] != 0)
            return;
        taken[mask.bits()] = 1;
        order.push_back(mask);
    };
    for (const BlockMask mask : firstMasks(players))
        take(mask);
    for (const BlockMask half : halves) {
        take(half);
        take(rest(half));
    }
    std::vector<BlockMask> pairs; // the smaller mask of each
    for (const BlockMask mask : subsetsOf(players)) {
        if (mask < rest(mask) && taken[mask.bits()] == 0)
            pairs.push_back(mask);
    }
    // std::shuffle is not the same everywhere; the engine's sequence is.
    std::mt19937_64 random(seed);
    for (std::size_t i = pairs.size(); i > 1; --i)
        std::swap(pairs[i - 1], pairs[random() % i]);
    for (const BlockMask mask : pairs) {
        take(mask);
        take(rest(mask));
    }
    return order;
}

PartialTable::PartialTable(int outputs, ScoreScale scale, BlockMask players)
    : m_outputs(outputs)
    , m_scale(scale)
    , m_players(players)
    , m_rows(static_cast<std::size_t>(MaskCount) * static_cast<std::size_t>(outputs))
    , m_known(MaskCount, 0)
{ }

void PartialTable::set(BlockMask mask, std::span<const float> output, bool sampled)
{
    m_count += has(mask) ? 0 : 1;
    m_known[mask.bits()] = sampled ? 2 : 1;
    std::copy(output.begin(), output.end(),
              m_rows.begin() + static_cast<std::ptrdiff_t>(mask.bits()) * static_cast<std::ptrdiff_t>(m_outputs));
}

double PartialTable::score(BlockMask mask) const
{
    const auto outputs = static_cast<std::size_t>(m_outputs);
    return scoreOf(std::span(m_rows).subspan(mask.bits() * outputs, outputs));
}

std::shared_ptr<const MaskTable> PartialTable::table(double seconds) const
{
    auto table = std::make_shared<MaskTable>();
    table->outputs = m_outputs;
    table->rows = m_rows;
    table->scale = m_scale;
    table->seconds = seconds;
    table->samples = m_count;
    table->exact = m_count == 1 << m_players.count();
    if (!table->exact)
        estimate(*table);
    if (m_players == BlockMask::all())
        return table;
    const auto outputs = static_cast<std::size_t>(m_outputs);
    for (std::size_t mask = 0; mask < MaskCount; ++mask) // the source of a copy has a smaller number: it stands already
        std::copy_n(table->rows.data() + (mask & m_players.bits()) * outputs, outputs,
                    table->rows.data() + mask * outputs);
    return table;
}

void PartialTable::estimate(MaskTable& table) const
{
    const auto outputs = static_cast<std::size_t>(m_outputs);
    std::vector<Row> rows;
    for (std::uint32_t mask = 0; mask < MaskCount; ++mask) {
        if (m_known[mask] != 0)
            rows.push_back({mask, m_known[mask] == 2});
    }
    std::optional<Fit> best;
    for (int order = 1; order <= LargestOrder; ++order) {
        std::optional<Fit> candidate = fit(order, m_players, rows, m_rows, outputs);
        if (candidate && (!best || candidate->error < best->error))
            best = std::move(candidate);
    }
    if (!best)
        return; // fewer rows than firstMasks(): left as zeros, not exact
    table.standardError = best->error;
    std::vector<double> x(best->terms.size());
    for (const BlockMask mask : subsetsOf(m_players)) {
        if (has(mask))
            continue;
        parities(mask.bits(), best->terms, x.data());
        for (std::size_t o = 0; o < outputs; ++o) {
            double sum = 0;
            for (std::size_t i = 0; i < x.size(); ++i)
                sum += best->weights[o * x.size() + i] * x[i];
            table.rows[mask.bits() * outputs + o] = static_cast<float>(sum);
        }
    }
}

} // namespace halflens
