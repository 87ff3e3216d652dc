// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/map_curves.h"

#include "core/masking/zero_table.h"
#include "core/measures/blocks.h"

#include <map>
#include <optional>

namespace halflens {

Result<MapCurves> mapCurves(const Predictor& predictor, const Image& image, const ScalarMap& map, std::stop_token stop)
{
    const Result<BlockMeans> means = blockMeans(map);
    if (!means)
        return means.error();
    const Result<ModelInput> input = toModelInput(image, predictor.info().input);
    if (!input)
        return input.error();
    const bool byAttention = predictor.info().masksAttention;
    std::shared_ptr<const Features> features;
    if (byAttention) {
        Result<std::shared_ptr<const Features>> run = predictor.features(*input, stop);
        if (!run)
            return std::move(run).error();
        features = *std::move(run);
    }
    std::optional<Error> failed;
    std::map<std::uint32_t, double> known; // both curves begin and end alike
    const auto scoreOf = [&](BlockMask hidden) {
        if (const auto found = known.find(hidden.bits()); found != known.end())
            return found->second;
        if (failed)
            return 0.0;
        const Result<Prediction> prediction = byAttention ? predictor.predict(*features, hidden)
                                                          : predictFilled(predictor, *input, hidden, Fill::Zero, stop);
        if (!prediction) {
            failed = prediction.error();
            return 0.0;
        }
        return known[hidden.bits()] = prediction->score;
    };
    MapCurves result{removalCurves(*means, scoreOf), byAttention ? "attention" : "zero"};
    if (failed)
        return *std::move(failed);
    return result;
}

} // namespace halflens
