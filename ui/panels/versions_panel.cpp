// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/versions_panel.h"

#include "core/masking/block_set.h"
#include "ui/canvas/versions_canvas.h"
#include "ui/panels/card.h"
#include "ui/panels/help_point.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

enum ModelColumn { ModelName, ScoreA, ScoreB, ModelChange };
enum BlockColumn { BlockNumber, Contribution, Single, Source };

/// The colours of the contributions with the values at both ends and in the middle.
class ContributionBar final : public QWidget {
public:
    using QWidget::QWidget;

    void setLargest(double largest)
    {
        m_largest = largest;
        setAccessibleName(tr("Colours from %1, blue, to %2, red").arg(changeText(-largest), changeText(largest)));
        update();
    }
    QSize sizeHint() const override { return {200, fontMetrics().height() + 16}; }
    QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const ColorTable& colors = colorTable(ColorMap::BlueRed);
        const QRectF bar(0, 0, width(), 10);
        const double step = bar.width() / static_cast<double>(colors.size());
        for (std::size_t i = 0; i < colors.size(); ++i)
            painter.fillRect(QRectF(static_cast<double>(i) * step, 0, step + 1, bar.height()), QColor(colors[i]));
        painter.setPen(themeColors(palette()).mutedText);
        const QRectF words(0, bar.bottom() + 2, width(), height() - bar.bottom() - 2);
        painter.drawText(words, Qt::AlignLeft, changeText(-m_largest));
        painter.drawText(words, Qt::AlignHCenter, u"0"_s);
        painter.drawText(words, Qt::AlignRight, changeText(m_largest));
    }

private:
    double m_largest = 0;
};

/// A cell that shows words and sorts by its number.
class NumberItem final : public QTableWidgetItem {
public:
    NumberItem(const QString& text, double value)
        : QTableWidgetItem(text)
    {
        setData(Qt::UserRole, value);
        setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    bool operator<(const QTableWidgetItem& other) const override
    {
        return data(Qt::UserRole).toDouble() < other.data(Qt::UserRole).toDouble();
    }
};

QTableWidget* makeTable(const QString& name, const QStringList& heads, QWidget* parent)
{
    auto* table = new QTableWidget(0, static_cast<int>(heads.size()), parent);
    table->setObjectName(name);
    table->setHorizontalHeaderLabels(heads);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setFrameShape(QFrame::NoFrame);
    table->setShowGrid(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 8);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    return table;
}

/// As high as its rows: the panel around it scrolls.
void fitHeight(QTableWidget& table)
{
    table.setFixedHeight(table.horizontalHeader()->sizeHint().height()
                         + table.rowCount() * table.verticalHeader()->defaultSectionSize() + 2);
}

double fiveOf(const VersionComparison& comparison, double nativeChange)
{
    return changeOnFive(comparison.model.scale, nativeChange);
}

QLabel* sentence(const QString& name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

VersionsPanel::VersionsPanel(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_viewer(viewer)
    , m_headline(sentence(u"versionsHeadline"_s, this))
    , m_composite(sentence(u"versionsComposite"_s, this))
    , m_sum(sentence(u"versionsSum"_s, this))
    , m_carries(sentence(u"versionsCarries"_s, this))
    , m_method(sentence(u"versionsMethod"_s, this))
{
    setObjectName(u"versionsPanel"_s);
    setHelpTopic(*this, HelpTopic::Versions);
    setHelpTopic(*m_headline, HelpTopic::VersionScores);
    setHelpTopic(*m_composite, HelpTopic::VersionScores);
    setHelpTopic(*m_sum, HelpTopic::VersionContribution);
    setHelpTopic(*m_carries, HelpTopic::VersionCarries);
    setHelpTopic(*m_method, HelpTopic::VersionMethod);
    m_headline->setFont(scaledFont(*this, 1.35, true));
    m_method->setForegroundRole(QPalette::PlaceholderText);
    m_sum->setForegroundRole(QPalette::PlaceholderText);
    makeTables();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(8);
    layout->addWidget(m_headline);
    layout->addWidget(m_models);
    layout->addWidget(m_composite);
    layout->addWidget(m_bar);
    layout->addWidget(m_carries);
    makeCarries();
    layout->addWidget(m_blocks);
    layout->addWidget(m_sum);
    layout->addWidget(m_method);
    layout->addStretch();

    VersionService& versions = viewer.versions;
    connect(&versions, &VersionService::verdictsChanged, this, &VersionsPanel::refresh);
    connect(&versions, &VersionService::onChanged, this, &VersionsPanel::refresh);
    connect(&versions, &VersionService::fromBChanged, this, &VersionsPanel::refreshComposite);
    connect(&versions, &VersionService::viewChanged, this, &VersionsPanel::refreshMarks);
    connect(&viewer.workspace.image(), &CurrentImage::focusChanged, this, &VersionsPanel::followFocus);
    refresh();
}

void VersionsPanel::makeTables()
{
    m_models = makeTable(u"versionsModels"_s, {tr("Model"), tr("A"), tr("B"), tr("Change")}, this);
    m_models->setToolTip(tr("Scores in grades of 1 to 5. A click chooses the model, a double click asks one again that "
                            "failed or was stopped."));
    for (const int column : {ScoreA, ScoreB, ModelChange})
        m_models->horizontalHeader()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    connect(m_models, &QTableWidget::cellClicked, this, [this](int row) {
        m_viewer.workspace.setModelId(m_models->item(row, ModelName)->data(Qt::UserRole).toString());
    });
    connect(m_models, &QTableWidget::cellDoubleClicked, &m_viewer.versions, &VersionService::retry);
    setHelpTopic(*m_models, HelpTopic::VersionScores);
    m_bar = new ContributionBar(this);
    setHelpTopic(*m_bar, HelpTopic::VersionContribution);
    m_blocks = makeTable(u"versionsBlocks"_s, {tr("Block"), tr("Contribution"), tr("Alone"), tr("From")}, this);
    m_blocks->horizontalHeaderItem(Contribution)
        ->setToolTip(tr("What the block of B adds to the change (Shapley value), grades of 1 to 5: the mean over all "
                        "orders in which blocks can be exchanged"));
    m_blocks->horizontalHeaderItem(Single)->setToolTip(tr("Change of A's score when this block alone comes from B"));
    const std::pair<int, HelpTopic> topics[] = {{BlockNumber, HelpTopic::Block},
                                                {Contribution, HelpTopic::VersionContribution},
                                                {Single, HelpTopic::VersionAlone},
                                                {Source, HelpTopic::Versions}};
    for (const auto& [column, topic] : topics)
        m_blocks->horizontalHeaderItem(column)->setData(HelpTopicRole, toRole(topic));
    m_blocks->setSortingEnabled(true);
    m_blocks->sortByColumn(BlockNumber, Qt::AscendingOrder);
    connect(m_blocks, &QTableWidget::currentCellChanged, this, [this](int row) {
        Document* document = m_viewer.workspace.current();
        if (row >= 0 && document)
            document->setFocusedBlock(BlockIndex{m_blocks->item(row, BlockNumber)->data(Qt::UserRole).toInt()});
    });
    connect(m_blocks, &QTableWidget::cellDoubleClicked, this, [this](int row) {
        const BlockIndex block{m_blocks->item(row, BlockNumber)->data(Qt::UserRole).toInt()};
        m_viewer.versions.beginStroke(block);
        m_viewer.versions.endStroke();
    });
}

void VersionsPanel::makeCarries()
{
    m_show = new QToolButton(this);
    m_show->setObjectName(u"versionsShowCarries"_s);
    m_show->setText(tr("Show them"));
    m_show->setToolTip(tr("Frame these blocks on the pictures"));
    m_show->setCheckable(true);
    m_take = new QPushButton(tr("Take them from B"), this);
    m_take->setObjectName(u"versionsTakeCarries"_s);
    setHelpTopic(*m_show, HelpTopic::VersionCarries);
    setHelpTopic(*m_take, HelpTopic::VersionCarries);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_show);
    buttons->addWidget(m_take);
    buttons->addStretch();
    static_cast<QVBoxLayout*>(layout())->addLayout(buttons);
    connect(m_show, &QToolButton::clicked, this,
            [this](bool shown) { m_viewer.versions.setMarked(shown ? carrying() : BlockMask()); });
    connect(m_take, &QPushButton::clicked, this,
            [this] { m_viewer.versions.changeFromB(carrying(), tr("Take what carries the change")); });
}

BlockMask VersionsPanel::carrying() const
{
    const VersionComparison* comparison = m_viewer.versions.soFar();
    return comparison && comparison->difference.carries ? comparison->difference.carries->blocks : BlockMask();
}

void VersionsPanel::refresh()
{
    refreshModels();
    const VersionVerdict* verdict = m_viewer.versions.chosen();
    const VersionComparison* comparison = m_viewer.versions.soFar();
    for (QWidget* part :
         {static_cast<QWidget*>(m_composite), m_bar, static_cast<QWidget*>(m_blocks), static_cast<QWidget*>(m_sum),
          static_cast<QWidget*>(m_carries), static_cast<QWidget*>(m_method)})
        part->setVisible(comparison != nullptr);
    m_models->setVisible(m_viewer.versions.isOn());
    if (!comparison) {
        m_show->hide();
        m_take->hide();
        if (!m_viewer.versions.isOn())
            m_headline->setText(tr("No second photo is chosen"));
        else if (verdict && verdict->error)
            m_headline->setText(toQt(verdict->error->reason + "; " + verdict->error->remedy));
        else if (verdict && verdict->state == WorkState::Working)
            m_headline->setText(tr("Comparing…"));
        else
            m_headline->setText(tr("Stopped; a double click on a model asks it again"));
        return;
    }
    const double change = fiveOf(*comparison, comparison->difference.change);
    m_headline->setText(changeText(change) == changeText(0)
                            ? tr("B scores as A does")
                            : (change > 0 ? tr("B scores %1 grades above A") : tr("B scores %1 grades below A"))
                                  .arg(scoreText(std::abs(change))));
    refreshBlocks(*comparison);
    refreshCarries(*comparison);
    refreshComposite();
    const MaskTable& table = *comparison->table;
    QString method;
    if (comparison->by == ExchangeBy::Tokens)
        method = tr("Exchanged: tokens behind the trunk. All %1 composites are computed, exact.").arg(MaskCount);
    else if (table.exact)
        method = tr("Exchanged: pixels of the model's input. All composites of %1 that differ are computed, exact.")
                     .arg(blockCountText(comparison->differing.count()));
    else
        method =
            tr("Exchanged: pixels of the model's input. %1 of %2 composites are computed; the others are estimates, "
               "± %3 grades (standard error of a composite's score).")
                .arg(table.samples)
                .arg(MaskCount)
                .arg(fiveOf(*comparison, table.standardError), 0, 'f', 3);
    if (comparison->difference.leak)
        method += u'\n'
            + tr("%1 % of the contributions fall on blocks that are equal in both, because the trunk looks across "
                 "borders.")
                  .arg(std::lround(100 * *comparison->difference.leak));
    const std::vector<double>& shares = comparison->difference.orders.shares;
    if (shares.size() > 1 && shares[0] > 0)
        method += u'\n'
            + tr("Blocks act on their own to %1 %, in pairs to %2 %.")
                  .arg(std::lround(100 * shares[0]))
                  .arg(std::lround(100 * shares[1]));
    if (verdict->state == WorkState::Working)
        method += u'\n' + tr("More composites are being computed; the numbers follow.");
    m_method->setText(method);
}

void VersionsPanel::refreshModels()
{
    const auto& verdicts = m_viewer.versions.verdicts();
    m_models->setRowCount(static_cast<int>(verdicts.size()));
    for (int row = 0; row < m_models->rowCount(); ++row) {
        const VersionVerdict& verdict = verdicts[static_cast<std::size_t>(row)];
        auto* name = new QTableWidgetItem(toQt(verdict.entry.name));
        name->setData(Qt::UserRole, toQt(verdict.entry.id));
        const bool isChosen = toQt(verdict.entry.id) == m_viewer.workspace.modelId();
        QFont font = m_models->font();
        font.setBold(isChosen);
        name->setFont(font);
        m_models->setItem(row, ModelName, name);
        QStringList cells{u"…"_s, u"…"_s, u"…"_s};
        if (verdict.comparison) {
            const Difference& difference = verdict.comparison->difference;
            const ScoreScale& scale = verdict.comparison->model.scale;
            cells = {
                scoreText(scale.toFive(difference.scoreA)), scoreText(scale.toFive(difference.scoreB)),
                changeText(fiveOf(*verdict.comparison,
                                  difference.change))}; // the two whole pictures are computed first, never estimated
        } else if (verdict.error) {
            cells = {u"–"_s, u"–"_s, tr("failed")};
        } else if (verdict.state == WorkState::Absent) {
            cells = {u"–"_s, u"–"_s, tr("stopped")};
        } else if (verdict.fraction > 0) {
            cells[2] = tr("%1 %").arg(std::lround(100 * verdict.fraction));
        }
        for (int column = ScoreA; column <= ModelChange; ++column) {
            auto* item = new QTableWidgetItem(cells[column - ScoreA]);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            item->setFont(font);
            if (verdict.error)
                item->setToolTip(toQt(verdict.error->reason + "; " + verdict.error->remedy));
            m_models->setItem(row, column, item);
        }
    }
    fitHeight(*m_models);
}

void VersionsPanel::refreshBlocks(const VersionComparison& comparison)
{
    const QSignalBlocker blocker(m_blocks);
    const Difference& difference = comparison.difference;
    m_blocks->setSortingEnabled(false);
    m_blocks->setRowCount(BlockCount);
    double largest = 0;
    double sum = 0;
    for (int block = 0; block < BlockCount; ++block) {
        const double value = fiveOf(comparison, difference.shapley.values[static_cast<std::size_t>(block)]);
        largest = std::max(largest, std::abs(value));
        sum += value;
        const double alone = fiveOf(comparison, comparison.table->score(BlockMask().with({block})) - difference.scoreA);
        const bool isEqual = !comparison.differing.contains({block});
        m_blocks->setItem(block, BlockNumber, new NumberItem(blockName({block}), block));
        m_blocks->setItem(block, Contribution,
                          new NumberItem(estimateMark(!comparison.table->exact) + changeText(value), value));
        m_blocks->setItem(block, Single, new NumberItem(changeText(alone), alone));
        m_blocks->setItem(block, Source, new NumberItem({}, 0));
        if (isEqual) {
            for (int column = BlockNumber; column <= Source; ++column)
                m_blocks->item(block, column)->setToolTip(tr("This block is equal in both pictures"));
        }
    }
    m_blocks->setSortingEnabled(true); // sorts
    fitHeight(*m_blocks);
    static_cast<ContributionBar*>(m_bar)->setLargest(largest);
    m_sum->setText(tr("Sum of the contributions %1, in grades of 1 to 5: the whole change").arg(changeText(sum)));
    followFocus();
}

void VersionsPanel::refreshCarries(const VersionComparison& comparison)
{
    const std::optional<Carries>& carries = comparison.difference.carries;
    const bool hasBlocks = carries && !carries->blocks.isEmpty();
    m_show->setVisible(hasBlocks);
    m_take->setVisible(hasBlocks);
    if (!carries)
        m_carries->setText(tr("Which blocks carry the change needs all composites; this table is an estimate."));
    else if (!hasBlocks)
        m_carries->setText(tr("No block is needed to carry the change: whatever comes from B, the score stays within "
                              "%1 grades of B's.")
                               .arg(scoreText(carries->remaining)));
    else
        m_carries->setText(
            tr("%1 of 12 carry the change (%2): with %3 from B the score stays within %4 grades of B's, wherever the "
               "others come from.")
                .arg(blockCountText(carries->blocks.count()), toQt(blocksToString(carries->blocks)),
                     carries->blocks.count() == 1 ? tr("it") : tr("them"), scoreText(carries->remaining)));
    refreshMarks();
}

void VersionsPanel::refreshMarks()
{
    m_show->setChecked(!m_viewer.versions.marked().isEmpty() && m_viewer.versions.marked() == carrying());
}

void VersionsPanel::refreshComposite()
{
    const VersionComparison* comparison = m_viewer.versions.soFar();
    if (!comparison)
        return;
    const BlockMask taken = m_viewer.versions.fromB();
    for (int row = 0; row < m_blocks->rowCount(); ++row) {
        const int block = m_blocks->item(row, BlockNumber)->data(Qt::UserRole).toInt();
        m_blocks->item(row, Source)->setText(taken.contains({block}) ? u"B"_s : u"A"_s);
    }
    if (taken.isEmpty()) {
        m_composite->setText(tr("A click on a block takes it from B."));
        return;
    }
    const MaskTable& table = *comparison->table;
    const double score = table.score5(taken);
    const QString change = changeText(score - comparison->model.scale.toFive(comparison->difference.scoreA));
    const QString who = tr("A with %1 of B").arg(blockCountText(taken.count()));
    if (table.exact || taken == BlockMask::all())
        m_composite->setText(tr("%1: %2, against A %3").arg(who, scoreText(score), change));
    else
        m_composite->setText(
            tr("%1: ~%2 ± %4 (standard error), against A ~%3")
                .arg(who, scoreText(score), change, scoreText(fiveOf(*comparison, table.standardError))));
}

void VersionsPanel::followFocus()
{
    const Document* document = m_viewer.workspace.current();
    const auto focused = document ? document->focusedBlock() : std::nullopt;
    const QSignalBlocker blocker(m_blocks);
    m_blocks->clearSelection();
    for (int row = 0; focused && row < m_blocks->rowCount(); ++row) {
        const QTableWidgetItem* item = m_blocks->item(row, BlockNumber);
        if (item && item->data(Qt::UserRole).toInt() == focused->value)
            m_blocks->selectRow(row);
    }
}

} // namespace halflens
