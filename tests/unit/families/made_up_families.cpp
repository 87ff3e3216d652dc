// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/families/made_up_families.h"

#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/koncept.h"
#include "core/families/swin_iqa.h"
#include "core/families/triq.h"
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

Tensor sized(Shape shape)
{
    std::size_t count = 1;
    for (const std::int64_t extent : shape)
        count *= static_cast<std::size_t>(extent);
    return {std::move(shape), std::vector<float>(count)};
}

int lastChannels(const std::string& trunk)
{
    const Graph graph = trunkByName(trunk).value();
    return graph.channels(graph.outputs().at("c5"));
}

MadeUpFamily filled(MadeUpFamily made, const Result<std::map<std::string, Shape>>& shapes, unsigned seed)
{
    Filler fill(seed);
    made.weights.state.clear();
    for (const auto& [name, shape] : shapes.value())
        made.weights.state[name] = fill(name, shape);
    return made;
}

MadeUpFamily triq(int outputs, int height, int width)
{
    MadeUpTriq made = madeUpTriq("efficientnet-lite0", outputs);
    return {std::move(made.weights), makeTriq, {"c5"}, "c5", lastChannels("efficientnet-lite0"), height, width};
}

MadeUpFamily aihiq(int outputs, int height, int width)
{
    MadeUpFamily made{{"aihiqnet", "efficientnet-lite0", {}, {}, {}},
                      makeAihiqnet,
                      {"c2", "c3", "c4", "c5"},
                      "c5",
                      lastChannels("efficientnet-lite0"),
                      height,
                      width};
    made.weights.state["aihiq.fpn_P6.bias"] = sized({24});
    made.weights.state["aihiq.heads.0.output.bias"] = sized({outputs});
    return filled(made, aihiqParameters(made.weights.trunk, made.weights.state), 11);
}

MadeUpFamily koncept()
{
    MadeUpFamily made{{"koncept", "efficientnet-lite0", {}, {}, {}},
                      makeKoncept,
                      {"c5"},
                      "c5",
                      lastChannels("efficientnet-lite0"),
                      96,
                      128};
    for (const auto& [name, width] : {std::pair("0", 32), {"1", 16}, {"2", 8}})
        made.weights.state[std::string("koncept.fc") + name + ".bias"] = sized({width});
    return filled(made, konceptParameters(made.weights.trunk, made.weights.state), 12);
}

MadeUpFamily dbcnn(int height, int width)
{
    MadeUpFamily made{{"dbcnn", "vgg16-scnn", {}, {}, {}}, makeDbcnn, {"c5", "scnn"}, "c5", 512, height, width};
    return filled(made, dbcnnParameters(made.weights.trunk), 13);
}

MadeUpFamily swinIqa(int outputs)
{
    MadeUpFamily made{{"swin-iqa", "swin", {}, {}, {}}, makeSwinIqa, {"f1", "f2", "f3"}, "f3", 64, 32, 64};
    StateDict& state = made.weights.state;
    constexpr int Window = 4;
    state["swin.patch_embed.proj.weight"] = sized({16, 3, 2, 2});
    for (const auto& [stage, depth] : {std::pair(0, 2), {1, 2}, {2, 2}}) {
        for (int block = 0; block < depth; ++block) {
            const std::string name = "swin.layers." + std::to_string(stage) + ".blocks." + std::to_string(block) + ".";
            state[name + "norm1.weight"] = sized({16LL << stage});
            state[name + "attn.relative_position_bias_table"] =
                sized({(2 * Window - 1) * (2 * Window - 1), 2LL << stage});
            state[name + "mlp.fc1.weight"] = sized({32LL << stage, 16LL << stage});
        }
    }
    state["ca.bias"] = sized({12});
    state["head.0.bias"] = sized({20});
    state["head.3.bias"] = sized({outputs});
    return filled(made, swinIqaParameters(state), 14);
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
