// SPDX-License-Identifier: BSD-3-Clause
// The installed models, loaded on demand and kept.
#pragma once

#include "core/analysis/model_source.h"
#include "core/analysis/registry_library.h"
#include "core/registry/registry.h"

#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace halflens {

/// The models of a registry; a few of the most recently used stay in memory.
class RegistryModelSource final : public ModelSource {
public:
    /// `tableFile` keeps rows of sampled tables from one start to the next; empty: they are not kept.
    explicit RegistryModelSource(ModelRegistry registry, std::size_t maxLoaded = 6,
                                 std::filesystem::path tableFile = TableCache::defaultFile());

    std::vector<ModelEntry> models() const override;
    std::string defaultId() const override { return registry()->defaultId(); }
    Result<std::shared_ptr<const Predictor>> load(const std::string& id) override;
    std::string weightsHash(const std::string& id) const override;
    NetworkEvaluator& evaluator() override { return m_evaluator; }
    /// The network of the first folder that has one, read on the first call.
    std::shared_ptr<const ObjectnessSource> objectness() override;
    std::string objectnessKey() const override;

    /// Offers a network from elsewhere, such as a published checkpoint, under its id as long as the source lives.
    /// It is not among models(). Before another thread asks for anything.
    void adopt(std::shared_ptr<const Predictor> predictor);

    ModelLibrary* library() override { return m_library.get(); }

    /// Lets library() take models in and out. Imports go to `userFolder`, or to the user's data
    /// folder when it is empty. Before anything else is called.
    void manage(const std::filesystem::path& userFolder);

    /// The models as they are now; a later import makes another one.
    std::shared_ptr<const ModelRegistry> registry() const;

private:
    struct Loaded {
        std::string id;
        std::shared_ptr<const Predictor> predictor;
    };

    void reload(const std::filesystem::path& userFolder);

    mutable std::mutex m_registryMutex;
    std::shared_ptr<const ModelRegistry> m_registry; ///< never changed, only replaced
    std::unique_ptr<RegistryLibrary> m_library;
    const std::size_t m_maxLoaded;
    NetworkEvaluator m_evaluator;
    std::mutex m_mutex; ///< held while loading: two threads never load the same weights twice
    std::list<Loaded> m_loaded; ///< most recently used first
    std::vector<std::shared_ptr<const Predictor>> m_adopted;
    std::shared_ptr<const ObjectnessSource> m_objectness; ///< null until asked for
    std::string m_objectnessKey; ///< of it
};

} // namespace halflens
