// SPDX-License-Identifier: BSD-3-Clause
// The whole photo in a corner of the canvas while only a part of it is in sight: where am I, and a way elsewhere.
#pragma once

#include "ui/state/current_image.h"
#include "ui/state/shared_view.h"

#include <QPixmap>
#include <QWidget>

#include <memory>

namespace halflens {

/// Lies in the lower right corner of its parent, the canvas. A click, or a drag, brings that place to the middle.
class OverviewMap final : public QWidget {
    Q_OBJECT

public:
    /// Image and view outlive the map.
    OverviewMap(CurrentImage& image, SharedView& view, QWidget* canvas);

    QRectF inSight() const; ///< the part of the photo that the canvas shows, in coordinates of the map

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void place();
    void goTo(QPointF position);

    CurrentImage& m_image;
    SharedView& m_view;
    std::shared_ptr<const LoadedImage> m_drawn; ///< what m_picture shows
    QPixmap m_picture;
};

} // namespace halflens
