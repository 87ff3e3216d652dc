// SPDX-License-Identifier: BSD-3-Clause
// The tensors of a network of given sizes, before there are any values.
#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/koncept.h"
#include "core/families/swin_iqa.h"
#include "core/families/triq.h"
#include "core/nn/trunks.h"
#include "core/train_networks/training_setup.h"

namespace halflens {

namespace {

using Shapes = std::map<std::string, Shape>;

/// A state dictionary of tensors without values: the families read their sizes off shapes alone.
void mark(StateDict& state, const std::string& name, Shape shape)
{
    state[name].shape = std::move(shape);
}

Result<Shapes> triqShapes(const Recipe& recipe)
{
    const HeadRecipe& head = recipe.head;
    StateDict sizes;
    mark(sizes, "triq.quality_token", {head.width});
    mark(sizes, "triq.position_embedding", {head.positions, head.width});
    mark(sizes, "triq.head.0.weight", {head.hidden, head.width});
    mark(sizes, "triq.head.1.weight", {recipe.outputs, head.hidden});
    for (int i = 0; i < head.layers; ++i) {
        const std::string layer = "triq.layers." + std::to_string(i);
        mark(sizes, layer + ".attention.query.weight", {head.width, head.width});
        mark(sizes, layer + ".feed_forward.0.weight", {head.feedForward, head.width});
    }
    return triqParameters(recipe.trunk.name, sizes);
}

Result<Shapes> aihiqShapes(const Recipe& recipe)
{
    StateDict sizes;
    mark(sizes, "aihiq.fpn_P6.bias", {recipe.head.width});
    mark(sizes, "aihiq.heads.0.output.bias", {recipe.outputs});
    return aihiqParameters(recipe.trunk.name, sizes);
}

Result<Shapes> konceptShapes(const Recipe& recipe)
{
    StateDict sizes;
    for (std::size_t i = 0; i < recipe.head.widths.size(); ++i)
        mark(sizes, "koncept.fc" + std::to_string(i) + ".bias", {recipe.head.widths[i]});
    return konceptParameters(recipe.trunk.name, sizes);
}

Result<Shapes> swinShapes(const Recipe& recipe)
{
    const HeadRecipe& head = recipe.head;
    SwinConfig config;
    config.patch = head.swinPatch;
    config.width = head.swinWidth;
    StateDict sizes;
    if (recipe.trunk.name != "swin") {
        const Result<Graph> stem = networkGraph(recipe);
        if (!stem)
            return stem.error();
        for (const auto& [name, shape] : stem->parameters())
            mark(sizes, weightName(name), shape);
        config.channels = stem->channels(stem->outputs().at("c5"));
    }
    for (std::size_t i = 0; i < head.swinDepths.size(); ++i) {
        constexpr int HiddenPerChannel = 4;
        const int width = head.swinWidth << i;
        config.stages.push_back({head.swinDepths[i], head.swinHeads[i], head.swinWindows[i], HiddenPerChannel * width});
    }
    for (const auto& [name, shape] : swinParameters(config))
        mark(sizes, "swin." + name, shape);
    mark(sizes, "ca.bias", {head.width});
    mark(sizes, "head.0.bias", {head.hidden});
    mark(sizes, "head.3.bias", {recipe.outputs});
    return swinIqaParameters(sizes);
}

} // namespace

Result<Graph> networkGraph(const Recipe& recipe)
{
    if (recipe.task == TrainingTask::Objectness) {
        if (recipe.trunk.name != "efficientnet-lite0")
            return Error{ErrorCode::InvalidInput,
                         "recipe",
                         "the objectness network stands on efficientnet-lite0 only",
                         "name that trunk",
                         {}};
        return objectnessGraph();
    }
    if (recipe.trunk.name == "efficientnet-lite0-swin")
        return efficientNetLite0Stride16();
    if (recipe.trunk.name == "swin") { // starts from pixels: nothing comes before the transformer
        Graph graph;
        graph.output("c5", graph.input(3));
        return graph;
    }
    Result<Graph> graph = trunkByName(recipe.trunk.name);
    if (!graph)
        return graph;
    const bool complete = recipe.family != "dbcnn" || graph->outputs().contains("scnn");
    if (!complete)
        return Error{ErrorCode::InvalidInput,
                     "recipe",
                     "the family dbcnn needs a trunk with an S-CNN beside it",
                     "use vgg16-scnn or efficientnet-lite0-scnn",
                     {}};
    return graph;
}

Result<std::map<std::string, Shape>> networkShapes(const Recipe& recipe)
{
    if (recipe.family == "triq")
        return triqShapes(recipe);
    if (recipe.family == "aihiqnet")
        return aihiqShapes(recipe);
    if (recipe.family == "koncept")
        return konceptShapes(recipe);
    if (recipe.family == "dbcnn")
        return dbcnnParameters(recipe.trunk.name);
    if (recipe.family == "swin-iqa")
        return swinShapes(recipe);
    if (recipe.task != TrainingTask::Objectness)
        return Error{ErrorCode::InvalidInput,
                     "recipe",
                     "there is no family called \"" + recipe.family + "\"",
                     "use triq, aihiqnet, koncept, dbcnn or swin-iqa",
                     {}};
    const Result<Graph> graph = networkGraph(recipe);
    if (!graph)
        return graph.error();
    Shapes shapes;
    for (const auto& [name, shape] : graph->parameters())
        shapes[weightName(name)] = shape;
    return shapes;
}

} // namespace halflens
