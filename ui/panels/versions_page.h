// SPDX-License-Identifier: BSD-3-Clause
// Two versions of a picture in the middle of the window: a line of switches and the canvas.
#pragma once

#include "ui/state/viewer.h"

#include <QWidget>

#include <array>

class QToolButton;

namespace halflens {

class ElidedLabel;
class VersionsCanvas;

class VersionsPage final : public QWidget {
    Q_OBJECT

public:
    /// `viewer` outlives the page.
    explicit VersionsPage(Viewer& viewer, QWidget* parent = nullptr);

    VersionsCanvas& canvas() { return *m_canvas; }

private:
    void refresh();

    Viewer& m_viewer;
    VersionsCanvas* m_canvas;
    std::array<QToolButton*, 3> m_views{}; ///< by VersionsView
    QToolButton* m_contributions = nullptr;
    ElidedLabel* m_note = nullptr;
};

} // namespace halflens
