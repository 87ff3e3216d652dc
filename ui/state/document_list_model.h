// SPDX-License-Identifier: BSD-3-Clause
// The opened images as a list for film strips: names, thumbnails, paths.
#pragma once

#include "ui/state/workspace.h"

#include <QAbstractListModel>

namespace halflens {

/// DisplayRole: name; DecorationRole: QImage, null until it is there (asking for it starts it);
/// ToolTipRole: path.
class DocumentListModel final : public QAbstractListModel {
    Q_OBJECT

public:
    explicit DocumentListModel(Workspace& workspace, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    Workspace& m_workspace;
    int m_rows = 0;
};

} // namespace halflens
