// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/registry_model_source.h"

#include "core/explain/explain_map.h"
#include "core/image/model_input.h"
#include "core/masking/table_builder.h"
#include "core/masking/zero_table.h"
#include "core/measures/network_objectness.h"

#include <algorithm>
#include <utility>

namespace halflens {

namespace {

ExplainMapOptions explainOptions(const MapRequest& request)
{
    ExplainMapOptions options;
    options.method = request.kind == MapKind::Lime ? MapMethod::Lime
        : request.kind == MapKind::GradCam         ? MapMethod::GradCam
        : request.kind == MapKind::Attention       ? MapMethod::Attention
                                                   : MapMethod::Product;
    options.lime = request.lime;
    options.camSign = request.camSign;
    options.attention =
        request.attention == AttentionChoice::Rollout ? AttentionKind::Rollout : AttentionKind::LastLayer;
    return options;
}

} // namespace

RegistryModelSource::RegistryModelSource(ModelRegistry registry, std::size_t maxLoaded)
    : m_registry(std::move(registry))
    , m_maxLoaded(std::max<std::size_t>(1, maxLoaded))
{ }

std::vector<ModelEntry> RegistryModelSource::models() const
{
    std::vector<ModelEntry> entries;
    for (const Manifest& manifest : m_registry.manifests())
        entries.push_back({manifest.id, manifest.name, manifest.family, manifest.licence});
    return entries;
}

Result<std::shared_ptr<const Predictor>> RegistryModelSource::load(const std::string& id)
{
    const Manifest* manifest = m_registry.find(id);
    if (!manifest)
        return Error{ErrorCode::InvalidInput,
                     "model",
                     "there is no model called \"" + id + "\"",
                     "choose one of the installed models",
                     {}};
    const std::scoped_lock lock(m_mutex);
    const auto found =
        std::find_if(m_loaded.begin(), m_loaded.end(), [&](const Loaded& loaded) { return loaded.id == id; });
    if (found != m_loaded.end()) {
        m_loaded.splice(m_loaded.begin(), m_loaded, found);
        return found->predictor;
    }
    Result<std::shared_ptr<const Predictor>> predictor = loadModel(*manifest);
    if (predictor) {
        m_loaded.push_front({id, *predictor});
        if (m_loaded.size() > m_maxLoaded)
            m_loaded.pop_back();
    }
    return predictor;
}

Result<std::shared_ptr<const MaskTable>>
RegistryModelSource::buildTable(const Predictor& predictor, const Features& features, const std::stop_token& stop)
{
    return buildMaskTable(predictor, features, stop);
}

Result<Prediction> RegistryModelSource::predictHidden(const Predictor& predictor, const Image& image, BlockMask hidden,
                                                      const std::stop_token& stop)
{
    const Result<ModelInput> input = toModelInput(image, predictor.info().input);
    if (!input)
        return input.error();
    return predictFilled(predictor, *input, hidden, Fill::Zero, stop);
}

Result<ExplainedMap> RegistryModelSource::explain(const Predictor& predictor, const Image& image,
                                                  const MapRequest& request, const JobContext& context)
{
    Result<MapExplanation> explained =
        explainMap(predictor, image, explainOptions(request), context.stop(), [&](int done, int total) {
            context.report(static_cast<double>(done) / std::max(1, total),
                           "Making the " + toString(request.kind) + " map");
        });
    if (!explained)
        return std::move(explained).error();
    return ExplainedMap{std::move(explained->map), std::move(explained->unit), std::move(explained->done)};
}

std::shared_ptr<const ObjectnessSource> RegistryModelSource::objectness()
{
    const std::scoped_lock lock(m_mutex);
    if (!m_objectness)
        m_objectness = bestObjectness(m_registry.objectnessManifests());
    return m_objectness;
}

} // namespace halflens
