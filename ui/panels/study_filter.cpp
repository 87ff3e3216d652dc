// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/study_filter.h"

#include "core/base/numbers_text.h"
#include "ui/state/text.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr double AsShown = 0.005; ///< "fall=0.3" means what two decimals show as such

constexpr std::array<const char*, StudyColumnCount> Words{"photo",     "split",      "opinion",  "score",  "distance",
                                                          "important", "trivial",    "fall",     "decide", "saliency",
                                                          "frequency", "objectness", "averaged", "error"};

QString tr(const char* text)
{
    return QCoreApplication::translate("StudyFilter", text);
}

std::optional<StudyColumn> columnOf(const QString& word)
{
    for (int i = 0; i < StudyColumnCount; ++i) {
        if (word == QLatin1String(Words[static_cast<std::size_t>(i)]))
            return static_cast<StudyColumn>(i);
    }
    return std::nullopt;
}

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

std::optional<StudyFilter::Condition> StudyFilter::readCondition(const QString& term, QString& problem)
{
    static const QRegularExpression Form(u"^([A-Za-z]+)(<=|>=|<|>|=)(.*)$"_s);
    const QRegularExpressionMatch match = Form.match(term);
    if (!match.hasMatch())
        return Condition{StudyColumn::Photo, Relation::Equal, term, 0};
    const std::optional<StudyColumn> column = columnOf(match.captured(1).toLower());
    if (!column) {
        problem = tr("There is no column “%1”.").arg(match.captured(1));
        return std::nullopt;
    }
    const QString sign = match.captured(2);
    const QString value = match.captured(3);
    if (isText(*column)) {
        if (sign != u"=") {
            problem = tr("“%1” is text: write %1=word.").arg(filterWord(*column));
            return std::nullopt;
        }
        return Condition{*column, Relation::Equal, value, 0};
    }
    const std::optional<double> number = finiteNumber(QString(value).replace(u',', u'.').toStdString());
    if (!number) {
        problem = tr("“%1” is not complete: a number belongs behind the sign.").arg(term);
        return std::nullopt;
    }
    const Relation relation = sign == u"<" ? Relation::Less
        : sign == u"<="                    ? Relation::LessOrEqual
        : sign == u">"                     ? Relation::Greater
        : sign == u">="                    ? Relation::GreaterOrEqual
                                           : Relation::Equal;
    return Condition{*column, relation, {}, *number};
}

std::optional<StudyFilter> StudyFilter::parse(const QString& line, QString& problem)
{
    problem.clear();
    StudyFilter filter;
    for (const QString& term : line.split(u' ', Qt::SkipEmptyParts)) {
        std::optional<Condition> condition = readCondition(term, problem);
        if (!condition)
            return std::nullopt;
        filter.m_conditions.push_back(*std::move(condition));
    }
    return filter;
}

bool StudyFilter::accepts(const OverviewPhoto& photo, std::size_t model) const
{
    for (const Condition& condition : m_conditions) {
        if (isText(condition.column)) {
            if (!studyText(photo, condition.column).contains(condition.text, Qt::CaseInsensitive))
                return false;
            continue;
        }
        constexpr double Rounding = 1e-9;
        const double distance = studyNumber(photo, model, condition.column) - condition.number;
        const bool holds = condition.relation == Relation::Less ? distance < -Rounding
            : condition.relation == Relation::LessOrEqual       ? distance <= Rounding
            : condition.relation == Relation::Greater           ? distance > Rounding
            : condition.relation == Relation::GreaterOrEqual    ? distance >= -Rounding
                                                                : std::abs(distance) < AsShown;
        if (!holds)
            return false;
    }
    return true;
}

} // namespace halflens
