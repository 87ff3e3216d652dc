// SPDX-License-Identifier: BSD-3-Clause
// Insertion and deletion: how the score moves when blocks are shown or hidden in the order of the
// current layer.
#pragma once

#include "core/analysis/report_csv.h"
#include "ui/panels/chart_plot.h"
#include "ui/state/viewer.h"

#include <optional>
#include <string>

class QLabel;
class QToolButton;

namespace halflens {

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
    /// The curves with all digits; empty while there are none.
    std::string toCsv() const;

private:
    void refresh();

    Workspace& m_workspace;
    const LayerStack& m_layers;
    const LayerView& m_view;
    QLabel* m_title;
    QLabel* m_areas;
    RemovalPlot* m_plot;
    QToolButton* m_csv;
};

} // namespace halflens
