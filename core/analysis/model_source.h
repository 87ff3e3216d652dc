// SPDX-License-Identifier: BSD-3-Clause
// Where the viewer and the commands get loaded models from.
#pragma once

#include "core/analysis/evaluator.h"
#include "core/analysis/model_library.h"
#include "core/base/result.h"
#include "core/measures/objectness.h"
#include "core/predictor/manifest.h"
#include "core/predictor/model_types.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

/// A model that can be asked for, known before its weights are read.
struct ModelEntry {
    std::string id;
    std::string name;
    std::string family;
    std::string licence;
    std::string weightsSha256;
    std::optional<Leak> leak = {}; ///< of its hidden blocks, where it was measured
    bool operator==(const ModelEntry&) const = default;
};

/// Thread-safe: a user interface lists models while the worker loads one.
class ModelSource {
public:
    ModelSource() = default;
    ModelSource(const ModelSource&) = delete;
    ModelSource& operator=(const ModelSource&) = delete;
    virtual ~ModelSource() = default;

    virtual std::vector<ModelEntry> models() const = 0; ///< sorted by id
    virtual std::string defaultId() const = 0; ///< empty when there is no model; the judge of halves, too

    /// The loaded network, kept for the next call. Seconds the first time.
    /// InvalidInput: no such id, or its files are damaged.
    virtual Result<std::shared_ptr<const Predictor>> load(const std::string& id) = 0;

    /// Of the model's weights file, without reading it. Waits for nobody. Empty: there is no such model.
    virtual std::string weightsHash(const std::string& id) const = 0;
    /// Stands for a model in cache keys: the same weights may be fed differently under another id.
    std::string modelKey(const std::string& id) const { return id + '/' + weightsHash(id); }

    /// What loaded networks are asked with. Lives as long as the source.
    virtual Evaluator& evaluator() = 0;

    /// The best way of computing objectness there is; the fallback without weights when there is no network.
    virtual std::shared_ptr<const ObjectnessSource> objectness() = 0;
    /// Differs where objectness() does. Reads no weights and waits for nobody.
    virtual std::string objectnessKey() const = 0;

    /// For taking models in and out; null when the models are fixed. models() follows.
    virtual ModelLibrary* library() { return nullptr; }
};

} // namespace halflens
