// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/study_filter.h"

#include "ui/state/text.h"

#include <array>
#include <utility>
#include <vector>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<const char*, StudyColumnCount> Words{"photo",     "split",      "opinion",  "score",  "distance",
                                                          "important", "trivial",    "fall",     "decide", "saliency",
                                                          "frequency", "objectness", "averaged", "error"};

} // namespace

bool isText(StudyColumn column)
{
    return column == StudyColumn::Photo || column == StudyColumn::Split || column == StudyColumn::LeftOut;
}

QString filterWord(StudyColumn column)
{
    return QLatin1String(Words[static_cast<std::size_t>(column)]);
}

QString studyText(const OverviewPhoto& photo, StudyColumn column)
{
    switch (column) {
    case StudyColumn::Photo:
        return toQt(photo.name);
    case StudyColumn::Split:
        return photo.split == Split::None ? QString() : toQt(toString(photo.split));
    case StudyColumn::LeftOut:
        return toQt(photo.error);
    default:
        return {};
    }
}

double studyNumber(const OverviewPhoto& photo, std::size_t model, StudyColumn column)
{
    const auto matches = [&](std::size_t measure) {
        return photo.matches[measure] < 0 ? OverviewModel::Unknown : photo.matches[measure];
    };
    const OverviewModel none;
    const OverviewModel& seen = model < photo.models.size() ? photo.models[model] : none;
    switch (column) {
    case StudyColumn::Opinion:
        return photo.mos5.value_or(OverviewModel::Unknown);
    case StudyColumn::Score:
        return seen.score;
    case StudyColumn::Distance:
        return photo.disagreement(model);
    case StudyColumn::WithoutImportant:
        return seen.withoutImportant;
    case StudyColumn::WithoutTrivial:
        return seen.withoutTrivial;
    case StudyColumn::Fall:
        return seen.fall();
    case StudyColumn::Decide:
        return seen.guaranteed;
    case StudyColumn::Saliency:
        return matches(0);
    case StudyColumn::Frequency:
        return matches(1);
    case StudyColumn::Objectness:
        return matches(2);
    case StudyColumn::Averaged:
        return matches(3);
    default:
        return OverviewModel::Unknown;
    }
}

std::optional<StudyFilter> StudyFilter::parse(const QString& line, QString& problem)
{
    std::vector<FilterColumn> columns;
    for (int i = 0; i < StudyColumnCount; ++i)
        columns.push_back({filterWord(static_cast<StudyColumn>(i)), isText(static_cast<StudyColumn>(i))});
    std::optional<ColumnFilter> conditions = ColumnFilter::parse(line, columns, problem);
    if (!conditions)
        return std::nullopt;
    StudyFilter filter;
    filter.m_filter = *std::move(conditions);
    return filter;
}

bool StudyFilter::accepts(const OverviewPhoto& photo, std::size_t model) const
{
    return m_filter.accepts([&](int column) { return studyText(photo, static_cast<StudyColumn>(column)); },
                            [&](int column) { return studyNumber(photo, model, static_cast<StudyColumn>(column)); });
}

} // namespace halflens
