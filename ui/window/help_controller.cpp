// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/help_controller.h"

#include "ui/dialogs/help_window.h"
#include "ui/panels/help_point.h"
#include "ui/window/actions.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QCursor>
#include <QDockWidget>
#include <QFocusEvent>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QStatusBar>

#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

HelpController::HelpController(QMainWindow& window, Actions& actions)
    : QObject(&window)
    , m_window(window)
    , m_actions(actions)
    , m_pointer(QCursor::pos())
{
    connect(actions.helpHere, &QAction::triggered, this, &HelpController::showHere);
    for (auto it = actions.helpPages.cbegin(); it != actions.helpPages.cend(); ++it)
        connect(it.value(), &QAction::triggered, this, [this, file = it.key()] { showAddress(file); });
    for (const QAction* entry : window.menuBar()->actions()) {
        if (entry->menu() && entry->menu()->actions().contains(actions.helpHere))
            watchMenu(*entry->menu());
    }
    addButtons();
    qApp->installEventFilter(this);
}

HelpController::~HelpController() = default;

void HelpController::addButtons()
{
    for (QDockWidget* dock : m_window.findChildren<QDockWidget*>()) {
        if (dock->findChild<DockHelpButton*>(QString(), Qt::FindDirectChildrenOnly))
            continue;
        auto* button = new DockHelpButton(*dock);
        connect(button, &QToolButton::clicked, this,
                [this, dock] { showTopic(helpTopicOf(dock, std::nullopt).value_or(HelpTopic::Start)); });
    }
}

/// The F1 entry chosen there is about nothing the pointer rests on.
void HelpController::watchMenu(const QMenu& menu)
{
    connect(&menu, &QMenu::aboutToHide, this, [this] {
        m_isFromMenu = true; // the entry is triggered right after this, before the event loop runs again
        QMetaObject::invokeMethod(
            this, [this] { m_isFromMenu = false; }, Qt::QueuedConnection);
    });
}

void HelpController::showAddress(const QString& address)
{
    if (!m_help)
        m_help = std::make_unique<HelpWindow>(); // no child: it may lie behind the viewer
    m_help->showAddress(address);
    m_help->setWindowState(m_help->windowState() & ~Qt::WindowMinimized);
    m_help->show();
    m_help->raise();
    m_help->activateWindow();
}

void HelpController::showHere()
{
    std::optional<HelpTopic> topic;
    if (!std::exchange(m_isFromMenu, false)) {
        const QPoint at = QCursor::pos();
        const QWidget* active = QApplication::activeWindow();
        const QWidget* under = active ? active->childAt(active->mapFromGlobal(at)) : nullptr;
        if (!under)
            under = QApplication::widgetAt(at); // a panel beside the window, perhaps
        const std::optional<HelpTopic> pointed = helpTopicOf(under, at);
        const std::optional<HelpTopic> focused = helpTopicOf(QApplication::focusWidget(), std::nullopt);
        topic = m_pointerIsNewer ? pointed : focused;
        if (!topic)
            topic = m_pointerIsNewer ? focused : pointed;
    }
    showTopic(topic.value_or(HelpTopic::Start));
}

/// The menu of a place that has a topic and no menu of its own.
bool HelpController::offerAt(const QWidget& panel, const QPoint& at)
{
    const QWidget* under = panel.childAt(panel.mapFromGlobal(at));
    const std::optional<HelpTopic> topic = helpTopicOf(under ? under : &panel, at);
    if (!topic)
        return false;
    auto* menu = new QMenu(&m_window);
    menu->setObjectName(u"whatIsThisMenu"_s);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString key = m_actions.helpHere->shortcut().toString(QKeySequence::NativeText);
    QAction* action = menu->addAction(tr("&What is this?") + u'\t' + key);
    connect(action, &QAction::triggered, this, [this, shown = *topic] { showTopic(shown); });
    menu->popup(at);
    return true;
}

bool HelpController::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::Enter: // also comes where things move below a pointer that rests
    case QEvent::MouseMove:
        if (const QPoint at = QCursor::pos(); std::exchange(m_pointer, at) != at)
            m_pointerIsNewer = true;
        break;
    case QEvent::MouseButtonPress:
        m_pointerIsNewer = true;
        break;
    case QEvent::KeyPress: {
        // Keys that move the focus, or the current row of a table.
        const int key = static_cast<const QKeyEvent*>(event)->key();
        if (key == Qt::Key_Tab || key == Qt::Key_Backtab || (key >= Qt::Key_Home && key <= Qt::Key_PageDown))
            m_pointerIsNewer = false;
        break;
    }
    case QEvent::ContextMenu: {
        // What a panel holds comes before it and has had no use for the event.
        const auto* widget = qobject_cast<QWidget*>(watched);
        const bool isPanel = widget
            && (qobject_cast<QDockWidget*>(widget->parentWidget())
                || qobject_cast<QStatusBar*>(widget->parentWidget()));
        if (isPanel && offerAt(*widget, static_cast<QContextMenuEvent*>(event)->globalPos()))
            return true;
        break;
    }
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace halflens
