// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/triq.h"

#include "core/families/map_gradient.h"
#include "core/nn/inference_form.h"
#include "core/nn/parts.h"
#include "core/nn/trunks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace halflens {

namespace {

constexpr int PublishedHeads = 8; // not stored in a checkpoint: 4 channels a head at every published width
constexpr const char* ProjectionOutput = "projection";

Error weightsError(std::string reason, std::string remedy)
{
    return {ErrorCode::InvalidInput, "checkpoint", std::move(reason), std::move(remedy), {}};
}

const Tensor* find(const StateDict& state, const std::string& name)
{
    const auto found = state.find(name);
    return found == state.end() ? nullptr : &found->second;
}

std::size_t countLayers(const StateDict& state)
{
    std::size_t layers = 0;
    while (state.contains("triq.layers." + std::to_string(layers) + ".attention.query.weight"))
        ++layers;
    return layers;
}

LayerNormWeights layerNorm(const StateDict& state, const std::string& name)
{
    return {state.at(name + ".weight").values, state.at(name + ".bias").values};
}

/// The trunk with the projection appended, so that both run in one plan.
nn::Graph withProjection(nn::Graph graph, int width)
{
    graph.output(ProjectionOutput,
                 graph.convolution(graph.outputs().at("c5"), "projection", width, nn::Window::square(1)));
    return graph;
}

class TriqPredictor final : public Predictor {
public:
    TriqPredictor(ModelInfo info, TriqEncoder encoder, std::unique_ptr<nn::InferenceForm> trunk)
        : m_info(std::move(info))
        , m_encoder(std::move(encoder))
        , m_trunk(std::move(trunk))
    { }

    using Predictor::predict;
    const ModelInfo& info() const override { return m_info; }
    const TriqEncoder* attentionEncoder() const override { return &m_encoder; }
    bool runsSideBySide() const override { return true; } // the trunk does, the rest has no state

    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                     std::span<const std::string> maps) const override
    {
        const auto begin = std::chrono::steady_clock::now();
        if (Status usable = checkTokenCount(input); !usable)
            return std::move(usable).error();
        std::vector<std::string> outputs(maps.begin(), maps.end());
        outputs.emplace_back(ProjectionOutput);
        Result<std::vector<nn::FeatureMap>> run = m_trunk->run(input.planes, input.height, input.width, outputs, stop);
        if (!run)
            return std::move(run).error();
        const nn::FeatureMap& projected = run->back();
        if (!std::all_of(projected.values.begin(), projected.values.end(), [](float v) { return std::isfinite(v); }))
            return Error{ErrorCode::Model,
                         "model",
                         "the network's features are not finite for this image",
                         "check the weights file; it may be damaged",
                         {}};
        auto result = std::make_shared<Features>();
        result->tokens =
            tokensOf(projected.values, projected.size.channels, projected.size.height, projected.size.width);
        for (std::size_t i = 0; i < maps.size(); ++i) {
            result->mapShapes[maps[i]] = {(*run)[i].size.channels, (*run)[i].size.height, (*run)[i].size.width};
            result->maps[maps[i]] = std::move((*run)[i].values);
        }
        result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return std::shared_ptr<const Features>(std::move(result));
    }

    Result<Prediction> predict(const Features& features, BlockMask mask) const override
    {
        Result<std::vector<float>> output = evaluate(m_encoder, features.tokens, mask);
        if (!output)
            return std::move(output).error();
        return toPrediction(std::move(*output), m_info);
    }

    Result<MapGradient> gradient(const ModelInput& input, std::stop_token stop, const std::string& map) const override
    {
        return mapGradient(
            *this, {"c5"}, map.empty() ? "c5" : map, [this] { return headState(); }, input, std::move(stop));
    }

private:
    StateDict headState() const
    {
        StateDict state = triqState(m_encoder);
        for (const char* part : {".weight", ".bias"})
            state["triq.projection" + std::string(part)] = m_trunk->parameters().at("projection" + std::string(part));
        return state;
    }

    /// The token limit of spec models 5.4, told before the trunk runs.
    Status checkTokenCount(const ModelInput& input) const
    {
        const nn::Graph& graph = m_trunk->graph();
        const Result<std::vector<nn::MapSize>> sizes = graph.sizes(input.height, input.width);
        if (!sizes)
            return sizes.error();
        const nn::MapSize map = (*sizes)[static_cast<std::size_t>(graph.outputs().at(ProjectionOutput).value)];
        const auto [channels, height, width] = nn::tokenGridSize(map);
        if (height * width < 1)
            return Error{ErrorCode::Model,
                         "model",
                         "the image is too narrow: it leaves no token",
                         "use a larger image, or let it be fitted",
                         {}};
        if (height * width + 1 > m_encoder.positions())
            return Error{ErrorCode::Model,
                         "model",
                         "an image of " + std::to_string(input.width) + " x " + std::to_string(input.height)
                             + " yields " + std::to_string(height * width) + " tokens (" + std::to_string(height)
                             + " rows of " + std::to_string(width) + "), the model has positions for "
                             + std::to_string(m_encoder.positions() - 1),
                         std::string("resize the image (1024 x 768 and 512 x 384 fit exactly), or let it be fitted: ")
                             + HowToFit,
                         {}};
        return {};
    }

    ModelInfo m_info;
    TriqEncoder m_encoder;
    std::unique_ptr<nn::InferenceForm> m_trunk; ///< changes while it runs; see Predictor on threads
};

} // namespace

Result<std::map<std::string, Shape>> triqParameters(const std::string& trunk, const StateDict& state)
{
    Result<nn::Graph> graph = nn::trunkByName(trunk);
    if (!graph)
        return std::move(graph).error();
    const Tensor* token = find(state, "triq.quality_token");
    const Tensor* positions = find(state, "triq.position_embedding");
    const Tensor* head0 = find(state, "triq.head.0.weight");
    const Tensor* head1 = find(state, "triq.head.1.weight");
    const Tensor* hidden = find(state, "triq.layers.0.feed_forward.0.weight");
    if (!token || !positions || !head0 || !head1 || !hidden || token->shape.size() != 1 || positions->shape.size() != 2
        || head0->shape.size() != 2 || head1->shape.size() != 2 || hidden->shape.size() != 2)
        return weightsError("the transformer part of TRIQ is incomplete", "use a complete TRIQ checkpoint");
    const std::int64_t width = token->shape[0];
    const std::int64_t outputs = head1->shape[0];
    if (width < PublishedHeads || width % PublishedHeads != 0 || width > 4096 || (outputs != 5 && outputs != 1))
        return weightsError("a TRIQ of width " + std::to_string(width) + " with " + std::to_string(outputs)
                                + " outputs is not supported",
                            "use a width divisible by 8 and 1 or 5 outputs");

    std::map<std::string, Shape> shapes;
    for (const auto& [name, shape] : graph->parameters())
        shapes["trunk." + name] = shape;
    const std::int64_t channels = graph->channels(graph->outputs().at("c5"));
    shapes["triq.projection.weight"] = {width, channels, 1, 1};
    shapes["triq.projection.bias"] = {width};
    const std::int64_t inner = hidden->shape[0];
    for (std::size_t i = 0; i < countLayers(state); ++i) {
        const std::string layer = "triq.layers." + std::to_string(i);
        for (const char* part : {".attention.query", ".attention.key", ".attention.value", ".attention.output"})
            expectDense(shapes, layer + part, width, width);
        expectDense(shapes, layer + ".feed_forward.0", inner, width);
        expectDense(shapes, layer + ".feed_forward.1", width, inner);
        for (const char* part : {".norm1", ".norm2"}) {
            shapes[layer + part + ".weight"] = {width};
            shapes[layer + part + ".bias"] = {width};
        }
    }
    expectDense(shapes, "triq.head.0", head0->shape[0], width);
    expectDense(shapes, "triq.head.1", outputs, head0->shape[0]);
    shapes["triq.position_embedding"] = {positions->shape[0], width};
    shapes["triq.quality_token"] = {width};
    return shapes;
}

TriqEncoder triqEncoder(const StateDict& state)
{
    TriqEncoder encoder;
    encoder.qualityToken = state.at("triq.quality_token").values;
    encoder.width = static_cast<int>(encoder.qualityToken.size());
    encoder.heads = PublishedHeads;
    encoder.positionEmbedding = state.at("triq.position_embedding").values;
    for (std::size_t i = 0; i < countLayers(state); ++i) {
        const std::string layer = "triq.layers." + std::to_string(i);
        const auto dense = [&](const char* part) { return denseWeights(state, layer + part); };
        encoder.layers.push_back({dense(".attention.query"), dense(".attention.key"), dense(".attention.value"),
                                  dense(".attention.output"), dense(".feed_forward.0"), dense(".feed_forward.1"),
                                  layerNorm(state, layer + ".norm1"), layerNorm(state, layer + ".norm2")});
    }
    encoder.head0 = denseWeights(state, "triq.head.0");
    encoder.head1 = denseWeights(state, "triq.head.1");
    return encoder;
}

StateDict triqState(const TriqEncoder& encoder)
{
    StateDict state;
    const auto putNorm = [&](const std::string& name, const LayerNormWeights& norm) {
        const Shape shape{static_cast<std::int64_t>(norm.gamma.size())};
        state[name + ".weight"] = {shape, norm.gamma};
        state[name + ".bias"] = {shape, norm.beta};
    };
    for (std::size_t i = 0; i < encoder.layers.size(); ++i) {
        const EncoderLayerWeights& layer = encoder.layers[i];
        const std::string name = "triq.layers." + std::to_string(i);
        putDense(state, name + ".attention.query", layer.query);
        putDense(state, name + ".attention.key", layer.key);
        putDense(state, name + ".attention.value", layer.value);
        putDense(state, name + ".attention.output", layer.output);
        putDense(state, name + ".feed_forward.0", layer.feedForward0);
        putDense(state, name + ".feed_forward.1", layer.feedForward1);
        putNorm(name + ".norm1", layer.norm1);
        putNorm(name + ".norm2", layer.norm2);
    }
    putDense(state, "triq.head.0", encoder.head0);
    putDense(state, "triq.head.1", encoder.head1);
    state["triq.position_embedding"] = {{encoder.positions(), encoder.width}, encoder.positionEmbedding};
    state["triq.quality_token"] = {{encoder.width}, encoder.qualityToken};
    return state;
}

TokenGrid tokensOf(std::span<const float> map, int channels, int height, int width)
{
    const bool pooled = height >= nn::PoolingFromRows;
    const nn::MapSize size = nn::tokenGridSize({channels, height, width});
    TokenGrid grid{size.height, size.width, channels, {}};
    grid.values.resize(static_cast<std::size_t>(grid.height) * static_cast<std::size_t>(grid.width)
                       * static_cast<std::size_t>(channels));
    const auto at = [&](int channel, int row, int column) {
        return map[(static_cast<std::size_t>(channel) * static_cast<std::size_t>(height)
                    + static_cast<std::size_t>(row))
                       * static_cast<std::size_t>(width)
                   + static_cast<std::size_t>(column)];
    };
    std::size_t next = 0;
    for (int row = 0; row < grid.height; ++row) {
        for (int column = 0; column < grid.width; ++column) {
            for (int channel = 0; channel < channels; ++channel) {
                grid.values[next++] = pooled
                    ? std::max(std::max(at(channel, 2 * row, 2 * column), at(channel, 2 * row, 2 * column + 1)),
                               std::max(at(channel, 2 * row + 1, 2 * column), at(channel, 2 * row + 1, 2 * column + 1)))
                    : at(channel, row, column);
            }
        }
    }
    return grid;
}

namespace {

Result<Shapes> shapes(const std::string& trunk, const HeadSizes& sizes)
{
    SizesOnly known;
    known.add("triq.quality_token", {sizes.width})
        .add("triq.position_embedding", {sizes.positions, sizes.width})
        .add("triq.head.0.weight", {sizes.hidden, sizes.width})
        .add("triq.head.1.weight", {sizes.outputs, sizes.hidden});
    for (int i = 0; i < sizes.layers; ++i) {
        const std::string layer = "triq.layers." + std::to_string(i);
        known.add(layer + ".attention.query.weight", {sizes.width, sizes.width})
            .add(layer + ".feed_forward.0.weight", {sizes.feedForward, sizes.width});
    }
    return triqParameters(trunk, known.state());
}

Result<std::shared_ptr<const Predictor>> make(NetworkWeights weights, ModelInfo info)
{
    const Result<std::map<std::string, Shape>> expected = triqParameters(weights.trunk, weights.state);
    if (!expected)
        return expected.error();
    if (Status fits = checkWeights(*expected, weights.state, "TRIQ on " + weights.trunk); !fits)
        return std::move(fits).error();
    TriqEncoder encoder = triqEncoder(weights.state);
    nn::Graph graph = withProjection(*nn::trunkByName(weights.trunk), encoder.width);
    Result<std::unique_ptr<nn::InferenceForm>> trunk =
        nn::InferenceForm::create(graph, withoutPrefixes(std::move(weights.state), {"trunk.", "triq."}), {});
    if (!trunk)
        return std::move(trunk).error();
    info.family = TriqFamily.name;
    info.trunk = weights.trunk;
    info.outputs = encoder.outputs();
    info.masksAttention = true;
    return std::shared_ptr<const Predictor>(
        std::make_shared<TriqPredictor>(std::move(info), std::move(encoder), std::move(*trunk)));
}

constexpr std::array<std::string_view, 1> HeadMaps{"c5"};

constexpr std::array Published{PublishedFile{
    .id = "triq",
    .file = "TRIQ.h5",
    .name = "TRIQ",
    .trunk = "resnet50",
    .format = "keras-h5",
    .hashPrefix = {},
    .source = "junyongyou/triq",
    .link = "https://drive.google.com/file/d/10GSuXCw71g8VQnkI2AfD2z7y3XaY0Yvy/view?usp=sharing",
    .licence = "MIT",
}};

} // namespace

const Family TriqFamily{
    .name = "triq",
    .title = "TRIQ",
    .ownTensor = "triq.quality_token",
    .takeKeras = takeTriqKeras,
    .masksAttention = true,
    .headMaps = HeadMaps,
    .isOutputBias = [](std::string_view name) { return name == "triq.head.1.bias"; },
    .graph = nn::trunkByName,
    .shapes = shapes,
    .make = make,
    .published = Published,
};

} // namespace halflens
