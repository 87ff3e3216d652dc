// SPDX-License-Identifier: BSD-3-Clause
// Importance indicators and the halves they give (spec measures 5.1, 6.2).
#include "core/masking/importance.h"

#include "core/base/statistics.h"
#include "core/masking/summation.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <span>

namespace halflens {

namespace {

constexpr int GradeCount = 5;
constexpr int MasksPerBlock = MaskCount / 2 - 1; ///< 2047: those with the block, less the one with all blocks

/// Correlation of two grade distributions (spec measures 0). A flat distribution has no
/// correlation; it counts as 1 beside another flat one, where nothing changed, and as 0 beside
/// any other, where nothing of the shape is left.
double gradeCorrelation(std::span<const float> a, std::span<const float> b)
{
    const auto isFlat = [](std::span<const float> p) {
        return std::all_of(p.begin(), p.end(), [&](float value) { return value == p.front(); });
    };
    return definedOr(pearson(a, b), isFlat(a) && isFlat(b) ? 1 : 0);
}

double earthMoversDistance(std::span<const float> a, std::span<const float> b)
{
    double moved = 0;
    double cumulative = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        cumulative += static_cast<double>(a[k]) - static_cast<double>(b[k]);
        moved += std::abs(cumulative);
    }
    return moved;
}

/// Mean of value(mask) over the masks 1..4094 that contain each block.
template<class Value> BlockValues meanPerBlock(Value value)
{
    std::array<CompensatedSum, BlockCount> sums;
    for (int m = 1; m < MaskCount - 1; ++m) {
        const BlockMask mask(static_cast<std::uint32_t>(m));
        const double v = value(mask);
        for (int b = 0; b < BlockCount; ++b)
            if (mask.contains({b}))
                sums[static_cast<std::size_t>(b)].add(v);
    }
    BlockValues means{};
    for (std::size_t b = 0; b < means.size(); ++b)
        means[b] = sums[b].value() / MasksPerBlock;
    return means;
}

/// By decreasing value, ties to the smaller index.
std::array<int, BlockCount> rankedBlocks(const BlockValues& values)
{
    std::array<int, BlockCount> order{};
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)];
    });
    return order;
}

/// The larger the more important. InvalidInput: the indicator needs five outputs and the table has one.
Result<BlockValues> worthBy(const Importance& importance, Indicator indicator)
{
    switch (indicator) {
    case Indicator::Dmos:
        return importance.dmos;
    case Indicator::Dmos2:
        return importance.dmos2;
    case Indicator::Emd:
        if (importance.emd)
            return *importance.emd;
        break;
    case Indicator::Plcc5:
        if (importance.plcc5) {
            BlockValues loss{};
            std::transform(importance.plcc5->begin(), importance.plcc5->end(), loss.begin(), std::negate<>());
            return loss;
        }
        break;
    }
    return Error{ErrorCode::InvalidInput,
                 "importance",
                 "the indicator " + toString(indicator)
                     + " compares grade distributions, and this model has a single output",
                 "use dmos or dmos2",
                 {}};
}

} // namespace

Importance computeImportance(const MaskTable& table)
{
    assert(table.rows.size() == static_cast<std::size_t>(MaskCount) * static_cast<std::size_t>(table.outputs));
    const double whole = table.score({});
    const auto change = [&](BlockMask mask) { return table.score(mask) - whole; };

    Importance importance;
    importance.dmos = meanPerBlock([&](BlockMask mask) { return std::abs(change(mask)); });
    importance.dmos2 = meanPerBlock([&](BlockMask mask) { return change(mask) * change(mask); });
    if (table.outputs == GradeCount) {
        const auto unmasked = table.row({});
        importance.plcc5 = meanPerBlock([&](BlockMask mask) { return gradeCorrelation(table.row(mask), unmasked); });
        importance.emd = meanPerBlock([&](BlockMask mask) { return earthMoversDistance(table.row(mask), unmasked); });
    }
    return importance;
}

std::string toString(Indicator indicator)
{
    switch (indicator) {
    case Indicator::Dmos:
        return "dmos";
    case Indicator::Plcc5:
        return "plcc5";
    case Indicator::Dmos2:
        return "dmos2";
    case Indicator::Emd:
        return "emd";
    }
    return {};
}

Result<Indicator> indicatorFromString(const std::string& word)
{
    for (const Indicator indicator : {Indicator::Dmos, Indicator::Plcc5, Indicator::Dmos2, Indicator::Emd})
        if (toString(indicator) == word)
            return indicator;
    return Error{ErrorCode::InvalidInput,
                 "importance",
                 "there is no importance indicator named \"" + word + '"',
                 "use dmos, plcc5, dmos2 or emd",
                 {}};
}

Result<BlockMask> importantHalf(const Importance& importance, Indicator indicator)
{
    const Result<BlockValues> values = worthBy(importance, indicator);
    if (!values)
        return values.error();
    const std::array<int, BlockCount> order = rankedBlocks(*values);
    BlockMask half;
    for (int i = 0; i < HalfSize; ++i)
        half = half.with({order[static_cast<std::size_t>(i)]});
    return half;
}

Result<HalfMargin> halfMargin(const Importance& importance, Indicator indicator)
{
    const Result<BlockValues> values = worthBy(importance, indicator);
    if (!values)
        return values.error();
    const std::array<int, BlockCount> order = rankedBlocks(*values);
    HalfMargin margin{order[HalfSize - 1], order[HalfSize], 0};
    const double sixth = (*values)[static_cast<std::size_t>(margin.sixth)];
    const double seventh = (*values)[static_cast<std::size_t>(margin.seventh)];
    const double larger = std::max(std::abs(sixth), std::abs(seventh));
    margin.share = larger > 0 ? (sixth - seventh) / larger : 0;
    return margin;
}

BlockMask oracleTrivialHalf(const MaskTable& table)
{
    const double whole = table.score({});
    BlockMask best;
    double smallest = 0;
    for (int m = 0; m < MaskCount; ++m) {
        const BlockMask mask(static_cast<std::uint32_t>(m));
        if (mask.count() != HalfSize)
            continue;
        const double change = std::abs(table.score(mask) - whole);
        if (best.isEmpty() || change < smallest) {
            best = mask;
            smallest = change;
        }
    }
    return best;
}

std::vector<int> toList(BlockMask mask)
{
    std::vector<int> blocks;
    for (int b = 0; b < BlockCount; ++b)
        if (mask.contains({b}))
            blocks.push_back(b);
    return blocks;
}

} // namespace halflens
