// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/main_window.h"

#include "core/figure/block_overlay.h"
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/versions_canvas.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/interactions_dialog.h"
#include "ui/dialogs/preferences_dialog.h"
#include "ui/panels/card.h"
#include "ui/panels/empty_state.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/help_point.h"
#include "ui/panels/hidden_words.h"
#include "ui/panels/notice_bar.h"
#include "ui/panels/picture_page.h"
#include "ui/panels/quality_panel.h"
#include "ui/panels/status_readout.h"
#include "ui/panels/study_panel.h"
#include "ui/panels/versions_page.h"
#include "ui/panels/work_indicator.h"
#include "ui/state/image_files.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"
#include "ui/window/help_controller.h"
#include "ui/window/palette_entries.h"
#include "ui/window/photo_controller.h"
#include "ui/window/session_controller.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

MainWindow::MainWindow(Viewer& viewer, QWidget* parent)
    : QMainWindow(parent)
    , m_viewer(viewer)
    , m_actions(new Actions(*this, m_undoGroup))
{
    setObjectName(u"mainWindow"_s);
    setAcceptDrops(true);
    setDockOptions(AnimatedDocks | AllowTabbedDocks | AllowNestedDocks);
    makeCentre();
    makeDocks();
    makeMenus();
    makeToolBar();
    makeStatusBar();
    m_sessions = new SessionController(*this, m_viewer, *m_actions, *m_notice, *m_offer);
    m_help = new HelpController(*this, *m_actions);
    connectActions();
    connectWorkspace();
    m_actions->updateIcons(themeColors(palette()).text);
    m_defaultState = saveState();
    const QSize frame(16, 56); // what window managers add around a window has to fit as well
    resize(sizeHint().boundedTo(screen()->availableSize() - frame));
    restoreGeometry(m_viewer.settings.value(setting::Geometry).toByteArray());
    restoreState(m_viewer.settings.value(setting::WindowState).toByteArray());
    findChild<QDockWidget*>(u"versionsDock"_s)->hide(); // nothing is compared yet
    currentChanged();
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    if (m_viewer.settings.value(setting::WindowState).toByteArray().isEmpty() && !event->spontaneous())
        QMetaObject::invokeMethod(this, &MainWindow::sizeDocks, Qt::QueuedConnection); // once the layout has its size
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!m_sessions->mayClose()) {
        event->ignore();
        return;
    }
    m_viewer.versions.stop(); // the layout that is kept is that of one photo, with its panels
    if (m_actions->hidePanels->isChecked())
        m_actions->hidePanels->trigger();
    m_viewer.settings.setValue(setting::Geometry, saveGeometry());
    m_viewer.settings.setValue(setting::WindowState, saveState());
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_actions->updateIcons(themeColors(palette()).text);
    else if (event->type() == QEvent::ActivationChange && !isActiveWindow() && m_canvas)
        m_canvas->setShowOriginal(m_actions->original->isChecked()); // the release of Shift goes elsewhere
    else if (event->type() == QEvent::ActivationChange && isActiveWindow())
        m_viewer.photoScores.lookAgain(); // somebody may have saved a photo elsewhere
    else if (event->type() == QEvent::WindowStateChange)
        m_actions->fullScreen->setChecked(isFullScreen());
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    // What arrives here no focused part wanted.
    if (event->key() == Qt::Key_Shift && !qobject_cast<QLineEdit*>(QApplication::focusWidget())) // of a capital letter
        m_canvas->setShowOriginal((event->modifiers() & ~Qt::ShiftModifier) == Qt::NoModifier
                                  || m_actions->original->isChecked());
    else if (event->key() == Qt::Key_Escape && m_viewer.versions.isOn())
        m_viewer.versions.stop();
    else if (event->key() == Qt::Key_Delete && event->modifiers() == Qt::NoModifier)
        m_actions->closeImage->trigger();
    else if (event->key() == Qt::Key_Left && event->modifiers() == Qt::NoModifier)
        m_viewer.workspace.step(-1);
    else if (event->key() == Qt::Key_Right && event->modifiers() == Qt::NoModifier)
        m_viewer.workspace.step(1);
    else
        QMainWindow::keyPressEvent(event);
}

void MainWindow::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Shift)
        m_canvas->setShowOriginal(m_actions->original->isChecked());
    else
        QMainWindow::keyReleaseEvent(event);
}

void MainWindow::paste(const QMimeData& content)
{
    QStringList paths;
    for (const QUrl& url : content.urls()) {
        if (url.isLocalFile())
            paths << url.toLocalFile();
    }
    if (!paths.isEmpty())
        openPaths(paths);
    else if (content.hasImage())
        m_viewer.workspace.openImage(content.imageData().value<QImage>(), tr("Pasted image"));
    else
        m_errorBar->showError({ErrorCode::InvalidInput,
                               "paste",
                               tr("there is no image in it").toStdString(),
                               tr("copy or drag an image file or pixels").toStdString(),
                               {}});
}

void MainWindow::openPaths(const QStringList& paths)
{
    m_sessions->openPaths(paths);
}

void MainWindow::connectWorkspace()
{
    connect(&m_viewer.session, &SessionService::changed, this, &MainWindow::updateTitle);
    const CurrentImage& image = m_viewer.workspace.image();
    connect(&image, &CurrentImage::changed, this, &MainWindow::currentChanged);
    connect(&image, &CurrentImage::analysisChanged, this, &MainWindow::updateActions);
    connect(&image, &CurrentImage::titleChanged, this, &MainWindow::updateTitle);
    connect(&image, &CurrentImage::loadedChanged, this, &MainWindow::updateTitle);
    for (const auto signal : {&CurrentImage::changed, &CurrentImage::analysisChanged, &CurrentImage::maskChanged})
        connect(&image, signal, this, &MainWindow::showPresets);
    showPresets();
    const DocumentList& documents = m_viewer.workspace.documents();
    connect(&documents, &DocumentList::added, this, &MainWindow::updateActions);
    connect(&documents, &DocumentList::removed, this, &MainWindow::currentChanged);
    connect(&documents, &DocumentList::wantedChanged, this, &MainWindow::updateActions);
    connect(&m_viewer.workspace.analyses(), &AnalysisService::modelsChanged, this, [this] {
        fillModelBox();
        fillModelMenu();
        m_quality->setModelName(modelName());
        updateActions();
    });
    connect(&m_viewer.workspace.analyses(), &AnalysisService::modelChanged, this, [this] {
        m_model->setCurrentIndex(m_model->findData(m_viewer.workspace.modelId()));
        m_quality->setModelName(modelName());
        fillModelMenu();
    });
    connect(&m_viewer.workspace, &Workspace::failed, m_errorBar, &ErrorBar::showError);
    connect(&m_viewer.fileWatch, &FileWatch::readAgain, this, [this](const QString& text) {
        m_notice->showNotice(text);
        connect(&m_viewer.workspace.image(), &CurrentImage::changed, m_notice, &NoticeBar::hide,
                Qt::SingleShotConnection); // it was about the photo before
    });
    connect(m_errorBar, &ErrorBar::partialRequested, &m_viewer.workspace.documents(), &DocumentList::openPartial);
    connect(&m_viewer.workspace, &Workspace::exported, this,
            [this](const QString& path) { m_facts->setFullText(tr("Written: %1").arg(path)); });
    connect(&m_viewer.workspace.engine(), &EngineClient::busyChanged, m_work, &WorkIndicator::setBusy);
    connect(&m_viewer.workspace.engine(), &EngineClient::progressed, m_work, &WorkIndicator::setProgress);
    connect(m_work, &WorkIndicator::cancelRequested, this, [this] {
        m_viewer.workspace.cancelWork();
        m_viewer.maps.cancelWork();
        m_viewer.comparison.cancelWork();
        m_viewer.versions.cancelWork();
        m_viewer.region.cancelWork();
        m_viewer.scenarios.cancelEffect();
        m_viewer.session.cancelOpening();
        if (auto* figure = findChild<ExportFigureDialog*>())
            figure->cancelWork();
    });
    connect(&m_viewer.comparison, &Comparison::onChanged, m_actions->compare, &QAction::setChecked);
    connect(&m_viewer.versions, &VersionService::onChanged, this, &MainWindow::versionsChanged);
    const auto showLayers = [this] {
        m_actions->toggleLayers->setChecked(m_viewer.layers.isOn() && m_viewer.layers.isAnyVisible());
    };
    connect(&m_viewer.layers, &LayerStack::onChanged, this, showLayers);
    connect(&m_viewer.layers, &LayerStack::lookChanged, this, showLayers);
    showLayers();
    const auto showRecent = [this] { m_empty->setRecentFiles(m_viewer.recent.paths()); };
    connect(&m_viewer.recent, &RecentFiles::changed, this, showRecent);
    showRecent();
}

void MainWindow::currentChanged()
{
    Document* document = m_viewer.workspace.current();
    if (document)
        m_undoGroup.addStack(document->undoStack());
    const bool compares = m_viewer.versions.isOn();
    if (compares)
        m_undoGroup.addStack(&m_viewer.versions.undoStack());
    m_undoGroup.setActiveStack(compares ? &m_viewer.versions.undoStack() : document ? document->undoStack() : nullptr);
    m_stack->setCurrentWidget(compares                             ? m_versions
                                  : m_viewer.workspace.count() > 0 ? static_cast<QWidget*>(m_page)
                                                                   : m_empty);
    if (document) {
        const QWidget* focused = QApplication::focusWidget();
        if (!focused || focused == this || !focused->isVisible() || m_empty->isAncestorOf(focused))
            m_canvas->setFocus();
    }
    updateTitle();
    updateActions();
}

void MainWindow::updateTitle()
{
    const Document* document = m_viewer.workspace.current();
    const QString session = m_sessions->titlePart();
    setWindowTitle(document ? document->title() + session + u" — HalfLens"_s : u"HalfLens"_s + session);
    setWindowModified(m_viewer.session.isModified());
    setWindowFilePath(document ? document->path() : QString());
    if (!document || !document->loaded()) {
        m_facts->setFullText(document ? QString() : tr("Ready"));
        return;
    }
    const Image& image = *document->loaded()->image;
    QStringList facts{u"%1×%2"_s.arg(image.width).arg(image.height), toQt(image.origin.format)};
    for (const std::string& note : image.origin.notes)
        facts << toQt(note);
    m_facts->setFullText(facts.join(u" · "_s));
}

void MainWindow::updateActions()
{
    const Document* document = m_viewer.workspace.current();
    const bool hasReport = document && document->analysis() && document->analysis()->report;
    m_photos->updateActions();
    for (QAction* action : {m_actions->copy, m_actions->fit, m_actions->actualSize, m_actions->zoomIn,
                            m_actions->zoomOut, m_actions->original, m_actions->scoreVisible})
        action->setEnabled(document != nullptr);
    m_actions->exportFigure->setEnabled(document && document->analysis());
    const bool compares = m_viewer.versions.isOn();
    m_actions->compareWith->setEnabled(document && document->loaded());
    m_actions->leaveVersions->setEnabled(compares);
    for (QAction* action :
         {m_actions->original, m_actions->scoreVisible, m_actions->copy, m_actions->copyView, m_actions->exportView})
        action->setEnabled(document && !compares); // they are of the one photo
    m_actions->pairs->setEnabled(hasReport && !compares);
    m_actions->tryAllMasks->setEnabled(m_viewer.workspace.analyses().canTryAllMasks());
    m_actions->pinScenario->setEnabled(document && !compares);
    m_actions->saveSession->setEnabled(m_viewer.workspace.count() > 0);
    m_actions->saveSessionAs->setEnabled(m_viewer.workspace.count() > 0);
    for (auto it = m_actions->presets.cbegin(); it != m_actions->presets.cend(); ++it) {
        const bool needsReport = it.key() == MaskPreset::Important || it.key() == MaskPreset::Trivial
            || it.key() == MaskPreset::BestHalf || it.key() == MaskPreset::Enough;
        it.value()->setEnabled(!compares && (needsReport ? hasReport : document != nullptr));
    }
    for (const Actions::MapHalf& half : m_actions->mapHalves)
        half.action->setEnabled(document && !compares);
    m_actions->compare->setEnabled(m_viewer.comparison.models().size() > 1);
}

void MainWindow::showPresets()
{
    const std::vector<MaskPreset> on =
        presetsOf(m_viewer.workspace.image().mask(), m_viewer.workspace.image().analysis());
    for (auto it = m_actions->presets.cbegin(); it != m_actions->presets.cend(); ++it) {
        if (it.value()->isCheckable())
            it.value()->setChecked(m_viewer.workspace.current()
                                   && std::find(on.begin(), on.end(), it.key()) != on.end());
    }
}

void MainWindow::applyPreset(MaskPreset preset)
{
    Document* document = m_viewer.workspace.current();
    if (!document)
        return;
    const auto mask = presetMask(preset, document->analysis().get(), document->mask(), m_randomSeed);
    if (preset == MaskPreset::Random)
        ++m_randomSeed;
    if (mask)
        document->changeMask(*mask, m_actions->presets.value(preset)->text().remove(u'&'));
    showPresets(); // a click turned the button, whether or not the mask is another
}

void MainWindow::hideHalf(MapKind kind, bool upper)
{
    m_viewer.maps.whenReady(layerOf(kind), [this, kind, upper](const ImageMap& map) {
        Document* document = m_viewer.workspace.current();
        if (!document || map.upper.isEmpty())
            return;
        const QString label =
            (upper ? tr("Hide upper half: %1") : tr("Hide lower half: %1")).arg(layerName(layerOf(kind)));
        document->changeMask(upper ? map.upper : map.upper.complement(), label);
    });
}

void MainWindow::chooseFiles()
{
    const QString filter = tr("Images (%1);;All files (*)").arg(imageNameFilters().join(u' '));
    const QStringList paths =
        QFileDialog::getOpenFileNames(this, tr("Open images"), m_viewer.settings.word(setting::LastFolder), filter);
    if (paths.isEmpty())
        return;
    m_viewer.settings.setValue(setting::LastFolder, QFileInfo(paths.front()).absolutePath());
    m_viewer.workspace.open(paths);
}

void MainWindow::chooseSecond()
{
    const QString filter = tr("Images (%1);;All files (*)").arg(imageNameFilters().join(u' '));
    const QString path = QFileDialog::getOpenFileName(this, tr("Second version of the photo"),
                                                      m_viewer.settings.word(setting::LastFolder), filter);
    if (path.isEmpty())
        return;
    m_viewer.settings.setValue(setting::LastFolder, QFileInfo(path).absolutePath());
    compareWith(path);
}

/// Two photos want the room of the panels that are about the one; it comes back afterwards.
void MainWindow::versionsChanged()
{
    auto* own = findChild<QDockWidget*>(u"versionsDock"_s);
    const bool isOn = m_viewer.versions.isOn();
    if (isOn && m_stateBefore.isEmpty()) {
        m_stateBefore = saveState();
        const int wide = findChild<QDockWidget*>(u"qualityDock"_s)->width();
        for (QDockWidget* dock : findChildren<QDockWidget*>()) {
            if (dock != own && dock->objectName() != u"imagesDock"_s)
                dock->hide();
        }
        own->show();
        own->raise();
        resizeDocks({own}, {std::max(360, wide)}, Qt::Horizontal);
    } else if (!isOn && !m_stateBefore.isEmpty()) {
        restoreState(std::exchange(m_stateBefore, {}));
        own->hide();
    }
    findChild<StatusReadout*>()->setVisible(!isOn); // of the one photo
    currentChanged();
    if (isOn)
        m_versions->canvas().setFocus();
    else if (m_viewer.workspace.current())
        m_canvas->setFocus();
}

void MainWindow::chooseFolder()
{
    const QString path = QFileDialog::getExistingDirectory(this, tr("Open a folder of images"),
                                                           m_viewer.settings.word(setting::LastFolder));
    if (path.isEmpty())
        return;
    m_viewer.settings.setValue(setting::LastFolder, path);
    m_viewer.workspace.open({path});
}

void MainWindow::chooseStudy()
{
    const QString path = QFileDialog::getExistingDirectory(this, tr("Open a study: the folder it was written to"),
                                                           m_viewer.settings.word(setting::LastFolder));
    if (!path.isEmpty())
        openStudy(path);
}

void MainWindow::openStudy(const QString& folder)
{
    auto* dock = findChild<QDockWidget*>(u"studyDock"_s);
    if (!dock) { // most never open one
        dock = addDock(u"studyDock"_s, tr("Study"), new StudyPanel(m_viewer.workspace), Qt::BottomDockWidgetArea);
        tabifyDockWidget(findChild<QDockWidget*>(u"imagesDock"_s), dock);
        resizeDocks({dock}, {height() * 2 / 5}, Qt::Vertical);
        m_help->addButtons();
    }
    dock->show();
    dock->raise();
    static_cast<StudyPanel*>(dock->widget())->open(folder);
}

void MainWindow::copyImage()
{
    const Document* document = m_viewer.workspace.current();
    if (!document || !document->loaded())
        return;
    Result<QImage> image = maskedImage(*document->loaded()->image, document->mask());
    if (image)
        QApplication::clipboard()->setImage(*image);
    else
        m_errorBar->showError(image.error());
}

void MainWindow::openExportDialog()
{
    auto* dialog = new ExportFigureDialog(m_viewer, this);
    setHelpTopic(*dialog, HelpTopic::Figures);
    showOnly(dialog);
}

void MainWindow::openPairs()
{
    auto* dialog = new InteractionsDialog(m_viewer.workspace.image(), this);
    connect(dialog, &InteractionsDialog::pairShown, m_canvas, &CanvasView::setMarked);
    dialog->adjustSize();
    dialog->move(
        mapToGlobal(QPoint(width() - dialog->width() - 12, height() - dialog->height() - 40))); // beside the picture
    showOnly(dialog);
}

void MainWindow::openPalette()
{
    QList<QAction*> commands = m_actions->all();
    commands.removeOne(m_actions->palette);
    for (QAction* page : std::as_const(m_actions->helpPages))
        commands.removeOne(page); // among the sections of the help
    for (QAction* action : m_modelMenu->actions()) {
        if (!action->isSeparator() && !commands.contains(action))
            commands << action;
    }
    const PaletteTargets targets{commands,
                                 [this](const QString& key) {
                                     auto* preferences = new PreferencesDialog(m_viewer.settings, this);
                                     showOnly(preferences);
                                     preferences->showSetting(key);
                                 },
                                 [this](const QString& address) { m_help->showAddress(address); }};
    showOnly(new CommandPalette(paletteEntries(m_viewer, targets), this));
}

void MainWindow::showOnly(QDialog* dialog)
{
    for (QDialog* open : findChildren<QDialog*>(dialog->objectName(), Qt::FindDirectChildrenOnly)) {
        if (open != dialog)
            open->close();
    }
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::showAbout()
{
    QMessageBox::about(this, tr("About HalfLens"),
                       tr("<h3>HalfLens %1</h3><p>Shows which half of an image a quality model really looks at, after "
                          "“Half of an image is enough for quality assessment” (You, Lin, Korhonen).</p>"
                          "<p>BSD-3-Clause licence.</p>")
                           .arg(QCoreApplication::applicationVersion()));
}

QString MainWindow::modelName() const
{
    return m_model->currentIndex() >= 0 ? m_model->currentText() : QString();
}

} // namespace halflens
