// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/training_report.h"

#include "core/base/numbers_text.h"
#include "core/base/statistics.h"

#include <map>

namespace halflens::train {

namespace {

using nlohmann::json;

constexpr int Resamplings = 1000;

json agreement(const Dataset& dataset, const std::vector<RowPrediction>& predictions, std::uint64_t seed)
{
    std::vector<double> scores;
    std::vector<double> opinions;
    for (const RowPrediction& prediction : predictions) {
        scores.push_back(prediction.score5);
        opinions.push_back(dataset.rows[prediction.row].mos5);
    }
    const auto interval = [&](PairFigure figure) {
        const Interval bounds = bootstrapInterval(scores, opinions, figure, Resamplings, seed);
        return json{bounds.low, bounds.high};
    };
    return {{"images", predictions.size()},         {"plcc", pearson(scores, opinions)},
            {"plcc_interval", interval(pearson)},   {"srocc", spearman(scores, opinions)},
            {"srocc_interval", interval(spearman)}, {"rmse", rootMeanSquare(scores, opinions)}};
}

} // namespace

json agreementJson(const Dataset& dataset, const std::vector<RowPrediction>& predictions, std::uint64_t seed)
{
    json result = agreement(dataset, predictions, seed);
    std::map<std::string, std::vector<RowPrediction>> bySubset;
    for (const RowPrediction& prediction : predictions) {
        if (!dataset.rows[prediction.row].subset.empty())
            bySubset[dataset.rows[prediction.row].subset].push_back(prediction);
    }
    json subsets = json::object();
    for (const auto& [name, rows] : bySubset)
        subsets[name] = agreement(dataset, rows, seed);
    result["subsets"] = subsets;
    return result;
}

std::string predictionsCsv(const Dataset& dataset, const std::vector<RowPrediction>& predictions)
{
    std::string text = "image,split,subset,opinion,prediction\n";
    for (const RowPrediction& prediction : predictions) {
        const DataRow& row = dataset.rows[prediction.row];
        text += csvField(row.image) + "," + toString(row.split) + "," + csvField(row.subset) + ","
            + json(row.mos5).dump() + "," + json(prediction.score5).dump() + "\n";
    }
    return text;
}

} // namespace halflens::train
