// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/photo_table.h"

#include "core/base/numbers_text.h"
#include "ui/panels/csv_button.h"
#include "ui/panels/help_point.h"
#include "ui/panels/mark_badge.h"
#include "ui/panels/photo_bar.h"
#include "ui/panels/photo_rows.h"
#include "ui/panels/score_histogram.h"
#include "ui/panels/study_pictures.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"
#include "ui/state/viewer.h"
#include "ui/state/window_settings.h"

#include <QCache>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <set>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int LaterMs = 250;

/// Names with small pictures, scaled once for each thumbnail that is looked at.
class PhotoCell final : public QStyledItemDelegate {
public:
    explicit PhotoCell(QObject* parent)
        : QStyledItemDelegate(parent)
        , m_pictures(StudyPictures::Most)
    { }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const QImage picture = index.data(Qt::DecorationRole).value<QImage>();
        QPixmap small;
        if (const QPixmap* known = m_pictures.object(picture.cacheKey())) {
            small = *known;
        } else {
            small = QPixmap::fromImage(StudyPictures::onPaper(picture));
            m_pictures.insert(picture.cacheKey(), new QPixmap(small)); // the cache may drop it at once
        }
        QIcon icon(small);
        icon.addPixmap(small, QIcon::Selected); // a photo keeps its colours
        option->icon = icon;
        option->decorationSize = QSize(StudyPictures::Width, StudyPictures::Height);
        option->features |= QStyleOptionViewItem::HasDecoration;
    }

private:
    mutable QCache<qint64, QPixmap> m_pictures;
};

/// For the width of a column, without looking at thousands of cells.
QString longestCell(int column)
{
    switch (static_cast<PhotoColumn>(column)) {
    case PhotoColumn::Photo:
        return u"IMG_00000000.jpg"_s;
    case PhotoColumn::Pixels:
        return u"00000×0000"_s;
    case PhotoColumn::Size:
        return u"00.0 MB"_s;
    case PhotoColumn::Date:
        return u"0000-00-00 00:00"_s;
    case PhotoColumn::Mark:
        return u"000"_s + markName(PhotoMark::Again);
    case PhotoColumn::Note:
        return u"a few words"_s;
    default:
        return u"−0.00"_s;
    }
}

std::string headOf(const PhotoColumns& columns, int column)
{
    if (column == static_cast<int>(PhotoColumn::Size))
        return "bytes";
    if (column == static_cast<int>(PhotoColumn::Date))
        return "modified_utc";
    return columns.filterColumns()[static_cast<std::size_t>(column)].word.toStdString();
}

} // namespace

PhotoTable::PhotoTable(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_viewer(viewer)
    , m_table(new QTableView(this))
    , m_histogram(new ScoreHistogram(this))
    , m_summary(new QLabel(this))
    , m_problem(new QLabel(this))
    , m_columns(new QMenu(this))
{
    setHelpTopic(*this, HelpTopic::Photos);
    setHelpTopic(*m_histogram, HelpTopic::Histogram);
    setHelpTopic(*m_summary, HelpTopic::PhotoScore);
    m_table->setObjectName(u"photoTable"_s);
    m_table->setAccessibleName(tr("Photos"));
    m_table->setModel(&viewer.photos);
    prepareRows(*m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setItemDelegateForColumn(0, new PhotoCell(m_table));
    m_table->setItemDelegateForColumn(static_cast<int>(PhotoColumn::Mark), new MarkDelegate(m_table));
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked); // of notes; F2 see eventFilter()
    m_table->horizontalHeader()->setSectionsClickable(true);
    m_table->horizontalHeader()->setSortIndicatorShown(true);
    m_table->horizontalHeader()->setSectionsMovable(true);
    m_table->installEventFilter(this);
    m_summary->setObjectName(u"photoSummary"_s);
    m_summary->setTextFormat(Qt::PlainText);
    m_problem->setObjectName(u"photoTableProblem"_s);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setContentsMargins(8, 0, 8, 2);
    m_problem->hide();
    auto* filter = new QLineEdit(this);
    filter->setObjectName(u"photoTableFilter"_s);
    filter->setPlaceholderText(tr("Filter: part of a name, score<2, mark=keep, date=2026-05 …"));
    connectPhotoFilter(*filter, viewer);
    auto* columns = new QToolButton(this);
    columns->setObjectName(u"photoColumns"_s);
    columns->setText(tr("Columns"));
    columns->setToolTip(tr("What is shown of each photo; a model that has a column scores all photos"));
    columns->setPopupMode(QToolButton::InstantPopup);
    columns->setMenu(m_columns);
    auto* write = new QPushButton(tr("Export CSV…"), this);
    write->setObjectName(u"photoExport"_s);
    write->setAutoDefault(false);
    write->setToolTip(tr("The rows and columns shown, in their order"));
    connect(write, &QPushButton::clicked, this,
            [this] { saveCsv(m_viewer, *this, tr("Export the table"), {}, [this] { return toCsv(); }); });

    m_later.setSingleShot(true);
    m_later.setInterval(LaterMs);
    connect(&m_later, &QTimer::timeout, this, &PhotoTable::showSummary);
    connect(m_table->horizontalHeader(), &QHeaderView::sectionClicked, this, &PhotoTable::headerClicked);
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex& index) {
        if (QGuiApplication::keyboardModifiers() == Qt::NoModifier) // else rows are chosen
            openRow(index);
    });
    connect(m_table, &QTableView::activated, this, &PhotoTable::openRow);
    connect(m_histogram, &ScoreHistogram::rangeChosen, this, [this](double low, double high) {
        QStringList conditions; // the bars at the ends hold what lies beyond as well
        if (low > 1)
            conditions << u"score>=%1"_s.arg(low);
        if (high < 5)
            conditions << u"score<%1"_s.arg(high);
        m_viewer.photos.setFilter(conditions.join(u' '));
    });
    connect(&viewer.photos, &PhotoListModel::arranged, this, [this] {
        const QSignalBlocker quiet(m_table->horizontalHeader());
        m_table->horizontalHeader()->setSortIndicator(m_viewer.photos.sortColumn(), m_viewer.photos.sortOrder());
        followWorkspace();
        updateLater();
    });
    connect(&viewer.photos, &QAbstractItemModel::modelReset, this, [this] {
        makeColumnMenu();
        showColumns();
    });
    connect(&viewer.photos, &PhotoListModel::filterChanged, this, [this] {
        const QString problem = m_viewer.photos.filterProblem();
        QPalette colors = palette();
        colors.setColor(QPalette::WindowText, themeColors(colors).worse);
        m_problem->setPalette(colors);
        m_problem->setText(problem);
        m_problem->setVisible(!problem.isEmpty());
    });
    connect(&viewer.photoScores, &PhotoScores::changed, this, &PhotoTable::updateLater);
    connect(&viewer.photoScores, &PhotoScores::manyChanged, this, &PhotoTable::updateLater);
    connect(&viewer.photoScores, &PhotoScores::progressed, this, &PhotoTable::updateLater);
    connect(&viewer.workspace.documents(), &DocumentList::wantedChanged, this, &PhotoTable::followWorkspace);

    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 4, 8, 2);
    top->addWidget(m_histogram);
    top->addWidget(m_summary);
    top->addWidget(filter, 1);
    top->addWidget(columns);
    top->addWidget(write);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(top);
    layout->addWidget(m_problem);
    layout->addWidget(m_table, 1);
    for (int column = 0; column < viewer.photos.columnCount(); ++column)
        fitColumn(*m_table, column, longestCell(column));
    m_table->horizontalHeader()->setSortIndicator(viewer.photos.sortColumn(), viewer.photos.sortOrder());
    makeColumnMenu();
    showColumns();
    showSummary();
}

void PhotoTable::makeColumnMenu()
{
    m_columns->clear();
    const PhotoColumns& columns = m_viewer.photos.columns();
    for (int column = 1; column < columns.count(); ++column) { // the name always shows
        if (column == PhotoColumnCount)
            m_columns->addSection(tr("Scores by"));
        QAction* action = m_columns->addAction(columns.title(column));
        action->setCheckable(true);
        action->setData(column);
        connect(action, &QAction::triggered, this, [this, column](bool shown) { setColumnShown(column, shown); });
    }
}

/// Those of the settings; all but the models' own where nothing was chosen yet.
void PhotoTable::showColumns()
{
    const QStringList chosen = m_viewer.settings.value(setting::PhotoColumns).toStringList();
    const std::vector<FilterColumn> words = m_viewer.photos.columns().filterColumns();
    std::set<std::string> models;
    for (int column = 1; column < static_cast<int>(words.size()); ++column) {
        const bool isShown = chosen.isEmpty() ? column < PhotoColumnCount
                                              : chosen.contains(words[static_cast<std::size_t>(column)].word);
        m_table->setColumnHidden(column, !isShown);
        const ModelEntry* model = m_viewer.photos.columns().model(column);
        if (model && isShown)
            models.insert(model->id);
        for (QAction* action : m_columns->actions()) {
            if (!action->isSeparator() && action->data().toInt() == column)
                action->setChecked(isShown);
        }
    }
    m_viewer.photoScores.setModels(models);
}

void PhotoTable::setColumnShown(int column, bool shown)
{
    const std::vector<FilterColumn> words = m_viewer.photos.columns().filterColumns();
    QStringList chosen{words.front().word}; // never empty: that means nothing was chosen
    for (int other = 1; other < static_cast<int>(words.size()); ++other) {
        if (other == column ? shown : !m_table->isColumnHidden(other))
            chosen << words[static_cast<std::size_t>(other)].word;
    }
    m_viewer.settings.setValue(setting::PhotoColumns, chosen);
    showColumns();
    fitColumn(*m_table, column, longestCell(column));
}

/// The lowest first, the highest first, as opened.
void PhotoTable::headerClicked(int column)
{
    PhotoListModel& photos = m_viewer.photos;
    if (photos.sortColumn() != column)
        photos.sort(column, Qt::AscendingOrder);
    else if (photos.sortOrder() == Qt::AscendingOrder)
        photos.sort(column, Qt::DescendingOrder);
    else
        photos.sort(PhotoListModel::AsOpened, Qt::AscendingOrder);
}

void PhotoTable::openRow(const QModelIndex& index)
{
    if (index.isValid())
        m_viewer.workspace.show(m_viewer.workspace.documents().indexOf(m_viewer.photos.photo(index.row())));
}

std::vector<Document*> PhotoTable::chosen() const
{
    std::vector<Document*> documents;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        documents.push_back(m_viewer.photos.photo(index.row()));
    return documents;
}

void PhotoTable::removeChosen()
{
    DocumentList& documents = m_viewer.workspace.documents();
    for (const Document* document : chosen()) // rows move while they are closed
        documents.close(documents.indexOf(document));
}

void PhotoTable::editNote()
{
    constexpr int Note = static_cast<int>(PhotoColumn::Note);
    const int row = m_table->currentIndex().row();
    if (row < 0)
        return;
    if (m_table->isColumnHidden(Note))
        setColumnShown(Note, true);
    const QModelIndex index = m_viewer.photos.index(row, Note);
    m_table->scrollTo(index);
    m_table->edit(index);
}

/// The row of the shown photo is the current one; rows a person has chosen stay so.
void PhotoTable::followWorkspace()
{
    const int wanted = m_viewer.workspace.wantedIndex();
    const int row = wanted >= 0 ? m_viewer.photos.placeOf(m_viewer.workspace.at(wanted)) : -1;
    if (row < 0 || row == m_table->currentIndex().row())
        return;
    if (m_table->selectionModel()->selectedRows().size() > 1)
        m_table->selectionModel()->setCurrentIndex(m_viewer.photos.index(row, 0), QItemSelectionModel::NoUpdate);
    else
        m_table->setCurrentIndex(m_viewer.photos.index(row, 0));
}

void PhotoTable::updateLater()
{
    if (isVisible() && !m_later.isActive())
        m_later.start();
}

void PhotoTable::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    showSummary();
}

void PhotoTable::showSummary()
{
    std::vector<double> scores;
    double sum = 0;
    for (int row = 0; row < m_viewer.photos.photos(); ++row) {
        if (const std::optional<double> score = m_viewer.photoScores.score(*m_viewer.photos.photo(row))) {
            scores.push_back(*score);
            sum += *score;
        }
    }
    m_histogram->setScores(scores);
    const int shown = m_viewer.photos.photos();
    const int all = m_viewer.workspace.count();
    QString text = shown == all ? (all == 1 ? tr("One photo") : tr("%1 photos").arg(all))
                                : tr("%1 of %2 photos").arg(shown).arg(all);
    if (const PhotoScores& work = m_viewer.photoScores; work.isWorking())
        text += u'\n' + tr("scored %1 of %2").arg(work.scored()).arg(work.wanted());
    else if (!scores.empty())
        text += u'\n'
            + tr("mean %1, %2 to %3")
                  .arg(scoreText(sum / static_cast<double>(scores.size())),
                       scoreText(*std::min_element(scores.begin(), scores.end())),
                       scoreText(*std::max_element(scores.begin(), scores.end())));
    m_summary->setText(text);
}

std::vector<int> PhotoTable::shownColumns() const
{
    std::vector<int> columns;
    const QHeaderView* header = m_table->horizontalHeader();
    for (int place = 0; place < header->count(); ++place) {
        if (const int column = header->logicalIndex(place); !m_table->isColumnHidden(column))
            columns.push_back(column);
    }
    return columns;
}

std::string PhotoTable::toCsv() const
{
    const PhotoColumns& columns = m_viewer.photos.columns();
    const std::vector<int> shown = shownColumns();
    const std::string model = m_viewer.workspace.modelId().toStdString();
    std::string text;
    for (const int column : shown)
        text += csvField(headOf(columns, column)) + ',';
    text += "model,path\n";
    for (int row = 0; row < m_viewer.photos.photos(); ++row) {
        const Document& document = *m_viewer.photos.photo(row);
        for (const int column : shown)
            text += csvField(columns.exactText(document, column).toStdString()) + ',';
        text += csvField(model) + ',' + csvField(document.path().toStdString()) + '\n';
    }
    return text;
}

bool PhotoTable::eventFilter(QObject* watched, QEvent* event)
{
    const int key = watched == m_table && event->type() == QEvent::KeyPress ? static_cast<QKeyEvent*>(event)->key() : 0;
    if (key == Qt::Key_Delete) {
        removeChosen();
        return true;
    }
    if (key == Qt::Key_F2) { // whichever cell of the row is the current one
        editNote();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace halflens
