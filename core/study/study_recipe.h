// SPDX-License-Identifier: BSD-3-Clause
// What a study looks at: photos, models, which of the paper's experiments, and how (spec measures 5 to 8, 10, 14).
#pragma once

#include "core/base/result.h"
#include "core/data/data_recipe.h"
#include "core/data/dataset.h"
#include "core/explain/known_damage.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace halflens {

enum class StudyKind : std::uint8_t {
    Table1, ///< important, trivial and random half zeroed, against whole image and opinion (spec measures 7)
    Halves, ///< validation of the halves (spec measures 6.3)
    Table2, ///< matching degrees of the four measures (spec measures 5.2)
    Averaged, ///< halves by the averaged measure (spec measures 8)
    Importance, ///< one partition for the whole set (spec measures 6.1)
    Size, ///< agreement against the number of hidden blocks
    Enough, ///< guaranteed enough (spec measures 10)
    Damage ///< known damage (spec measures 14)
};
inline constexpr std::array AllStudyKinds{StudyKind::Table1,   StudyKind::Halves,     StudyKind::Table2,
                                          StudyKind::Averaged, StudyKind::Importance, StudyKind::Size,
                                          StudyKind::Enough,   StudyKind::Damage};
/// "table1", "halves", "table2", "averaged", "importance", "size", "enough", "damage".
std::string toString(StudyKind kind);

struct DamageRecipe {
    std::vector<DamageKind> kinds{DamageKind::Blur, DamageKind::Noise, DamageKind::Jpeg, DamageKind::Dark};
    std::vector<DamageRegion> regions{DamageRegion::Square, DamageRegion::Single};
    std::vector<bool> fullStrength{true, false};
    int photos = 60; ///< of a scored set: those with the highest opinions; of a folder: the first
    int limeSamples = 200; ///< 0: LIME is not asked
    int zeroSamples = 0; ///< rows computed for models without attention mask; 0: no blame that needs the table
    double fineError = 0.01; ///< standard error of fine contributions, grades of 1..5
    bool operator==(const DamageRecipe&) const = default;
};

/// Rows of a scored set a study takes.
enum class StudyRows : std::uint8_t {
    TestOrAll, ///< the test rows where the set has a split, else all
    Train,
    Validation,
    Test,
    All
};

struct StudyRecipe {
    std::string text; ///< what it was read from, as it is kept with the rows
    std::string name;
    std::string paper; ///< whose column of the paper's tables stands beside ours: "koniq", "spaq"; empty: none
    std::optional<DataRecipe> data; ///< the scored set; none: known damage on the folder `photos`
    std::string photos; ///< "NAME:PATH" or a path
    StudyRows rows = StudyRows::TestOrAll;
    std::vector<std::string> models; ///< ids; empty: all there are
    std::string judge; ///< whose halves, by attention and dmos; empty: the default TRIQ
    std::set<StudyKind> kinds;
    std::vector<std::string> allMasks; ///< models without attention mask whose 4096 masks are computed all the same
    std::vector<double> epsilons{0.05, 0.1, 0.2}; ///< grades of 1..5
    int randomHalves = 20; ///< of the averaged-measure experiment
    DamageRecipe damage;
    int resamples = 1000; ///< of the bootstrap
    std::uint64_t seed = 0;

    bool has(StudyKind kind) const { return kinds.contains(kind); }
    /// The tolerance of the column `guaranteed` of lists of photos: 0.1 where it is asked for, else the first.
    double listedEpsilon() const;
    /// Whether anything but known damage is asked for.
    bool hasScoredStudies() const { return kinds.size() > (has(StudyKind::Damage) ? 1U : 0U); }
};

/// Strict: unknown keys, wrong types and values out of range are told by the path of their key. InvalidInput.
Result<StudyRecipe> parseStudyRecipe(const std::string& text);
/// Io besides.
Result<StudyRecipe> readStudyRecipe(const std::filesystem::path& file);

} // namespace halflens
