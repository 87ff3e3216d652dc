// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/study: the photos of a report that tell most.
#pragma once

#include "core/study/study_overview.h"

#include <string>
#include <vector>

namespace halflens {

inline constexpr std::size_t TellingPhotos = 24;

/// Rules for the elements of tellingSection(), for the style sheet of its page.
extern const char* const TellingStyleSheet;

/// At most TellingPhotos by number in the study: the largest falls of the judge's score without the important half,
/// then the largest distances between its score and the opinion. Empty where neither is known.
std::vector<const OverviewPhoto*> tellingPhotos(const std::vector<OverviewPhoto>& photos, std::size_t judge);

/// A section of HTML: each of them with a small picture, its numbers and the command that opens it. Pictures are JPEGs
/// of at most 240 pixels a side inside the page; a photo that is not where the study read it has none. Reads the
/// photos.
std::string tellingSection(const StudyOverview& study);

} // namespace halflens
