// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/registry_model_source.h"

#include "core/families/objectness/network_objectness.h"

#include <algorithm>
#include <utility>

namespace halflens {

RegistryModelSource::RegistryModelSource(ModelRegistry registry, std::size_t maxLoaded, std::filesystem::path tableFile)
    : m_registry(std::make_shared<const ModelRegistry>(std::move(registry)))
    , m_maxLoaded(std::max<std::size_t>(1, maxLoaded))
    , m_evaluator(std::move(tableFile))
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
        entries.push_back(
            {manifest.id, manifest.name, manifest.family, manifest.licence, manifest.weightsSha256, manifest.leak});
    return entries;
}

Result<std::shared_ptr<const Predictor>> RegistryModelSource::load(const std::string& id)
{
    for (const auto& predictor : m_adopted) {
        if (predictor->info().id == id)
            return predictor;
    }
    const std::shared_ptr<const ModelRegistry> current = registry();
    const Manifest* manifest = current->find(id);
    if (!manifest) {
        std::string known;
        for (const Manifest& other : current->manifests())
            known += (known.empty() ? "" : ", ") + other.id;
        return Error{ErrorCode::InvalidInput,
                     "model",
                     id.empty() ? "there is no model at all" : "there is no model called \"" + id + "\"",
                     known.empty() ? "install the model pack, or name a folder with --models-dir"
                                   : "use one of " + known,
                     {}};
    }
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

std::string RegistryModelSource::weightsHash(const std::string& id) const
{
    for (const auto& predictor : m_adopted) {
        if (predictor->info().id == id)
            return predictor->info().weightsHash;
    }
    const std::shared_ptr<const ModelRegistry> current = registry();
    const Manifest* manifest = current->find(id);
    return manifest ? manifest->weightsSha256 : std::string();
}

void RegistryModelSource::adopt(std::shared_ptr<const Predictor> predictor)
{
    m_adopted.push_back(std::move(predictor));
}

std::shared_ptr<const ObjectnessSource> RegistryModelSource::objectness()
{
    const std::scoped_lock lock(m_mutex);
    if (std::string key = objectnessKey(); !m_objectness || key != m_objectnessKey) {
        m_objectness = bestObjectness(registry()->objectnessManifests());
        m_objectnessKey = std::move(key);
    }
    return m_objectness;
}

/// Of all there are: which of them can be read does not change while they do not.
std::string RegistryModelSource::objectnessKey() const
{
    std::string key;
    const std::shared_ptr<const ModelRegistry> current = registry();
    for (const Manifest& manifest : current->objectnessManifests())
        key += manifest.weightsSha256 + ' ';
    return key;
}

} // namespace halflens
