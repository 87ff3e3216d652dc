// SPDX-License-Identifier: BSD-3-Clause
// A line of text that says which rows of a table to show.
#pragma once

#include <QString>

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace halflens {

/// What a column is called in a filter, and what its cells are.
struct FilterColumn {
    QString word;
    bool isText = false;
};

/// Conditions that all have to hold: words in the text of the first column, and "score<2", "fall>=0.3", "split=test".
/// A row without the number meets no condition on it; texts are searched in upper and lower case.
class ColumnFilter {
public:
    /// Nothing, with `problem` saying why in a sentence, where a part of the line cannot be read.
    static std::optional<ColumnFilter> parse(const QString& line, const std::vector<FilterColumn>& columns,
                                             QString& problem);

    bool isEmpty() const { return m_conditions.empty(); }

    /// textOf(column) and numberOf(column) give the cells of the row; a number that is none is not a number.
    template<class TextOf, class NumberOf> bool accepts(const TextOf& textOf, const NumberOf& numberOf) const
    {
        for (const Condition& condition : m_conditions) {
            const bool holds = condition.isText ? textOf(condition.column).contains(condition.text, Qt::CaseInsensitive)
                                                : condition.holds(numberOf(condition.column));
            if (!holds)
                return false;
        }
        return true;
    }

private:
    enum class Relation : std::uint8_t { Less, LessOrEqual, Equal, GreaterOrEqual, Greater };
    struct Condition {
        int column = 0;
        bool isText = true;
        Relation relation = Relation::Equal;
        QString text;
        double number = 0;

        bool holds(double value) const;
    };

    static std::optional<Condition> readCondition(const QString& term, const std::vector<FilterColumn>& columns,
                                                  QString& problem);

    std::vector<Condition> m_conditions;
};

} // namespace halflens
