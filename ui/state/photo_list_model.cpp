// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/photo_list_model.h"

#include "core/image/image_folder.h"
#include "ui/state/help_topics.h"
#include "ui/state/text.h"

#include <QDir>
#include <QImage>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int LaterMs = 250; ///< rows that move more often cannot be followed

} // namespace

PhotoListModel::PhotoListModel(Workspace& workspace, PhotoScores& scores, QObject* parent)
    : QAbstractTableModel(parent)
    , m_workspace(workspace)
    , m_scores(scores)
    , m_columns(workspace, scores)
{
    m_later.setSingleShot(true);
    m_later.setInterval(LaterMs);
    connect(&m_later, &QTimer::timeout, this, &PhotoListModel::arrange);
    DocumentList& documents = workspace.documents();
    connect(&documents, &DocumentList::added, this, &PhotoListModel::takeAdded);
    connect(&documents, &DocumentList::aboutToBeRemoved, this, &PhotoListModel::takeRemoved);
    connect(&workspace.thumbnails(), &ThumbnailStore::changed, this,
            [this](std::uint64_t id) { rowChanged(placeOf(m_workspace.documents().find(id)), {Qt::DecorationRole}); });
    connect(&documents, &DocumentList::missingChanged, this,
            [this](int index) { rowChanged(placeOf(m_workspace.at(index))); });
    connect(&documents, &DocumentList::markingChanged, this, &PhotoListModel::takeChanged);
    connect(&scores, &PhotoScores::changed, this, &PhotoListModel::takeChanged);
    connect(&scores, &PhotoScores::manyChanged, this, [this] {
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        if (dependsOnScores() && !m_later.isActive())
            m_later.start();
    });
    const auto changeColumn = [this] {
        constexpr int Change = static_cast<int>(PhotoColumn::Change);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0, Change), index(rowCount() - 1, Change));
        if (m_sortColumn == Change && !m_later.isActive())
            m_later.start();
    };
    connect(&workspace.image(), &CurrentImage::maskChanged, this, changeColumn);
    connect(&workspace.image(), &CurrentImage::changed, this, changeColumn);
    connect(&workspace.analyses(), &AnalysisService::modelsChanged, this, &PhotoListModel::takeModels);
    documents.follow(this);
    m_rows = wantedRows();
}

PhotoListModel::~PhotoListModel()
{
    m_workspace.documents().follow(nullptr);
}

int PhotoListModel::placeOf(const Document* document) const
{
    const auto row = std::find(m_rows.begin(), m_rows.end(), document);
    return document && row != m_rows.end() ? static_cast<int>(row - m_rows.begin()) : -1;
}

bool PhotoListModel::setFilter(const QString& line)
{
    if (line == m_filterLine)
        return m_filterProblem.isEmpty();
    m_filterLine = line;
    QString problem;
    const std::optional<ColumnFilter> filter = ColumnFilter::parse(line, m_columns.filterColumns(), problem);
    m_filterProblem = problem;
    if (filter) {
        m_filter = *filter;
        arrange();
    }
    Q_EMIT filterChanged();
    return filter.has_value();
}

void PhotoListModel::sort(int column, Qt::SortOrder order)
{
    if (column == m_sortColumn && order == m_sortOrder)
        return;
    m_sortColumn = column;
    m_sortOrder = order;
    arrange();
}

/// What comes in the order of opening is put in its place; else all are arranged anew.
void PhotoListModel::takeAdded(int first, int last)
{
    if (m_sortColumn == AsOpened && m_filter.isEmpty()) {
        beginInsertRows({}, first, last);
        std::vector<Document*> fresh;
        for (int i = first; i <= last; ++i)
            fresh.push_back(m_workspace.at(i));
        m_rows.insert(m_rows.begin() + first, fresh.begin(), fresh.end());
        endInsertRows();
        Q_EMIT arranged();
        return;
    }
    arrange();
}

void PhotoListModel::takeRemoved(int index)
{
    const int row = placeOf(m_workspace.at(index));
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
    Q_EMIT arranged();
}

void PhotoListModel::takeChanged(Document* document)
{
    rowChanged(placeOf(document));
    if (dependsOnScores() && !m_later.isActive())
        m_later.start();
}

void PhotoListModel::takeModels()
{
    beginResetModel();
    m_columns.readModels();
    if (m_sortColumn >= columnCount())
        m_sortColumn = AsOpened;
    QString problem;
    m_filter = ColumnFilter::parse(m_filterLine, m_columns.filterColumns(), problem).value_or(ColumnFilter());
    m_filterProblem = problem;
    m_rows = wantedRows();
    endResetModel();
    Q_EMIT arranged();
    Q_EMIT filterChanged();
}

void PhotoListModel::rowChanged(int row, const QList<int>& roles)
{
    if (row >= 0)
        Q_EMIT dataChanged(index(row, 0), index(row, roles.isEmpty() ? columnCount() - 1 : 0), roles);
}

bool PhotoListModel::dependsOnScores() const
{
    return !m_filter.isEmpty() || m_sortColumn > static_cast<int>(PhotoColumn::Photo);
}

bool PhotoListModel::accepts(const Document& document) const
{
    return m_filter.isEmpty()
        || m_filter.accepts([&](int column) { return m_columns.filterText(document, column); },
                            [&](int column) { return m_columns.number(document, column); });
}

std::vector<Document*> PhotoListModel::wantedRows() const
{
    std::vector<Document*> rows;
    for (int i = 0; i < m_workspace.count(); ++i) {
        if (accepts(*m_workspace.at(i)))
            rows.push_back(m_workspace.at(i));
    }
    if (m_sortColumn == AsOpened)
        return rows;
    const bool falls = m_sortOrder == Qt::DescendingOrder;
    if (PhotoColumns::isText(m_sortColumn)) {
        std::vector<std::pair<QString, Document*>> texts;
        for (Document* document : rows)
            texts.emplace_back(m_columns.text(*document, m_sortColumn), document);
        std::stable_sort(texts.begin(), texts.end(), [&](const auto& a, const auto& b) {
            if (a.first.isEmpty() || b.first.isEmpty())
                return !a.first.isEmpty() && b.first.isEmpty(); // what has no text comes last, either way
            return falls ? comesBefore(b.first, a.first) : comesBefore(a.first, b.first);
        });
        std::transform(texts.begin(), texts.end(), rows.begin(), [](const auto& entry) { return entry.second; });
        return rows;
    }
    std::vector<std::pair<double, Document*>> numbers;
    for (Document* document : rows)
        numbers.emplace_back(m_columns.number(*document, m_sortColumn), document);
    std::stable_sort(numbers.begin(), numbers.end(), [&](const auto& a, const auto& b) {
        const bool hasA = std::isfinite(a.first);
        const bool hasB = std::isfinite(b.first);
        if (!hasA || !hasB)
            return hasA && !hasB; // what has no number comes last, either way
        return falls ? a.first > b.first : a.first < b.first;
    });
    std::transform(numbers.begin(), numbers.end(), rows.begin(), [](const auto& entry) { return entry.second; });
    return rows;
}

void PhotoListModel::arrange()
{
    m_later.stop();
    std::vector<Document*> wanted = wantedRows();
    if (wanted == m_rows) { // most scores leave a photo where it is
        Q_EMIT arranged();
        return;
    }
    Q_EMIT layoutAboutToBeChanged();
    const std::vector<Document*> old = std::exchange(m_rows, std::move(wanted));
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    std::unordered_map<const Document*, int> rows;
    if (!before.isEmpty()) {
        for (std::size_t row = 0; row < m_rows.size(); ++row)
            rows[m_rows[row]] = static_cast<int>(row);
    }
    for (const QModelIndex& place : before) {
        const auto row = rows.find(old[static_cast<std::size_t>(place.row())]);
        after << (row == rows.end() ? QModelIndex() : index(row->second, place.column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
    Q_EMIT arranged();
}

int PhotoListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : photos();
}

int PhotoListModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_columns.count();
}

QVariant PhotoListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= photos())
        return {};
    const Document& document = *photo(index.row());
    const bool isFirst = index.column() == 0;
    const PhotoFacts& facts = m_scores.facts(document);
    switch (role) {
    case Qt::DisplayRole:
        return m_columns.text(document, index.column());
    case SortRole:
        return m_columns.number(document, index.column());
    case ScoreRole: {
        const std::optional<double> score = m_scores.score(document);
        return score && !facts.unreadable ? scoreText(*score) : QString();
    }
    case UnreadableRole:
        return facts.unreadable.has_value();
    case MissingRole:
        return document.isMissing();
    case MarkRole:
        return static_cast<int>(document.marking().mark);
    case NoteRole:
        return document.marking().note;
    case Qt::EditRole:
        return static_cast<PhotoColumn>(index.column()) == PhotoColumn::Note ? document.marking().note : QVariant();
    case Qt::AccessibleTextRole: {
        if (!isFirst)
            return m_columns.title(index.column()) + u' ' + m_columns.text(document, index.column());
        QString words = document.title();
        if (document.isMissing())
            words = tr("%1, missing").arg(words);
        else if (const QString score = data(index, ScoreRole).toString(); !score.isEmpty())
            words = tr("%1, score %2").arg(words, score);
        if (document.marking().mark != PhotoMark::None)
            words = tr("%1, marked “%2”").arg(words, markName(document.marking().mark));
        return document.marking().note.isEmpty() ? words : tr("%1, note: %2").arg(words, document.marking().note);
    }
    case Qt::DecorationRole:
        return isFirst ? QVariant(m_workspace.thumbnails().thumbnail(document)) : QVariant();
    case Qt::ToolTipRole: {
        if (!isFirst)
            return static_cast<PhotoColumn>(index.column()) == PhotoColumn::Note
                ? QVariant(document.marking().note.toHtmlEscaped())
                : QVariant();
        QString tip = document.path().isEmpty() ? document.title() : QDir::toNativeSeparators(document.path());
        if (document.isMissing())
            tip += u'\n' + tr("Not there, or not readable, when it was last looked for");
        else if (facts.unreadable)
            tip += u'\n' + toQt(facts.unreadable->reason);
        if (document.marking().mark != PhotoMark::None)
            tip += u'\n' + tr("Mark: %1").arg(markName(document.marking().mark));
        if (!document.marking().note.isEmpty())
            tip += u'\n' + document.marking().note;
        return tip;
    }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::Alignment((PhotoColumns::isLeft(index.column()) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    default:
        return {};
    }
}

bool PhotoListModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole || !index.isValid() || static_cast<PhotoColumn>(index.column()) != PhotoColumn::Note)
        return false;
    photo(index.row())->changeNote(value.toString().left(PhotoMarking::LongestNote));
    return true;
}

Qt::ItemFlags PhotoListModel::flags(const QModelIndex& index) const
{
    const bool isNote = static_cast<PhotoColumn>(index.column()) == PhotoColumn::Note;
    return QAbstractTableModel::flags(index) | (isNote ? Qt::ItemIsEditable : Qt::NoItemFlags);
}

QVariant PhotoListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::DisplayRole)
        return m_columns.title(section);
    if (role == Qt::ToolTipRole)
        return m_columns.help(section) + u'\n'
            + tr("In the filter: %1").arg(m_columns.filterColumns()[static_cast<std::size_t>(section)].word);
    if (role == HelpTopicRole)
        return toRole(PhotoColumns::helpTopic(section));
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::Alignment((PhotoColumns::isLeft(section) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    return {};
}

} // namespace halflens
