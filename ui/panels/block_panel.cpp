// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/block_panel.h"

#include "ui/state/theme.h"

#include <QHeaderView>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

namespace halflens {

namespace {

/// A dot in the colour of the half before its name.
class HalfDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const double sort = index.data(BlockTableModel::SortRole).toDouble();
        if (option->text == QStringLiteral("–"))
            return;
        const ThemeColors& theme = themeColors(option->palette);
        const double ratio = option->widget ? option->widget->devicePixelRatioF() : 1;
        QPixmap dot(QSize(10, 10) * ratio);
        dot.setDevicePixelRatio(ratio);
        dot.fill(Qt::transparent);
        QPainter painter(&dot);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(sort <= HalfSize ? theme.important : theme.trivial);
        painter.drawEllipse(QRectF(1, 1, 8, 8));
        painter.end();
        option->icon = QIcon(dot);
        option->decorationSize = QSize(10, 10);
        option->features |= QStyleOptionViewItem::HasDecoration;
    }
};

} // namespace

BlockPanel::BlockPanel(QWidget* parent)
    : QWidget(parent)
    , m_model(new BlockTableModel(this))
    , m_sorted(new QSortFilterProxyModel(this))
    , m_table(new QTableView(this))
{
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
    m_table->setItemDelegateForColumn(BlockTableModel::Half, new HalfDelegate(m_table));
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 7);
    m_table->verticalHeader()->setMinimumSectionSize(fontMetrics().height() + 4);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(BlockTableModel::Half, QHeaderView::Stretch);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (m_document && current.isValid())
                    m_document->setFocusedBlock(BlockIndex{m_sorted->mapToSource(current).row()});
            });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
}

void BlockPanel::setDocument(Document* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    m_model->setDocument(document);
    if (document)
        connect(document, &Document::focusedBlockChanged, this, &BlockPanel::followDocument);
    followDocument();
}

void BlockPanel::followDocument()
{
    const auto focused = m_document ? m_document->focusedBlock() : std::nullopt;
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
