// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/study_table_model.h"

#include "ui/state/text.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

QString numberText(double value, StudyColumn column)
{
    if (!std::isfinite(value))
        return u"–"_s;
    if (column >= StudyColumn::Decide)
        return QString::number(static_cast<int>(value));
    return column == StudyColumn::Distance ? changeText(value) : scoreText(value);
}

} // namespace

StudyTableModel::StudyTableModel(Workspace& workspace, QObject* parent)
    : QAbstractTableModel(parent)
    , m_pictures(new StudyPictures(workspace, this))
{
    connect(m_pictures, &StudyPictures::arrived, this, &StudyTableModel::showPicture);
}

void StudyTableModel::setStudy(std::shared_ptr<const StudyOverview> study)
{
    beginResetModel();
    m_pictures->forget();
    m_study = std::move(study);
    m_modelIndex = m_study ? m_study->judge() : 0;
    fillOrder();
    endResetModel();
}

void StudyTableModel::setModel(std::size_t model)
{
    m_modelIndex = model;
    arrange();
    if (!m_order.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, StudyColumnCount - 1));
}

void StudyTableModel::setFilter(const StudyFilter& filter)
{
    m_filter = filter;
    arrange();
}

void StudyTableModel::setPhotoFolder(const QString& folder)
{
    m_folder = folder;
    m_pictures->forget();
    if (!m_order.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, 0));
}

void StudyTableModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column;
    m_sortOrder = order;
    arrange();
}

void StudyTableModel::fillOrder()
{
    m_order.clear();
    if (!m_study)
        return;
    for (std::size_t i = 0; i < m_study->photos.size(); ++i) {
        if (m_filter.isEmpty() || m_filter.accepts(m_study->photos[i], m_modelIndex))
            m_order.push_back(i);
    }
    if (m_sortColumn < 0)
        return;
    const auto column = static_cast<StudyColumn>(m_sortColumn);
    const bool falls = m_sortOrder == Qt::DescendingOrder;
    if (isText(column)) {
        std::vector<QString> texts(m_study->photos.size());
        for (const std::size_t i : m_order)
            texts[i] = studyText(m_study->photos[i], column);
        std::stable_sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) {
            const int order = texts[a].compare(texts[b], Qt::CaseInsensitive);
            return falls ? order > 0 : order < 0;
        });
        return;
    }
    std::vector<double> numbers(m_study->photos.size());
    for (const std::size_t i : m_order)
        numbers[i] = studyNumber(m_study->photos[i], m_modelIndex, column);
    std::stable_sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) {
        const bool hasA = std::isfinite(numbers[a]);
        const bool hasB = std::isfinite(numbers[b]);
        if (!hasA || !hasB)
            return hasA && !hasB; // what has no number comes last, either way
        return falls ? numbers[a] > numbers[b] : numbers[a] < numbers[b];
    });
}

void StudyTableModel::arrange()
{
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    std::vector<std::size_t> photos;
    for (const QModelIndex& old : before)
        photos.push_back(m_order[static_cast<std::size_t>(old.row())]);
    fillOrder();
    std::vector<int> rows(m_study ? m_study->photos.size() : 0, -1);
    for (std::size_t row = 0; row < m_order.size(); ++row)
        rows[m_order[row]] = static_cast<int>(row);
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const int row = rows[photos[static_cast<std::size_t>(i)]];
        after << (row < 0 ? QModelIndex() : index(row, before[i].column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

const OverviewPhoto* StudyTableModel::photoAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_study->photos[m_order[static_cast<std::size_t>(row)]] : nullptr;
}

QString StudyTableModel::fileOf(const OverviewPhoto& photo) const
{
    const QString noted = fromFilePath(photo.file);
    if (m_folder.isEmpty())
        return noted;
    return QDir(m_folder).filePath(noted.isEmpty() ? toQt(photo.name) : QFileInfo(noted).fileName());
}

bool StudyTableModel::hasValues(StudyColumn column) const
{
    const auto hasOne = [&](const OverviewPhoto& photo) {
        return isText(column) ? !studyText(photo, column).isEmpty()
                              : std::isfinite(studyNumber(photo, m_modelIndex, column));
    };
    return m_study && std::any_of(m_study->photos.begin(), m_study->photos.end(), hasOne);
}

int StudyTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_order.size());
}

QVariant StudyTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const std::size_t at = m_order[static_cast<std::size_t>(index.row())];
    const OverviewPhoto& photo = m_study->photos[at];
    const auto column = static_cast<StudyColumn>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return isText(column) ? studyText(photo, column) : numberText(studyNumber(photo, m_modelIndex, column), column);
    case SortRole:
        return isText(column) ? QVariant(studyText(photo, column)) : QVariant(studyNumber(photo, m_modelIndex, column));
    case Qt::DecorationRole:
        return column == StudyColumn::Photo ? QVariant(m_pictures->picture(at, fileOf(photo))) : QVariant();
    case Qt::ToolTipRole:
        if (column == StudyColumn::Photo)
            return fileOf(photo);
        return column == StudyColumn::LeftOut ? toQt(photo.error) : QVariant();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment((isText(column) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    default:
        return {};
    }
}

QVariant StudyTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= StudyColumnCount)
        return {};
    struct Header {
        QString title;
        QString help;
    };
    const auto match = [](const QString& measure) {
        return tr("How many of the judge's six important blocks are also among the six highest by %1.\n"
                  "0 to 6; three are expected by chance.")
            .arg(measure);
    };
    const Header headers[StudyColumnCount] = {
        {tr("Photo"), tr("As the study's table names it")},
        {tr("Split"), tr("Part of the data set the photo belongs to")},
        {tr("Opinion"), tr("Mean opinion of people, on 1 to 5")},
        {tr("Score"), tr("The model's score of the whole photo, on the model's own scale")},
        {tr("Distance"), tr("Score minus opinion, both on 1 to 5")},
        {tr("Without imp."), tr("Score with the judge's important half hidden, on the model's own scale")},
        {tr("Without triv."), tr("Score with the judge's trivial half hidden, on the model's own scale")},
        {tr("Fall"), tr("Score of the whole minus score without the important half")},
        {tr("Decide"),
         tr("Fewest visible blocks that keep the score within ±%1, whatever else is hidden")
             .arg(m_study ? m_study->epsilon : 0.1)},
        {tr("Saliency"), match(tr("saliency"))},
        {tr("Frequency"), match(tr("spatial frequency"))},
        {tr("Objectness"), match(tr("objectness"))},
        {tr("Averaged"), match(tr("the average of the three measures"))},
        {tr("Left out"), tr("Why the photo is in none of the study's tables")},
    };
    const Header& header = headers[section];
    if (role == Qt::DisplayRole)
        return header.title;
    if (role == Qt::ToolTipRole)
        return header.help + u'\n' + tr("In the filter: %1").arg(filterWord(static_cast<StudyColumn>(section)));
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(
            (isText(static_cast<StudyColumn>(section)) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    return {};
}

void StudyTableModel::showPicture(std::size_t photo)
{
    const auto row = std::find(m_order.begin(), m_order.end(), photo);
    if (row == m_order.end())
        return;
    const QModelIndex place = index(static_cast<int>(row - m_order.begin()), 0);
    Q_EMIT dataChanged(place, place, {Qt::DecorationRole});
}

} // namespace halflens
