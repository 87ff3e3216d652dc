// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/block_table_model.h"

#include "core/analysis/report_csv.h"
#include "ui/state/help_topics.h"
#include "ui/state/text.h"

#include <algorithm>

namespace halflens {

namespace {

QVariant alignmentOf(int column)
{
    const bool isText = column == BlockTableModel::Rank || column == BlockTableModel::Block;
    return QVariant::fromValue(Qt::Alignment((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
}

} // namespace

BlockTableModel::BlockTableModel(CurrentImage& image, const Comparison& comparison, QObject* parent)
    : QAbstractTableModel(parent)
    , m_image(image)
    , m_comparison(comparison)
{
    connect(&image, &CurrentImage::changed, this, &BlockTableModel::refresh);
    connect(&image, &CurrentImage::analysisChanged, this, &BlockTableModel::refresh);
    connect(&image, &CurrentImage::maskChanged, this,
            [this] { Q_EMIT dataChanged(index(0, Block), index(BlockCount - 1, Block), {Qt::CheckStateRole}); });
    connect(&comparison, &Comparison::changed, this, [this](int, Change what) {
        if (what == Change::Result)
            Q_EMIT dataChanged(index(0, Agree), index(BlockCount - 1, Agree));
    });
}

void BlockTableModel::refresh()
{
    Q_EMIT dataChanged(index(0, 0), index(BlockCount - 1, ColumnCount - 1));
}

int BlockTableModel::rank(BlockIndex block) const
{
    return importanceRank(block, m_image.report()->importance.dmos);
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
    if (!m_image.report())
        return QStringLiteral("–");
    const auto at = static_cast<std::size_t>(block.value);
    switch (column) {
    case ImportanceValue:
        return QString::number(m_image.report()->importance.dmos[at], 'f', 3);
    case Rank:
        return QString::number(rank(block));
    case ShapleyValue:
        return changeText(m_image.report()->shapley.values[at]);
    case BanzhafValue:
        return changeText(m_image.report()->orders.banzhaf[at]);
    case Without:
        return scoreText(m_image.scoreFor(BlockMask().with(block))->score5);
    default:
        return {};
    }
}

QVariant BlockTableModel::sortValue(BlockIndex block, Column column) const
{
    if (column == Agree)
        return m_comparison.agreement().counts[static_cast<std::size_t>(block.value)];
    if (column == Block || !m_image.report())
        return block.value;
    const auto at = static_cast<std::size_t>(block.value);
    switch (column) {
    case ImportanceValue:
        return m_image.report()->importance.dmos[at];
    case Rank:
        return rank(block);
    case ShapleyValue:
        return m_image.report()->shapley.values[at];
    case BanzhafValue:
        return m_image.report()->orders.banzhaf[at];
    case Without:
        return m_image.scoreFor(BlockMask().with(block))->score5;
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
    case ImportantRole:
        return m_image.report() ? QVariant(m_image.report()->important.contains(block)) : QVariant();
    case Qt::TextAlignmentRole:
        return alignmentOf(column);
    case Qt::CheckStateRole:
        if (column == Block && m_image.document())
            return m_image.mask().contains(block) ? Qt::Unchecked : Qt::Checked;
        return {};
    case Qt::AccessibleTextRole:
        if (column == Rank && m_image.report())
            return tr("%1, %2 half")
                .arg(rank(block))
                .arg(m_image.report()->important.contains(block) ? tr("important") : tr("trivial"));
        return column == Block ? QVariant(blockName(block)) : text(block, column);
    default:
        return {};
    }
}

bool BlockTableModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    Document* document = m_image.document();
    if (!document || role != Qt::CheckStateRole || index.column() != Block)
        return false;
    const BlockIndex block{index.row()};
    const bool hides = value.toInt() == Qt::Unchecked;
    if (document->mask().contains(block) == hides)
        return false;
    document->beginStroke(block);
    document->endStroke();
    return true;
}

QVariant BlockTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    struct Header {
        QString title;
        QString help;
        HelpTopic topic;
    };
    const Header headers[ColumnCount] = {
        {tr("Block"), tr("Number of the block, from the top left; the tick shows and hides it"), HelpTopic::Block},
        {tr("Rank"),
         tr("Rank by importance, and the half: orange is important, blue trivial.\n"
            "1 is the block the score depends on most; the six first are the important half."),
         HelpTopic::Rank},
        {tr("Import."),
         tr("Importance: what the score depends on.\n"
            "Mean over the 2047 masks that hide this block, and not all, of |q(masked) − q(whole)|."),
         HelpTopic::Importance},
        {tr("Contrib."),
         tr("Contribution: what holds the score up (+), what pulls it down (−). Shapley value:\n"
            "Σ over sets S of other visible blocks of |S|!(11−|S|)!/12! · (q(S ∪ block) − q(S))."),
         HelpTopic::Contribution},
        {tr("Banzhaf"),
         tr("Banzhaf value: what this block adds, all sets of others counting alike.\n"
            "Mean over the 2048 sets S of other visible blocks of q(S ∪ block) − q(S)."),
         HelpTopic::Banzhaf},
        {tr("Without"),
         tr("Score with this block alone hidden, on 1 to 5.\n"
            "q(all blocks but this one); the distance to the score of the whole is its occlusion."),
         HelpTopic::Without},
        {tr("Agree"),
         tr("How many of the compared models have this block in their important half.\n"
            "Count over models; halves by importance, each model by its own masks."),
         HelpTopic::Agreement},
    };
    if (role == Qt::DisplayRole)
        return headers[section].title;
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    if (role == HelpTopicRole)
        return toRole(headers[section].topic);
    return role == Qt::ToolTipRole ? headers[section].help : QVariant();
}

Qt::ItemFlags BlockTableModel::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (m_image.document() && index.column() == Block)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

} // namespace halflens
