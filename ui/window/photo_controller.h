// SPDX-License-Identifier: BSD-3-Clause
// The list of photos in the window: going through it, its order, its scores, its table.
#pragma once

#include "core/session/photo_mark.h"

#include <QObject>

class QDockWidget;

namespace halflens {

class Actions;
class MainWindow;
class PhotoBar;
class PhotoTable;
struct Viewer;

class PhotoController final : public QObject {
    Q_OBJECT

public:
    /// Child of the window; the others outlive it or are its children too. Makes the docks of strip and table.
    PhotoController(MainWindow& window, Viewer& viewer, Actions& actions);

    void updateActions(); ///< those of the list

    static constexpr int StripHeight = 152; ///< of its dock at first

private:
    void connectActions();
    void showPlace(int place); ///< in the order photos are gone through
    void showTable(bool shown);
    void goTo();
    void mark(PhotoMark mark);
    void showMarks(); ///< that of the photo is pressed
    void editNote();

    MainWindow& m_window;
    Viewer& m_viewer;
    Actions& m_actions;
    QDockWidget* m_strip;
    QDockWidget* m_table;
    PhotoBar* m_bar;
    PhotoTable* m_photoTable;
};

} // namespace halflens
