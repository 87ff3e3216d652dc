// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/main_window.h"

#include "core/figure/block_overlay.h"
#include "ui/canvas/canvas_view.h"
#include "ui/dialogs/command_palette.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/preferences_dialog.h"
#include "ui/panels/block_panel.h"
#include "ui/panels/card.h"
#include "ui/panels/empty_state.h"
#include "ui/panels/enough_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/quality_panel.h"
#include "ui/panels/work_indicator.h"
#include "ui/state/image_files.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QStackedWidget>

#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

MainWindow::MainWindow(ModelSource& models, Settings& settings, QWidget* parent)
    : QMainWindow(parent)
    , m_settings(settings)
    , m_recent(settings)
    , m_workspace(models, settings)
    , m_layers(settings)
    , m_maps(m_workspace, m_layers)
    , m_comparison(m_workspace)
    , m_layerView(m_workspace, m_layers, m_maps, m_comparison)
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
    connectActions();
    connectWorkspace();
    m_actions->updateIcons(themeColors(palette()).text);
    m_defaultState = saveState();
    resize(sizeHint());
    restoreGeometry(m_settings.value(setting::Geometry).toByteArray());
    restoreState(m_settings.value(setting::WindowState).toByteArray());
    currentChanged();
}

MainWindow::~MainWindow()
{
    // Widgets look at the workspace: they go first.
    m_canvas = nullptr;
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    if (m_settings.value(setting::WindowState).toByteArray().isEmpty() && !event->spontaneous())
        QMetaObject::invokeMethod(this, &MainWindow::sizeDocks, Qt::QueuedConnection); // once the layout has its size
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_settings.setValue(setting::Geometry, saveGeometry());
    m_settings.setValue(setting::WindowState, saveState());
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_actions->updateIcons(themeColors(palette()).text);
    else if (event->type() == QEvent::ActivationChange && !isActiveWindow() && m_canvas)
        m_canvas->setShowOriginal(m_actions->original->isChecked()); // the release of Shift goes elsewhere
    else if (event->type() == QEvent::WindowStateChange)
        m_actions->fullScreen->setChecked(isFullScreen());
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    // What arrives here no focused part wanted.
    if (event->key() == Qt::Key_Shift)
        m_canvas->setShowOriginal((event->modifiers() & ~Qt::ShiftModifier) == Qt::NoModifier
                                  || m_actions->original->isChecked());
    else if (event->key() == Qt::Key_Left && event->modifiers() == Qt::NoModifier)
        m_workspace.step(-1);
    else if (event->key() == Qt::Key_Right && event->modifiers() == Qt::NoModifier)
        m_workspace.step(1);
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

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    const QMimeData* content = event->mimeData();
    if (!content->hasImage() && !content->hasUrls())
        return;
    event->acceptProposedAction();
    m_empty->setDropHighlight(true);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*)
{
    m_empty->setDropHighlight(false);
}

void MainWindow::dropEvent(QDropEvent* event)
{
    m_empty->setDropHighlight(false);
    event->acceptProposedAction();
    paste(*event->mimeData());
}

void MainWindow::paste(const QMimeData& content)
{
    QStringList paths;
    for (const QUrl& url : content.urls()) {
        if (url.isLocalFile())
            paths << url.toLocalFile();
    }
    if (!paths.isEmpty())
        m_workspace.open(paths);
    else if (content.hasImage())
        m_workspace.openImage(content.imageData().value<QImage>(), tr("Pasted image"));
    else
        m_errorBar->showError({ErrorCode::InvalidInput,
                               "paste",
                               tr("there is no image in it").toStdString(),
                               tr("copy or drag an image file or pixels").toStdString(),
                               {}});
}

void MainWindow::connectWorkspace()
{
    connect(&m_workspace, &Workspace::currentChanged, this, &MainWindow::currentChanged);
    connect(&m_workspace, &Workspace::documentsAdded, this, [this](int first, int last) {
        for (int index = first; index <= last; ++index)
            m_undoGroup.addStack(m_workspace.at(index)->undoStack());
        updateActions();
    });
    connect(&m_workspace, &Workspace::documentRemoved, this, &MainWindow::currentChanged);
    connect(&m_workspace, &Workspace::wantedChanged, this, &MainWindow::updateActions);
    connect(&m_workspace, &Workspace::modelChanged, this, [this] {
        m_model->setCurrentIndex(m_model->findData(m_workspace.modelId()));
        m_quality->setModelName(modelName());
        fillModelMenu();
    });
    connect(&m_workspace, &Workspace::opened, &m_recent, &RecentFiles::add);
    connect(&m_workspace, &Workspace::failed, m_errorBar, &ErrorBar::showError);
    connect(&m_workspace, &Workspace::exported, this,
            [this](const QString& path) { m_facts->setFullText(tr("Written: %1").arg(path)); });
    connect(&m_workspace.engine(), &EngineClient::busyChanged, m_work, &WorkIndicator::setBusy);
    connect(&m_workspace.engine(), &EngineClient::progressed, m_work, &WorkIndicator::setProgress);
    connect(m_work, &WorkIndicator::cancelRequested, this, [this] {
        m_workspace.cancelWork();
        m_maps.cancelWork();
        m_comparison.cancelWork();
        if (auto* figure = findChild<ExportFigureDialog*>())
            figure->cancelWork();
    });
    connect(&m_comparison, &Comparison::onChanged, m_actions->compare, &QAction::setChecked);
    const auto showLayers = [this] { m_actions->toggleLayers->setChecked(m_layers.isOn() && m_layers.isAnyVisible()); };
    connect(&m_layers, &LayerStack::onChanged, this, showLayers);
    connect(&m_layers, &LayerStack::lookChanged, this, showLayers);
    showLayers();
    const auto showRecent = [this] { m_empty->setRecentFiles(m_recent.paths()); };
    connect(&m_recent, &RecentFiles::changed, this, showRecent);
    showRecent();
}

void MainWindow::currentChanged()
{
    Document* document = m_workspace.current();
    m_canvas->setDocument(document);
    m_quality->setDocument(document);
    m_enough->setDocument(document);
    m_blocks->setDocument(document);
    m_undoGroup.setActiveStack(document ? document->undoStack() : nullptr);
    m_stack->setCurrentWidget(m_workspace.count() > 0 ? m_canvas->parentWidget() : m_empty);
    if (document) {
        connect(document, &Document::analysisChanged, this, &MainWindow::updateActions, Qt::UniqueConnection);
        connect(document, &Document::titleChanged, this, &MainWindow::updateTitle, Qt::UniqueConnection);
        const QWidget* focused = QApplication::focusWidget();
        if (!focused || focused == this || !focused->isVisible() || m_empty->isAncestorOf(focused))
            m_canvas->setFocus();
    }
    updateTitle();
    updateActions();
}

void MainWindow::updateTitle()
{
    const Document* document = m_workspace.current();
    setWindowTitle(document ? document->title() + u" — HalfLens"_s : u"HalfLens"_s);
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
    const Document* document = m_workspace.current();
    const bool hasReport = document && document->analysis() && document->analysis()->report;
    const int index = m_workspace.wantedIndex();
    for (QAction* action : {m_actions->closeImage, m_actions->copy, m_actions->fit, m_actions->actualSize,
                            m_actions->zoomIn, m_actions->zoomOut, m_actions->original})
        action->setEnabled(document != nullptr);
    m_actions->exportFigure->setEnabled(document && document->analysis());
    const bool isAnswered = document && document->analysis() && (hasReport || !document->analysis()->tableNote.empty());
    m_actions->tryAllMasks->setEnabled(m_workspace.canTryAllMasks());
    m_actions->analyseAgain->setEnabled(document && !isAnswered); // after a cancel or an error
    for (auto it = m_actions->presets.cbegin(); it != m_actions->presets.cend(); ++it) {
        const bool needsReport = it.key() == MaskPreset::Important || it.key() == MaskPreset::Trivial
            || it.key() == MaskPreset::BestHalf || it.key() == MaskPreset::Enough;
        it.value()->setEnabled(needsReport ? hasReport : document != nullptr);
    }
    for (const Actions::MapHalf& half : m_actions->mapHalves)
        half.action->setEnabled(document != nullptr);
    m_actions->compare->setEnabled(m_comparison.models().size() > 1);
    m_actions->previous->setEnabled(index > 0);
    m_actions->first->setEnabled(index > 0);
    m_actions->next->setEnabled(index >= 0 && index + 1 < m_workspace.count());
    m_actions->last->setEnabled(index >= 0 && index + 1 < m_workspace.count());
}

void MainWindow::applyPreset(MaskPreset preset)
{
    Document* document = m_workspace.current();
    if (!document)
        return;
    const auto mask = presetMask(preset, document->analysis().get(), document->mask(), m_randomSeed);
    if (preset == MaskPreset::Random)
        ++m_randomSeed;
    if (mask)
        document->changeMask(*mask, m_actions->presets.value(preset)->text().remove(u'&'));
}

void MainWindow::hideHalf(MapKind kind, bool upper)
{
    m_maps.whenReady(layerOf(kind), [this, kind, upper](const ImageMap& map) {
        Document* document = m_workspace.current();
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
        QFileDialog::getOpenFileNames(this, tr("Open images"), m_settings.word(setting::LastFolder), filter);
    if (paths.isEmpty())
        return;
    m_settings.setValue(setting::LastFolder, QFileInfo(paths.front()).absolutePath());
    m_workspace.open(paths);
}

void MainWindow::chooseFolder()
{
    const QString path =
        QFileDialog::getExistingDirectory(this, tr("Open a folder of images"), m_settings.word(setting::LastFolder));
    if (path.isEmpty())
        return;
    m_settings.setValue(setting::LastFolder, path);
    m_workspace.open({path});
}

void MainWindow::copyImage()
{
    const Document* document = m_workspace.current();
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
    showOnly(new ExportFigureDialog(m_workspace, m_layers, this));
}

void MainWindow::openPalette()
{
    QList<QAction*> commands = m_actions->all();
    commands.removeOne(m_actions->palette);
    for (QAction* action : m_modelMenu->actions()) {
        if (!action->isSeparator() && !commands.contains(action))
            commands << action;
    }
    showOnly(new CommandPalette(commands, this));
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
