// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/document_list_model.h"

#include <QDir>
#include <QImage>

namespace halflens {

DocumentListModel::DocumentListModel(Workspace& workspace, QObject* parent)
    : QAbstractListModel(parent)
    , m_workspace(workspace)
{
    // The list tells after it added; rowCount() follows it, so views see one consistent step.
    const DocumentList& documents = workspace.documents();
    connect(&documents, &DocumentList::added, this, [this](int first, int last) {
        beginInsertRows({}, first, last);
        m_rows = m_workspace.count();
        endInsertRows();
    });
    connect(&documents, &DocumentList::aboutToBeRemoved, this, [this](int row) { beginRemoveRows({}, row, row); });
    connect(&documents, &DocumentList::removed, this, [this] {
        m_rows = m_workspace.count();
        endRemoveRows();
    });
    connect(&workspace.thumbnails(), &ThumbnailStore::changed, this, [this](std::uint64_t id) {
        const int row = m_workspace.documents().indexOf(m_workspace.documents().find(id));
        if (row >= 0 && row < m_rows)
            Q_EMIT dataChanged(index(row), index(row), {Qt::DecorationRole});
    });
    m_rows = workspace.count();
}

int DocumentListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

QVariant DocumentListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= m_workspace.count())
        return {};
    const Document* document = m_workspace.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return document->title();
    case Qt::DecorationRole:
        return m_workspace.thumbnails().thumbnail(*document);
    case Qt::ToolTipRole:
        return document->path().isEmpty() ? document->title() : QDir::toNativeSeparators(document->path());
    default:
        return {};
    }
}

} // namespace halflens
