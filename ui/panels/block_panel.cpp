// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/block_panel.h"

#include "core/analysis/report_csv.h"
#include "ui/panels/card.h"
#include "ui/panels/csv_button.h"
#include "ui/panels/help_point.h"
#include "ui/panels/orders_bar.h"
#include "ui/state/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>
#include <vector>

namespace halflens {

namespace {

/// The tick of a visible block, with edges that show on dark rows too; the style's own fade there.
class BlockDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyleOptionViewItem item = option;
        initStyleOption(&item, index);
        const QStyle* style = item.widget->style();
        const bool hasBox = item.features.testFlag(QStyleOptionViewItem::HasCheckIndicator);
        const QRectF place = style->subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &item, item.widget);
        const QRect textPlace = style->subElementRect(QStyle::SE_ItemViewItemText, &item, item.widget);
        const QString text = std::exchange(item.text, QString());
        item.features.setFlag(QStyleOptionViewItem::HasCheckIndicator, false);
        style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
        const bool isSelected = item.state.testFlag(QStyle::State_Selected);
        const QColor ink = item.palette.color(isSelected ? QPalette::HighlightedText : QPalette::Text);
        painter->save();
        painter->setPen(ink);
        painter->drawText(textPlace.adjusted(4, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
        if (hasBox)
            paintBox(*painter, QRectF(place.center() - QPointF(6, 6), QSizeF(12, 12)), ink,
                     item.checkState == Qt::Checked);
        painter->restore();
    }

private:
    static void paintBox(QPainter& painter, const QRectF& box, QColor ink, bool isChecked)
    {
        painter.setRenderHint(QPainter::Antialiasing);
        if (isChecked) {
            painter.setPen(QPen(ink, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            painter.drawPolyline(QPolygonF(
                {box.topLeft() + QPointF(2.5, 6.5), box.topLeft() + QPointF(5, 9), box.topLeft() + QPointF(10, 3)}));
        }
        ink.setAlphaF(0.55F);
        painter.setPen(QPen(ink, 1));
        painter.drawRoundedRect(box, 2, 2);
    }
};

/// A dot in the colour of the half before the rank.
class HalfDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const QVariant isImportant = index.data(BlockTableModel::ImportantRole);
        if (!isImportant.isValid())
            return;
        const ThemeColors& theme = themeColors(option->palette);
        const double ratio = option->widget ? option->widget->devicePixelRatioF() : 1;
        QPixmap dot(QSize(10, 10) * ratio);
        dot.setDevicePixelRatio(ratio);
        dot.fill(Qt::transparent);
        QPainter painter(&dot);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool isSelected = option->state.testFlag(QStyle::State_Selected);
        painter.setPen(isSelected ? QPen(option->palette.color(QPalette::HighlightedText), 1.5) : QPen(Qt::NoPen));
        painter.setBrush(isImportant.toBool() ? theme.important : theme.trivial);
        painter.drawEllipse(QRectF(1, 1, 8, 8));
        painter.end();
        option->icon = QIcon(dot);
        option->decorationSize = QSize(10, 10);
        option->features |= QStyleOptionViewItem::HasDecoration;
    }
};

} // namespace

BlockPanel::BlockPanel(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_image(viewer.workspace.image())
    , m_comparison(viewer.comparison)
    , m_model(new BlockTableModel(m_image, m_comparison, this))
    , m_sorted(new QSortFilterProxyModel(this))
    , m_table(new QTableView(this))
    , m_pairs(new QToolButton(this))
    , m_csv(new CsvButton(
          viewer, QStringLiteral("blocks"), [this] { return toCsv(); }, this))
{
    setHelpTopic(*this, HelpTopic::BlockTable);
    setHelpTopic(*m_pairs, HelpTopic::PairInteraction);
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(BlockTableModel::SortRole);
    m_table->setModel(m_sorted);
    m_table->setObjectName(QStringLiteral("blockTable"));
    m_table->setAccessibleName(tr("Blocks"));
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(BlockTableModel::Block, Qt::AscendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTabKeyNavigation(false);
    m_table->setItemDelegateForColumn(BlockTableModel::Block, new BlockDelegate(m_table));
    m_table->setItemDelegateForColumn(BlockTableModel::Rank, new HalfDelegate(m_table));
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 5);
    m_table->verticalHeader()->setMinimumSectionSize(fontMetrics().height() + 4);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setFont(scaledFont(*this, 0.95));
    // Narrower than the style's own: many columns in a side panel.
    m_table->horizontalHeader()->setStyleSheet(
        QStringLiteral("QHeaderView::section { padding: 3px 5px; border: none; border-bottom: 1px solid palette(mid); "
                       "background: palette(window); }"));
    fitColumns();
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (m_image.document() && current.isValid())
                    m_image.document()->setFocusedBlock(BlockIndex{m_sorted->mapToSource(current).row()});
            });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_table, 1);
    auto* below = new QHBoxLayout;
    below->setContentsMargins(0, 0, 6, 0);
    below->setSpacing(4);
    below->addWidget(new OrdersBar(m_image, this), 1);
    m_pairs->setObjectName(QStringLiteral("pairsButton"));
    m_pairs->setText(tr("Pairs…"));
    m_pairs->setToolTip(tr("What two blocks add together beyond what each adds by itself"));
    connect(m_pairs, &QToolButton::clicked, this, &BlockPanel::pairsRequested);
    below->addWidget(m_pairs, 0, Qt::AlignVCenter);
    m_csv->setObjectName(QStringLiteral("blocksCsv"));
    below->addWidget(m_csv, 0, Qt::AlignVCenter);
    layout->addLayout(below);
    const auto enableButtons = [this] {
        m_pairs->setEnabled(m_image.report() != nullptr);
        m_csv->setEnabled(m_image.report() != nullptr);
    };
    connect(&m_image, &CurrentImage::changed, this, enableButtons);
    connect(&m_image, &CurrentImage::analysisChanged, this, enableButtons);
    enableButtons();
    connect(&m_image, &CurrentImage::changed, this, &BlockPanel::followFocus);
    connect(&m_image, &CurrentImage::focusChanged, this, &BlockPanel::followFocus);
    connect(&m_comparison, &Comparison::modelsChanged, this, &BlockPanel::followComparison);
    connect(&m_comparison, &Comparison::changed, this, [this](int, Change what) {
        if (what == Change::Result)
            followComparison();
    });
    followComparison();
    followFocus();
}

/// A column that would be empty without a comparison takes no room then.
void BlockPanel::followComparison()
{
    m_table->setColumnHidden(BlockTableModel::Agree, m_comparison.agreement().models < 2);
}

/// As wide as the widest text each, the rank takes the rest: the header's own rule keeps room for a
/// sort arrow in every column, and seven columns have none to spare.
void BlockPanel::fitColumns()
{
    const QFontMetrics metrics(m_table->font());
    const QStringList widest{QStringLiteral("00"),    QStringLiteral("12"),    QStringLiteral("0.000"),
                             QStringLiteral("+0.00"), QStringLiteral("+0.00"), QStringLiteral("0.00"),
                             QStringLiteral("5/5")};
    constexpr int Padding = 7;
    constexpr int Box = 20; // of the tick, and of the dot
    constexpr int Arrow = 12;
    QHeaderView* header = m_table->horizontalHeader();
    for (int column = 0; column < BlockTableModel::ColumnCount; ++column) {
        const QString title = m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        const int content = metrics.horizontalAdvance(widest.at(column)) + (column <= BlockTableModel::Rank ? Box : 0);
        header->resizeSection(column, std::max(metrics.horizontalAdvance(title) + Arrow, content) + Padding);
    }
    header->setMinimumSectionSize(24);
    header->setSectionResizeMode(BlockTableModel::Rank, QHeaderView::Stretch);
}

std::string BlockPanel::toCsv() const
{
    if (!m_image.report())
        return {};
    std::vector<int> order;
    for (int row = 0; row < m_sorted->rowCount(); ++row)
        order.push_back(m_sorted->mapToSource(m_sorted->index(row, 0)).row());
    return blocksToCsv(*m_image.analysis(), m_image.document()->path().toStdString(), m_image.mask(),
                       m_comparison.agreement(), order);
}

void BlockPanel::followFocus()
{
    const auto focused = m_image.document() ? m_image.document()->focusedBlock() : std::nullopt;
    if (!focused) {
        m_table->clearSelection();
        m_table->setCurrentIndex({});
        return;
    }
    const QModelIndex index = m_sorted->mapFromSource(m_model->index(focused->value, BlockTableModel::Block));
    if (m_table->currentIndex().row() != index.row())
        m_table->setCurrentIndex(index);
}

} // namespace halflens
