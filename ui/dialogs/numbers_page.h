// SPDX-License-Identifier: BSD-3-Clause
// What each number of the viewer means: one line of words, one line of formula.
#pragma once

#include <QList>
#include <QString>

class QWidget;

namespace halflens {

struct NumberHelp {
    QString name;
    QString meaning;
    QString formula;
};

/// In the order in which the window shows them.
QList<NumberHelp> numbersHelp();

/// All of them, for a scroll area.
QWidget* makeNumbersPage();

} // namespace halflens
