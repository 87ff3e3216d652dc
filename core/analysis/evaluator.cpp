// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/evaluator.h"

#include "core/analysis/analysis.h"
#include "core/image/model_input.h"
#include "core/masking/table_builder.h"

#include <algorithm>
#include <utility>

namespace halflens {

Result<std::shared_ptr<const MaskTable>>
NetworkEvaluator::buildTable(const Predictor& predictor, const Features& features, const std::stop_token& stop)
{
    return buildMaskTable(predictor, features, stop);
}

Result<std::shared_ptr<const MaskTable>> NetworkEvaluator::sampleTable(const Predictor& predictor, const Image& image,
                                                                       const ZeroTableOptions& options,
                                                                       const JobContext& context,
                                                                       const PublishTable& publish)
{
    const Result<ModelInput> input = toModelInput(image, predictor.info().input);
    if (!input)
        return input.error();
    std::unique_ptr<CachedRows> rows;
    if (!m_tableFile.empty()) {
        const std::scoped_lock lock(m_mutex);
        if (!m_tables)
            m_tables = std::make_unique<TableCache>(m_tableFile);
        rows = m_tables->open(tableKey(image.contentHash, predictor.info(), *input, options.fill));
    }
    ZeroTableSink sink;
    sink.publish = publish;
    sink.progress = [&](int done, int wanted) {
        context.report(static_cast<double>(done) / std::max(1, wanted),
                       "Hiding blocks: " + std::to_string(done) + " of " + std::to_string(wanted) + " masks");
    };
    return fillZeroTable(predictor, *input, options, rows.get(), context.stop(), sink);
}

Result<Prediction> NetworkEvaluator::predictHidden(const Predictor& predictor, const Image& image, BlockMask hidden,
                                                   const std::stop_token& stop)
{
    Result<Fed> fed = feed(image, predictor, {{}, hidden, Fill::Zero}, stop);
    if (!fed)
        return std::move(fed).error();
    return std::move(fed->prediction);
}

Result<MapExplanation> NetworkEvaluator::explain(const Predictor& predictor, const Image& image,
                                                 const MapRequest& request, const JobContext& context)
{
    return explainMap(
        predictor, image, request, context.stop(),
        [&](int done, int total) {
            context.report(static_cast<double>(done) / std::max(1, total),
                           "Making the " + spokenName(request.kind) + " map");
        },
        [&](MapExplanation soFar) { context.publish(std::make_shared<const MapExplanation>(std::move(soFar))); });
}

std::string NetworkEvaluator::tableProblem() const
{
    const std::scoped_lock lock(m_mutex);
    return m_tables ? m_tables->problem() : std::string();
}

} // namespace halflens
