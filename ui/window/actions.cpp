// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/actions.h"

#include "ui/panels/theme_icon.h"

#include <QMainWindow>

namespace halflens {

using namespace Qt::StringLiterals;

Actions::Actions(QMainWindow& window, QUndoGroup& undoGroup)
    : QObject(&window)
    , m_window(window)
{
    const QString file = tr("&File");
    open = add(file, tr("&Open image…"), {QKeySequence::Open}, u"open"_s);
    openFolder = add(file, tr("Open &folder…"), {QKeySequence(u"Ctrl+Shift+O"_s)});
    openStudy = add(file, tr("Open st&udy…"));
    openStudy->setToolTip(tr("All photos of a study as a table: sort, filter, and open them"));
    openSample = add(file, tr("Open the &samples"));
    openSession = add(file, tr("Open s&ession…"));
    openSession->setToolTip(tr("A session, or a figure of HalfLens as one, in place of what is opened"));
    saveSession = add(file, tr("&Save session"), {QKeySequence(u"Ctrl+S"_s)});
    saveSession->setToolTip(tr("Photos with their masks and undo steps, marks, notes, scenarios, layers and view"));
    saveSessionAs = add(file, tr("Save session &as…"), {QKeySequence(u"Ctrl+Shift+S"_s)});
    analyseAgain = add(file, tr("&Analyse again"), {QKeySequence(u"F5"_s)});
    tryAllMasks = add(file, tr("&Try all 4096 masks"));
    tryAllMasks->setToolTip(
        tr("For a model without a mask table: exact halves in place of estimates; minutes to hours"));
    siblings = add(file, tr("Add the &other photos of its folder"));
    siblings->setToolTip(tr("Lists the photos beside the shown one, in the order of names"));
    scorePhotos = add(file, tr("Score all p&hotos"));
    scorePhotos->setCheckable(true);
    scorePhotos->setToolTip(tr("In the background, when nothing else is to do; scores are kept on disk"));
    closeImage = add(file, tr("&Close image"), {QKeySequence(u"Ctrl+W"_s)});
    closeImage->setToolTip(tr("Removes it from the list, not from the disk (Del)"));
    closeAll = add(file, tr("Close a&ll images"), {QKeySequence(u"Ctrl+Shift+W"_s)});
    exportFigure = add(file, tr("&Export figure…"), {QKeySequence(u"Ctrl+Shift+E"_s)}, u"export"_s);
    exportView = add(file, tr("Export the &view…"), {QKeySequence(u"Ctrl+Shift+V"_s)});
    exportView->setToolTip(tr("The picture as it is seen, with layers, blocks and colour bar, as PNG, PDF or SVG"));
    quit = add(file, tr("&Quit"), {QKeySequence(u"Ctrl+Q"_s)});
    quit->setMenuRole(QAction::QuitRole);

    const QString edit = tr("&Edit");
    undo = undoGroup.createUndoAction(&window, tr("Undo"));
    redo = undoGroup.createRedoAction(&window, tr("Redo"));
    undo->setShortcut(QKeySequence(u"Ctrl+Z"_s));
    redo->setShortcuts({QKeySequence(u"Ctrl+Shift+Z"_s), QKeySequence(u"Ctrl+Y"_s)});
    m_icons.insert(undo, u"undo"_s);
    m_icons.insert(redo, u"redo"_s);
    m_sections.append({edit, {undo, redo}});
    window.addActions({undo, redo});
    copy = add(edit, tr("&Copy image"), {QKeySequence::Copy}, u"copy"_s);
    copy->setToolTip(tr("Copy the image as it is, hidden blocks black"));
    copyView = add(edit, tr("Copy the vi&ew"), {QKeySequence(u"Ctrl+Shift+C"_s)});
    copyView->setToolTip(tr("The picture as it is seen, with layers, blocks and colour bar"));
    paste = add(edit, tr("&Paste image"), {QKeySequence::Paste});
    const auto addMark = [&](PhotoMark mark, const QString& text, const QString& key, const QString& help) {
        QAction* action = add(edit, text, {QKeySequence(key)});
        action->setToolTip(u"%1 (%2)"_s.arg(help, key));
        action->setCheckable(mark != PhotoMark::None);
        marks.insert(mark, action);
    };
    addMark(PhotoMark::Keep, tr("Mark: &keep"), u"Alt+1"_s, tr("Keep this photo; again: no mark"));
    addMark(PhotoMark::Again, tr("Mark: &look again"), u"Alt+2"_s, tr("Look at this photo again; again: no mark"));
    addMark(PhotoMark::Reject, tr("Mark: re&ject"), u"Alt+3"_s, tr("Reject this photo; again: no mark"));
    addMark(PhotoMark::None, tr("N&o mark"), u"Alt+0"_s, tr("Neither kept nor rejected"));
    note = add(edit, tr("&Note on the photo…"), {QKeySequence(u"Ctrl+N"_s)});
    note->setToolTip(tr("Your words on the photo, kept in the session (Ctrl+N)"));
    preferences = add(edit, tr("P&references…"), {QKeySequence(u"Ctrl+,"_s)});
    preferences->setMenuRole(QAction::PreferencesRole);
    manageModels = add(edit, tr("&Models…"), {QKeySequence(u"Ctrl+Shift+M"_s)});
    manageModels->setToolTip(tr("See what is installed, import, check and remove models"));

    addPreset(MaskPreset::None, tr("&Show all blocks"), u"N"_s, u"show-all"_s, tr("No block is hidden"));
    addPreset(MaskPreset::Important, tr("Hide &important half"), u"I"_s, u"hide-important"_s,
              tr("Hide the six blocks the model relies on most"));
    addPreset(MaskPreset::Trivial, tr("Hide &trivial half"), u"T"_s, u"hide-trivial"_s,
              tr("Hide the six blocks the model relies on least"));
    addPreset(MaskPreset::BestHalf, tr("Hide half of &least change"), u"B"_s, u"best-half"_s,
              tr("Hide the six blocks whose absence changes the score least, of all 924 choices"));
    addPreset(MaskPreset::Enough, tr("Show what is &enough"), u"E"_s, {},
              tr("Show only the smallest set of blocks that keeps the score"));
    addPreset(MaskPreset::Random, tr("Hide a &random half"), u"R"_s, u"random"_s,
              tr("Six blocks by chance; another six each time"));
    addPreset(MaskPreset::Invert, tr("In&vert"), u"X"_s, u"invert"_s,
              tr("Hide what is visible and show what is hidden"));
    addPreset(MaskPreset::All, tr("Hide &all blocks"), u"H"_s, u"hide-all"_s, tr("Every block is hidden"));

    const auto addHalf = [this](MapKind kind, bool upper, const QString& text) {
        mapHalves.append({kind, upper, add(tr("&Blocks"), text)});
    };
    addHalf(MapKind::Saliency, true, tr("Hide upper half by saliency"));
    addHalf(MapKind::Saliency, false, tr("Hide lower half by saliency"));
    addHalf(MapKind::Frequency, true, tr("Hide upper half by frequency"));
    addHalf(MapKind::Frequency, false, tr("Hide lower half by frequency"));
    addHalf(MapKind::Objectness, true, tr("Hide upper half by objectness"));
    addHalf(MapKind::Objectness, false, tr("Hide lower half by objectness"));
    addHalf(MapKind::Averaged, true, tr("Hide upper half by averaged measure"));
    addHalf(MapKind::Averaged, false, tr("Hide lower half by averaged measure"));

    pinScenario = add(tr("&Blocks"), tr("&Pin the mask as a scenario"), {QKeySequence(u"P"_s)});
    pinScenario->setToolTip(tr("Keeps the mask with its scores in the panel Scenarios (P)"));

    const QString view = tr("&View");
    fit = add(view, tr("&Fit to window"), {QKeySequence(u"F"_s), QKeySequence(u"Ctrl+0"_s)}, u"fit"_s);
    actualSize = add(view, tr("&100 %"), {QKeySequence(u"Ctrl+1"_s)}, u"actual"_s);
    zoomIn = add(view, tr("Zoom &in"),
                 {QKeySequence(u"+"_s), QKeySequence(u"="_s), QKeySequence(u"Ctrl++"_s), QKeySequence(u"Ctrl+="_s)},
                 u"zoom-in"_s);
    zoomOut = add(view, tr("Zoom &out"), {QKeySequence(u"-"_s), QKeySequence(u"Ctrl+-"_s)}, u"zoom-out"_s);
    original = add(view, tr("Show o&riginal"), {QKeySequence(u"O"_s)}, u"original"_s);
    original->setCheckable(true);
    original->setToolTip(tr("Show the image without blocks and overlays; or hold Shift"));
    toggleLayers = add(view, tr("Show &layers"), {QKeySequence(u"V"_s)});
    toggleLayers->setCheckable(true);
    toggleLayers->setToolTip(tr("All layers over the photo on or off (V)"));
    compare = add(view, tr("Co&mpare models"), {QKeySequence(u"M"_s)});
    compare->setCheckable(true);
    compare->setToolTip(tr("Ask all installed models about this image (M)"));
    compareWith = add(view, tr("Compare &with…"), {QKeySequence(u"Ctrl+Shift+D"_s)});
    compareWith->setToolTip(tr("A second version of this photo: which blocks cost or gain quality"));
    leaveVersions = add(view, tr("Lea&ve the comparison"));
    leaveVersions->setToolTip(tr("Back to the one photo (Esc)"));
    scoreVisible = add(view, tr("Score the visible &part"), {QKeySequence(u"Ctrl+Shift+R"_s)});
    scoreVisible->setToolTip(
        tr("The part of the photo in sight gets a score of its own; Ctrl and a drag choose another "
           "rectangle, Esc removes it"));
    pairs = add(view, tr("Pairs of &blocks…"), {QKeySequence(u"Ctrl+Shift+I"_s)});
    pairs->setToolTip(tr("What two blocks add together beyond what each adds by itself"));
    photoTable = add(view, tr("Photos as a &table"), {QKeySequence(u"Ctrl+T"_s)});
    photoTable->setCheckable(true);
    photoTable->setToolTip(tr("Scores of all photos: sort, filter, choose columns, export"));
    fullScreen = add(view, tr("F&ull screen"), {QKeySequence(u"F11"_s)});
    fullScreen->setCheckable(true);
    hidePanels = add(view, tr("&Hide all panels"), {QKeySequence(u"F9"_s)});
    hidePanels->setCheckable(true);
    hidePanels->setToolTip(tr("The photo alone, and back (F9)"));
    restoreLayout = add(view, tr("Restore default la&yout"));

    const QString go = tr("&Go");
    previous = add(go, tr("&Previous image"), {QKeySequence(u"PgUp"_s)}, u"previous"_s);
    next = add(go, tr("&Next image"), {QKeySequence(u"PgDown"_s)}, u"next"_s);
    first = add(go, tr("&First image"), {QKeySequence(u"Home"_s)});
    last = add(go, tr("&Last image"), {QKeySequence(u"End"_s)});
    goTo = add(go, tr("&Go to a photo…"), {QKeySequence(u"Ctrl+G"_s)});
    goTo->setToolTip(tr("By a part of its name, or by its number"));
    worstFirst = add(go, tr("&Worst first"), {QKeySequence(u"W"_s)});
    worstFirst->setCheckable(true);
    worstFirst->setToolTip(tr("Photos in the order of their scores, and back to the order of opening (W)"));

    const QString helpMenu = tr("&Help");
    helpHere = add(helpMenu, tr("&Help"), {QKeySequence(u"F1"_s)});
    helpHere->setShortcutContext(Qt::ApplicationShortcut);
    helpHere->setToolTip(tr("F1 explains what the pointer rests on, or what has the keyboard"));
    const auto addPage = [&](const QString& file, const QString& text) { helpPages.insert(file, add(helpMenu, text)); };
    addPage(u"viewer.md"_s, tr("The &viewer"));
    addPage(u"numbers.md"_s, tr("What the &numbers mean"));
    addPage(u"exact.md"_s, tr("&Sets, orders, two versions"));
    addPage(u"measures.md"_s, tr("&Measures and maps"));
    addPage(u"explainers.md"_s, tr("&Which map can be trusted"));
    addPage(u"figures.md"_s, tr("Fi&gures"));
    addPage(u"studies.md"_s, tr("S&tudies"));
    addPage(u"own_model.md"_s, tr("&Other models"));
    palette = add(helpMenu, tr("&Find…"), {QKeySequence(u"Ctrl+Shift+P"_s)}, u"search"_s);
    palette->setToolTip(tr("Commands, layers, photos, settings and help by a part of their names"));
    shortcuts = add(helpMenu, tr("&Keyboard and mouse"), {QKeySequence(u"Ctrl+F1"_s)});
    about = add(helpMenu, tr("&About HalfLens"));
    about->setMenuRole(QAction::AboutRole);
}

QAction* Actions::add(const QString& section, const QString& text, const QList<QKeySequence>& keys, const QString& icon)
{
    auto* action = new QAction(text, &m_window);
    action->setShortcuts(keys);
    m_window.addAction(action);
    if (!icon.isEmpty())
        m_icons.insert(action, icon);
    if (m_sections.isEmpty() || m_sections.last().first != section)
        m_sections.append({section, {}});
    m_sections.last().second.append(action);
    return action;
}

void Actions::addPreset(MaskPreset preset, const QString& text, const QString& key, const QString& icon,
                        const QString& help)
{
    QAction* action = add(tr("&Blocks"), text, {QKeySequence(key)}, icon);
    action->setToolTip(help + u" ("_s + key + u')');
    action->setStatusTip(help);
    action->setCheckable(preset != MaskPreset::Invert && preset != MaskPreset::Random); // pressed while its mask is on
    presets.insert(preset, action);
}

ActionSections Actions::sections() const
{
    return m_sections;
}

QList<QAction*> Actions::all() const
{
    QList<QAction*> actions;
    for (const auto& section : m_sections)
        actions << section.second;
    return actions;
}

void Actions::updateIcons(const QColor& color)
{
    for (auto it = m_icons.cbegin(); it != m_icons.cend(); ++it)
        it.key()->setIcon(themeIcon(it.value(), color));
}

} // namespace halflens
