// SPDX-License-Identifier: BSD-3-Clause
// Every action of the main window: text, keys, icon, place in the menus. What they do is wired elsewhere.
#pragma once

#include "core/explain/map_request.h"
#include "core/session/photo_mark.h"
#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/state/mask_presets.h"

#include <QAction>
#include <QList>
#include <QMap>
#include <QObject>
#include <QUndoGroup>

class QMainWindow;

namespace halflens {

class Actions final : public QObject {
    Q_OBJECT

public:
    /// Makes the actions, owned by `window` and active in all of it.
    Actions(QMainWindow& window, QUndoGroup& undo);

    QAction* open;
    QAction* openFolder;
    QAction* openStudy;
    QAction* openSample;
    QAction* openSession;
    QAction* saveSession;
    QAction* saveSessionAs;
    QAction* pinScenario;
    QAction* analyseAgain;
    QAction* tryAllMasks;
    QAction* siblings; ///< the other photos of the folder
    QAction* scorePhotos; ///< checkable: all of the list, in the background
    QAction* closeImage;
    QAction* closeAll;
    QAction* exportFigure;
    QAction* exportView; ///< as it is seen
    QAction* quit;
    QAction* undo;
    QAction* redo;
    QAction* copy;
    QAction* copyView; ///< as it is seen
    QAction* paste;
    QMap<PhotoMark, QAction*> marks; ///< of the photo; all but None are checkable
    QAction* note; ///< on the photo
    QAction* preferences;
    QAction* manageModels; ///< in the menu of the models
    QMap<MaskPreset, QAction*> presets;
    struct MapHalf {
        MapKind kind;
        bool upper;
        QAction* action;
    };
    QList<MapHalf> mapHalves; ///< hide the upper or lower half of a measure
    QAction* fit;
    QAction* actualSize;
    QAction* zoomIn;
    QAction* zoomOut;
    QAction* original; ///< checkable: stays on, unlike a held Shift
    QAction* toggleLayers; ///< checkable: all layers on or off
    QAction* compare; ///< checkable
    QAction* compareWith; ///< a second version of the photo
    QAction* leaveVersions; ///< back to the one photo
    QAction* scoreVisible; ///< the part of the photo in sight as a rectangle
    QAction* pairs; ///< interactions of pairs of blocks
    QAction* photoTable; ///< checkable
    QAction* fullScreen;
    QAction* hidePanels;
    QAction* restoreLayout;
    QAction* previous;
    QAction* next;
    QAction* first;
    QAction* last;
    QAction* goTo; ///< a photo by its name
    QAction* worstFirst; ///< checkable
    QAction* palette;
    QAction* helpHere; ///< on what the pointer rests on; in dialogs as well
    QMap<QString, QAction*> helpPages; ///< by the page's file
    QAction* shortcuts;
    QAction* about;

    ActionSections sections() const; ///< in menu order
    QList<QAction*> all() const;
    void updateIcons(const QColor& color);

private:
    QAction* add(const QString& section, const QString& text, const QList<QKeySequence>& keys = {},
                 const QString& icon = {});
    void addPreset(MaskPreset preset, const QString& text, const QString& key, const QString& icon,
                   const QString& help);

    QMainWindow& m_window;
    ActionSections m_sections;
    QMap<QAction*, QString> m_icons;
};

} // namespace halflens
