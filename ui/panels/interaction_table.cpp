// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/interaction_table.h"

#include "core/figure/color_map.h"
#include "ui/panels/card.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QHeaderView>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>
#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

/// "+0.031", in thousandths: interactions are small.
QString signedText(double value)
{
    const QString text = QString::number(std::abs(value), 'f', 3);
    if (text == "0.000"_L1)
        return u"0"_s;
    return (value < 0 ? QChar(0x2212) : QChar(u'+')) + text;
}

/// The colour of the value stays what it is when the cell is chosen: a frame tells.
class CellDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const QColor back = index.data(Qt::BackgroundRole).value<QColor>();
        painter->save();
        painter->fillRect(option.rect, back);
        painter->setFont(option.font);
        painter->setPen(qGray(back.rgb()) > 140 ? Qt::black : Qt::white);
        painter->drawText(option.rect, Qt::AlignCenter, index.data().toString());
        const bool isPointed = option.state.testFlag(QStyle::State_MouseOver);
        if (option.state.testFlag(QStyle::State_Selected) || isPointed) {
            const ThemeColors& theme = themeColors(option.palette);
            painter->setPen(QPen(isPointed ? theme.text : theme.accent, 2));
            painter->drawRect(option.rect.adjusted(1, 1, -1, -1));
        }
        painter->restore();
    }
};

} // namespace

InteractionModel::InteractionModel(CurrentImage& image, QObject* parent)
    : QAbstractTableModel(parent)
    , m_image(image)
{
    const auto refresh = [this] { Q_EMIT dataChanged(index(0, 0), index(BlockCount - 1, BlockCount - 1)); };
    connect(&image, &CurrentImage::changed, this, refresh);
    connect(&image, &CurrentImage::analysisChanged, this, refresh);
}

BlockMask InteractionModel::pairOf(const QModelIndex& index)
{
    return index.isValid() && index.row() != index.column() ? BlockMask().with({index.row()}).with({index.column()})
                                                            : BlockMask();
}

double InteractionModel::largest() const
{
    double result = 0;
    for (const BlockValues& row : m_image.report()->shapley.interactions) {
        for (const double value : row)
            result = std::max(result, std::abs(value));
    }
    return result;
}

QString InteractionModel::words(const QModelIndex& index) const
{
    if (!m_image.report() || pairOf(index).isEmpty())
        return tr("Choose a pair of blocks");
    const double value =
        m_image.report()
            ->shapley.interactions[static_cast<std::size_t>(index.row())][static_cast<std::size_t>(index.column())];
    const QString pair = tr("Blocks %1 and %2: %3.")
                             .arg(std::min(index.row(), index.column()))
                             .arg(std::max(index.row(), index.column()))
                             .arg(signedText(value));
    if (signedText(value) == u"0"_s)
        return tr("%1 Each adds the same with the other and without it.").arg(pair);
    return value > 0 ? tr("%1 Together they add more than each by itself: they need one another.").arg(pair)
                     : tr("%1 Together they add less than each by itself: one stands in for the other.").arg(pair);
}

QVariant InteractionModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const bool isDiagonal = index.row() == index.column();
    const bool isKnown = m_image.report() && !isDiagonal;
    const double value = isKnown
        ? m_image.report()
              ->shapley.interactions[static_cast<std::size_t>(index.row())][static_cast<std::size_t>(index.column())]
        : 0;
    switch (role) {
    case Qt::DisplayRole:
        return isKnown ? signedText(value) : isDiagonal ? QString() : u"–"_s;
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return isKnown ? words(index) : QVariant();
    case Qt::BackgroundRole: {
        if (!isKnown)
            return QColor(128, 128, 128);
        const double most = std::max(largest(), 1e-12);
        return QColor(colorOf(value, ColorMap::BlueRed, {-most, most}));
    }
    default:
        return {};
    }
}

QVariant InteractionModel::headerData(int section, Qt::Orientation, int role) const
{
    if (role == Qt::DisplayRole)
        return QString::number(section);
    return role == Qt::AccessibleTextRole ? QVariant(blockName({section})) : QVariant();
}

InteractionTable::InteractionTable(CurrentImage& image, QWidget* parent)
    : QTableView(parent)
    , m_model(new InteractionModel(image, this))
{
    setObjectName(u"interactionTable"_s);
    setAccessibleName(tr("Interactions of pairs of blocks"));
    setModel(m_model);
    setItemDelegate(new CellDelegate(this));
    setFont(scaledFont(*this, 0.85));
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    viewport()->setMouseTracking(true);
    setTabKeyNavigation(false);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    for (QHeaderView* header : {horizontalHeader(), verticalHeader()}) {
        header->setMinimumSectionSize(20);
        header->setSectionResizeMode(QHeaderView::Stretch);
        header->setHighlightSections(true);
        header->setDefaultAlignment(Qt::AlignCenter);
    }
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, &InteractionTable::pairShown);
    connect(m_model, &QAbstractItemModel::dataChanged, this, [this] { Q_EMIT pairShown(currentIndex()); });
}

QSize InteractionTable::sizeHint() const
{
    const QFontMetrics metrics(font());
    return {(BlockCount + 1) * (metrics.horizontalAdvance(u"+0.000"_s) + 8),
            (BlockCount + 1) * (metrics.height() + 12)};
}

bool InteractionTable::viewportEvent(QEvent* event)
{
    const bool isMove = event->type() == QEvent::MouseMove;
    if (isMove || event->type() == QEvent::Leave) {
        const QModelIndex pointed =
            isMove ? indexAt(static_cast<QMouseEvent*>(event)->position().toPoint()) : QModelIndex();
        if (pointed != m_pointed) {
            m_pointed = pointed;
            Q_EMIT pairShown(pointed.isValid() ? pointed : currentIndex());
        }
    }
    return QTableView::viewportEvent(event);
}

} // namespace halflens
