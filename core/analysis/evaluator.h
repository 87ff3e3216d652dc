// SPDX-License-Identifier: BSD-3-Clause
// What a loaded network is asked for beyond one prediction: mask tables, masked scores, maps. Apart from the
// pipeline so that tests can put a stand-in here.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/engine/request.h"
#include "core/explain/explain_map.h"
#include "core/image/image.h"
#include "core/masking/mask_table.h"
#include "core/masking/table_cache.h"
#include "core/masking/zero_table.h"
#include "core/predictor/model_types.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace halflens {

/// Worker thread, one call at a time per predictor.
class Evaluator {
public:
    Evaluator() = default;
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;
    virtual ~Evaluator() = default;

    /// All 4096 predictions by the attention mask, quickly (spec models 6). Unsupported: the model has none.
    virtual Result<std::shared_ptr<const MaskTable>> buildTable(const Predictor& predictor, const Features& features,
                                                                const std::stop_token& stop) = 0;

    /// The table by filled pixels, which every model has: one forward pass a mask, what tells most first, the
    /// rest estimated (MaskTable::exact, standardError). Snapshots go to `publish` where it is given, progress to
    /// `context`. Seconds to hours; what was computed before is not computed again. Cancelled; errors of the model.
    using PublishTable = std::function<void(std::shared_ptr<const MaskTable>)>;
    virtual Result<std::shared_ptr<const MaskTable>> sampleTable(const Predictor& predictor, const Image& image,
                                                                 const ZeroTableOptions& options,
                                                                 const JobContext& context,
                                                                 const PublishTable& publish) = 0;

    /// One prediction with the pixels of blocks set to zero after normalisation (spec measures 7). One forward pass.
    virtual Result<Prediction> predictHidden(const Predictor& predictor, const Image& image, BlockMask hidden,
                                             const std::stop_token& stop) = 0;

    /// explainMap() with progress; MapExplanation of what is refined in place is published. Unsupported: this model
    /// has no such map.
    virtual Result<MapExplanation> explain(const Predictor& predictor, const Image& image, const MapRequest& request,
                                           const JobContext& context) = 0;
};

/// The one that asks the network.
class NetworkEvaluator final : public Evaluator {
public:
    /// `tableFile` keeps rows of sampled tables from one start to the next; empty: they are not kept.
    explicit NetworkEvaluator(std::filesystem::path tableFile)
        : m_tableFile(std::move(tableFile))
    { }

    Result<std::shared_ptr<const MaskTable>> buildTable(const Predictor& predictor, const Features& features,
                                                        const std::stop_token& stop) override;
    Result<std::shared_ptr<const MaskTable>> sampleTable(const Predictor& predictor, const Image& image,
                                                         const ZeroTableOptions& options, const JobContext& context,
                                                         const PublishTable& publish) override;
    Result<Prediction> predictHidden(const Predictor& predictor, const Image& image, BlockMask hidden,
                                     const std::stop_token& stop) override;
    Result<MapExplanation> explain(const Predictor& predictor, const Image& image, const MapRequest& request,
                                   const JobContext& context) override;

    /// Why rows are not kept although they should be; empty when all is well. Any thread.
    std::string tableProblem() const;

private:
    const std::filesystem::path m_tableFile;
    mutable std::mutex m_mutex;
    std::unique_ptr<TableCache> m_tables; ///< null until a table is sampled
};

} // namespace halflens
