// SPDX-License-Identifier: BSD-3-Clause
// The tensors of a recipe's network, before there are any values.
#include "core/families/families.h"
#include "core/nn/trunks.h"
#include "core/train_networks/training_setup.h"

namespace halflens::train {

namespace {

Result<const Family*> familyOf(const Recipe& recipe)
{
    if (const Family* family = familyByName(recipe.family))
        return family;
    return Error{
        ErrorCode::InvalidInput, "recipe", "there is no family called \"" + recipe.family + "\"", familyRemedy(), {}};
}

} // namespace

Result<nn::Graph> networkGraph(const Recipe& recipe)
{
    if (recipe.task == TrainingTask::Objectness) {
        if (recipe.trunk.name != "efficientnet-lite0")
            return Error{ErrorCode::InvalidInput,
                         "recipe",
                         "the objectness network stands on efficientnet-lite0 only",
                         "name that trunk",
                         {}};
        return nn::objectnessGraph();
    }
    const Result<const Family*> family = familyOf(recipe);
    if (!family)
        return family.error();
    return (*family)->graph(recipe.trunk.name);
}

Result<Shapes> networkShapes(const Recipe& recipe)
{
    if (recipe.task != TrainingTask::Objectness) {
        const Result<const Family*> family = familyOf(recipe);
        if (!family)
            return family.error();
        return (*family)->shapes(recipe.trunk.name, recipe.head);
    }
    const Result<nn::Graph> graph = networkGraph(recipe);
    if (!graph)
        return graph.error();
    Shapes shapes;
    for (const auto& [name, shape] : graph->parameters())
        shapes[weightName(name)] = shape;
    return shapes;
}

} // namespace halflens::train
