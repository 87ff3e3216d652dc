// SPDX-License-Identifier: BSD-3-Clause
// Ctrl+Shift+P: every action by a few letters of its name.
#pragma once

#include <QDialog>
#include <QList>

class QAction;
class QLineEdit;
class QTreeWidget;

namespace halflens {

class CommandPalette final : public QDialog {
    Q_OBJECT

public:
    explicit CommandPalette(const QList<QAction*>& actions, QWidget* parent = nullptr);

    /// How well a name fits: 0 begins with it, 1 contains it, 2 contains its words, 3 has its
    /// letters in this order, -1 not at all. The case does not count.
    static int rank(const QString& name, const QString& typed);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter(const QString& typed);
    void runCurrent();

    QLineEdit* m_input;
    QTreeWidget* m_list;
    QList<QAction*> m_actions;
};

} // namespace halflens
