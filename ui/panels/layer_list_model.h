// SPDX-License-Identifier: BSD-3-Clause
// The layers as a checkable list under three headings, with how far each of them is.
#pragma once

#include "ui/state/viewer.h"

#include <QAbstractListModel>

#include <optional>

namespace halflens {

class LayerListModel final : public QAbstractListModel {
    Q_OBJECT

public:
    /// StatusRole: short text at the right; ProgressRole: 0..1 of the work, negative when unknown,
    /// nothing when there is none; HeadingRole: true for headings;
    /// LayerRole: the number of the layer.
    enum Role { StatusRole = Qt::UserRole, ProgressRole, HeadingRole, LayerRole };

    explicit LayerListModel(Viewer& viewer, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    std::optional<OverlayId> layerAt(const QModelIndex& index) const; ///< nothing for headings
    QModelIndex indexOf(OverlayId id) const;

private:
    QString status(OverlayId id) const;
    void refresh();
    void refreshLayer(OverlayId id);

    Workspace& m_workspace;
    LayerStack& m_layers;
    MapService& m_maps;
    Comparison& m_comparison;
};

} // namespace halflens
