// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/graph_cut.h"

#include <algorithm>

namespace halflens::train {

namespace {

std::string outputNames(const nn::Graph& graph)
{
    std::string names;
    for (const auto& [name, id] : graph.outputs())
        names += (names.empty() ? "" : ", ") + name;
    return names;
}

Result<nn::LayerId> outputOf(const nn::Graph& graph, const std::string& name)
{
    const auto found = graph.outputs().find(name);
    if (found != graph.outputs().end())
        return found->second;
    return Error{ErrorCode::InvalidInput,
                 "recipe",
                 "the trunk has no map called \"" + name + "\"",
                 "use one of " + outputNames(graph),
                 {}};
}

} // namespace

Result<GraphCut> cutGraph(const nn::Graph& graph, const std::vector<std::string>& maps, const std::string& freezeUntil)
{
    GraphCut cut;
    for (const std::string& name : maps) {
        const Result<nn::LayerId> id = outputOf(graph, name);
        if (!id)
            return id.error();
        cut.wanted.push_back(*id);
    }
    const std::size_t count = graph.layers().size();
    std::vector<bool> frozen(count, freezeUntil == FreezeAll);
    if (!freezeUntil.empty() && freezeUntil != FreezeAll) {
        std::vector<nn::LayerId> last;
        for (std::size_t begin = 0; begin <= freezeUntil.size();) {
            const std::size_t end = std::min(freezeUntil.find(',', begin), freezeUntil.size());
            const Result<nn::LayerId> id = outputOf(graph, freezeUntil.substr(begin, end - begin));
            if (!id)
                return id.error();
            last.push_back(*id);
            begin = end + 1;
        }
        frozen = nn::reachable(graph, last);
    }
    frozen[0] = true; // the input has nothing to train

    cut.trained = nn::reachable(graph, cut.wanted);
    for (std::size_t i = 0; i < count; ++i)
        cut.trained[i] = cut.trained[i] && !frozen[i];
    std::vector<bool> boundary(count, false);
    const auto markIfFrozen = [&](nn::LayerId id) {
        const auto index = static_cast<std::size_t>(id.value);
        if (frozen[index])
            boundary[index] = true;
    };
    for (std::size_t i = 0; i < count; ++i) {
        if (cut.trained[i])
            std::for_each(graph.layers()[i].inputs.begin(), graph.layers()[i].inputs.end(), markIfFrozen);
    }
    std::for_each(cut.wanted.begin(), cut.wanted.end(), markIfFrozen);
    for (std::size_t i = 0; i < count; ++i) {
        if (boundary[i])
            cut.boundary.push_back({static_cast<int>(i)});
    }
    cut.fromImage = cut.boundary.size() == 1 && cut.boundary.front().value == 0;
    return cut;
}

std::string weightName(const std::string& parameter)
{
    return parameter.starts_with("decoder.") ? parameter : "trunk." + parameter;
}

std::string boundaryName(std::size_t index)
{
    return "boundary" + std::to_string(index);
}

nn::Graph withBoundaryOutputs(nn::Graph graph, const GraphCut& cut)
{
    for (std::size_t i = 0; i < cut.boundary.size(); ++i)
        graph.output(boundaryName(i), cut.boundary[i]);
    return graph;
}

} // namespace halflens::train
