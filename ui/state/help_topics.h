// SPDX-License-Identifier: BSD-3-Clause
// Which section of the help explains what: parts of the window name a topic, the texts stand in resources/help alone.
#pragma once

#include "core/session/layers_state.h"

#include <QString>
#include <Qt>

#include <cstdint>
#include <vector>

namespace halflens {

enum class HelpTopic : std::uint8_t {
    Start,
    Quality,
    Score,
    Change,
    GradeShares,
    Fed,
    ZeroedPixels,
    Leak,
    HiddenBlocks,
    LocalQuality,
    Tiles,
    Rectangle,
    SeveralModels,
    Agreement,
    BlocksThatDecide,
    DecidingBlocks,
    BreakingSet,
    AtBest,
    Curve,
    Tolerance,
    BlockTable,
    Block,
    Rank,
    Importance,
    Halves,
    Contribution,
    Banzhaf,
    Without,
    Orders,
    PairInteraction,
    Layers,
    Saliency,
    Frequency,
    Objectness,
    Averaged,
    Matching,
    Lime,
    GradCam,
    Attention,
    Product,
    Fine,
    Values,
    Removal,
    Versions,
    VersionScores,
    VersionContribution,
    VersionAlone,
    VersionCarries,
    VersionMethod,
    Scenarios,
    ScenarioEffect,
    Photos,
    MarksAndNotes,
    PhotoScore,
    PhotoChange,
    PhotoEnough,
    Histogram,
    Study,
    Figures,
    Models,
    Count
};

/// All of them, in their order.
std::vector<HelpTopic> allHelpTopics();

/// "page.md#section", relative to resources/help; the anchor of a section is helpSlug() of its heading.
QString helpAddress(HelpTopic topic);

HelpTopic helpTopicOf(OverlayId layer);

/// Of items and of horizontal headers of models: a HelpTopic as a number, or nothing.
inline constexpr int HelpTopicRole = Qt::UserRole + 1000;

inline int toRole(HelpTopic topic)
{
    return static_cast<int>(topic);
}

} // namespace halflens
