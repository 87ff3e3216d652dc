// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/help_topics.h"

#include <QtGlobal>

namespace halflens {

using namespace Qt::StringLiterals;

std::vector<HelpTopic> allHelpTopics()
{
    std::vector<HelpTopic> topics;
    for (int topic = 0; topic < static_cast<int>(HelpTopic::Count); ++topic)
        topics.push_back(static_cast<HelpTopic>(topic));
    return topics;
}

QString helpAddress(HelpTopic topic)
{
    switch (topic) { // no default: the compiler names a topic that is left out
    case HelpTopic::Start:
    case HelpTopic::Count:
        return u"start.md"_s;
    case HelpTopic::Quality:
        return u"numbers.md#quality"_s;
    case HelpTopic::Score:
        return u"numbers.md#score"_s;
    case HelpTopic::Change:
        return u"numbers.md#change"_s;
    case HelpTopic::GradeShares:
        return u"numbers.md#grades"_s;
    case HelpTopic::Fed:
        return u"numbers.md#what-is-fed"_s;
    case HelpTopic::ZeroedPixels:
        return u"numbers.md#zeroed-pixels"_s;
    case HelpTopic::Leak:
        return u"numbers.md#leak"_s;
    case HelpTopic::HiddenBlocks:
        return u"numbers.md#hidden-blocks"_s;
    case HelpTopic::LocalQuality:
        return u"numbers.md#local-quality"_s;
    case HelpTopic::Tiles:
        return u"numbers.md#tiles"_s;
    case HelpTopic::Rectangle:
        return u"numbers.md#rectangle"_s;
    case HelpTopic::SeveralModels:
        return u"numbers.md#compared-models"_s;
    case HelpTopic::Agreement:
        return u"numbers.md#agreement"_s;
    case HelpTopic::BlocksThatDecide:
        return u"numbers.md#blocks-that-decide"_s;
    case HelpTopic::DecidingBlocks:
        return u"numbers.md#deciding-blocks"_s;
    case HelpTopic::BreakingSet:
        return u"numbers.md#breaking-set"_s;
    case HelpTopic::AtBest:
        return u"numbers.md#at-best"_s;
    case HelpTopic::Curve:
        return u"numbers.md#curve"_s;
    case HelpTopic::Tolerance:
        return u"numbers.md#tolerance"_s;
    case HelpTopic::BlockTable:
        return u"numbers.md#table-of-blocks"_s;
    case HelpTopic::Block:
        return u"numbers.md#block"_s;
    case HelpTopic::Rank:
        return u"numbers.md#rank"_s;
    case HelpTopic::Importance:
        return u"numbers.md#importance"_s;
    case HelpTopic::Halves:
        return u"numbers.md#halves"_s;
    case HelpTopic::Contribution:
        return u"numbers.md#contribution"_s;
    case HelpTopic::Banzhaf:
        return u"numbers.md#banzhaf-value"_s;
    case HelpTopic::Without:
        return u"numbers.md#without"_s;
    case HelpTopic::Orders:
        return u"numbers.md#orders"_s;
    case HelpTopic::PairInteraction:
        return u"numbers.md#pair-interaction"_s;
    case HelpTopic::Layers:
        return u"numbers.md#layers"_s;
    case HelpTopic::Saliency:
        return u"numbers.md#saliency"_s;
    case HelpTopic::Frequency:
        return u"numbers.md#spatial-frequency"_s;
    case HelpTopic::Objectness:
        return u"numbers.md#objectness"_s;
    case HelpTopic::Averaged:
        return u"numbers.md#averaged-measure"_s;
    case HelpTopic::Matching:
        return u"numbers.md#matching"_s;
    case HelpTopic::Lime:
        return u"numbers.md#lime"_s;
    case HelpTopic::GradCam:
        return u"numbers.md#grad-cam"_s;
    case HelpTopic::Attention:
        return u"numbers.md#attention"_s;
    case HelpTopic::Product:
        return u"numbers.md#grad-cam-times-attention"_s;
    case HelpTopic::Fine:
        return u"numbers.md#fine-contributions"_s;
    case HelpTopic::Values:
        return u"numbers.md#values-under-the-pointer"_s;
    case HelpTopic::Removal:
        return u"numbers.md#insertion-and-deletion"_s;
    case HelpTopic::Versions:
        return u"numbers.md#two-versions"_s;
    case HelpTopic::VersionScores:
        return u"numbers.md#scores-of-two-versions"_s;
    case HelpTopic::VersionContribution:
        return u"numbers.md#contribution-to-the-change"_s;
    case HelpTopic::VersionAlone:
        return u"numbers.md#alone-from-b"_s;
    case HelpTopic::VersionCarries:
        return u"numbers.md#blocks-that-carry-the-change"_s;
    case HelpTopic::VersionMethod:
        return u"numbers.md#how-versions-are-exchanged"_s;
    case HelpTopic::Scenarios:
        return u"viewer.md#sessions-and-scenarios"_s;
    case HelpTopic::ScenarioEffect:
        return u"numbers.md#effect-on-all-photos"_s;
    case HelpTopic::Photos:
        return u"viewer.md#a-folder-as-a-table"_s;
    case HelpTopic::MarksAndNotes:
        return u"viewer.md#marks-and-notes"_s;
    case HelpTopic::PhotoScore:
        return u"numbers.md#score-of-a-photo"_s;
    case HelpTopic::PhotoChange:
        return u"numbers.md#change-of-a-photo"_s;
    case HelpTopic::PhotoEnough:
        return u"numbers.md#enough-of-a-photo"_s;
    case HelpTopic::Histogram:
        return u"numbers.md#histogram"_s;
    case HelpTopic::Study:
        return u"studies.md#in-the-viewer"_s;
    case HelpTopic::Figures:
        return u"figures.md"_s;
    case HelpTopic::Models:
        return u"own_model.md"_s;
    }
    Q_UNREACHABLE();
}

HelpTopic helpTopicOf(OverlayId layer)
{
    switch (layer) {
    case OverlayId::Agreement:
        return HelpTopic::Agreement;
    case OverlayId::Halves:
        return HelpTopic::Halves;
    case OverlayId::Importance:
        return HelpTopic::Importance;
    case OverlayId::Shapley:
        return HelpTopic::Contribution;
    case OverlayId::Saliency:
        return HelpTopic::Saliency;
    case OverlayId::Frequency:
        return HelpTopic::Frequency;
    case OverlayId::Objectness:
        return HelpTopic::Objectness;
    case OverlayId::Averaged:
        return HelpTopic::Averaged;
    case OverlayId::Lime:
        return HelpTopic::Lime;
    case OverlayId::GradCam:
        return HelpTopic::GradCam;
    case OverlayId::Attention:
        return HelpTopic::Attention;
    case OverlayId::Product:
        return HelpTopic::Product;
    case OverlayId::Fine:
        return HelpTopic::Fine;
    case OverlayId::Tiles:
        return HelpTopic::Tiles;
    }
    Q_UNREACHABLE();
}

} // namespace halflens
