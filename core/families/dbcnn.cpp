// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/dbcnn.h"

#include "core/families/map_gradient.h"
#include "core/families/pooled_predictor.h"
#include "core/nn/matrix.h"
#include "core/nn/trunks.h"
#include "core/predictor/dense.h"

#include <algorithm>
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
    DbcnnPredictor(ModelInfo info, std::unique_ptr<InferenceForm> trunk, DenseWeights output)
        : ConvolutionalPredictor(std::move(info), {"c5", "scnn"}, std::move(trunk))
        , m_output(std::move(output))
    { }

private:
    Result<std::vector<float>> pool(std::span<const MapView> maps) const override
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

FeatureMap alignedCorners(const MapView& map, int height, int width)
{
    const std::vector<Tap> rows = taps(map.size.height, height);
    const std::vector<Tap> columns = taps(map.size.width, width);
    FeatureMap result{{map.size.channels, height, width}, {}};
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

std::vector<float> poolBilinear(const MapView& first, const MapView& second)
{
    FeatureMap aligned;
    std::span<const float> other = second.values;
    if (first.size.height != second.size.height || first.size.width != second.size.width) {
        aligned = alignedCorners(second, first.size.height, first.size.width);
        other = aligned.values;
    }
    const int cells = first.size.height * first.size.width;
    std::vector<float> pooled = timesTransposed(first.values, other, first.size.channels, second.size.channels, cells);
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
    Result<Graph> graph = trunkByName(trunk);
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

Result<std::shared_ptr<const Predictor>> makeDbcnn(NetworkWeights weights, ModelInfo info)
{
    const Result<std::map<std::string, Shape>> expected = dbcnnParameters(weights.trunk);
    if (!expected)
        return expected.error();
    if (Status fits = checkWeights(*expected, weights.state, "DBCNN on " + weights.trunk); !fits)
        return std::move(fits).error();
    DenseWeights output = denseWeights(weights.state, Output);
    Result<std::unique_ptr<InferenceForm>> trunk =
        InferenceForm::create(*trunkByName(weights.trunk), std::move(weights.state), "trunk.");
    if (!trunk)
        return std::move(trunk).error();
    info.family = "dbcnn";
    info.trunk = weights.trunk;
    info.outputs = 1;
    return std::shared_ptr<const Predictor>(
        std::make_shared<DbcnnPredictor>(std::move(info), std::move(*trunk), std::move(output)));
}

} // namespace halflens
