// SPDX-License-Identifier: BSD-3-Clause
// Where the viewer and the commands get loaded models from, and a stand-in's seat for tests.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/engine/map_request.h"
#include "core/engine/model_library.h"
#include "core/engine/request.h"
#include "core/image/image.h"
#include "core/masking/mask_table.h"
#include "core/measures/objectness.h"
#include "core/predictor/model_types.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

/// A model that can be asked for, known before its weights are read.
struct ModelEntry {
    std::string id;
    std::string name;
    std::string family;
    std::string licence;
    bool operator==(const ModelEntry&) const = default;
};

/// What an explainer says about a model and an image.
struct ExplainedMap {
    ScalarMap map; ///< H x W of the image, finite raw values
    std::string unit; ///< of the values, in words
    std::string note; ///< what qualifies it, such as R2 and samples; may be empty
};

/// Thread-safe: a user interface lists models while the worker loads one.
class ModelSource {
public:
    ModelSource() = default;
    ModelSource(const ModelSource&) = delete;
    ModelSource& operator=(const ModelSource&) = delete;
    virtual ~ModelSource() = default;

    virtual std::vector<ModelEntry> models() const = 0; ///< sorted by id
    virtual std::string defaultId() const = 0; ///< empty when there is no model

    /// The loaded network, kept for the next call. Seconds the first time.
    /// InvalidInput: no such id, or its files are damaged.
    virtual Result<std::shared_ptr<const Predictor>> load(const std::string& id) = 0;

    /// All 4096 predictions, quickly. Unsupported: the model would have to run once for every mask.
    virtual Result<std::shared_ptr<const MaskTable>> buildTable(const Predictor& predictor, const Features& features,
                                                                const std::stop_token& stop) = 0;

    /// The table of a model that has to run once for every mask: `samples` of them, what tells most
    /// first, the rest estimated (MaskTable::exact, standardError). Snapshots go to `publish`, progress
    /// to `context`. Seconds to hours; what was computed before is not computed again.
    /// Unsupported: this source cannot; Cancelled; errors of the model.
    using PublishTable = std::function<void(std::shared_ptr<const MaskTable>)>;
    virtual Result<std::shared_ptr<const MaskTable>> sampleTable(const Predictor& predictor, const Image& image,
                                                                 int samples, const JobContext& context,
                                                                 const PublishTable& publish);

    /// One prediction with blocks hidden, for models without a table: their pixels are set to zero
    /// after normalisation (spec measures 7). One forward pass.
    virtual Result<Prediction> predictHidden(const Predictor& predictor, const Image& image, BlockMask hidden,
                                             const std::stop_token& stop) = 0;

    /// LIME, Grad-CAM, attention or their product, with progress. Unsupported: this model has no such map.
    virtual Result<ExplainedMap> explain(const Predictor& predictor, const Image& image, const MapRequest& request,
                                         const JobContext& context);

    /// The best way of computing objectness there is; the fallback without weights when there is no network.
    virtual std::shared_ptr<const ObjectnessSource> objectness();

    /// For taking models in and out; null when the models are fixed. models() follows.
    virtual ModelLibrary* library() { return nullptr; }
};

} // namespace halflens
