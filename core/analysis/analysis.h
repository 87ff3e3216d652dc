// SPDX-License-Identifier: BSD-3-Clause
// From an image to everything HalfLens says about it: plain functions for viewer, commands and studies.
#pragma once

#include "core/analysis/model_source.h"
#include "core/base/result.h"
#include "core/engine/request.h"
#include "core/engine/result_cache.h"
#include "core/image/image.h"
#include "core/image/model_input.h"
#include "core/masking/deciding_sets.h"
#include "core/masking/importance.h"
#include "core/masking/mask_table.h"
#include "core/masking/orders.h"
#include "core/predictor/model_types.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

struct AnalysisOptions {
    Indicator indicator = Indicator::Dmos; ///< decides the halves
    double epsilon = 0.1; ///< tolerated change on the 1..5 scale for `enough` and `sets`
    bool operator==(const AnalysisOptions&) const = default;
};

/// How blocks are hidden from a network.
enum class HiddenBy : std::uint8_t {
    Attention, ///< tokens left out of attention (spec models 6)
    Zero ///< pixels filled after normalisation (spec measures 7)
};
/// "attention", "zero" and back. InvalidInput: another word.
std::string toString(HiddenBy by);
Result<HiddenBy> hiddenByFromString(const std::string& word);

/// Which table of a model is wanted.
struct TableRequest {
    std::optional<HiddenBy> by; ///< none: attention where the model has a mask for it, else zero
    ZeroTableOptions zero; ///< by zero: fill, masks, seed
};

/// What is hidden from the network for one prediction.
struct Hiding {
    BlockMask mask; ///< from attention
    BlockMask filled; ///< pixels after normalisation
    Fill fill = Fill::Zero;
};

/// One image fed to one network.
struct Fed {
    ModelInput input; ///< the facts; the planes are gone
    std::shared_ptr<const Features> features; ///< of the input with `filled` filled
    Prediction prediction;
};

/// Everything that follows from a mask table.
struct BlockReport {
    Importance importance;
    BlockMask important; ///< the six most important blocks
    BlockMask trivial; ///< the other six
    HalfMargin margin; ///< how clear the border between them is
    BlockMask oracleTrivial; ///< the six whose absence changes the score least, of all 924 sets
    Shapley shapley;
    std::vector<CurvePoint> curve; ///< 13 points, from 12 visible blocks down to 0
    Enough enough; ///< at best
    std::optional<DecidingSets> sets; ///< which blocks decide; none where rows of the table are estimates
    Orders orders; ///< how much of the table single blocks, pairs ... explain; Banzhaf values
};

/// One image seen by one model. Immutable once shared.
struct Analysis {
    std::string imageHash;
    ModelInfo model;
    int fedWidth = 0; ///< what the network was fed
    int fedHeight = 0;
    InputPolicy policy = InputPolicy::Native;
    std::string orientation;
    Prediction prediction;
    double trunkSeconds = 0;
    HiddenBy by = HiddenBy::Attention; ///< how blocks were hidden for the table
    Fill fill = Fill::Zero; ///< by zero
    std::shared_ptr<const MaskTable> table; ///< null: prediction only
    std::string tableNote; ///< why there is no table, in words; empty otherwise
    std::optional<BlockReport> report; ///< set together with the table
    AnalysisOptions options; ///< of the report
};

/// Model input, trunk pass and prediction: the part of everything that needs the network. Any thread, one call at a
/// time per predictor. Model: the score is not a number, or the input's size does not suit; Cancelled between steps.
Result<Fed> feed(const Image& image, const Predictor& predictor, const Hiding& hiding, const std::stop_token& stop);

/// All look-ups of a table. InvalidInput: the indicator needs grade probabilities and there are none.
Result<BlockReport> reportOn(const MaskTable& table, const AnalysisOptions& options);

/// Loads the model, predicts, fills the table, reports. Publishes the prediction alone as soon as
/// it is there. A model that cannot hide blocks yields an analysis with a note instead of a table.
/// Worker thread. Errors of every step; Cancelled.
Result<std::shared_ptr<const Analysis>> analyze(const Image& image, const std::string& modelId, ModelSource& models,
                                                const AnalysisOptions& options, const JobContext& context);

/// The analysis with the table asked for, from the cache or made and kept there; `explain`, halves and figures come
/// from here. Worker thread. Unsupported: attention of a model without mask; errors of every step; Cancelled.
Result<std::shared_ptr<const Analysis>> analyzeBlocks(const Image& image, const std::string& modelId,
                                                      const TableRequest& request, const AnalysisOptions& options,
                                                      ModelSource& models, ResultCache& cache,
                                                      const JobContext& context);

/// Under which the analysis of a model with its attention table, or none, is kept. Options are no part of it: another
/// report of the same table is a matter of milliseconds. Waits for nobody. Any thread.
CacheKey analysisKey(const Image& image, const std::string& modelId, const ModelSource& models);

/// The same analysis under other options: look-ups only, no model. Microseconds to a few milliseconds.
Result<std::shared_ptr<const Analysis>> withOptions(const Analysis& analysis, const AnalysisOptions& options);

/// Masks tried for a model without a table before anybody asks for more.
inline constexpr int FirstSamples = 256;

/// `analysis` of a model without a table, with one from `samples` masks and a report on it; the note why
/// there is no other stays. Analyses of the samples so far are published. `image` is the one analysed.
/// Worker thread. Unsupported: the source cannot; errors of the model; Cancelled.
Result<std::shared_ptr<const Analysis>> withSampledTable(const Image& image, const Analysis& analysis,
                                                         ModelSource& models, int samples,
                                                         const AnalysisOptions& options, const JobContext& context);

/// The important half of a model without a table, from the change of the score when each block alone
/// is hidden: twelve passes, an estimate of the half that all masks would give. `analysis` is of the
/// same image. Worker thread. Errors of the model; Cancelled.
Result<BlockMask> halfBySingles(const Image& image, const Analysis& analysis, ModelSource& models,
                                const JobContext& context);

/// How many models have each block in their important half.
struct Agreement {
    std::array<int, BlockCount> counts{};
    int models = 0; ///< that have halves
    bool isEstimate = false; ///< some halves are estimates

    void add(BlockMask important, bool estimate);
};

/// Memory an analysis takes, for the cache.
std::uint64_t byteSize(const Analysis& analysis);

} // namespace halflens
