// SPDX-License-Identifier: BSD-3-Clause
// How far the score moves against how many blocks stay visible: best, mean and worst choice, and what a choice
// guarantees.
#pragma once

#include "core/masking/importance.h"
#include "ui/panels/chart_plot.h"

#include <optional>
#include <vector>

namespace halflens {

class CurvePlot final : public ChartPlot {
    Q_OBJECT

public:
    explicit CurvePlot(QWidget* parent = nullptr);
    /// 13 points, from 12 visible blocks down to 0, or none.
    void setCurve(std::vector<CurvePoint> curve, const Enough& enough);
    /// The best choices of other models, as thin lines with their names in the tool tip.
    struct OtherCurve {
        QString name;
        std::vector<CurvePoint> curve;
    };
    void setOthers(std::vector<OtherCurve> others);
    const std::vector<OtherCurve>& others() const { return m_others; }
    /// Marks what is shown now: `visible` blocks with a change of this magnitude.
    void setCurrent(std::optional<QPointF> visibleAndChange);
    QSize sizeHint() const override { return {240, 150}; }
    QSize minimumSizeHint() const override { return {160, 120}; }

Q_SIGNALS:
    void chosen(halflens::BlockMask keep); ///< the best set of the clicked number of blocks

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void fitTop();
    ChartFrame frame() const;
    const CurvePoint* pointUnder(double x) const;
    void paintCurves(QPainter& painter, const ChartFrame& frame) const;
    void paintMarks(QPainter& painter, const ChartFrame& frame) const;

    std::vector<CurvePoint> m_curve;
    std::vector<OtherCurve> m_others;
    Enough m_enough;
    std::optional<QPointF> m_current;
    std::optional<int> m_hovered; ///< number of visible blocks
    double m_top = 1; ///< upper end of the vertical axis
};

} // namespace halflens
