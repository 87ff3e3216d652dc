// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/aihiqnet.h"

#include "core/base/parallel.h"
#include "core/families/map_gradient.h"
#include "core/families/pooled_predictor.h"
#include "core/nn/trunks.h"

#include <algorithm>
#include <optional>

namespace halflens {

namespace {

constexpr int Kernel = 7;
constexpr int Reach = Kernel / 2;
constexpr int Lanes = 16; ///< sums kept side by side, so that they vectorise

const std::vector<std::string>& pyramidNames()
{
    static const std::vector<std::string> names{"p2", "p3", "p4", "p5", "p6"};
    return names;
}

std::string headName(int head)
{
    return "aihiq.heads." + std::to_string(head);
}

/// Folds Lanes partial results into one.
template<class Combine> float folded(const std::array<float, Lanes>& lanes, Combine combine)
{
    float result = lanes[0];
    for (std::size_t lane = 1; lane < Lanes; ++lane)
        result = combine(result, lanes[lane]);
    return result;
}

struct ChannelStatistics {
    std::vector<float> mean;
    std::vector<float> largest;
};

ChannelStatistics overPositions(const nn::MapView& map)
{
    const auto channels = static_cast<std::size_t>(map.size.channels);
    const std::size_t cells = map.values.size() / channels;
    ChannelStatistics result{std::vector<float>(channels), std::vector<float>(channels)};
    parallelFor(map.size.channels, [&](int channel) {
        const float* plane = map.values.data() + static_cast<std::size_t>(channel) * cells;
        std::array<float, Lanes> sums{};
        std::array<float, Lanes> tops{};
        tops.fill(plane[0]);
        std::size_t i = 0;
        for (; i + Lanes <= cells; i += Lanes) {
            for (std::size_t lane = 0; lane < Lanes; ++lane) {
                sums[lane] += plane[i + lane];
                tops[lane] = std::max(tops[lane], plane[i + lane]);
            }
        }
        for (; i < cells; ++i) {
            sums[0] += plane[i];
            tops[0] = std::max(tops[0], plane[i]);
        }
        const auto c = static_cast<std::size_t>(channel);
        result.mean[c] = folded(sums, [](float a, float b) { return a + b; }) / static_cast<float>(cells);
        result.largest[c] = folded(tops, [](float a, float b) { return std::max(a, b); });
    });
    return result;
}

/// Mean and maximum over the channels, two planes.
std::vector<float> overChannels(const nn::MapView& map)
{
    const std::size_t cells = map.values.size() / static_cast<std::size_t>(map.size.channels);
    const auto width = static_cast<std::size_t>(map.size.width);
    std::vector<float> planes(2 * cells);
    parallelFor(map.size.height, [&](int row) {
        float* mean = planes.data() + static_cast<std::size_t>(row) * width;
        float* largest = mean + cells;
        const float* source = map.values.data() + static_cast<std::size_t>(row) * width;
        std::copy_n(source, width, largest);
        for (int c = 0; c < map.size.channels; ++c, source += cells) {
            for (std::size_t x = 0; x < width; ++x) {
                mean[x] += source[x];
                largest[x] = std::max(largest[x], source[x]);
            }
        }
        for (std::size_t x = 0; x < width; ++x)
            mean[x] /= static_cast<float>(map.size.channels);
    });
    return planes;
}

/// Sigmoid of the 7x7 convolution of the two planes, zero outside.
std::vector<float> spatialWeights(const std::vector<float>& kernel, const nn::MapView& map)
{
    const std::vector<float> planes = overChannels(map);
    const int height = map.size.height;
    const int width = map.size.width;
    const std::size_t cells = planes.size() / 2;
    std::vector<float> weights(cells);
    parallelFor(height, [&](int row) {
        float* out = weights.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
        for (int plane = 0; plane < 2; ++plane) {
            for (int dy = std::max(-Reach, -row); dy <= std::min(Reach, height - 1 - row); ++dy) {
                const float* in = planes.data() + static_cast<std::size_t>(plane) * cells
                    + static_cast<std::size_t>(row + dy) * static_cast<std::size_t>(width);
                for (int dx = -Reach; dx <= Reach; ++dx) {
                    const int place = (plane * Kernel + dy + Reach) * Kernel + dx + Reach;
                    const float weight = kernel[static_cast<std::size_t>(place)];
                    for (int x = std::max(0, -dx); x < std::min(width, width - dx); ++x)
                        out[x] += weight * in[x + dx];
                }
            }
        }
        for (int x = 0; x < width; ++x)
            out[x] = sigmoid(out[x]);
    });
    return weights;
}

class AihiqPredictor final : public ConvolutionalPredictor {
public:
    AihiqPredictor(ModelInfo info, std::unique_ptr<nn::InferenceForm> trunk, std::array<AihiqHead, AihiqHeads> heads)
        : ConvolutionalPredictor(std::move(info), pyramidNames(), std::move(trunk))
        , m_heads(std::move(heads))
    { }

private:
    Result<std::vector<float>> pool(std::span<const nn::MapView> maps) const override
    {
        std::vector<float> pooled;
        for (std::size_t i = 0; i < AihiqHeads; ++i) {
            const std::vector<float> features = attend(m_heads[i], maps[i]);
            pooled.insert(pooled.end(), features.begin(), features.end());
        }
        return pooled;
    }

    /// The mean of the five outputs; of probabilities, not of logits.
    std::vector<float> head(std::span<const float> pooled) const override
    {
        const std::size_t width = pooled.size() / AihiqHeads;
        std::vector<float> output(static_cast<std::size_t>(m_heads[0].output.out));
        for (std::size_t i = 0; i < AihiqHeads; ++i) {
            const std::vector<float> one = evaluate(m_heads[i], pooled.subspan(i * width, width));
            for (std::size_t k = 0; k < output.size(); ++k)
                output[k] += one[k];
        }
        for (float& value : output)
            value /= static_cast<float>(AihiqHeads);
        return output;
    }

    StateDict headState() const override
    {
        StateDict state;
        for (const auto& [name, tensor] : trunk().parameters()) {
            if (name.starts_with("fpn_"))
                state["aihiq." + name] = tensor;
        }
        for (int i = 0; i < AihiqHeads; ++i) {
            const AihiqHead& head = m_heads[static_cast<std::size_t>(i)];
            putDense(state, headName(i) + ".channel", head.channel);
            putDense(state, headName(i) + ".output", head.output);
            state[headName(i) + ".spatial.weight"] = {{1, 2, Kernel, Kernel}, head.spatial};
        }
        return state;
    }

    std::vector<std::string> gradientMaps() const override { return {"c2", "c3", "c4", "c5"}; }

    std::array<AihiqHead, AihiqHeads> m_heads;
};

} // namespace

std::vector<float> attend(const AihiqHead& head, const nn::MapView& map)
{
    const ChannelStatistics statistics = overPositions(map);
    const std::vector<float> fromMean = evaluate(head.channel, statistics.mean);
    const std::vector<float> fromLargest = evaluate(head.channel, statistics.largest);
    const std::vector<float> spatial = spatialWeights(head.spatial, map);
    std::vector<float> features(fromMean.size());
    parallelFor(map.size.channels, [&](int channel) {
        const auto c = static_cast<std::size_t>(channel);
        const float* plane = map.values.data() + c * spatial.size();
        std::array<float, Lanes> sums{};
        std::size_t i = 0;
        for (; i + Lanes <= spatial.size(); i += Lanes) {
            for (std::size_t lane = 0; lane < Lanes; ++lane)
                sums[lane] += plane[i + lane] * spatial[i + lane];
        }
        for (; i < spatial.size(); ++i)
            sums[0] += plane[i] * spatial[i];
        const float weighted = folded(sums, [](float a, float b) { return a + b; });
        const float weight = (sigmoid(fromMean[c]) + sigmoid(fromLargest[c])) / 2;
        features[c] = weight * weighted / static_cast<float>(spatial.size());
    });
    return features;
}

std::vector<float> evaluate(const AihiqHead& head, std::span<const float> features)
{
    std::vector<float> output = evaluate(head.output, features);
    if (output.size() > 1)
        softmax(output);
    return output;
}

nn::Graph withPyramid(nn::Graph graph, int width)
{
    const auto stage = [&](int level) { return graph.outputs().at("c" + std::to_string(level)); };
    const auto reduced = [&](int level) {
        return graph.convolution(stage(level), "fpn_C" + std::to_string(level) + "_reduced", width,
                                 nn::Window::square(1));
    };
    const auto smoothed = [&](int level, nn::LayerId merged) {
        const std::string name = std::to_string(level);
        graph.output("p" + name, graph.convolution(merged, "fpn_P" + name, width, nn::Window::sameSquare(3)));
    };
    nn::LayerId merged = reduced(5);
    smoothed(5, merged);
    for (int level = 4; level >= 2; --level) {
        // What goes down is the merged map, not the smoothed one.
        const nn::LayerId upsampled = graph.upsampleNearest(merged, stage(level));
        merged = graph.add(upsampled, reduced(level));
        smoothed(level, merged);
    }
    // Even extents are padded at the bottom and right only.
    graph.output("p6", graph.convolution(stage(5), "fpn_P6", width, nn::Window::sameSquare(3, 2)));
    return graph;
}

Result<std::map<std::string, Shape>> aihiqParameters(const std::string& trunk, const StateDict& state)
{
    Result<nn::Graph> graph = nn::trunkByName(trunk);
    if (!graph)
        return std::move(graph).error();
    const auto width = state.find("aihiq.fpn_P6.bias");
    const auto output = state.find(headName(0) + ".output.bias");
    if (width == state.end() || output == state.end() || width->second.shape.size() != 1
        || output->second.shape.size() != 1)
        return Error{ErrorCode::InvalidInput,
                     "checkpoint",
                     "the pyramid or the heads of AIHIQnet are incomplete",
                     "use a checkpoint with feature fusion and attention modules",
                     {}};
    const std::int64_t channels = width->second.shape[0];
    const std::int64_t outputs = output->second.shape[0];
    if (channels < 1 || channels > 4096 || (outputs != 5 && outputs != 1))
        return Error{ErrorCode::InvalidInput,
                     "checkpoint",
                     "an AIHIQnet of pyramid width " + std::to_string(channels) + " with " + std::to_string(outputs)
                         + " outputs is not supported",
                     "use one with 1 or 5 outputs",
                     {}};
    std::map<std::string, Shape> shapes;
    for (const auto& [name, shape] : withPyramid(std::move(*graph), static_cast<int>(channels)).parameters())
        shapes[(name.starts_with("fpn_") ? "aihiq." : "trunk.") + name] = shape;
    for (int i = 0; i < AihiqHeads; ++i) {
        expectDense(shapes, headName(i) + ".channel", channels, channels);
        expectDense(shapes, headName(i) + ".output", outputs, channels);
        shapes[headName(i) + ".spatial.weight"] = {1, 2, Kernel, Kernel};
    }
    return shapes;
}

std::array<AihiqHead, AihiqHeads> aihiqHeads(const StateDict& state)
{
    std::array<AihiqHead, AihiqHeads> heads;
    for (int i = 0; i < AihiqHeads; ++i)
        heads[static_cast<std::size_t>(i)] = {denseWeights(state, headName(i) + ".channel"),
                                              state.at(headName(i) + ".spatial.weight").values,
                                              denseWeights(state, headName(i) + ".output")};
    return heads;
}

namespace {

/// Head whose output layer this is: P0_fc_prediction, or P0fc_prediction in PHIQnet.
std::optional<int> predictionHead(const std::string& layer)
{
    if (layer.size() < 2 || layer[0] != 'P' || layer[1] < '0' || layer[1] > '4')
        return {};
    const std::string rest = layer.substr(2);
    if (rest != "_fc_prediction" && rest != "fc_prediction")
        return {};
    return layer[1] - '0';
}

Error withoutOption(const char* option)
{
    return {ErrorCode::Unsupported,
            "checkpoint",
            std::string("this is an AIHIQnet made without ") + option,
            "use one with feature fusion and attention modules, the form its authors train",
            {}};
}

/// Moves the tensors under HalfLens names (spec models 7.3).
void convertAihiqnet(const KerasLayers& layers, StateDict& state)
{
    const std::map<std::string, int> channel = layers.ranked("dense");
    const std::map<std::string, int> spatial = layers.ranked("conv2d");
    const auto headPart = [](int head, const char* part) { return "aihiq.heads." + std::to_string(head) + "." + part; };
    for (const std::string& name : layers.order) {
        std::string own = "trunk." + name;
        if (name.starts_with("fpn_"))
            own = "aihiq." + name;
        else if (const std::optional<int> head = predictionHead(name))
            own = headPart(*head, "output");
        else if (const auto found = channel.find(name); found != channel.end())
            own = headPart(found->second, "channel");
        else if (const auto place = spatial.find(name); place != spatial.end())
            own = headPart(place->second, "spatial");
        moveLayer(layers.groups.at(name), own, state);
    }
}

Result<bool> takeKeras(const KerasLayers& layers, StateDict& state)
{
    if (layers.names.contains("P6_bottleneck"))
        return withoutOption("feature fusion");
    if (!layers.names.contains("fpn_P6"))
        return false;
    if (!std::any_of(layers.names.begin(), layers.names.end(),
                     [](const std::string& name) { return predictionHead(name).has_value(); }))
        return withoutOption("attention modules");
    convertAihiqnet(layers, state);
    return true;
}

Result<InputSpec> input(const std::string& trunk, const StateDict&)
{
    return InputSpec{InputPolicy::Native, 1024, 768, true,
                     trunk == "resnet50" ? Normalization::PlusMinusOne : Normalization::ImageNet255};
}

Result<Shapes> shapes(const std::string& trunk, const HeadSizes& sizes)
{
    SizesOnly known;
    known.add("aihiq.fpn_P6.bias", {sizes.width}).add(headName(0) + ".output.bias", {sizes.outputs});
    return aihiqParameters(trunk, known.state());
}

Result<std::shared_ptr<const Predictor>> make(NetworkWeights weights, ModelInfo info)
{
    const Result<std::map<std::string, Shape>> expected = aihiqParameters(weights.trunk, weights.state);
    if (!expected)
        return expected.error();
    if (Status fits = checkWeights(*expected, weights.state, "AIHIQnet on " + weights.trunk); !fits)
        return std::move(fits).error();
    std::array<AihiqHead, AihiqHeads> heads = aihiqHeads(weights.state);
    const nn::Graph graph = withPyramid(*nn::trunkByName(weights.trunk), heads[0].channel.in);
    Result<std::unique_ptr<nn::InferenceForm>> trunk =
        nn::InferenceForm::create(graph, withoutPrefixes(std::move(weights.state), {"trunk.", "aihiq."}), {});
    if (!trunk)
        return std::move(trunk).error();
    info.family = AihiqnetFamily.name;
    info.trunk = weights.trunk;
    info.outputs = heads[0].output.out;
    return std::shared_ptr<const Predictor>(
        std::make_shared<AihiqPredictor>(std::move(info), std::move(*trunk), std::move(heads)));
}

constexpr std::array<std::string_view, 4> HeadMaps{"c2", "c3", "c4", "c5"};

constexpr std::array Published{PublishedFile{
    .id = "phiqnet",
    .file = "PHIQNet.h5",
    .name = "PHIQnet",
    .trunk = "resnet50",
    .format = "keras-h5",
    .hashPrefix = {},
    .source = "junyongyou/lsct_phiqnet",
    .link = "https://drive.google.com/file/d/1ymy2oL0r-XNzjqk_kE-lcNkI2FhSu95h/view",
    .licence = "MIT",
}};

} // namespace

const Family AihiqnetFamily{
    .name = "aihiqnet",
    .title = "AIHIQnet",
    .ownTensor = "aihiq.fpn_P6.weight",
    .takeKeras = takeKeras,
    .input = input,
    .headMaps = HeadMaps,
    .isOutputBias =
        [](std::string_view name) { return name.starts_with("aihiq.heads.") && name.ends_with(".output.bias"); },
    .graph = nn::trunkByName,
    .shapes = shapes,
    .make = make,
    .published = Published,
};

} // namespace halflens
