// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/families/made_up_families.h"

#include "core/families/families.h"
#include "core/nn/trunks.h"

#include <cmath>
#include <random>

namespace halflens::test {

namespace {

class Filler {
public:
    explicit Filler(unsigned seed)
        : m_random(seed)
    { }

    /// Values that keep maps and outputs of a size at which nothing saturates.
    Tensor operator()(const std::string& name, const Shape& shape)
    {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        const bool kernel = shape.size() > 1 && !name.ends_with("position_embedding") && !name.ends_with("bias_table");
        const bool positive = !kernel && (name.ends_with(".weight") || name.ends_with(".running_var"));
        const double fanIn = static_cast<double>(count) / static_cast<double>(shape[0]);
        const double spread = kernel ? 1.7 / std::sqrt(fanIn) : 0.4;
        Tensor tensor{shape, {}};
        for (std::size_t i = 0; i < count; ++i)
            tensor.values.push_back(static_cast<float>((positive ? 1 : 0) + spread * uniform()));
        return tensor;
    }

private:
    double uniform() { return static_cast<double>(m_random()) / 2147483648.0 - 1; }
    std::mt19937 m_random;
};

int lastChannels(const std::string& trunk)
{
    const nn::Graph graph = nn::trunkByName(trunk).value();
    return graph.channels(graph.outputs().at("c5"));
}

/// A network of these sizes with values of its own.
MadeUpFamily filled(MadeUpFamily made, const HeadSizes& sizes, unsigned seed)
{
    const Family& family = *familyByName(made.weights.family);
    Filler fill(seed);
    const Shapes shapes = family.shapes(made.weights.trunk, sizes).value();
    for (const auto& [name, shape] : shapes)
        made.weights.state[name] = fill(name, shape);
    made.headMaps.assign(family.headMaps.begin(), family.headMaps.end());
    return made;
}

MadeUpFamily triq(int outputs, int height, int width)
{
    MadeUpTriq made = madeUpTriq("efficientnet-lite0", outputs);
    return {std::move(made.weights), {"c5"}, "c5", lastChannels("efficientnet-lite0"), height, width};
}

MadeUpFamily aihiq(int outputs, int height, int width)
{
    const MadeUpFamily made{
        {"aihiqnet", "efficientnet-lite0", {}, {}, {}}, {}, "c5", lastChannels("efficientnet-lite0"), height, width};
    HeadSizes sizes;
    sizes.width = 24;
    sizes.outputs = outputs;
    return filled(made, sizes, 11);
}

MadeUpFamily koncept()
{
    const MadeUpFamily made{
        {"koncept", "efficientnet-lite0", {}, {}, {}}, {}, "c5", lastChannels("efficientnet-lite0"), 96, 128};
    HeadSizes sizes;
    sizes.widths = {32, 16, 8};
    return filled(made, sizes, 12);
}

MadeUpFamily dbcnn(int height, int width)
{
    return filled({{"dbcnn", "vgg16-scnn", {}, {}, {}}, {}, "c5", 512, height, width}, {}, 13);
}

MadeUpFamily swinIqa(int outputs)
{
    HeadSizes sizes;
    sizes.outputs = outputs;
    sizes.width = 12;
    sizes.hidden = 20;
    sizes.swinWidth = 16;
    sizes.swinWindows = {4, 4, 4};
    sizes.swinDepths = {2, 2, 2};
    sizes.swinHeads = {2, 4, 8};
    MadeUpFamily made = filled({{"swin-iqa", "swin", {}, {}, {}}, {}, "f3", 64, 32, 64}, sizes, 23);
    made.headMaps = {"f1", "f2", "f3"}; // of the transformer, which stands before the head
    return made;
}

} // namespace

std::vector<std::string> madeUpFamilyNames()
{
    return {"triq",    "triq, pooled", "triq, one output", "aihiqnet", "aihiqnet, one output, odd size",
            "koncept", "dbcnn",        "dbcnn, odd size",  "swin-iqa", "swin-iqa, one output"};
}

MadeUpFamily madeUpFamily(const std::string& name)
{
    if (name == "triq")
        return triq(5, 96, 128);
    if (name == "triq, pooled")
        return triq(5, 544, 64);
    if (name == "triq, one output")
        return triq(1, 96, 128);
    if (name == "aihiqnet")
        return aihiq(5, 96, 128);
    if (name == "aihiqnet, one output, odd size")
        return aihiq(1, 100, 141);
    if (name == "koncept")
        return koncept();
    if (name == "dbcnn")
        return dbcnn(64, 80);
    if (name == "dbcnn, odd size")
        return dbcnn(72, 85);
    return swinIqa(name == "swin-iqa" ? 5 : 1);
}

} // namespace halflens::test
