// SPDX-License-Identifier: BSD-3-Clause
// The one experiment in which the right explanation is known: some blocks of a good photo are damaged, and explainers
// are asked who is to blame (spec measures 14).
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/image/image.h"
#include "core/masking/importance.h"
#include "core/predictor/model_types.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

class ObjectnessSource;

enum class DamageKind : std::uint8_t {
    Blur, ///< Gaussian, sigma 4 px at full strength, 2 at half
    Noise, ///< normal, independent per channel, deviation 30 or 15 levels
    Jpeg, ///< 4:2:0, quality 6 or 12
    Dark, ///< light times 2^-2.5 or 2^-1.25
    Contrast ///< towards the mean level; not part of the experiment, trainings use it
};
enum class DamageRegion : std::uint8_t {
    Square, ///< 2 x 2 blocks
    Single ///< one block
};
struct Damage {
    DamageKind kind = DamageKind::Blur;
    DamageRegion region = DamageRegion::Square;
    bool full = true; ///< else half strength
    bool operator==(const Damage&) const = default;
};
/// Those of the experiment.
inline constexpr std::array AllDamageKinds{DamageKind::Blur, DamageKind::Noise, DamageKind::Jpeg, DamageKind::Dark};

/// "blur", "noise", "jpeg", "dark", "contrast"; "2x2", "single"; "full", "half": as tables name them.
std::string toString(DamageKind kind);
std::string toString(DamageRegion region);
std::string strengthWord(const Damage& damage);

/// A whole image damaged by `strength`: sigma in px, deviation in levels, JPEG quality, stops darker, factor of the
/// contrast. Noise comes from `seed`. Any thread. Errors of the JPEG coder.
Result<Image> damagedBy(const Image& image, DamageKind kind, double strength, std::uint64_t seed);
/// The same at the two strengths of the experiment; Contrast: factors 0.4 and 0.7.
Result<Image> damagedWhole(const Image& image, DamageKind kind, bool full, std::uint64_t seed);

/// Copies the pixels of `blocks` from one picture into another of the same size.
void pasteBlocks(const Image& from, BlockMask blocks, Image& into);

/// A photo before and after.
struct DamagedPhoto {
    Image clean; ///< fitted to 512 x 384, standing photos to 384 x 512
    Image damaged; ///< the same but for the blocks of `region`, cut from the wholly damaged picture
    BlockMask region;
};
/// Place and noise depend on seed, file name (without folders), kind and region only, never on the course of a run.
Result<DamagedPhoto> damagePhoto(const Image& photo, const std::string& fileName, const Damage& damage,
                                 std::uint64_t seed);

/// Who may be asked, in the order of tables.
enum class Explainer : std::uint8_t {
    Shapley,
    Banzhaf,
    Occlusion,
    Importance,
    Lime,
    Fine,
    GradCamNegative,
    GradCamPositive,
    Attention,
    Product,
    Saliency,
    Frequency,
    Objectness,
    Averaged
};
inline constexpr int ExplainerCount = 14;
std::string toString(Explainer explainer);

/// How much an explainer blames each block of a damaged picture: the more, the more it lowers the score. `importance`
/// and the measures have no sign; they are taken as blame to show what that gives.
struct Blame {
    Explainer explainer = Explainer::Shapley;
    BlockValues blocks{};
};

struct BlameOptions {
    std::uint64_t seed = 0; ///< of LIME and the random orders
    int limeSamples = 200; ///< 0: no blame by LIME
    double fineError = 0.01; ///< standard error of fine contributions, grades of 1..5
    /// Rows computed for models without attention mask, as fillZeroTable() takes them; 0: none, and no blame that needs
    /// the table.
    int zeroSamples = 0;
};

/// Blame of every explainer the model has; the measures, which know no model, are asked by blameByMeasures(). Slow:
/// LIME alone runs the network `limeSamples` times. Errors of the network; Cancelled.
Result<std::vector<Blame>> blameBlocks(const Predictor& predictor, const Image& damaged, const BlameOptions& options,
                                       std::stop_token stop = {});

/// Blame by the measures. Without `objectness` neither by objectness nor by the average. Errors of measures; Cancelled.
Result<std::vector<Blame>> blameByMeasures(const Image& damaged, const ObjectnessSource* objectness,
                                           std::stop_token stop = {});

/// The probability that a damaged block is blamed more than an undamaged one, ties half; chance is 0.5.
/// `damaged` holds from 1 to 11 blocks.
double blameAuc(const BlockValues& blame, BlockMask damaged);

/// Native scores around one damaged photo; blocks are hidden through the attention mask, or as zeroed pixels.
struct DamageScores {
    double clean = 0;
    double damaged = 0;
    double hidden = 0; ///< the damaged picture with the damaged blocks hidden
    double onlyDamaged = 0; ///< with all others hidden
    double cleanHidden = 0; ///< the clean picture with the same blocks hidden
    bool rises() const { return hidden > damaged; }
};
Result<DamageScores> damageScores(const Predictor& predictor, const DamagedPhoto& photo, std::stop_token stop = {});

/// How much say hidden blocks still have: sum of |hidden - cleanHidden| over sum of |damaged - clean|. None where no
/// damage changes a score.
std::optional<double> leakOf(std::span<const DamageScores> photos);

} // namespace halflens
