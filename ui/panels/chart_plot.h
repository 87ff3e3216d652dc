// SPDX-License-Identifier: BSD-3-Clause
// A widget with one chart: its frame, and the surface that paints it in the colours of the theme.
#pragma once

#include "core/chart/chart.h"

#include <QPen>
#include <QWidget>

#include <vector>

namespace halflens {

class ChartPlot : public QWidget {
    Q_OBJECT

public:
    explicit ChartPlot(QWidget* parent = nullptr);

protected:
    /// The whole widget, with room for numbers like "0.00".
    ChartFrame frame(double lowX, double highX, double lowY, double highY) const;
    /// Paints through `painter`, line i with pens[i]; for one paint event.
    class Surface final : public ChartSurface {
    public:
        Surface(QPainter& painter, const QWidget& widget, std::vector<QPen> pens);
        double lineHeight() const override;
        double textWidth(const std::string& words) const override;
        void gridLine(ChartPoint from, ChartPoint to) override;
        void text(ChartPoint at, Anchor anchor, const std::string& words) override;
        void polyline(std::span<const ChartPoint> points, std::size_t ink) override;

    private:
        QPainter& m_painter;
        const QWidget& m_widget;
        std::vector<QPen> m_pens;
    };
    /// In place of a chart there is nothing for yet.
    void paintNothing(QPainter& painter, const QString& why) const;
};

inline QPointF toQt(ChartPoint point)
{
    return {point.x, point.y};
}

} // namespace halflens
