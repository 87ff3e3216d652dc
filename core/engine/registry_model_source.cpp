// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/registry_model_source.h"

#include "core/explain/explain_map.h"
#include "core/families/objectness/network_objectness.h"
#include "core/image/model_input.h"
#include "core/masking/table_builder.h"
#include "core/masking/zero_table.h"

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

RegistryModelSource::RegistryModelSource(ModelRegistry registry, std::size_t maxLoaded, std::filesystem::path tableFile)
    : m_registry(std::make_shared<const ModelRegistry>(std::move(registry)))
    , m_maxLoaded(std::max<std::size_t>(1, maxLoaded))
    , m_tableFile(std::move(tableFile))
{ }

std::shared_ptr<const ModelRegistry> RegistryModelSource::registry() const
{
    const std::scoped_lock lock(m_registryMutex);
    return m_registry;
}

void RegistryModelSource::manage(const std::filesystem::path& userFolder)
{
    m_library = std::make_unique<RegistryLibrary>(
        ModelStore(userFolder), [this] { return registry(); }, [this, userFolder] { reload(userFolder); });
}

void RegistryModelSource::reload(const std::filesystem::path& userFolder)
{
    auto found = std::make_shared<const ModelRegistry>(ModelRegistry::scan(ModelRegistry::defaultFolders(userFolder)));
    {
        const std::scoped_lock lock(m_registryMutex);
        m_registry = found;
    }
    // Another model may have come under the id of one that was removed.
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_loaded, [&](const Loaded& loaded) {
        const Manifest* manifest = found->find(loaded.id);
        return !manifest || manifest->weightsSha256 != loaded.predictor->info().weightsHash;
    });
}

std::vector<ModelEntry> RegistryModelSource::models() const
{
    std::vector<ModelEntry> entries;
    const std::shared_ptr<const ModelRegistry> current = registry();
    for (const Manifest& manifest : current->manifests())
        entries.push_back({manifest.id, manifest.name, manifest.family, manifest.licence});
    return entries;
}

Result<std::shared_ptr<const Predictor>> RegistryModelSource::load(const std::string& id)
{
    const std::shared_ptr<const ModelRegistry> current = registry();
    const Manifest* manifest = current->find(id);
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

Result<std::shared_ptr<const MaskTable>> RegistryModelSource::sampleTable(const Predictor& predictor,
                                                                          const Image& image, int samples,
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
        rows = m_tables->open(tableKey(image.contentHash, predictor.info(), *input, Fill::Zero));
    }
    ZeroTableOptions options;
    options.samples = samples;
    ZeroTableSink sink;
    sink.publish = publish;
    sink.progress = [&](int done, int wanted) {
        context.report(static_cast<double>(done) / std::max(1, wanted),
                       "Hiding blocks: " + std::to_string(done) + " of " + std::to_string(wanted) + " masks");
    };
    return fillZeroTable(predictor, *input, options, rows.get(), context.stop(), sink);
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
                           "Making the " + spokenName(request.kind) + " map");
        });
    if (!explained)
        return std::move(explained).error();
    return ExplainedMap{std::move(explained->map), std::move(explained->unit), std::move(explained->done)};
}

std::shared_ptr<const ObjectnessSource> RegistryModelSource::objectness()
{
    const std::scoped_lock lock(m_mutex);
    if (!m_objectness)
        m_objectness = bestObjectness(registry()->objectnessManifests());
    return m_objectness;
}

} // namespace halflens
