// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/block_table_model.h"

#include "ui/state/text.h"

#include <algorithm>

namespace halflens {

namespace {

QVariant alignmentOf(int column)
{
    const bool isText = column == BlockTableModel::Half || column == BlockTableModel::Block;
    return QVariant::fromValue(Qt::Alignment((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
}

} // namespace

BlockTableModel::BlockTableModel(const Comparison& comparison, QObject* parent)
    : QAbstractTableModel(parent)
    , m_comparison(comparison)
{
    connect(&comparison, &Comparison::changed, this,
            [this] { Q_EMIT dataChanged(index(0, Agree), index(BlockCount - 1, Agree)); });
}

void BlockTableModel::setDocument(Document* document)
{
    if (m_document)
        m_document->disconnect(this);
    m_document = document;
    if (document) {
        connect(document, &Document::analysisChanged, this, &BlockTableModel::refresh);
        connect(document, &Document::maskChanged, this,
                [this] { Q_EMIT dataChanged(index(0, Block), index(BlockCount - 1, Block), {Qt::CheckStateRole}); });
    }
    refresh();
}

void BlockTableModel::refresh()
{
    Q_EMIT dataChanged(index(0, 0), index(BlockCount - 1, ColumnCount - 1));
}

const BlockReport* BlockTableModel::report() const
{
    return m_document && m_document->analysis() && m_document->analysis()->report ? &*m_document->analysis()->report
                                                                                  : nullptr;
}

int BlockTableModel::rank(BlockIndex block) const
{
    // Equal values rank in block order, as the halves are cut.
    const BlockValues& values = report()->importance.dmos;
    int before = 0;
    for (int other = 0; other < BlockCount; ++other) {
        const double mine = values[static_cast<std::size_t>(block.value)];
        const double theirs = values[static_cast<std::size_t>(other)];
        if (theirs > mine || (theirs == mine && other < block.value))
            ++before;
    }
    return before + 1;
}

QVariant BlockTableModel::text(BlockIndex block, Column column) const
{
    if (column == Block)
        return QString::number(block.value);
    if (column == Agree) {
        const Agreement agreement = m_comparison.agreement();
        return agreement.models == 0 ? QStringLiteral("–")
                                     : QStringLiteral("%1/%2")
                                           .arg(agreement.counts[static_cast<std::size_t>(block.value)])
                                           .arg(agreement.models);
    }
    if (!report())
        return QStringLiteral("–");
    const auto at = static_cast<std::size_t>(block.value);
    switch (column) {
    case ImportanceValue:
        return QString::number(report()->importance.dmos[at], 'f', 3);
    case Rank:
        return QString::number(rank(block));
    case Half:
        return report()->important.contains(block) ? tr("important") : tr("trivial");
    case ShapleyValue:
        return changeText(report()->shapley.values[at]);
    case Without:
        return scoreText(m_document->scoreFor(BlockMask().with(block))->score5);
    default:
        return {};
    }
}

QVariant BlockTableModel::sortValue(BlockIndex block, Column column) const
{
    if (column == Agree)
        return m_comparison.agreement().counts[static_cast<std::size_t>(block.value)];
    if (column == Block || !report())
        return block.value;
    const auto at = static_cast<std::size_t>(block.value);
    switch (column) {
    case ImportanceValue:
        return report()->importance.dmos[at];
    case Rank:
        return rank(block);
    case Half:
        return report()->important.contains(block) ? rank(block) : BlockCount + rank(block);
    case ShapleyValue:
        return report()->shapley.values[at];
    case Without:
        return m_document->scoreFor(BlockMask().with(block))->score5;
    default:
        return {};
    }
}

QVariant BlockTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const BlockIndex block{index.row()};
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(block, column);
    case SortRole:
        return sortValue(block, column);
    case Qt::TextAlignmentRole:
        return alignmentOf(column);
    case Qt::CheckStateRole:
        if (column == Block && m_document)
            return m_document->mask().contains(block) ? Qt::Unchecked : Qt::Checked;
        return {};
    case Qt::AccessibleTextRole:
        return column == Block ? QVariant(blockName(block)) : text(block, column);
    default:
        return {};
    }
}

bool BlockTableModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!m_document || role != Qt::CheckStateRole || index.column() != Block)
        return false;
    const BlockIndex block{index.row()};
    const bool hides = value.toInt() == Qt::Unchecked;
    if (m_document->mask().contains(block) == hides)
        return false;
    m_document->beginStroke(block);
    m_document->endStroke();
    return true;
}

QVariant BlockTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    struct Header {
        QString title;
        QString help;
    };
    const Header headers[ColumnCount] = {
        {tr("Block"), tr("Number of the block, from the top left; the tick shows and hides it")},
        {tr("Rank"), tr("1 is the most important block")},
        {tr("Import."), tr("Importance: mean change of the score over all masks that hide this block")},
        {tr("Half"), tr("The six most important blocks are the important half")},
        {tr("Shapley"), tr("Exact contribution of this block to the score")},
        {tr("Without"), tr("Score with this block alone hidden")},
        {tr("Agree"), tr("How many of the compared models have this block in their important half")},
    };
    if (role == Qt::DisplayRole)
        return headers[section].title;
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    return role == Qt::ToolTipRole ? headers[section].help : QVariant();
}

Qt::ItemFlags BlockTableModel::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (m_document && index.column() == Block)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

} // namespace halflens
