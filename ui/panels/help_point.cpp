// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/help_point.h"

#include "ui/state/theme.h"

#include <QAbstractItemView>
#include <QDockWidget>
#include <QEvent>
#include <QHeaderView>
#include <QPainter>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr const char* TopicProperty = "halflensHelpTopic";

std::optional<HelpTopic> toTopic(const QVariant& value)
{
    return value.isValid() ? std::optional(static_cast<HelpTopic>(value.toInt())) : std::nullopt;
}

std::optional<HelpTopic> topicOfHeader(const QAbstractItemModel& model, int section, Qt::Orientation orientation)
{
    return section < 0 ? std::nullopt : toTopic(model.headerData(section, orientation, HelpTopicRole));
}

std::optional<HelpTopic> topicOfView(const QAbstractItemView& view, std::optional<QPoint> at)
{
    const QAbstractItemModel* model = view.model();
    if (!model)
        return std::nullopt;
    const QPoint place = at ? view.viewport()->mapFromGlobal(*at) : QPoint();
    if (const auto* header = qobject_cast<const QHeaderView*>(&view))
        return at ? topicOfHeader(*model, header->logicalIndexAt(place), header->orientation()) : std::nullopt;
    const QModelIndex index = at ? view.indexAt(place) : view.currentIndex();
    if (!index.isValid())
        return std::nullopt;
    const std::optional<HelpTopic> own = toTopic(index.data(HelpTopicRole));
    return own ? own : topicOfHeader(*model, index.column(), Qt::Horizontal);
}

} // namespace

void setHelpTopic(QWidget& widget, HelpTopic topic)
{
    widget.setProperty(TopicProperty, static_cast<int>(topic));
}

std::optional<HelpTopic> helpTopicOf(const QWidget* widget, std::optional<QPoint> at)
{
    for (; widget; widget = widget->isWindow() ? nullptr : widget->parentWidget()) {
        if (const auto* view = qobject_cast<const QAbstractItemView*>(widget)) {
            if (const std::optional<HelpTopic> topic = topicOfView(*view, at))
                return topic;
        }
        if (const std::optional<HelpTopic> topic = toTopic(widget->property(TopicProperty)))
            return topic;
        // The head of a dock belongs to what it holds.
        if (const auto* dock = qobject_cast<const QDockWidget*>(widget); dock && dock->widget()) {
            if (const std::optional<HelpTopic> topic = toTopic(dock->widget()->property(TopicProperty)))
                return topic;
        }
    }
    return std::nullopt;
}

DockHelpButton::DockHelpButton(QDockWidget& dock)
    : QToolButton(&dock)
    , m_dock(dock)
{
    setObjectName(u"dockHelp"_s);
    setToolTip(tr("What is this? (F1)"));
    setAccessibleName(tr("Help: %1").arg(dock.windowTitle()));
    setFocusPolicy(Qt::NoFocus); // F1 does the same for the keyboard
    setCursor(Qt::ArrowCursor);
    dock.installEventFilter(this);
    place();
}

bool DockHelpButton::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::Resize:
    case QEvent::Show:
    case QEvent::LayoutRequest:
    case QEvent::WindowStateChange:
    case QEvent::StyleChange:
    case QEvent::FontChange:
        place();
        QMetaObject::invokeMethod(this, &DockHelpButton::place, Qt::QueuedConnection); // once the title has its layout
        break;
    default:
        break;
    }
    return QToolButton::eventFilter(watched, event);
}

void DockHelpButton::place()
{
    // Of the buttons Qt puts into the title bar; where they have other names, F1 and the right mouse button are left.
    QRect buttons;
    for (const auto& name : {u"qt_dockwidget_floatbutton"_s, u"qt_dockwidget_closebutton"_s}) {
        const auto* button = m_dock.findChild<QWidget*>(name, Qt::FindDirectChildrenOnly);
        if (button && !button->isHidden())
            buttons = buttons.united(button->geometry());
    }
    const int side = std::max(16, buttons.height());
    const int needed = fontMetrics().horizontalAdvance(m_dock.windowTitle()) + buttons.width() + side + 24;
    setVisible(!buttons.isEmpty() && m_dock.width() >= needed);
    setGeometry(buttons.left() - side - 2, buttons.center().y() - side / 2, side, side);
    raise();
}

void DockHelpButton::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor ink = underMouse() ? theme.accent : theme.mutedText;
    const QRectF circle = QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5);
    painter.setPen(QPen(ink, 1.1));
    painter.setBrush(isDown() ? theme.track : QColor(Qt::transparent));
    painter.drawEllipse(circle);
    QFont small = font();
    small.setPixelSize(static_cast<int>(circle.height() * 0.72));
    small.setBold(true);
    painter.setFont(small);
    painter.drawText(rect(), Qt::AlignCenter, u"?"_s);
}

} // namespace halflens
