// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/normalize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

namespace halflens {

namespace {

ScalarMap normalized(const ScalarMap& map, CommonRange range)
{
    return range == CommonRange::MinMax ? minMaxNormalized(map) : rankNormalized(map);
}

} // namespace

MapExtremes mapExtremes(const ScalarMap& map)
{
    if (map.isEmpty())
        return {};
    float low = map.values.front();
    float high = low;
    for (const float value : map.values) {
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    return {low, high};
}

bool isFlat(const MapExtremes& range)
{
    constexpr float Rounding = 1e-6F;
    return !(range.high - range.low > Rounding * std::max(std::abs(range.low), std::abs(range.high)));
}

ScalarMap minMaxNormalized(const ScalarMap& map)
{
    ScalarMap result(map.height, map.width);
    const MapExtremes range = mapExtremes(map);
    const double low = range.low;
    const double span = static_cast<double>(range.high) - low;
    if (span > 0) {
        std::transform(map.values.begin(), map.values.end(), result.values.begin(),
                       [&](float value) { return static_cast<float>((value - low) / span); });
    }
    return result;
}

ScalarMap rankNormalized(const ScalarMap& map)
{
    ScalarMap result(map.height, map.width);
    std::vector<std::uint32_t> order(map.values.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return map.values[a] < map.values[b]; });
    const auto count = order.size();
    if (count < 2 || map.values[order.front()] == map.values[order.back()])
        return result;
    for (std::size_t first = 0; first < count;) {
        std::size_t last = first;
        while (last + 1 < count && map.values[order[last + 1]] == map.values[order[first]])
            ++last;
        const double rank =
            0.5 * (static_cast<double>(first) + static_cast<double>(last)) / static_cast<double>(count - 1);
        for (; first <= last; ++first)
            result.values[order[first]] = static_cast<float>(rank);
    }
    return result;
}

Result<ScalarMap> averagedMeasure(const ScalarMap& saliency, const ScalarMap& frequency, const ScalarMap& objectness,
                                  const AverageOptions& options)
{
    const auto sameSize = [&](const ScalarMap& map) {
        return map.height == saliency.height && map.width == saliency.width;
    };
    if (!sameSize(frequency) || !sameSize(objectness))
        return Error{
            ErrorCode::InvalidInput, "average", "the maps differ in size", "compute all three from the same image", {}};
    const ScalarMap a = normalized(saliency, options.range);
    const ScalarMap b = normalized(frequency, options.range);
    const ScalarMap c = options.objectnessAsIs ? objectness : normalized(objectness, options.range);
    ScalarMap result(saliency.height, saliency.width);
    for (std::size_t i = 0; i < result.values.size(); ++i)
        result.values[i] = static_cast<float>((static_cast<double>(a.values[i]) + b.values[i] + c.values[i]) / 3);
    return result;
}

} // namespace halflens
