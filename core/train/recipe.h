// SPDX-License-Identifier: BSD-3-Clause
// What `halflens train` is told: a recipe in JSON, described in the help page on training.
#pragma once

#include "core/base/result.h"
#include "core/base/score.h"
#include "core/data/data_recipe.h"
#include "core/families/head_sizes.h"
#include "core/image/model_input.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace halflens::train {

enum class TrainingTask { Quality, Objectness };

struct TrunkRecipe {
    std::string name; ///< trunkByName()
    std::vector<std::string> weights; ///< files of start weights, paths as above
    std::string freezeUntil; ///< graph outputs, between commas, up to which nothing is trained; "all"; empty
    bool trainBatchNorm = false; ///< batch statistics; else the stored ones
    double rate = 0.3; ///< learning rate as a part of the head's
};

/// A fresh head.
struct HeadRecipe : HeadSizes {
    std::optional<double> dropout; ///< rate of every dropout; unset: the family's own
    double dropPath = 0; ///< Swin-IQA
};

/// One way a photo is shown to the network. Crops are cut at the photo's own scale.
struct ViewRecipe {
    enum class Kind { Fit, Crop, RandomCrop };
    Kind kind = Kind::Fit;
    bool flip = false;
    bool portrait = false; ///< input turned: height x width swapped
    double x = 0.5; ///< Crop: place within the free range, 0 left, 1 right
    double y = 0.5;
    double weight = 1; ///< how often, relative to the others
    bool operator==(const ViewRecipe&) const = default;
};

struct LossRecipe {
    double crossEntropy = 0;
    double plcc = 0;
    double l1 = 0;
    double l2 = 0;
    double rank = 0; ///< pairs of the batch by their scores
    double syntheticRank = 0; ///< pairs of degraded copies
    double margin = 0.05; ///< of rank losses, on 1..5
    double consistency = 0; ///< hidden damage has no say
    double damageOrder = 0; ///< damage lowers the score, hiding it raises it
    double blockOrder = 0; ///< hiding a damaged block raises the score more than hiding another
    double damageMargin = 0.2; ///< of the two orders, on 1..5
    bool usesDamage() const { return consistency > 0 || damageOrder > 0 || blockOrder > 0; }
    double bce = 1; ///< objectness
    double iou = 1; ///< objectness: soft intersection over union
};

struct OptimizerRecipe {
    bool decoupledDecay = true; ///< AdamW; else Adam with the decay in the gradient
    double rate = 1e-3; ///< of the head, at its highest
    double finalRate = 0.002; ///< part of it the cosine ends at
    double weightDecay = 0.01; ///< not on one-dimensional parameters
    double beta1 = 0.9;
    double beta2 = 0.99;
    double clip = 2; ///< norm of the gradient; 0: not clipped
    int batch = 16;
    double epochs = 10;
    double warmUp = 0.5; ///< epochs
    double ema = 0.998; ///< decay of the averaged weights; 0: none
    bool bfloat16 = false; ///< trunk in bfloat16, where the machine is faster with it
};

struct MaskingRecipe {
    double share = 0; ///< of the steps that mask blocks
    int most = 11; ///< blocks, at least 1
    bool byAttention = true; ///< TRIQ tokens; else pixels zeroed after normalisation
};

/// Ordered copies of training photos (degradation.h).
struct SyntheticRecipe {
    int pairs = 0; ///< a step
    int photos = 500; ///< how many training photos are degraded
    std::vector<std::string> kinds{"blur", "noise", "jpeg", "contrast"};
};

struct DamageStrength {
    std::string kind; ///< toString(DamageKind)
    double low = 0; ///< of damagedBy(), as the other
    double high = 0;
};

/// Copies of training photos damaged in known blocks (local_damage.h).
struct DamageRecipe {
    int pairs = 0; ///< a step
    int photos = 500; ///< how many of the best-rated training photos are damaged
    int copies = 4; ///< of each photo
    int most = 6; ///< damaged blocks
    int comparisons = 4; ///< of a damaged with another block, a pair and step
    std::vector<DamageStrength> kinds;
};

struct Recipe {
    TrainingTask task = TrainingTask::Quality;
    std::string id;
    std::string name;
    std::string licence;
    std::string family;
    TrunkRecipe trunk;
    HeadRecipe head;
    std::string start; ///< complete weights to go on from; what fits is taken
    InputSpec input;
    ScoreScale scale; ///< of one-output networks
    bool calibrate = false; ///< one-output networks: fit the last layer's scale and offset to the validation opinions
    std::vector<DataRecipe> data;
    std::vector<ViewRecipe> views{ViewRecipe{}};
    LossRecipe losses;
    OptimizerRecipe optimizer;
    MaskingRecipe masking;
    SyntheticRecipe synthetic;
    DamageRecipe damage;
    double evaluateEvery = 1; ///< epochs
    int patience = 0; ///< evaluations without a better validation figure before training stops; 0: never stops early
    bool reportTest = false;
    bool halfStorage = true; ///< weights file in float16
    std::uint64_t seed = 1;
    std::string sha256; ///< of the recipe's text
    std::filesystem::path folder; ///< of the recipe's file
};

/// Every unknown key, wrong type or value out of range is an InvalidInput error that names the key. Any thread.
Result<Recipe> parseRecipe(const std::string& json, const std::filesystem::path& folder);
Result<Recipe> readRecipe(const std::filesystem::path& file);

} // namespace halflens::train
