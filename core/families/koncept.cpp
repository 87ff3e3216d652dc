// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/koncept.h"

#include "core/families/map_gradient.h"
#include "core/families/pooled_predictor.h"
#include "core/nn/trunks.h"
#include "core/weights/tensor_names.h"

#include <cmath>
#include <numeric>

namespace halflens {

namespace {

constexpr const char* PortTrunk = "inceptionresnetv2-port";
constexpr int PortCells = 8;

double normEpsilon(KonceptForm form)
{
    return form == KonceptForm::Keras ? 1e-3 : 1e-5;
}

std::string stageName(const char* kind, std::size_t stage)
{
    return std::string("koncept.") + kind + std::to_string(stage);
}

Error unsuitable(std::string reason, std::string remedy)
{
    return {ErrorCode::Model, "model", std::move(reason), std::move(remedy), {}};
}

class KonceptPredictor final : public ConvolutionalPredictor {
public:
    KonceptPredictor(ModelInfo info, std::unique_ptr<nn::InferenceForm> trunk, KonceptForm form, KonceptHead head)
        : ConvolutionalPredictor(std::move(info), {"c5"}, std::move(trunk))
        , m_form(form)
        , m_head(std::move(head))
    { }

private:
    Result<std::vector<float>> pool(std::span<const nn::MapView> maps) const override
    {
        return poolKoncept(m_form, maps[0]);
    }

    std::vector<float> head(std::span<const float> pooled) const override { return {evaluate(m_head, pooled)}; }

    /// The folded batch norms as ones whose statistics leave nothing to do.
    StateDict headState() const override
    {
        StateDict state;
        for (std::size_t i = 0; i < m_head.stages.size(); ++i) {
            const KonceptStage& stage = m_head.stages[i];
            putDense(state, stageName("fc", i), stage.dense);
            const std::string norm = stageName("bn", i);
            const std::size_t count = stage.scale.size();
            const Shape shape{static_cast<std::int64_t>(count)};
            state[norm + ".weight"] = {shape, stage.scale};
            state[norm + ".bias"] = {shape, stage.shift};
            state[norm + ".running_mean"] = {shape, std::vector<float>(count)};
            state[norm + ".running_var"] = {shape,
                                            std::vector<float>(count, static_cast<float>(1 - normEpsilon(m_form)))};
        }
        putDense(state, "koncept.out", m_head.output);
        return state;
    }

    KonceptForm m_form;
    KonceptHead m_head;
};

} // namespace

Result<std::vector<float>> poolKoncept(KonceptForm form, const nn::MapView& map)
{
    const auto [channels, height, width] = map.size;
    const bool whole = form == KonceptForm::Keras;
    if (!whole && (height < PortCells || height >= 2 * PortCells || width < PortCells || width >= 2 * PortCells))
        return unsuitable("the PyTorch port of KonCept512 takes images of 299 to 554 pixels a side; this one leaves a "
                          "map of "
                              + std::to_string(height) + " x " + std::to_string(width) + " cells instead of 8 to 15",
                          std::string("let the image be fitted to 512 x 384: ") + HowToFit);
    const int rows = whole ? height : PortCells;
    const int columns = whole ? width : PortCells;
    std::vector<float> pooled(static_cast<std::size_t>(channels));
    const float* plane = map.values.data();
    for (float& mean : pooled) {
        double sum = 0;
        for (int row = 0; row < rows; ++row)
            sum = std::accumulate(plane + row * width, plane + row * width + columns, sum);
        mean = static_cast<float>(sum / (static_cast<double>(rows) * columns));
        plane += static_cast<std::ptrdiff_t>(height) * width;
    }
    return pooled;
}

float evaluate(const KonceptHead& head, std::span<const float> pooled, std::vector<std::vector<float>>* afterStages)
{
    std::vector<float> x(pooled.begin(), pooled.end());
    for (const KonceptStage& stage : head.stages) {
        x = evaluate(stage.dense, x);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = std::max(x[i], 0.F) * stage.scale[i] + stage.shift[i];
        if (afterStages)
            afterStages->push_back(x);
    }
    return evaluate(head.output, x).front();
}

KonceptForm konceptForm(const std::string& trunk)
{
    return trunk == PortTrunk ? KonceptForm::Port : KonceptForm::Keras;
}

Result<std::map<std::string, Shape>> konceptParameters(const std::string& trunk, const StateDict& state)
{
    Result<nn::Graph> graph = nn::trunkByName(trunk);
    if (!graph)
        return std::move(graph).error();
    std::map<std::string, Shape> shapes;
    for (const auto& [name, shape] : graph->parameters())
        shapes["trunk." + name] = shape;
    std::int64_t width = graph->channels(graph->outputs().at("c5"));
    for (std::size_t i = 0; i < 3; ++i) {
        const auto bias = state.find(stageName("fc", i) + ".bias");
        if (bias == state.end() || bias->second.shape.size() != 1 || bias->second.shape[0] < 1)
            return Error{ErrorCode::InvalidInput,
                         "checkpoint",
                         "the fully connected layers of KonCept are incomplete",
                         "use a complete KonCept checkpoint",
                         {}};
        const std::int64_t out = bias->second.shape[0];
        expectDense(shapes, stageName("fc", i), out, width);
        for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
            shapes[stageName("bn", i) + part] = {out};
        width = out;
    }
    expectDense(shapes, "koncept.out", 1, width);
    return shapes;
}

KonceptHead konceptHead(KonceptForm form, const StateDict& state)
{
    const double epsilon = normEpsilon(form);
    KonceptHead head;
    for (std::size_t i = 0; i < head.stages.size(); ++i) {
        KonceptStage& stage = head.stages[i];
        stage.dense = denseWeights(state, stageName("fc", i));
        const auto values = [&](const char* part) -> const std::vector<float>& {
            return state.at(stageName("bn", i) + part).values;
        };
        for (std::size_t c = 0; c < stage.dense.bias.size(); ++c) {
            const double scale = values(".weight")[c] / std::sqrt(values(".running_var")[c] + epsilon);
            stage.scale.push_back(static_cast<float>(scale));
            stage.shift.push_back(static_cast<float>(values(".bias")[c] - values(".running_mean")[c] * scale));
        }
    }
    head.output = denseWeights(state, "koncept.out");
    return head;
}

namespace {

Result<bool> takeKeras(const KerasLayers& layers, StateDict& state)
{
    if (!layers.names.contains("fc_out") || !layers.names.contains("conv_7b"))
        return false;
    std::map<std::string, std::string> names;
    for (const char* prefix : {"conv2d", "batch_normalization"}) {
        for (const auto& [name, rank] : layers.ranked(prefix))
            names[name] = "trunk." + std::string(prefix) + "_" + std::to_string(rank + 1);
    }
    for (const char* stage : {"0", "1", "2"}) {
        names[std::string("fc_fc") + stage] = std::string("koncept.fc") + stage;
        names[std::string("fc_bn") + stage] = std::string("koncept.bn") + stage;
    }
    names["fc_out"] = "koncept.out";
    for (const std::string& name : layers.order) {
        const auto found = names.find(name);
        moveLayer(layers.groups.at(name), found == names.end() ? "trunk." + name : found->second, state);
    }
    return true;
}

bool takeTorch(TensorArchive& archive, NetworkWeights& weights)
{
    static constexpr std::array<NameMap, 8> Names{{{"base.", "trunk.base."},
                                                   {"fc.0.", "koncept.fc0."},
                                                   {"fc.2.", "koncept.bn0."},
                                                   {"fc.4.", "koncept.fc1."},
                                                   {"fc.6.", "koncept.bn1."},
                                                   {"fc.8.", "koncept.fc2."},
                                                   {"fc.10.", "koncept.bn2."},
                                                   {"fc.12.", "koncept.out."}}};
    if (!hasTensor(archive, "base.0.conv.weight") || !hasTensor(archive, "fc.12.weight"))
        return false;
    weights.trunk = PortTrunk;
    moveRenamed(archive, Names, weights.state);
    return true;
}

/// KonIQ-10k's copies of 512 x 384.
Result<InputSpec> input(const std::string&, const StateDict&)
{
    return InputSpec{InputPolicy::Native, 512, 384, true, Normalization::PlusMinusOne};
}

/// The authors learnt KonIQ's MOS column of 0..100, which a fit takes to the 1..5 column (spec models 8.4).
ScoreScale likelyScale(const StateDict&, NamesOf names)
{
    constexpr double Factor = 27.8174;
    constexpr double Offset = -29.2287;
    if (names == NamesOf::HalfLens)
        return {0, 100}; // as the recipes of the lite models have it
    return {Offset + Factor, Offset + 5 * Factor};
}

Result<Shapes> shapes(const std::string& trunk, const HeadSizes& sizes)
{
    SizesOnly known;
    for (std::size_t i = 0; i < sizes.widths.size(); ++i)
        known.add(stageName("fc", i) + ".bias", {sizes.widths[i]});
    return konceptParameters(trunk, known.state());
}

Result<std::shared_ptr<const Predictor>> make(NetworkWeights weights, ModelInfo info)
{
    const Result<std::map<std::string, Shape>> expected = konceptParameters(weights.trunk, weights.state);
    if (!expected)
        return expected.error();
    if (Status fits = checkWeights(*expected, weights.state, "KonCept on " + weights.trunk); !fits)
        return std::move(fits).error();
    const KonceptForm form = konceptForm(weights.trunk);
    KonceptHead head = konceptHead(form, weights.state);
    Result<std::unique_ptr<nn::InferenceForm>> trunk =
        nn::InferenceForm::create(*nn::trunkByName(weights.trunk), std::move(weights.state), "trunk.");
    if (!trunk)
        return std::move(trunk).error();
    info.family = KonceptFamily.name;
    info.trunk = weights.trunk;
    info.outputs = 1;
    return std::shared_ptr<const Predictor>(
        std::make_shared<KonceptPredictor>(std::move(info), std::move(*trunk), form, std::move(head)));
}

constexpr std::array<std::string_view, 1> HeadMaps{"c5"};

constexpr std::array Published{
    PublishedFile{
        .id = "koncept512",
        .file = "koncep512-trained-model.h5",
        .name = "KonCept512 (Keras)",
        .trunk = "inceptionresnetv2",
        .format = "keras-h5",
        .hashPrefix = {},
        .source = "subpic/koniq",
        .link = "https://osf.io/uznf8/download",
        .licence = "MIT",
    },
    PublishedFile{
        .id = "koncept512-port",
        .file = "KonCept512.pth",
        .name = "KonCept512 (PyTorch port)",
        .trunk = PortTrunk,
        .format = {},
        .hashPrefix = {},
        .source = "ZhengyuZhao/koniq-PyTorch",
        .link = "https://surfdrive.surf.nl/files/index.php/s/oeGv7wEyyMwwbIO",
        .licence = "MIT",
    },
};

} // namespace

const Family KonceptFamily{
    .name = "koncept",
    .title = "KonCept",
    .ownTensor = "koncept.out.weight",
    .takeKeras = takeKeras,
    .takeTorch = takeTorch,
    .input = input,
    .likelyScale = likelyScale,
    .fixedInput = true,
    .headMaps = HeadMaps,
    .isOutputBias = [](std::string_view name) { return name == "koncept.out.bias"; },
    .graph = nn::trunkByName,
    .shapes = shapes,
    .make = make,
    .published = Published,
};

} // namespace halflens
