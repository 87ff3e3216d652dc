// SPDX-License-Identifier: BSD-3-Clause
// The help of the window: F1, the "?" of the panels, "What is this?" of the right mouse button, and the help's own
// window.
#pragma once

#include "ui/state/help_topics.h"

#include <QObject>
#include <QPoint>

#include <memory>

class QMainWindow;
class QMenu;
class QWidget;

namespace halflens {

class Actions;
class HelpWindow;

/// F1 opens what the pointer rests on, or what has the keyboard: whichever was moved last and has a topic; else the
/// start page.
class HelpController final : public QObject {
    Q_OBJECT

public:
    /// The docks of `window` get their "?".
    HelpController(QMainWindow& window, Actions& actions);
    ~HelpController() override;

    void showAddress(const QString& address); ///< "numbers.md#score"
    void showTopic(HelpTopic topic) { showAddress(helpAddress(topic)); }
    HelpWindow* helpWindow() const { return m_help.get(); } ///< null: not opened yet
    void addButtons(); ///< to docks that have none yet

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showHere();
    void watchMenu(const QMenu& menu);
    bool offerAt(const QWidget& panel, const QPoint& at);

    QMainWindow& m_window;
    Actions& m_actions;
    std::unique_ptr<HelpWindow> m_help;
    QPoint m_pointer; ///< where it was seen last
    bool m_pointerIsNewer = false; ///< than the last move of the keyboard's focus
    bool m_isFromMenu = false;
};

} // namespace halflens
