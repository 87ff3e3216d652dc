// SPDX-License-Identifier: BSD-3-Clause
// What the fit hides: tiles at native scale beside the score of the whole, and a selected rectangle (spec measures 15).
#pragma once

#include "ui/state/viewer.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace halflens {

/// Where of the photo a window is, in words: "upper left".
QString placeName(const TileGrid& grid, const PixelRect& rect);

/// Takes no room while there is nothing to tell.
class LocalQuality final : public QWidget {
    Q_OBJECT

public:
    explicit LocalQuality(Viewer& viewer, QWidget* parent = nullptr);

Q_SIGNALS:
    void placeRequested(const halflens::PixelRect& place); ///< show it at 100 %

private:
    void refreshTiles();
    void refreshRegion();

    Viewer& m_viewer;
    QPushButton* m_tiles; ///< "whole 4.1 · sharpest tile 4.3 · worst 1.9, upper left"
    QLabel* m_tilesNote;
    QWidget* m_regionRow;
    QLabel* m_region;
};

} // namespace halflens
