// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/receptive_field.h"

#include <algorithm>

namespace halflens::nn {

namespace {

/// Through a window of `size` taps on what `in` sees.
Sight through(Sight in, int size, const Window& window, int padding)
{
    return {in.stride * window.stride, in.first - padding * in.stride,
            in.last + ((size - 1) * window.dilation - padding) * in.stride};
}

/// What two maps of one stride see together.
Sight together(Sight a, Sight b)
{
    return {a.stride, std::min(a.first, b.first), std::max(a.last, b.last)};
}

bool isWindowed(LayerKind kind)
{
    return kind == LayerKind::Convolution || kind == LayerKind::MaxPool || kind == LayerKind::AveragePool;
}

} // namespace

std::optional<ReceptiveField> receptiveField(const Graph& graph, const std::string& output, int height, int width)
{
    const auto found = graph.outputs().find(output);
    const Result<std::vector<MapSize>> sizes = graph.sizes(height, width);
    if (found == graph.outputs().end() || !sizes || graph.looksAtBlocks())
        return std::nullopt;
    const std::vector<bool> needed = reachable(graph, {found->second});
    std::vector<ReceptiveField> fields(graph.layers().size());
    bool followsSize = false; // TensorFlow's rule pads a strided window by what is left of the size
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Layer& layer = graph.layers()[i];
        if (!needed[i] || layer.inputs.empty())
            continue;
        if (layer.kind == LayerKind::Upsample)
            return std::nullopt;
        ReceptiveField field = fields[static_cast<std::size_t>(layer.inputs.front().value)];
        for (const LayerId id : layer.inputs) {
            const ReceptiveField& other = fields[static_cast<std::size_t>(id.value)];
            if (other.rows.stride != field.rows.stride || other.columns.stride != field.columns.stride)
                return std::nullopt;
            field.rows = together(field.rows, other.rows);
            field.columns = together(field.columns, other.columns);
        }
        if (isWindowed(layer.kind)) {
            const MapSize& in = (*sizes)[static_cast<std::size_t>(layer.inputs.front().value)];
            const Window window = resolved(layer.window, in.height, in.width);
            field.rows = through(field.rows, window.height, window, window.padTop);
            field.columns = through(field.columns, window.width, window, window.padLeft);
            followsSize = followsSize || (layer.window.same && layer.window.stride > 1);
        }
        fields[i] = field;
    }
    ReceptiveField result = fields[static_cast<std::size_t>(found->second.value)];
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (needed[i]
            && (result.rows.stride % fields[i].rows.stride != 0
                || result.columns.stride % fields[i].columns.stride != 0))
            result.holdsInParts = false;
    }
    if (followsSize && (height % result.rows.stride != 0 || width % result.columns.stride != 0))
        result.holdsInParts = false;
    return result;
}

} // namespace halflens::nn
