// SPDX-License-Identifier: BSD-3-Clause
// Thumbnails of the opened images; runs down a side or along an edge, as its dock lies.
#pragma once

#include <QListView>

namespace halflens {

class Workspace;

class FilmStrip final : public QListView {
    Q_OBJECT

public:
    explicit FilmStrip(Workspace& workspace, QWidget* parent = nullptr);
    QSize sizeHint() const override;

Q_SIGNALS:
    void compareRequested(int index); ///< the photo there with the shown one

protected:
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void followWorkspace();

    Workspace& m_workspace;
    bool m_isRemoving = false;
};

} // namespace halflens
