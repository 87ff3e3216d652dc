// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/notice_bar.h"

#include "ui/panels/theme_icon.h"
#include "ui/state/theme.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

NoticeBar::NoticeBar(QWidget* parent)
    : QFrame(parent)
    , m_text(new QLabel(this))
    , m_choices(new QHBoxLayout)
    , m_close(new QToolButton(this))
{
    setObjectName(u"noticeBar"_s);
    m_text->setObjectName(u"noticeText"_s);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_close->setObjectName(u"noticeClose"_s);
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Not now"));
    m_close->setAccessibleName(tr("Dismiss the notice"));
    connect(m_close, &QToolButton::clicked, this, [this] {
        hide();
        if (const auto dismissed = std::exchange(m_dismissed, {}))
            dismissed();
    });
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 7, 8, 7);
    layout->setSpacing(10);
    layout->addWidget(m_text, 1);
    layout->addLayout(m_choices);
    layout->addWidget(m_close);
    updateIcon();
    hide();
}

void NoticeBar::showNotice(const QString& text, std::function<void()> dismissed)
{
    while (const QLayoutItem* item = m_choices->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater(); // it may be the one that was clicked
        delete item;
    }
    m_text->setText(text);
    m_dismissed = std::move(dismissed);
    show();
    setAccessibleName(text);
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

QPushButton* NoticeBar::addChoice(const QString& text, const QString& objectName, std::function<void()> chosen)
{
    auto* button = new QPushButton(text, this);
    button->setObjectName(objectName);
    m_choices->addWidget(button);
    connect(button, &QPushButton::clicked, this, [this, chosen = std::move(chosen)] {
        hide();
        const auto run = chosen; // showing another notice deletes the button
        run();
    });
    return button;
}

QString NoticeBar::text() const
{
    return m_text->text();
}

void NoticeBar::updateIcon()
{
    m_close->setIcon(themeIcon(u"close"_s, themeColors(palette()).text));
}

void NoticeBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateIcon();
}

void NoticeBar::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.card);
    painter.fillRect(0, 0, 4, height(), theme.accent);
    painter.fillRect(0, height() - 1, width(), 1, theme.cardEdge);
}

} // namespace halflens
