// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/orders_bar.h"

#include "ui/panels/help_point.h"
#include "ui/state/theme.h"

#include <QPainter>

#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int Gap = 4;
constexpr int BarHeight = 5;
constexpr double Warning = 0.5; ///< below, one number per block tells less than half

} // namespace

OrdersBar::OrdersBar(CurrentImage& image, QWidget* parent)
    : QWidget(parent)
    , m_image(image)
{
    setHelpTopic(*this, HelpTopic::Orders);
    setObjectName(u"orders"_s);
    connect(&image, &CurrentImage::changed, this, &OrdersBar::refresh);
    connect(&image, &CurrentImage::analysisChanged, this, &OrdersBar::refresh);
    refresh();
}

QSize OrdersBar::sizeHint() const
{
    return {200, fontMetrics().height() + BarHeight + 3 * Gap};
}

void OrdersBar::refresh()
{
    const BlockReport* report = m_image.report();
    const bool isKnown = report && report->orders.shares.size() > 1 && report->orders.shares[0] > 0;
    setVisible(isKnown);
    m_sentence.clear();
    if (isKnown) {
        const auto percent = [](double share) { return static_cast<int>(std::lround(100 * share)); };
        const std::vector<double>& shares = report->orders.shares;
        m_sentence =
            tr("Blocks act on their own to %1 %, in pairs to %2 %").arg(percent(shares[0])).arg(percent(shares[1]));
        m_short = tr("On their own %1 %, in pairs %2 %").arg(percent(shares[0])).arg(percent(shares[1]));
    }
    setToolTip(
        tr("Shares of the variance of the score over all masks. The first is how well the best sum of one number "
           "per block explains it; what is left needs pairs, triples and larger sets. Below 50 % no list of "
           "single numbers can be trusted."));
    setAccessibleName(m_sentence);
    update();
}

void OrdersBar::paintEvent(QPaintEvent*)
{
    const BlockReport* report = m_image.report();
    if (!report || m_sentence.isEmpty())
        return;
    const ThemeColors& theme = themeColors(palette());
    const std::vector<double>& shares = report->orders.shares;
    const bool isWeak = shares[0] < Warning;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(isWeak ? theme.worse : theme.mutedText);
    const QRect inside = rect().adjusted(8, Gap, -8, -Gap);
    const QString& sentence = fontMetrics().horizontalAdvance(m_sentence) <= inside.width() ? m_sentence : m_short;
    painter.drawText(inside, Qt::AlignLeft | Qt::AlignTop,
                     fontMetrics().elidedText(sentence, Qt::ElideRight, inside.width()));
    const QRectF bar(inside.left(), inside.bottom() - BarHeight, inside.width(), BarHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.gridLine);
    painter.drawRoundedRect(bar, 2, 2);
    QColor ink = isWeak ? theme.worse : theme.accent;
    painter.setBrush(ink);
    painter.drawRect(QRectF(bar.left(), bar.top(), bar.width() * shares[0], bar.height()));
    ink.setAlphaF(0.45F);
    painter.setBrush(ink);
    painter.drawRect(QRectF(bar.left() + bar.width() * shares[0], bar.top(), bar.width() * shares[1], bar.height()));
}

} // namespace halflens
