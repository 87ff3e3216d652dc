// SPDX-License-Identifier: BSD-3-Clause
// Everything that can be set and said about the current layer.
#pragma once

#include "ui/state/viewer.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QVBoxLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QSlider;
class QSpinBox;

namespace halflens {

/// "4 of 6 important blocks of TRIQ lite lie in its upper half", and what chance would do; `judge` is whose they are.
QString matchText(int matches, const QString& judge);

class LayerControls final : public QWidget {
    Q_OBJECT

public:
    explicit LayerControls(Viewer& viewer, QWidget* parent = nullptr);

Q_SIGNALS:
    void hideRequested(halflens::BlockMask hidden, const QString& label);

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitHeight();
    void makeState(QVBoxLayout& column);
    void makeLook(QFormLayout& form);
    void makeParameters(QFormLayout& form);
    void makeBlocks(QVBoxLayout& column);
    void fillColors();
    void refresh();
    void refreshState();
    void refreshLook();
    void refreshParameters();
    void refreshBlocks();
    void changeLook(const std::function<void(LayerLook&)>& change);
    void changeParameters(const std::function<void(MapRequest&)>& change);

    Workspace& m_workspace;
    LayerStack& m_layers;
    MapService& m_maps;
    Judge& m_judge;
    const LayerView& m_view;
    QFormLayout* m_form;
    QLabel* m_title;
    QLabel* m_about;
    QLabel* m_estimate; ///< how far what is refined in place is
    QWidget* m_orders; ///< how much one number a block can tell
    QWidget* m_work; ///< progress and its cancel
    QProgressBar* m_progress;
    QWidget* m_problem; ///< what went wrong and the way out
    QLabel* m_problemText;
    QPushButton* m_again;
    QSlider* m_opacity;
    QLabel* m_opacityText;
    QWidget* m_opacityRow;
    QComboBox* m_colors;
    QComboBox* m_range;
    QDoubleSpinBox* m_low;
    QDoubleSpinBox* m_high;
    QWidget* m_ends;
    QCheckBox* m_outline;
    QCheckBox* m_means;
    QComboBox* m_saliency;
    QComboBox* m_frequency;
    QComboBox* m_band;
    QComboBox* m_segments;
    QSpinBox* m_samples;
    QCheckBox* m_settle;
    QSpinBox* m_seed;
    QComboBox* m_sign;
    QComboBox* m_attention;
    QLabel* m_match;
    QWidget* m_halves;
    QPushButton* m_hideUpper;
    QPushButton* m_hideLower;
    bool m_refreshing = false; ///< the controls follow the state, they do not change it
};

} // namespace halflens
