// SPDX-License-Identifier: BSD-3-Clause
// A study as a list of photos: the numbers of each that people sort and filter by.
#pragma once

#include "core/base/result.h"
#include "core/study/study_store.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

/// One photo seen by one model. Not a number where the study did not ask.
struct OverviewModel {
    static constexpr double Unknown = std::numeric_limits<double>::quiet_NaN();
    double score = Unknown; ///< native
    double score5 = Unknown; ///< on 1..5; unknown for studies that did not note the scale
    double withoutImportant = Unknown; ///< native score, the judge's important half hidden
    double withoutTrivial = Unknown; ///< native score, the judge's trivial half hidden
    double guaranteed = Unknown; ///< visible blocks that decide, within StudyOverview::epsilon

    double fall() const { return score - withoutImportant; }
};

struct OverviewPhoto {
    std::size_t number = 0; ///< StudyPlan::photos
    std::string name; ///< as the table names it
    std::filesystem::path file; ///< where it was read; empty: not noted
    std::string contentHash; ///< of its pixels then
    Split split = Split::None;
    std::optional<double> mos5;
    std::string error; ///< why it is left out of every table; empty: it is in
    /// Important blocks that are also among the six of a measure, 0..6; -1: not asked. Order of StudyMeasureNames.
    std::array<int, StudyMeasures> matches{-1, -1, -1, -1};
    std::vector<OverviewModel> models; ///< in the order of StudyFacts::models; empty for what is left out

    /// Score minus opinion on 1..5; not a number without one of them.
    double disagreement(std::size_t model) const;
};

struct StudyOverview {
    std::filesystem::path folder;
    std::string name; ///< of the recipe
    StudyFacts facts;
    double epsilon = 0.1; ///< of OverviewModel::guaranteed, grades of 1..5
    std::vector<OverviewPhoto> photos; ///< in the order of their numbers; those computed so far

    std::size_t judge() const; ///< index of the judge among the models; 0 where it is not one of them
};

OverviewPhoto overviewOf(const StudiedPhoto& photo, const StudyFacts& facts, double epsilon);

/// Reads the study in `folder`, also while a run is writing it. About a second for 10 000 photos and five models: not
/// for a thread that draws. Errors of the store; Cancelled.
Result<StudyOverview> readStudyOverview(const std::filesystem::path& folder, std::stop_token stop = {});

} // namespace halflens
