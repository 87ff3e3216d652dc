// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/swin_iqa.h"

#include "core/families/map_gradient.h"
#include "core/families/pooled_predictor.h"
#include "core/nn/inference_form.h"
#include "core/nn/matrix.h"
#include "core/nn/trunks.h"
#include "core/weights/tensor_names.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace halflens {

namespace {

constexpr const char* TrunkPrefix = "swin.";
constexpr const char* StemPrefix = "trunk.";
constexpr const char* StemMap = "c5";
constexpr std::string_view PixelTrunk = "swin";
constexpr std::string_view StemTrunk = "efficientnet-lite0-swin";

/// Whether the transformer starts from a map of a convolutional network, not from pixels.
bool hasStem(const StateDict& state)
{
    const auto after = state.lower_bound(StemPrefix);
    return after != state.end() && after->first.starts_with(StemPrefix);
}

std::string projectionName(std::size_t stage)
{
    return "proj." + std::to_string(stage);
}

float gelu(float x)
{
    return 0.5F * x * (1.F + std::erf(x / std::numbers::sqrt2_v<float>));
}

std::vector<std::string> stageNames(std::size_t stages)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < stages; ++i)
        names.push_back("f" + std::to_string(i + 1));
    return names;
}

class SwinIqaPredictor final : public PooledPredictor {
public:
    SwinIqaPredictor(ModelInfo info, std::unique_ptr<nn::InferenceForm> stem, std::unique_ptr<nn::SwinTrunk> trunk,
                     SwinIqaHead head)
        : PooledPredictor(std::move(info), stageNames(head.projections.size()))
        , m_stem(std::move(stem))
        , m_trunk(std::move(trunk))
        , m_head(std::move(head))
    { }

private:
    Result<std::vector<nn::MapView>> trunkMaps(const ModelInput& input, const std::vector<std::string>& names,
                                               std::stop_token stop) const override
    {
        if (!m_stem)
            return m_trunk->run(input.planes, input.height, input.width, names, std::move(stop));
        const Result<std::vector<nn::MapView>> early =
            m_stem->runInPlace(input.planes, input.height, input.width, {StemMap}, stop);
        if (!early)
            return early.error();
        const nn::MapView& map = early->front();
        return m_trunk->run(map.values, map.size.height, map.size.width, names, std::move(stop));
    }

    Result<std::vector<float>> pool(std::span<const nn::MapView> maps) const override
    {
        std::vector<float> pooled;
        for (std::size_t i = 0; i < maps.size(); ++i) {
            const std::vector<float> stage = poolStage(m_head, i, maps[i]);
            pooled.insert(pooled.end(), stage.begin(), stage.end());
        }
        return pooled;
    }

    std::vector<float> head(std::span<const float> pooled) const override { return evaluate(m_head, pooled); }

    StateDict headState() const override
    {
        StateDict state;
        for (std::size_t i = 0; i < m_head.projections.size(); ++i) {
            putDense(state, projectionName(i), m_head.projections[i]);
            Shape& shape = state[projectionName(i) + ".weight"].shape;
            shape.insert(shape.end(), 2, 1); // a convolution of 1 x 1
        }
        putDense(state, "ca", m_head.channel);
        putDense(state, "head.0", m_head.hidden);
        putDense(state, "head.3", m_head.output);
        return state;
    }

    std::string gradientMap() const override { return "f" + std::to_string(m_head.projections.size()); }

    std::unique_ptr<nn::InferenceForm> m_stem; ///< null where the transformer starts from pixels
    std::unique_ptr<nn::SwinTrunk> m_trunk; ///< its plan and buffers change while it runs; see Predictor on threads
    SwinIqaHead m_head;
};

} // namespace

std::vector<float> poolStage(const SwinIqaHead& head, std::size_t stage, const nn::MapView& map)
{
    const DenseWeights& projection = head.projections[stage];
    const int cells = map.size.height * map.size.width;
    const std::vector<float> projected = nn::times(projection.weight, map.values, projection.out, cells, projection.in);
    std::vector<float> mean;
    std::vector<float> largest;
    for (std::size_t c = 0; c < static_cast<std::size_t>(projection.out); ++c) {
        const auto plane =
            std::span(projected).subspan(c * static_cast<std::size_t>(cells), static_cast<std::size_t>(cells));
        // The bias is the same at every position.
        mean.push_back(static_cast<float>(std::accumulate(plane.begin(), plane.end(), 0.0) / cells)
                       + projection.bias[c]);
        largest.push_back(*std::max_element(plane.begin(), plane.end()) + projection.bias[c]);
    }
    const std::vector<float> fromMean = evaluate(head.channel, mean);
    const std::vector<float> fromLargest = evaluate(head.channel, largest);
    // The mean of a map weighted by channel is the weighted mean.
    for (std::size_t c = 0; c < mean.size(); ++c)
        mean[c] *= (sigmoid(fromMean[c]) + sigmoid(fromLargest[c])) / 2;
    return mean;
}

std::vector<float> evaluate(const SwinIqaHead& head, std::span<const float> pooled)
{
    std::vector<float> hidden = evaluate(head.hidden, pooled);
    std::transform(hidden.begin(), hidden.end(), hidden.begin(), gelu);
    std::vector<float> output = evaluate(head.output, hidden);
    if (output.size() > 1)
        softmax(output);
    return output;
}

Result<std::map<std::string, Shape>> swinIqaParameters(const StateDict& state)
{
    const Result<nn::SwinConfig> config = nn::swinConfig(state, TrunkPrefix);
    if (!config)
        return config.error();
    const auto rowsOf = [&](const char* name) -> std::int64_t {
        const auto found = state.find(name);
        return found == state.end() || found->second.shape.size() != 1 ? 0 : found->second.shape[0];
    };
    const std::int64_t width = rowsOf("ca.bias");
    const std::int64_t hidden = rowsOf("head.0.bias");
    const std::int64_t outputs = rowsOf("head.3.bias");
    if (width < 1 || width > 4096 || hidden < 1 || hidden > 4096 || (outputs != 5 && outputs != 1))
        return Error{ErrorCode::InvalidInput,
                     "checkpoint",
                     "the channel attention or the head of Swin-IQA is incomplete",
                     "use a complete Swin-IQA checkpoint with 1 or 5 outputs",
                     {}};
    std::map<std::string, Shape> shapes;
    for (const auto& [name, shape] : nn::swinParameters(*config))
        shapes[TrunkPrefix + name] = shape;
    int inputChannels = 3;
    if (hasStem(state)) {
        const nn::Graph stem = nn::efficientNetLite0Stride16();
        inputChannels = stem.channels(stem.outputs().at(StemMap));
        for (const auto& [name, shape] : stem.parameters())
            shapes[StemPrefix + name] = shape;
    }
    shapes[std::string(TrunkPrefix) + "patch_embed.proj.weight"][1] = inputChannels;
    const std::size_t stages = config->stages.size();
    for (std::size_t i = 0; i < stages; ++i) {
        const std::int64_t channels = config->width << std::min(i + 1, stages - 1);
        shapes[projectionName(i) + ".weight"] = {width, channels, 1, 1};
        shapes[projectionName(i) + ".bias"] = {width};
    }
    expectDense(shapes, "ca", width, width);
    expectDense(shapes, "head.0", hidden, width * static_cast<std::int64_t>(stages));
    expectDense(shapes, "head.3", outputs, hidden);
    return shapes;
}

SwinIqaHead swinIqaHead(const StateDict& state)
{
    SwinIqaHead head;
    while (state.contains(projectionName(head.projections.size()) + ".weight"))
        head.projections.push_back(denseWeights(state, projectionName(head.projections.size())));
    head.channel = denseWeights(state, "ca");
    head.hidden = denseWeights(state, "head.0");
    head.output = denseWeights(state, "head.3");
    return head;
}

namespace {

std::string_view ownTrunk(const TensorArchive& archive)
{
    return hasTensor(archive, "trunk._conv_stem.weight") ? StemTrunk : PixelTrunk;
}

/// Its windows fit one size only.
Result<InputSpec> input(const std::string&, const StateDict& state)
{
    const Result<nn::SwinConfig> config = nn::swinConfig(state, TrunkPrefix);
    if (!config)
        return config.error();
    const int side = config->inputUnit();
    return InputSpec{InputPolicy::Fit, side, side, false, Normalization::ImageNetUnit};
}

Result<nn::Graph> graph(const std::string& trunk)
{
    if (trunk == StemTrunk)
        return nn::efficientNetLite0Stride16();
    if (trunk != PixelTrunk)
        return nn::trunkByName(trunk);
    nn::Graph nothing; // before the transformer, which starts from pixels
    nothing.output(StemMap, nothing.input(3));
    return nothing;
}

Result<Shapes> shapes(const std::string& trunk, const HeadSizes& sizes)
{
    constexpr int HiddenPerChannel = 4;
    nn::SwinConfig config;
    config.patch = sizes.swinPatch;
    config.width = sizes.swinWidth;
    SizesOnly known;
    if (trunk != PixelTrunk) {
        const Result<nn::Graph> stem = graph(trunk);
        if (!stem)
            return stem.error();
        for (const auto& [name, shape] : stem->parameters())
            known.add(StemPrefix + name, shape);
        config.channels = stem->channels(stem->outputs().at(StemMap));
    }
    for (std::size_t i = 0; i < sizes.swinDepths.size(); ++i) {
        const int width = sizes.swinWidth << i;
        config.stages.push_back(
            {sizes.swinDepths[i], sizes.swinHeads[i], sizes.swinWindows[i], HiddenPerChannel * width});
    }
    for (const auto& [name, shape] : nn::swinParameters(config))
        known.add(TrunkPrefix + name, shape);
    known.add("ca.bias", {sizes.width}).add("head.0.bias", {sizes.hidden}).add("head.3.bias", {sizes.outputs});
    return swinIqaParameters(known.state());
}

Result<std::shared_ptr<const Predictor>> make(NetworkWeights weights, ModelInfo info)
{
    const Result<std::map<std::string, Shape>> expected = swinIqaParameters(weights.state);
    if (!expected)
        return expected.error();
    if (Status fits = checkWeights(*expected, weights.state, "Swin-IQA"); !fits)
        return std::move(fits).error();
    SwinIqaHead head = swinIqaHead(weights.state);
    std::unique_ptr<nn::InferenceForm> stem;
    if (hasStem(weights.state)) {
        StateDict stemState;
        for (auto i = weights.state.lower_bound(StemPrefix);
             i != weights.state.end() && i->first.starts_with(StemPrefix);)
            stemState.insert(weights.state.extract(i++));
        Result<std::unique_ptr<nn::InferenceForm>> made =
            nn::InferenceForm::create(nn::efficientNetLite0Stride16(), std::move(stemState), StemPrefix);
        if (!made)
            return std::move(made).error();
        stem = std::move(*made);
    }
    Result<std::unique_ptr<nn::SwinTrunk>> trunk = nn::SwinTrunk::create(std::move(weights.state), TrunkPrefix);
    if (!trunk)
        return std::move(trunk).error();
    info.family = SwinIqaFamily.name;
    info.trunk = weights.trunk;
    info.outputs = head.output.out;
    return std::shared_ptr<const Predictor>(
        std::make_shared<SwinIqaPredictor>(std::move(info), std::move(stem), std::move(*trunk), std::move(head)));
}

constexpr std::array<std::string_view, 1> HeadMaps{StemMap};

} // namespace

const Family SwinIqaFamily{
    .name = "swin-iqa",
    .title = "Swin-IQA",
    .ownTensor = "swin.patch_embed.proj.weight",
    .ownTrunk = ownTrunk,
    .input = input,
    .headMaps = HeadMaps,
    .isOutputBias = [](std::string_view name) { return name == "head.3.bias"; },
    .graph = graph,
    .shapes = shapes,
    .make = make,
};

} // namespace halflens
