// SPDX-License-Identifier: BSD-3-Clause
// The installed models, loaded on demand and kept.
#pragma once

#include "core/engine/model_source.h"
#include "core/models/registry.h"

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace halflens {

/// The models of a registry; a few of the most recently used stay in memory.
class RegistryModelSource final : public ModelSource {
public:
    explicit RegistryModelSource(ModelRegistry registry, std::size_t maxLoaded = 6);

    std::vector<ModelEntry> models() const override;
    std::string defaultId() const override { return m_registry.defaultId(); }
    Result<std::shared_ptr<const Predictor>> load(const std::string& id) override;
    Result<std::shared_ptr<const MaskTable>> buildTable(const Predictor& predictor, const Features& features,
                                                        const std::stop_token& stop) override;
    Result<Prediction> predictHidden(const Predictor& predictor, const Image& image, BlockMask hidden,
                                     const std::stop_token& stop) override;
    Result<ExplainedMap> explain(const Predictor& predictor, const Image& image, const MapRequest& request,
                                 const JobContext& context) override;
    /// The network of the first folder that has one, read on the first call.
    std::shared_ptr<const ObjectnessSource> objectness() override;

    const ModelRegistry& registry() const { return m_registry; }

private:
    struct Loaded {
        std::string id;
        std::shared_ptr<const Predictor> predictor;
    };

    const ModelRegistry m_registry;
    const std::size_t m_maxLoaded;
    std::mutex m_mutex; ///< held while loading: two threads never load the same weights twice
    std::list<Loaded> m_loaded; ///< most recently used first
    std::shared_ptr<const ObjectnessSource> m_objectness; ///< null until asked for
};

} // namespace halflens
