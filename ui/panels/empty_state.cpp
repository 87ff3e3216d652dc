// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/empty_state.h"

#include "ui/panels/card.h"
#include "ui/panels/theme_icon.h"
#include "ui/state/theme.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int RecentShown = 4;

} // namespace

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_open(new QPushButton(tr("&Open image…"), this))
    , m_sample(new QPushButton(tr("&Try the sample"), this))
    , m_recent(new QWidget(this))
    , m_recentLayout(new QVBoxLayout(m_recent))
{
    setObjectName(u"emptyState"_s);
    auto* title = new QLabel(tr("Which half of an image matters?"), this);
    title->setFont(scaledFont(*this, 1.7, true));
    title->setAlignment(Qt::AlignCenter);
    title->setWordWrap(true);
    auto* hint = mutedLabel(this);
    hint->setText(
        tr("Drop a photo or a folder here. HalfLens shows its predicted quality and the blocks that decide it."));
    hint->setAlignment(Qt::AlignCenter);
    hint->setWordWrap(true);
    m_icon->setAlignment(Qt::AlignCenter);
    m_open->setObjectName(u"openButton"_s);
    m_sample->setObjectName(u"sampleButton"_s);
    m_open->setDefault(true);
    for (QPushButton* button : {m_open, m_sample})
        button->setMinimumSize(150, 36);
    connect(m_open, &QPushButton::clicked, this, &EmptyState::openRequested);
    connect(m_sample, &QPushButton::clicked, this, &EmptyState::sampleRequested);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    buttons->addStretch();
    buttons->addWidget(m_open);
    buttons->addWidget(m_sample);
    buttons->addStretch();
    // A share of the width instead of an alignment: an aligned label that wraps gets too little height.
    auto* hintRow = new QHBoxLayout;
    hintRow->addStretch(1);
    hintRow->addWidget(hint, 3);
    hintRow->addStretch(1);
    m_recentLayout->setContentsMargins(0, 18, 0, 0);
    m_recentLayout->setSpacing(2);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(40, 40, 40, 40);
    layout->setSpacing(14);
    layout->addStretch(2);
    layout->addWidget(m_icon);
    layout->addWidget(title);
    layout->addLayout(hintRow);
    layout->addSpacing(6);
    layout->addLayout(buttons);
    layout->addWidget(m_recent, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    updateIcon();
    setRecentFiles({});
}

void EmptyState::setSampleAvailable(bool available)
{
    m_sample->setVisible(available);
}

void EmptyState::setRecentFiles(const QStringList& paths)
{
    while (QLayoutItem* item = m_recentLayout->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    m_recent->setVisible(!paths.isEmpty());
    if (paths.isEmpty())
        return;
    auto* heading = mutedLabel(m_recent);
    heading->setText(tr("Recent"));
    heading->setAlignment(Qt::AlignCenter);
    m_recentLayout->addWidget(heading);
    for (const QString& path : paths.mid(0, RecentShown)) {
        const QString name = fontMetrics().elidedText(QFileInfo(path).fileName(), Qt::ElideMiddle, 320);
        auto* link = new QPushButton(QString(name).replace(u'&', u"&&"_s), m_recent);
        link->setFlat(true);
        link->setCursor(Qt::PointingHandCursor);
        link->setToolTip(path);
        link->setAccessibleName(tr("Open %1").arg(path));
        QPalette colors = link->palette();
        colors.setBrush(QPalette::ButtonText, palette().link());
        link->setPalette(colors);
        connect(link, &QPushButton::clicked, this, [this, path] { Q_EMIT recentRequested(path); });
        m_recentLayout->addWidget(link, 0, Qt::AlignHCenter);
    }
}

void EmptyState::setDropHighlight(bool highlight)
{
    if (highlight == m_highlight)
        return;
    m_highlight = highlight;
    update();
}

void EmptyState::updateIcon()
{
    m_icon->setPixmap(themeIcon(u"image-drop"_s, themeColors(palette()).mutedText).pixmap(72, 72));
}

void EmptyState::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateIcon();
}

void EmptyState::paintEvent(QPaintEvent*)
{
    const ThemeColors& theme = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor fill = theme.accent;
    fill.setAlpha(m_highlight ? 28 : 0);
    painter.setBrush(fill);
    painter.setPen(QPen(m_highlight ? theme.accent : theme.cardEdge, 2, Qt::DashLine, Qt::RoundCap));
    painter.drawRoundedRect(QRectF(rect()).adjusted(20, 20, -20, -20), 12, 12);
}

} // namespace halflens
