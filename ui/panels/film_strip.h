// SPDX-License-Identifier: BSD-3-Clause
// Thumbnails of the opened images with their scores; runs down a side or along an edge, as its dock lies.
#pragma once

#include <QListView>

namespace halflens {

class PhotoListModel;
class Workspace;

class FilmStrip final : public QListView {
    Q_OBJECT

public:
    /// Both outlive the strip.
    FilmStrip(Workspace& workspace, PhotoListModel& photos, QWidget* parent = nullptr);
    QSize sizeHint() const override;

Q_SIGNALS:
    void compareRequested(int index); ///< the photo there in the list, with the shown one

protected:
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void followWorkspace();
    void showCurrent();

    int listIndex(const QModelIndex& index) const; ///< in the order of opening; -1: none

    Workspace& m_workspace;
    PhotoListModel& m_photos;
    bool m_isRemoving = false;
};

} // namespace halflens
