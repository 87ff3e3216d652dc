// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/dbcnn.h"

#include "core/families/map_gradient.h"
#include "core/families/pooled_predictor.h"
#include "core/nn/matrix.h"
#include "core/nn/trunks.h"
#include "core/predictor/dense.h"
#include "core/weights/tensor_names.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halflens {

namespace {

constexpr const char* Output = "dbcnn.fc";
constexpr double RootEpsilon = 1e-8;
constexpr double SmallestNorm = 1e-12;

/// Where each of `out` positions falls between two of `in` positions when the ends coincide.
struct Tap {
    std::size_t first;
    std::size_t second;
    float weight; ///< of the second
};

std::vector<Tap> taps(int in, int out)
{
    const float scale = out > 1 ? static_cast<float>(in - 1) / static_cast<float>(out - 1) : 0.F;
    std::vector<Tap> result;
    for (int i = 0; i < out; ++i) {
        const float position = scale * static_cast<float>(i);
        const int first = std::min(static_cast<int>(position), in - 1);
        const int second = std::min(first + 1, in - 1);
        result.push_back(
            {static_cast<std::size_t>(first), static_cast<std::size_t>(second), position - static_cast<float>(first)});
    }
    return result;
}

class DbcnnPredictor final : public ConvolutionalPredictor {
public:
    DbcnnPredictor(ModelInfo info, std::unique_ptr<nn::InferenceForm> trunk, DenseWeights output)
        : ConvolutionalPredictor(std::move(info), {"c5", "scnn"}, std::move(trunk))
        , m_output(std::move(output))
    { }

private:
    Result<std::vector<float>> pool(std::span<const nn::MapView> maps) const override
    {
        return poolBilinear(maps[0], maps[1]);
    }

    std::vector<float> head(std::span<const float> pooled) const override { return evaluate(m_output, pooled); }

    StateDict headState() const override
    {
        StateDict state;
        putDense(state, Output, m_output);
        return state;
    }

    DenseWeights m_output;
};

} // namespace

nn::FeatureMap alignedCorners(const nn::MapView& map, int height, int width)
{
    const std::vector<Tap> rows = taps(map.size.height, height);
    const std::vector<Tap> columns = taps(map.size.width, width);
    nn::FeatureMap result{{map.size.channels, height, width}, {}};
    result.values.reserve(static_cast<std::size_t>(map.size.channels) * rows.size() * columns.size());
    const auto stride = static_cast<std::size_t>(map.size.width);
    const std::size_t cells = stride * static_cast<std::size_t>(map.size.height);
    for (const float* plane = map.values.data(); plane != map.values.data() + map.values.size(); plane += cells) {
        for (const Tap& row : rows) {
            const float* upper = plane + row.first * stride;
            const float* lower = plane + row.second * stride;
            for (const Tap& column : columns) {
                const float top = (1 - column.weight) * upper[column.first] + column.weight * upper[column.second];
                const float bottom = (1 - column.weight) * lower[column.first] + column.weight * lower[column.second];
                result.values.push_back((1 - row.weight) * top + row.weight * bottom);
            }
        }
    }
    return result;
}

std::vector<float> poolBilinear(const nn::MapView& first, const nn::MapView& second)
{
    nn::FeatureMap aligned;
    std::span<const float> other = second.values;
    if (first.size.height != second.size.height || first.size.width != second.size.width) {
        aligned = alignedCorners(second, first.size.height, first.size.width);
        other = aligned.values;
    }
    const int cells = first.size.height * first.size.width;
    std::vector<float> pooled =
        nn::timesTransposed(first.values, other, first.size.channels, second.size.channels, cells);
    double squares = 0;
    for (float& value : pooled) {
        // The square of the root is taken as it is, so that the norm needs no second pass.
        const double shifted = static_cast<double>(value) / cells + RootEpsilon;
        value = static_cast<float>(std::sqrt(shifted));
        squares += shifted;
    }
    const auto norm = static_cast<float>(std::max(std::sqrt(squares), SmallestNorm));
    for (float& value : pooled)
        value /= norm;
    return pooled;
}

Result<std::map<std::string, Shape>> dbcnnParameters(const std::string& trunk)
{
    Result<nn::Graph> graph = nn::trunkByName(trunk);
    if (!graph)
        return std::move(graph).error();
    if (!graph->outputs().contains("c5") || !graph->outputs().contains("scnn"))
        return Error{ErrorCode::InvalidInput,
                     "checkpoint",
                     "DBCNN needs two trunks, " + trunk + " is one",
                     "use a complete DBCNN checkpoint",
                     {}};
    std::map<std::string, Shape> shapes;
    for (const auto& [name, shape] : graph->parameters())
        shapes["trunk." + name] = shape;
    const std::int64_t first = graph->channels(graph->outputs().at("c5"));
    const std::int64_t second = graph->channels(graph->outputs().at("scnn"));
    expectDense(shapes, Output, 1, first * second);
    return shapes;
}

namespace {

bool takeTorch(TensorArchive& archive, NetworkWeights& weights)
{
    static constexpr std::array<NameMap, 3> Names{
        {{"features1.", "trunk.features1."}, {"features2.", "trunk.features2."}, {"fc.", "dbcnn.fc."}}};
    if (!hasTensor(archive, "features1.0.weight") || !hasTensor(archive, "features2.0.weight"))
        return false;
    weights.trunk = "vgg16-scnn";
    moveRenamed(archive, Names, weights.state);
    return true;
}

/// KonIQ-10k's copies of 512 x 384.
Result<InputSpec> input(const std::string&, const StateDict&)
{
    return InputSpec{InputPolicy::Native, 512, 384, true, Normalization::ImageNetUnit};
}

/// The features have length one and no negative value, so a score is at most the bias and the length of the
/// positive weights (spec models 9.2). Labels of 0..100 are out of reach of a head trained on 0..1 (spec models 9.4).
ScoreScale likelyScale(const StateDict& state, NamesOf)
{
    constexpr double FarAbove1 = 10;
    double highest = 0;
    if (const auto bias = state.find("dbcnn.fc.bias"); bias != state.end() && !bias->second.values.empty())
        highest += static_cast<double>(bias->second.values.front());
    if (const auto weight = state.find("dbcnn.fc.weight"); weight != state.end()) {
        double squares = 0;
        for (const float value : weight->second.values)
            squares += value > 0 ? static_cast<double>(value) * static_cast<double>(value) : 0;
        highest += std::sqrt(squares);
    }
    return {0, highest < FarAbove1 ? 1.0 : 100.0};
}

Result<Shapes> shapes(const std::string& trunk, const HeadSizes&)
{
    return dbcnnParameters(trunk);
}

Result<std::shared_ptr<const Predictor>> make(NetworkWeights weights, ModelInfo info)
{
    const Result<std::map<std::string, Shape>> expected = dbcnnParameters(weights.trunk);
    if (!expected)
        return expected.error();
    if (Status fits = checkWeights(*expected, weights.state, "DBCNN on " + weights.trunk); !fits)
        return std::move(fits).error();
    DenseWeights output = denseWeights(weights.state, Output);
    Result<std::unique_ptr<nn::InferenceForm>> trunk =
        nn::InferenceForm::create(*nn::trunkByName(weights.trunk), std::move(weights.state), "trunk.");
    if (!trunk)
        return std::move(trunk).error();
    info.family = DbcnnFamily.name;
    info.trunk = weights.trunk;
    info.outputs = 1;
    return std::shared_ptr<const Predictor>(
        std::make_shared<DbcnnPredictor>(std::move(info), std::move(*trunk), std::move(output)));
}

constexpr std::array<std::string_view, 2> HeadMaps{"c5", "scnn"};

constexpr PublishedFile pyiqa(std::string_view id, std::string_view file, std::string_view name, std::string_view hash)
{
    return {
        .id = id,
        .file = file,
        .name = name,
        .trunk = "vgg16-scnn",
        .format = {}, // both containers of PyTorch occur
        .hashPrefix = hash,
        .source = "chaofengc/IQA-PyTorch",
        .link = "https://github.com/chaofengc/IQA-PyTorch/releases/tag/v0.1-weights",
        .licence = "PolyForm Noncommercial 1.0.0 and NTU S-Lab 1.0 (not for commercial use)",
    };
}

constexpr std::array Published{
    pyiqa("dbcnn-koniq", "DBCNN_KonIQ10k-2de81c0a.pth", "DBCNN (pyiqa, KonIQ-10k)", "2de81c0a"),
    pyiqa("dbcnn-livec", "DBCNN_LIVEC-83f6dad3.pth", "DBCNN (pyiqa, LIVE-C)", "83f6dad3"),
    pyiqa("dbcnn-live", "DBCNN_LIVE-97262bf4.pth", "DBCNN (pyiqa, LIVE)", "97262bf4"),
    pyiqa("dbcnn-livem", "DBCNN_LIVEM-698474e3.pth", "DBCNN (pyiqa, LIVE MD)", "698474e3"),
    pyiqa("dbcnn-csiq", "DBCNN_CSIQ-8677d071.pth", "DBCNN (pyiqa, CSIQ)", "8677d071"),
    pyiqa("dbcnn-tid2013", "DBCNN_TID2013-485d021d.pth", "DBCNN (pyiqa, TID2013)", "485d021d"),
    pyiqa("dbcnn-tid2008", "DBCNN_TID2008-4b47c5d1.pth", "DBCNN (pyiqa, TID2008)", "4b47c5d1"),
};

} // namespace

const Family DbcnnFamily{
    .name = "dbcnn",
    .title = "DBCNN",
    .ownTensor = "dbcnn.fc.weight",
    .takeTorch = takeTorch,
    .input = input,
    .likelyScale = likelyScale,
    .headMaps = HeadMaps,
    .isOutputBias = [](std::string_view name) { return name == "dbcnn.fc.bias"; },
    .graph = nn::trunkByName,
    .shapes = shapes,
    .make = make,
    .published = Published,
};

} // namespace halflens
