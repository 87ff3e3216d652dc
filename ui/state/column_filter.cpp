// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/column_filter.h"

#include "core/base/numbers_text.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr double AsShown = 0.005; ///< "fall=0.3" means what two decimals show as such
constexpr double Rounding = 1e-9;

QString tr(const char* text)
{
    return QCoreApplication::translate("ColumnFilter", text);
}

} // namespace

bool ColumnFilter::Condition::holds(double value) const
{
    const double distance = value - number;
    switch (relation) {
    case Relation::Less:
        return distance < -Rounding;
    case Relation::LessOrEqual:
        return distance <= Rounding;
    case Relation::Greater:
        return distance > Rounding;
    case Relation::GreaterOrEqual:
        return distance >= -Rounding;
    case Relation::Equal:
        return std::abs(distance) < AsShown;
    }
    return false;
}

std::optional<ColumnFilter::Condition>
ColumnFilter::readCondition(const QString& term, const std::vector<FilterColumn>& columns, QString& problem)
{
    static const QRegularExpression Form(u"^([A-Za-z][A-Za-z0-9._-]*)(<=|>=|<|>|=)(.*)$"_s);
    const QRegularExpressionMatch match = Form.match(term);
    if (!match.hasMatch())
        return Condition{0, true, Relation::Equal, term, 0};
    const QString word = match.captured(1).toLower();
    const auto column = std::find_if(columns.begin(), columns.end(),
                                     [&](const FilterColumn& known) { return known.word.toLower() == word; });
    if (column == columns.end()) {
        problem = tr("There is no column “%1”.").arg(match.captured(1));
        return std::nullopt;
    }
    const int place = static_cast<int>(column - columns.begin());
    const QString sign = match.captured(2);
    const QString value = match.captured(3);
    if (column->isText) {
        if (sign != u"=") {
            problem = tr("“%1” is text: write %1=word.").arg(column->word);
            return std::nullopt;
        }
        return Condition{place, true, Relation::Equal, value, 0};
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
    return Condition{place, false, relation, {}, *number};
}

std::optional<ColumnFilter> ColumnFilter::parse(const QString& line, const std::vector<FilterColumn>& columns,
                                                QString& problem)
{
    problem.clear();
    ColumnFilter filter;
    for (const QString& term : line.split(u' ', Qt::SkipEmptyParts)) {
        std::optional<Condition> condition = readCondition(term, columns, problem);
        if (!condition)
            return std::nullopt;
        filter.m_conditions.push_back(*std::move(condition));
    }
    return filter;
}

} // namespace halflens
