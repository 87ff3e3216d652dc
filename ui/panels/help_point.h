// SPDX-License-Identifier: BSD-3-Clause
// Which topic of the help a place of the window belongs to, and the "?" in the head of a panel.
#pragma once

#include "ui/state/help_topics.h"

#include <QPoint>
#include <QToolButton>

#include <optional>

class QDockWidget;

namespace halflens {

void setHelpTopic(QWidget& widget, HelpTopic topic);

/// Of the nearest part that has one, from the widget up to its window. Items and headers of views come first, by their
/// model's HelpTopicRole: those at `at` (global), or the current one where `at` is absent.
std::optional<HelpTopic> helpTopicOf(const QWidget* widget, std::optional<QPoint> at);

/// Stands in the title bar of a dock, left of the style's own buttons; hides where there is no room.
class DockHelpButton final : public QToolButton {
    Q_OBJECT

public:
    explicit DockHelpButton(QDockWidget& dock);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void place();

    QDockWidget& m_dock;
};

} // namespace halflens
