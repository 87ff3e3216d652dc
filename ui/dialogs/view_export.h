// SPDX-License-Identifier: BSD-3-Clause
// The view as it is seen, into a file or onto the clipboard.
#pragma once

#include <QObject>

class QWidget;

namespace halflens {

class CanvasView;
class ColorBarView;
struct Viewer;

/// Files are made on the engine; Workspace::exported() or failed() tells the end.
class ViewExport final : public QObject {
    Q_OBJECT

public:
    /// All outlive this, which is a child of `window`.
    ViewExport(QWidget& window, Viewer& viewer, const CanvasView& canvas, const ColorBarView& bar);

    /// Asks for a name, "<photo>-view" by itself, in the folder of the figures.
    void chooseAndExport();
    /// By suffix: PNG, PDF or SVG. Never over an opened photo.
    void exportTo(const QString& path);
    void copy() const;

private:
    QWidget& m_window;
    Viewer& m_viewer;
    const CanvasView& m_canvas;
    const ColorBarView& m_bar;
};

} // namespace halflens
