// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/map_pyramid.h"

#include <algorithm>
#include <utility>

namespace halflens {

namespace {

constexpr int SmallestSide = 256;

ScalarMap halved(const ScalarMap& map)
{
    ScalarMap half(std::max(1, map.height / 2), std::max(1, map.width / 2));
    for (int y = 0; y < half.height; ++y) {
        const auto upper = map.row(std::min(2 * y, map.height - 1));
        const auto lower = map.row(std::min(2 * y + 1, map.height - 1));
        const auto out = half.row(y);
        for (int x = 0; x < half.width; ++x) {
            const auto left = static_cast<std::size_t>(std::min(2 * x, map.width - 1));
            const auto right = static_cast<std::size_t>(std::min(2 * x + 1, map.width - 1));
            out[static_cast<std::size_t>(x)] = (upper[left] + upper[right] + lower[left] + lower[right]) / 4;
        }
    }
    return half;
}

} // namespace

std::shared_ptr<const ShownMap> ShownMap::build(std::shared_ptr<const ImageMap> map)
{
    auto shown = std::make_shared<ShownMap>();
    shown->m_source = std::move(map);
    const ScalarMap* last = &shown->m_source->map;
    while (std::max(last->width, last->height) >= 2 * SmallestSide) {
        ScalarMap next = halved(*last);
        shown->m_smaller.push_back(std::move(next));
        last = &shown->m_smaller.back();
    }
    return shown;
}

const ScalarMap& ShownMap::levelFor(double zoom) const
{
    const ScalarMap* best = &m_source->map;
    double size = 1;
    for (const ScalarMap& level : m_smaller) {
        size /= 2;
        if (size < zoom)
            break;
        best = &level;
    }
    return *best;
}

std::uint64_t ShownMap::byteSize() const
{
    std::uint64_t bytes = sizeof(ShownMap);
    for (const ScalarMap& level : m_smaller)
        bytes += level.values.size() * sizeof(float);
    return bytes;
}

} // namespace halflens
