// SPDX-License-Identifier: BSD-3-Clause
// The layer dock: the list of layers, the controls of the current one, and what the grid looks like.
#pragma once

#include "ui/panels/layer_list_model.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QListView;

namespace halflens {

class LayerControls;

class LayersPanel final : public QWidget {
    Q_OBJECT

public:
    explicit LayersPanel(Viewer& viewer, QWidget* parent = nullptr);
    QListView* list() const { return m_list; }
    const LayerListModel& model() const { return *m_model; }

Q_SIGNALS:
    void hideRequested(halflens::BlockMask hidden, const QString& label);

private:
    QWidget* makeGridRow();
    void followCurrent();

    Settings& m_settings;
    LayerStack& m_layers;
    LayerListModel* m_model;
    QListView* m_list;
    LayerControls* m_controls;
};

} // namespace halflens
