// SPDX-License-Identifier: BSD-3-Clause
// The colour bar beside the image: what the colours of the current layer mean.
#pragma once

#include "ui/state/layer_view.h"
#include "ui/state/theme.h"

#include <QWidget>

#include <optional>

class QPainter;

namespace halflens {

/// What an upright bar needs across, or a lying one, with numbers and title in that font. Logical pixels.
int colorBarDepth(Qt::Orientation orientation, const QFontMetricsF& metrics);

/// Bar, numbers and title in the middle of `room`; `ratio` device pixels for a logical one.
void paintColorBar(QPainter& painter, const QRectF& room, Qt::Orientation orientation, const LayerPicture& picture,
                   const ThemeColors& theme, double ratio);

/// Hidden while nothing with values is shown; the room it keeps stays, so that the picture keeps its place.
class ColorBarView final : public QWidget {
    Q_OBJECT

public:
    explicit ColorBarView(const LayerView& layers, QWidget* parent = nullptr);
    const std::optional<LayerPicture>& picture() const { return m_picture; }
    Qt::Orientation orientation() const { return m_orientation; }
    void setOrientation(Qt::Orientation orientation); ///< upright at first
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    const LayerView& m_layers;
    std::optional<LayerPicture> m_picture;
    Qt::Orientation m_orientation = Qt::Vertical;
};

} // namespace halflens
