// SPDX-License-Identifier: BSD-3-Clause
// Making the parts of the main window: centre, docks, menus, tool bar, status bar; what is dropped on it.
#include "ui/canvas/canvas_accessible.h"
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/versions_canvas.h"
#include "ui/dialogs/model_manager.h"
#include "ui/dialogs/preferences_dialog.h"
#include "ui/dialogs/view_export.h"
#include "ui/panels/block_card.h"
#include "ui/panels/block_panel.h"
#include "ui/panels/card.h"
#include "ui/panels/compared_models.h"
#include "ui/panels/drop_zones.h"
#include "ui/panels/empty_state.h"
#include "ui/panels/enough_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/help_point.h"
#include "ui/panels/hidden_words.h"
#include "ui/panels/layers_panel.h"
#include "ui/panels/local_quality.h"
#include "ui/panels/notice_bar.h"
#include "ui/panels/picture_page.h"
#include "ui/panels/quality_panel.h"
#include "ui/panels/removal_panel.h"
#include "ui/panels/scenarios_panel.h"
#include "ui/panels/status_readout.h"
#include "ui/panels/versions_page.h"
#include "ui/panels/versions_panel.h"
#include "ui/panels/work_indicator.h"
#include "ui/state/image_files.h"
#include "ui/state/text.h"
#include "ui/window/main_window.h"
#include "ui/window/photo_controller.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QDropEvent>
#include <QFileInfo>
#include <QMenuBar>
#include <QMimeData>
#include <QRegularExpression>
#include <QScrollArea>
#include <QShortcut>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

void MainWindow::makeCentre()
{
    installCanvasAccessibility();
    m_canvas = new CanvasView(m_viewer.workspace.image(), m_viewer.view, m_viewer.settings);
    m_empty = new EmptyState;
    m_empty->setSampleAvailable(!samplesFolder().isEmpty());
    m_errorBar = new ErrorBar;
    m_notice = new NoticeBar;
    m_offer = new NoticeBar;
    m_offer->setObjectName(u"recoveryBar"_s);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_empty);
    m_canvas->setLayers(&m_viewer.layerView);
    m_canvas->setRegion(&m_viewer.region);
    new BlockCard(m_viewer, *m_canvas);
    m_page = new PicturePage(m_viewer, m_canvas);
    m_stack->addWidget(m_page);
    m_versions = new VersionsPage(m_viewer);
    m_stack->addWidget(m_versions);
    m_dropZones = new DropZones(m_stack);
    m_stack->setMinimumSize(200, 160); // of all pages: words of a hidden one do not make the window wide
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_offer);
    layout->addWidget(m_notice);
    layout->addWidget(m_errorBar);
    layout->addWidget(m_stack, 1);
    setCentralWidget(centre);
    connect(m_empty, &EmptyState::openRequested, this, &MainWindow::chooseFiles);
    connect(m_empty, &EmptyState::sampleRequested, this, [this] { m_viewer.workspace.open({samplesFolder()}); });
    connect(m_empty, &EmptyState::recentRequested, this, [this](const QString& path) { openPaths({path}); });
    connect(m_canvas, &CanvasView::leftByKeyboard, this, [this] { setFocus(); });
}

QDockWidget* MainWindow::addDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::makeDocks()
{
    m_quality = new QualityPanel(m_viewer.workspace);
    auto* local = new LocalQuality(m_viewer);
    connect(local, &LocalQuality::placeRequested, m_canvas, &CanvasView::showAt100);
    m_quality->addBelow(local);
    m_quality->addBelow(new ComparedModels(m_viewer.workspace, m_viewer.comparison));
    auto* quality = new QScrollArea;
    quality->setWidget(m_quality);
    setHelpTopic(*quality, HelpTopic::Quality);
    quality->setWidgetResizable(true);
    quality->setFrameShape(QFrame::NoFrame);
    quality->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* enough = new EnoughPanel(m_viewer);
    auto* layers = new LayersPanel(m_viewer);
    connect(layers, &LayersPanel::hideRequested, this, [this](BlockMask hidden, const QString& label) {
        if (Document* document = m_viewer.workspace.current())
            document->changeMask(hidden, label);
    });
    setCorner(Qt::TopLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::TopRightCorner, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    m_photos = new PhotoController(*this, m_viewer, *m_actions);
    addDock(u"qualityDock"_s, tr("Quality"), quality, Qt::RightDockWidgetArea);
    QDockWidget* enoughDock = addDock(u"enoughDock"_s, tr("Blocks that decide"), enough, Qt::RightDockWidgetArea);
    auto* table = new BlockPanel(m_viewer);
    connect(table, &BlockPanel::pairsRequested, m_actions->pairs, &QAction::trigger);
    QDockWidget* blocks = addDock(u"blocksDock"_s, tr("Blocks"), table, Qt::RightDockWidgetArea);
    QDockWidget* layersDock = addDock(u"layersDock"_s, tr("Layers"), layers, Qt::LeftDockWidgetArea);
    tabifyDockWidget(layersDock,
                     addDock(u"scenariosDock"_s, tr("Scenarios"), new ScenariosPanel(m_viewer, m_actions->pinScenario),
                             Qt::LeftDockWidgetArea));
    layersDock->raise();
    QDockWidget* removal =
        addDock(u"removalDock"_s, tr("Insertion and deletion"), new RemovalPanel(m_viewer), Qt::RightDockWidgetArea);
    tabifyDockWidget(blocks, removal);
    blocks->raise();
    if (m_viewer.comparison.models().size() > 2) { // their list needs the room
        tabifyDockWidget(enoughDock, blocks);
        tabifyDockWidget(blocks, removal);
        enoughDock->raise();
    }
    auto* versions = new QScrollArea;
    versions->setWidget(new VersionsPanel(m_viewer));
    setHelpTopic(*versions, HelpTopic::Versions);
    versions->setWidgetResizable(true);
    versions->setFrameShape(QFrame::NoFrame);
    versions->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    QDockWidget* versionsDock = addDock(u"versionsDock"_s, tr("Two versions"), versions, Qt::RightDockWidgetArea);
    versionsDock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable);
    versionsDock->hide(); // comes and goes with a comparison
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    connect(enough, &EnoughPanel::keepRequested, this, [this](BlockMask keep) {
        if (Document* document = m_viewer.workspace.current())
            document->changeMask(keep.complement(),
                                 keep.count() == 1 ? tr("Show one block alone")
                                                   : tr("Show %1 blocks alone").arg(keep.count()));
    });
    connect(enough, &EnoughPanel::allMasksRequested, m_actions->tryAllMasks, &QAction::trigger);
}

/// Needs the size the window is shown with: shares of the room, not pixels, are what lasts.
void MainWindow::sizeDocks()
{
    const auto dock = [this](const QString& name) { return findChild<QDockWidget*>(name); };
    // The photo keeps half of a narrow window.
    resizeDocks({dock(u"layersDock"_s), dock(u"qualityDock"_s)},
                {std::min(264, width() / 5), std::min(388, width() * 3 / 10)}, Qt::Horizontal);
    const std::size_t models = m_viewer.comparison.models().size();
    if (models > 2)
        resizeDocks({dock(u"qualityDock"_s), dock(u"enoughDock"_s)}, {355 + 32 * static_cast<int>(models), 280},
                    Qt::Vertical);
    else
        resizeDocks({dock(u"qualityDock"_s), dock(u"enoughDock"_s), dock(u"blocksDock"_s)},
                    {models < 2 ? 345 : 390, 220, models < 2 ? 235 : 200}, Qt::Vertical);
    resizeDocks({dock(u"imagesDock"_s)}, {PhotoController::StripHeight}, Qt::Vertical);
}

void MainWindow::hidePanels(bool hidden)
{
    if (hidden) {
        for (QDockWidget* dock : findChildren<QDockWidget*>()) {
            if (!dock->isHidden())
                m_hiddenPanels.append(dock);
        }
    }
    for (QDockWidget* dock : std::as_const(m_hiddenPanels))
        dock->setVisible(!hidden);
    if (!hidden)
        m_hiddenPanels.clear();
}

void MainWindow::makeMenus()
{
    for (const auto& [title, actions] : m_actions->sections()) {
        QMenu* menu = menuBar()->addMenu(title);
        menu->setToolTipsVisible(true);
        QMenu* byMeasure = nullptr;
        for (QAction* action : actions) {
            if (action == m_actions->manageModels)
                continue; // stands with the models
            const auto isThis = [action](const Actions::MapHalf& half) { return half.action == action; };
            const auto& halves = m_actions->mapHalves;
            if (std::any_of(halves.begin(), halves.end(), isThis)) {
                if (action == halves.front().action)
                    byMeasure = menu->addMenu(tr("By a &measure"));
                byMeasure->addAction(action);
                continue;
            }
            if (action == m_actions->exportFigure || action == m_actions->quit || action == m_actions->copy
                || action == m_actions->marks.value(PhotoMark::Keep) || action == m_actions->preferences
                || action == m_actions->original || action == m_actions->helpPages.value(u"viewer.md"_s)
                || action == m_actions->palette || action == m_actions->fullScreen || action == m_actions->about
                || action == m_actions->first)
                menu->addSeparator();
            menu->addAction(action);
            if (action == m_actions->openSample) {
                m_recentMenu = menu->addMenu(tr("Open &recent"));
                connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::fillRecentMenu);
            }
        }
        if (actions.contains(m_actions->fullScreen)) {
            QMenu* panels = menu->addMenu(tr("&Panels"));
            for (QDockWidget* dock : findChildren<QDockWidget*>(QRegularExpression(u"^(?!versions)"_s)))
                panels->addAction(dock->toggleViewAction());
        }
        if (actions.contains(m_actions->last)) {
            m_modelMenu = menuBar()->addMenu(tr("&Model"));
            fillModelMenu();
        }
    }
}

void MainWindow::fillModelMenu()
{
    m_modelMenu->clear();
    auto* group = new QActionGroup(m_modelMenu);
    int number = 0;
    for (const ModelEntry& entry : m_viewer.workspace.models().models()) {
        const QString id = toQt(entry.id);
        QAction* action = m_modelMenu->addAction(toQt(entry.name));
        action->setCheckable(true);
        action->setChecked(id == m_viewer.workspace.modelId());
        if (++number <= 9)
            action->setShortcut(QKeySequence(QString::number(number)));
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, id] { m_viewer.workspace.setModelId(id); });
    }
    if (number == 0)
        m_modelMenu->addAction(tr("No model installed"))->setEnabled(false);
    m_modelMenu->addSeparator();
    m_modelMenu->addAction(m_actions->manageModels);
}

void MainWindow::fillRecentMenu()
{
    m_recentMenu->clear();
    for (const QString& path : m_viewer.recent.paths()) {
        QString shown = fontMetrics().elidedText(path, Qt::ElideMiddle, 420);
        QAction* action = m_recentMenu->addAction(shown.replace(u'&', u"&&"_s));
        action->setToolTip(path);
        connect(action, &QAction::triggered, this, [this, path] { openPaths({path}); });
    }
    if (m_recentMenu->isEmpty()) {
        m_recentMenu->addAction(tr("Nothing yet"))->setEnabled(false);
        return;
    }
    m_recentMenu->addSeparator();
    connect(m_recentMenu->addAction(tr("Clear this list")), &QAction::triggered, &m_viewer.recent, &RecentFiles::clear);
}

void MainWindow::makeToolBar()
{
    auto* bar = addToolBar(tr("Tools"));
    bar->setObjectName(u"toolBar"_s);
    bar->setMovable(false);
    bar->setIconSize(QSize(20, 20));
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addActions({m_actions->open, m_actions->previous, m_actions->next});
    bar->addSeparator();
    m_model = new QComboBox(bar);
    m_model->setObjectName(u"modelBox"_s);
    m_model->setAccessibleName(tr("Model"));
    m_model->setToolTip(tr("The model that judges the image (keys 1 to 9)"));
    m_model->setMinimumContentsLength(16);
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_model->setFocusPolicy(Qt::TabFocus);
    m_model->setPlaceholderText(tr("No model installed"));
    fillModelBox();
    connect(m_model, &QComboBox::activated, this,
            [this] { m_viewer.workspace.setModelId(m_model->currentData().toString()); });
    bar->addWidget(m_model);
    m_quality->setModelName(modelName());
    bar->addSeparator();
    bar->addActions({m_actions->undo, m_actions->redo});
    bar->addSeparator();
    for (const MaskPreset preset : {MaskPreset::None, MaskPreset::Important, MaskPreset::Trivial, MaskPreset::BestHalf,
                                    MaskPreset::Random, MaskPreset::Invert})
        bar->addAction(m_actions->presets.value(preset));
    for (const MaskPreset preset : {MaskPreset::Important, MaskPreset::Trivial}) {
        auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(m_actions->presets.value(preset)));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    }
    bar->addSeparator();
    bar->addActions({m_actions->original, m_actions->fit, m_actions->actualSize});
    bar->addSeparator();
    bar->addAction(m_actions->exportFigure);
}

void MainWindow::fillModelBox()
{
    m_model->clear();
    for (const ModelEntry& entry : m_viewer.workspace.models().models())
        m_model->addItem(toQt(entry.name), toQt(entry.id));
    m_model->setCurrentIndex(m_model->findData(m_viewer.workspace.modelId()));
    m_model->setEnabled(m_model->count() > 0);
}

void MainWindow::openModelManager()
{
    ModelLibrary* library = m_viewer.workspace.models().library();
    if (!library)
        return;
    auto* manager = new ModelManager(*library, m_viewer.workspace.engine(), this);
    connect(manager, &ModelManager::modelsChanged, &m_viewer.workspace.analyses(), &AnalysisService::reloadModels);
    setHelpTopic(*manager, HelpTopic::Models);
    showOnly(manager);
}

void MainWindow::makeStatusBar()
{
    m_work = new WorkIndicator;
    m_facts = new ElidedLabel(nullptr, Qt::ElideRight);
    m_facts->setForegroundRole(QPalette::PlaceholderText);
    m_facts->setContentsMargins(8, 0, 0, 0);
    statusBar()->addWidget(m_facts, 1);
    statusBar()->addPermanentWidget(m_work);
    statusBar()->addPermanentWidget(new HiddenWords(m_viewer.workspace.image()));
    statusBar()->addPermanentWidget(new StatusReadout(*m_canvas, m_viewer.layerView));
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::restoreDefaultLayout()
{
    if (m_viewer.versions.isOn()) { // for when there is one photo again
        m_stateBefore = m_defaultState;
        return;
    }
    for (QDockWidget* dock : findChildren<QDockWidget*>()) {
        dock->setFloating(false);
        dock->show();
    }
    restoreState(m_defaultState);
    sizeDocks();
}

void MainWindow::connectActions()
{
    const auto on = [this](QAction* action, auto slot) { connect(action, &QAction::triggered, this, slot); };
    on(m_actions->open, [this] { chooseFiles(); });
    on(m_actions->openFolder, [this] { chooseFolder(); });
    on(m_actions->openStudy, [this] { chooseStudy(); });
    on(m_actions->openSample, [this] { m_viewer.workspace.open({samplesFolder()}); });
    on(m_actions->pinScenario, [this] {
        m_viewer.scenarios.pin();
        auto* dock = findChild<QDockWidget*>(u"scenariosDock"_s);
        dock->show();
        dock->raise();
    });
    m_actions->openSample->setEnabled(!samplesFolder().isEmpty());
    on(m_actions->tryAllMasks, [this] { m_viewer.workspace.analyses().tryAllMasks(); });
    on(m_actions->exportFigure, [this] { openExportDialog(); });
    on(m_actions->quit, [this] { close(); });
    auto* view = new ViewExport(*this, m_viewer, *m_canvas, m_page->colorBar());
    const auto seen = [this] { // the Shift of their keys asks for no original
        m_canvas->setShowOriginal(m_actions->original->isChecked());
    };
    on(m_actions->exportView, [view, seen] {
        seen();
        view->chooseAndExport();
    });
    on(m_actions->copyView, [view, seen] {
        seen();
        view->copy();
    });
    on(m_actions->copy, [this] { copyImage(); });
    on(m_actions->paste, [this] {
        if (const QMimeData* content = QApplication::clipboard()->mimeData())
            paste(*content);
    });
    on(m_actions->manageModels, [this] { openModelManager(); });
    m_actions->manageModels->setEnabled(m_viewer.workspace.models().library() != nullptr);
    on(m_actions->preferences, [this] { showOnly(new PreferencesDialog(m_viewer.settings, this)); });
    for (auto it = m_actions->presets.cbegin(); it != m_actions->presets.cend(); ++it)
        on(it.value(), [this, preset = it.key()] {
            applyPreset(preset);
            showPresets(); // a second click changes nothing, and must not look as if
        });
    const auto zooms = [&](QAction* action, auto one, auto two) {
        on(action, [this, one, two] { m_viewer.versions.isOn() ? (m_versions->canvas().*two)() : (m_canvas->*one)(); });
    };
    zooms(m_actions->fit, &CanvasView::fit, &VersionsCanvas::fit);
    zooms(m_actions->actualSize, &CanvasView::actualSize, &VersionsCanvas::actualSize);
    zooms(m_actions->zoomIn, &CanvasView::zoomIn, &VersionsCanvas::zoomIn);
    zooms(m_actions->zoomOut, &CanvasView::zoomOut, &VersionsCanvas::zoomOut);
    on(m_actions->original, [this](bool shown) { m_canvas->setShowOriginal(shown); });
    on(m_actions->toggleLayers, [this] {
        if (m_viewer.versions.isOn())
            m_viewer.versions.setContributions(!m_viewer.versions.state().contributions);
        else
            m_viewer.layers.toggle();
        m_actions->toggleLayers->setChecked(m_viewer.layers.isOn() && m_viewer.layers.isAnyVisible());
    });
    on(m_actions->compareWith, [this] { chooseSecond(); });
    on(m_actions->leaveVersions, [this] { m_viewer.versions.stop(); });
    on(m_actions->compare, [this](bool compared) { m_viewer.comparison.setOn(compared); });
    for (const Actions::MapHalf& half : m_actions->mapHalves)
        on(half.action, [this, kind = half.kind, upper = half.upper] { hideHalf(kind, upper); });
    on(m_actions->fullScreen, [this](bool full) { full ? showFullScreen() : showNormal(); });
    on(m_actions->hidePanels, [this](bool hidden) { hidePanels(hidden); });
    on(m_actions->restoreLayout, [this] { restoreDefaultLayout(); });
    on(m_actions->scoreVisible, [this] { m_canvas->selectVisible(); });
    on(m_actions->pairs, [this] { openPairs(); });
    on(m_actions->palette, [this] { openPalette(); });
    on(m_actions->shortcuts, [this] { showOnly(new ShortcutsDialog(m_actions->sections(), this)); });
    on(m_actions->about, [this] { showAbout(); });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    const QMimeData* content = event->mimeData();
    if (!content->hasImage() && !content->hasUrls())
        return;
    event->acceptProposedAction();
    m_empty->setDropHighlight(true);
    const Document* document = m_viewer.workspace.current();
    if (document && document->loaded() && !DropZones::singleFile(*content).isEmpty())
        m_dropZones->begin(document->title());
}

void MainWindow::dragMoveEvent(QDragMoveEvent* event)
{
    event->acceptProposedAction();
    m_dropZones->follow(m_stack->mapFrom(this, event->position().toPoint()));
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*)
{
    m_empty->setDropHighlight(false);
    m_dropZones->end();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    m_dropZones->follow(m_stack->mapFrom(this, event->position().toPoint()));
    const bool asSecond = m_dropZones->isOn() && m_dropZones->zone() == DropZones::Zone::Compare;
    dragLeaveEvent(nullptr);
    event->acceptProposedAction();
    if (asSecond)
        compareWith(DropZones::singleFile(*event->mimeData()));
    else
        paste(*event->mimeData());
}

} // namespace halflens
