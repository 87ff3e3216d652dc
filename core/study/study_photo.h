// SPDX-License-Identifier: BSD-3-Clause
// What a study finds out about one photo.
#pragma once

#include "core/analysis/analysis.h"
#include "core/base/block.h"
#include "core/base/result.h"
#include "core/explain/known_damage.h"
#include "core/image/image.h"
#include "core/study/study_plan.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

/// Measures in the order of tables.
inline constexpr int StudyMeasures = 4;
inline constexpr std::array<const char*, StudyMeasures> StudyMeasureNames{"saliency", "frequency", "objectness",
                                                                          "averaged"};

/// A native score with blocks hidden.
struct HiddenScore {
    HiddenBy by = HiddenBy::Zero;
    BlockMask hidden;
    double score = 0;
};

/// How many visible blocks keep the score within epsilon: whatever else is hidden, and by luck.
struct EnoughCount {
    double epsilon = 0.1; ///< grades of 1..5
    int guaranteed = BlockCount;
    int best = BlockCount;
};

/// One photo seen by one model; native units.
struct ModelFindings {
    std::string model;
    double score = 0; ///< of the whole photo
    std::vector<HiddenScore> masked;
    std::optional<BlockMask> oracle; ///< the six blocks whose absence, by attention, changes the score least
    std::vector<EnoughCount> enough; ///< one an epsilon where all 4096 masks are known
    std::vector<double> table; ///< scores of all masks, by attention where the model can; empty: not computed

    /// Not a number where it was not asked for.
    double scoreWith(HiddenBy by, BlockMask hidden) const;
};

/// One explainer asked for one damage.
struct DamageAuc {
    std::string model;
    Damage damage;
    std::string explainer;
    double auc = 0;
};
struct DamageFindings {
    std::string model;
    Damage damage;
    DamageScores scores;
};

struct PhotoFindings {
    std::string error; ///< why the photo is left out of every table; empty: it is in
    std::string contentHash;
    std::optional<BlockMask> important; ///< the judge's
    BlockMask random;
    std::array<std::optional<BlockMask>, StudyMeasures> upper; ///< none where a map is flat, or was not asked for
    std::vector<ModelFindings> models; ///< in the plan's order
    std::vector<DamageAuc> aucs;
    std::vector<DamageFindings> damage;
    double networkSeconds = 0; ///< spent inside the networks
};

/// The six blocks of the n-th random half of a photo: from seed, file name without folders, and n alone.
BlockMask randomHalf(std::uint64_t seed, const std::string& fileName, int n);

/// The blocks hidden in the averaged-measure experiment beside the measure's own halves.
BlockMask centreHalf(); ///< the two middle columns
BlockMask leftHalf();

/// Everything the plan asks about one photo. `damaged` says whether known damage is asked of it, too. Worker thread.
/// Errors of image and models; Cancelled.
Result<PhotoFindings> studyPhoto(const Image& image, const PlannedPhoto& photo, const StudyPlan& plan,
                                 ModelSource& models, const JobContext& context);

} // namespace halflens
