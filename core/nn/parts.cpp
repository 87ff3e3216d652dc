// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/parts.h"

#include <algorithm>

namespace halflens::nn {

namespace {

/// Cuts of one axis: first pixel of each part, and the end. `parts` tells the part of each token.
std::vector<int> cuts(const std::vector<int>& parts, int pixelsPerToken, int length)
{
    std::vector<int> result{0};
    for (std::size_t token = 1; token < parts.size(); ++token) {
        if (parts[token] != parts[token - 1])
            result.push_back(static_cast<int>(token) * pixelsPerToken);
    }
    result.push_back(length);
    return result;
}

} // namespace

MapSize tokenGridSize(MapSize map)
{
    const int divisor = map.height >= PoolingFromRows ? 2 : 1;
    return {map.channels, map.height / divisor, map.width / divisor};
}

Result<std::vector<BlockRect>> blockParts(const Graph& graph, int height, int width)
{
    const Result<std::vector<MapSize>> sizes = graph.sizes(height, width);
    if (!sizes)
        return sizes.error();
    const LayerId last = graph.outputs().at("c5");
    const MapSize map = (*sizes)[static_cast<std::size_t>(last.value)];
    const MapSize tokens = tokenGridSize(map);
    const int pixelsPerToken = graph.stride(last) * (map.height / std::max(tokens.height, 1));
    std::vector<int> rows;
    for (int row = 0; row < tokens.height; ++row)
        rows.push_back(blockOfToken(row, 0, tokens.height, tokens.width).row());
    std::vector<int> columns;
    for (int column = 0; column < tokens.width; ++column)
        columns.push_back(blockOfToken(0, column, tokens.height, tokens.width).column());
    const std::vector<int> vertical = cuts(rows, pixelsPerToken, height);
    const std::vector<int> horizontal = cuts(columns, pixelsPerToken, width);
    std::vector<BlockRect> parts;
    for (std::size_t row = 0; row + 1 < vertical.size(); ++row) {
        for (std::size_t column = 0; column + 1 < horizontal.size(); ++column)
            parts.push_back({vertical[row], vertical[row + 1], horizontal[column], horizontal[column + 1]});
    }
    return parts;
}

} // namespace halflens::nn
