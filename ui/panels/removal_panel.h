// SPDX-License-Identifier: BSD-3-Clause
// Insertion and deletion: how the score moves when blocks are shown or hidden in the order of the
// current layer.
#pragma once

#include "core/explain/removal_curves.h"
#include "ui/panels/chart_plot.h"
#include "ui/state/viewer.h"

#include <array>
#include <optional>

class QLabel;

namespace halflens {

/// Curves of a layer on the scale from 1 to 5, and what random orders would give on average.
struct RemovalComparison {
    RemovalCurves curves;
    std::array<double, BlockCount + 1> randomDeletion{}; ///< entry k: mean over all masks of k blocks
    double randomArea = 0; ///< of either random curve: they mirror each other
};
/// Look-ups in the table only; O(4096).
RemovalComparison compareRemoval(const BlockMeans& order, const MaskTable& table);

class RemovalPlot final : public ChartPlot {
    Q_OBJECT

public:
    explicit RemovalPlot(QWidget* parent = nullptr);
    void setCurves(const std::optional<RemovalComparison>& curves);
    const std::optional<RemovalComparison>& curves() const { return m_curves; }
    QSize sizeHint() const override { return {240, 160}; }
    QSize minimumSizeHint() const override { return {160, 110}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    ChartFrame frame() const { return ChartPlot::frame(0, BlockCount, m_low, m_high); }

    std::optional<RemovalComparison> m_curves;
    double m_low = 1;
    double m_high = 5;
};

class RemovalPanel final : public QWidget {
    Q_OBJECT

public:
    explicit RemovalPanel(Viewer& viewer, QWidget* parent = nullptr);

private:
    void refresh();

    Workspace& m_workspace;
    const LayerStack& m_layers;
    const LayerView& m_view;
    QLabel* m_title;
    QLabel* m_areas;
    RemovalPlot* m_plot;
};

} // namespace halflens
