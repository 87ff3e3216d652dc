// SPDX-License-Identifier: BSD-3-Clause
// Everything keyboard and mouse can do, taken from the actions themselves.
#pragma once

#include <QDialog>
#include <QList>
#include <QPair>
#include <QString>

class QAction;

namespace halflens {

/// Sections of actions, as the menus group them.
using ActionSections = QList<QPair<QString, QList<QAction*>>>;

class ShortcutsDialog final : public QDialog {
    Q_OBJECT

public:
    explicit ShortcutsDialog(const ActionSections& sections, QWidget* parent = nullptr);
};

} // namespace halflens
