// SPDX-License-Identifier: BSD-3-Clause
// The viewer's window: puts canvas, panels and actions together. Each part owns its behaviour.
#pragma once

#include "ui/state/viewer.h"
#include "ui/window/actions.h"

#include <QMainWindow>
#include <QUndoGroup>

#include <cstdint>

class QComboBox;
class QDockWidget;
class QMenu;
class QMimeData;
class QStackedWidget;

namespace halflens {

class CanvasView;
class DropZones;
class ElidedLabel;
class EmptyState;
class ErrorBar;
class HelpController;
class NoticeBar;
class PhotoController;
class PicturePage;
class QualityPanel;
class SessionController;
class VersionsPage;
class WorkIndicator;

class MainWindow final : public QMainWindow {
    Q_OBJECT

public:
    /// `viewer` outlives the window.
    explicit MainWindow(Viewer& viewer, QWidget* parent = nullptr);

    Workspace& workspace() { return m_viewer.workspace; }
    CanvasView& canvas() { return *m_canvas; }
    Actions& actions() { return *m_actions; }
    LayerStack& layers() { return m_viewer.layers; }
    MapService& maps() { return m_viewer.maps; }
    Comparison& comparison() { return m_viewer.comparison; }
    const LayerView& layerView() const { return m_viewer.layerView; }
    ErrorBar& errorBar() { return *m_errorBar; }
    void applyPreset(MaskPreset preset);
    /// Makes the map first where it is not there.
    void hideHalf(MapKind kind, bool upper);
    /// The shown photo against a second version of it.
    void compareWith(const QString& path) { m_viewer.versions.start(path); }
    VersionService& versions() { return m_viewer.versions; }
    /// The photos of the study in that folder as a table, in a panel of its own.
    void openStudy(const QString& folder);
    void restoreDefaultLayout();
    /// Photos and folders, or a session in place of what is opened.
    void openPaths(const QStringList& paths);
    SessionService& session() { return m_viewer.session; }
    HelpController& help() { return *m_help; }

    QSize sizeHint() const override { return {1440, 900}; }

protected:
    void showEvent(QShowEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeCentre();
    void makeDocks();
    void sizeDocks();
    void hidePanels(bool hidden);
    void makeMenus();
    void makeToolBar();
    void makeStatusBar();
    void connectActions();
    void connectWorkspace();
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area);

    void currentChanged();
    void updateActions();
    void showPresets(); ///< those whose mask is on are pressed
    void updateTitle();
    void fillModelMenu();
    void fillModelBox();
    void openModelManager();
    void fillRecentMenu();
    void chooseFiles();
    void chooseFolder();
    void chooseStudy();
    void chooseSecond();
    void versionsChanged();
    void copyImage();
    void paste(const QMimeData& content);
    void openExportDialog();
    void openPalette();
    void openPairs();
    void showOnly(QDialog* dialog); ///< one of each kind at a time
    void showAbout();
    QString modelName() const;

    Viewer& m_viewer;
    QUndoGroup m_undoGroup;
    Actions* m_actions;
    std::uint32_t m_randomSeed = 1;
    QByteArray m_defaultState;

    QStackedWidget* m_stack = nullptr;
    DropZones* m_dropZones = nullptr;
    EmptyState* m_empty = nullptr;
    CanvasView* m_canvas = nullptr;
    PicturePage* m_page = nullptr; ///< of the canvas
    VersionsPage* m_versions = nullptr;
    QList<QDockWidget*> m_hiddenPanels; ///< what showed before one key hid all
    QByteArray m_stateBefore; ///< layout of one photo, while two are compared
    ErrorBar* m_errorBar = nullptr;
    NoticeBar* m_notice = nullptr;
    NoticeBar* m_offer = nullptr; ///< to recover a session
    PhotoController* m_photos = nullptr;
    SessionController* m_sessions = nullptr;
    HelpController* m_help = nullptr;
    QualityPanel* m_quality = nullptr;
    WorkIndicator* m_work = nullptr;
    ElidedLabel* m_facts = nullptr;
    QComboBox* m_model = nullptr;
    QMenu* m_recentMenu = nullptr;
    QMenu* m_modelMenu = nullptr;
};

} // namespace halflens
