// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/export_figure_dialog.h"

#include "core/analysis/difference_panel.h"
#include "core/figure/difference_figure.h"
#include "ui/dialogs/figure_formats.h"
#include "ui/dialogs/figure_preview.h"
#include "ui/dialogs/form_state.h"
#include "ui/panels/card.h"
#include "ui/panels/error_bar.h"
#include "ui/state/text.h"
#include "ui/state/viewer.h"
#include "ui/state/window_settings.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMessageBox>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int RefreshDelayMs = 60;
constexpr std::uint64_t NoDocument = 0; ///< documents count from 1
constexpr int VersionsFigure = 4; ///< beside the numbers of the paper's figures
constexpr int ScenariosFigure = 5;

int percentOf(PaperMaps kind)
{
    return static_cast<int>(std::lround(100 * paperOpacity(kind)));
}

} // namespace

ExportFigureDialog::ExportFigureDialog(Viewer& viewer, QWidget* parent)
    : QDialog(parent)
    , m_settings(viewer.settings)
    , m_workspace(viewer.workspace)
    , m_layers(viewer.layers)
    , m_versions(viewer.versions)
    , m_scenarios(viewer.scenarios)
    , m_maker(new FigureMaker(viewer.workspace, viewer.layers, this))
    , m_preview(new FigurePreview(this))
    , m_opacityPercent{percentOf(PaperMaps::Explanations), percentOf(PaperMaps::Measures),
                       static_cast<int>(std::lround(100 * DifferenceFigure().opacity))}
{
    setWindowTitle(tr("Export figure"));
    setObjectName(u"exportFigureDialog"_s);
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(RefreshDelayMs);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_preview, 1);
    layout->addWidget(makeOptions());
    resize(1040, 620);
    connect(&m_refresh, &QTimer::timeout, this, &ExportFigureDialog::refresh);
    new FigureDrag(
        *m_preview, m_workspace, [this] { return laidOut(); }, [this] { return m_formats->filesOf(proposedName()); });
    connect(m_preview, &FigurePreview::resized, this, &ExportFigureDialog::refreshSoon);
    connect(m_maker, &FigureMaker::changed, this, [this] {
        showProgress();
        refreshSoon();
    });
    connect(this, &QDialog::finished, this, [this] {
        m_settings.setValue(setting::FigureOptions, formState(*this));
        m_maker->cancel();
    });
    connect(&m_workspace, &Workspace::exported, this, [this](const QString& path) {
        const QString name = QFileInfo(path).fileName();
        m_written->setText(m_written->text().isEmpty() ? tr("Written: %1").arg(name)
                                                       : m_written->text() + QStringLiteral(", ") + name);
        m_written->show();
    });
    const auto offerAgain = [this] {
        offerOthers();
        showProgress();
        refreshSoon();
    };
    offerOthers(); // before what was chosen last is looked for among them
    restoreForm(*this, m_settings.value(setting::FigureOptions).toByteArray());
    if (m_versions.isOn())
        m_figure->setCurrentIndex(m_figure->findData(VersionsFigure));
    connect(&m_versions, &VersionService::verdictsChanged, this, offerAgain);
    connect(&m_scenarios, &ScenarioBook::changed, this, offerAgain);
    connect(&m_workspace.image(), &CurrentImage::changed, this, offerAgain);
    chooseFigure();
    refresh();
}

/// While two versions are compared their figure is offered, and chosen when they begin to be; that of scenarios where
/// some are pinned on the shown photo.
void ExportFigureDialog::offerOthers()
{
    const auto offer = [this](int figure, const QString& name, bool isThere) {
        const int index = m_figure->findData(figure);
        if (isThere && index < 0)
            m_figure->addItem(name, figure);
        else if (!isThere && index >= 0)
            m_figure->removeItem(index);
        return isThere && index < 0;
    };
    offer(ScenariosFigure, tr("Pinned scenarios"), !scenarioFigure().scenarios.empty());
    if (offer(VersionsFigure, tr("Difference of the two versions"), m_versions.isOn()))
        m_figure->setCurrentIndex(m_figure->findData(VersionsFigure));
}

bool ExportFigureDialog::isDifference() const
{
    return m_figure->currentData().toInt() == VersionsFigure;
}

bool ExportFigureDialog::isPaper() const
{
    return m_figure->currentData().toInt() < VersionsFigure;
}

/// Those of the shown photo.
ScenarioFigure ExportFigureDialog::scenarioFigure() const
{
    ScenarioFigure figure;
    const Document* document = m_workspace.current();
    if (!document || !document->loaded())
        return figure;
    figure.image = document->loaded()->image;
    figure.name = document->title().toStdString();
    figure.model = m_workspace.modelId().toStdString();
    const auto& all = m_scenarios.scenarios();
    std::copy_if(all.begin(), all.end(), std::back_inserter(figure.scenarios),
                 [&](const Scenario& scenario) { return scenario.image == figure.image->contentHash; });
    return figure;
}

MapStatus ExportFigureDialog::status() const
{
    if (isPaper())
        return m_maker->status();
    if (!isDifference())
        return {WorkState::Ready, 1, {}, {}}; // nothing has to be made
    if (m_versions.comparison())
        return {WorkState::Ready, 1, {}, {}};
    const VersionVerdict* verdict = m_versions.chosen();
    if (!verdict)
        return {};
    return {verdict->state, verdict->fraction, tr("Comparing the two versions"), verdict->error};
}

Result<ComposedFigure> ExportFigureDialog::composed() const
{
    if (isPaper())
        return m_maker->compose(look());
    if (!isDifference()) {
        ScenarioFigure figure = scenarioFigure();
        const FigureStyle style = look();
        figure.original = style.original;
        figure.gridLines = style.gridLines;
        figure.title = style.title;
        figure.caption = style.caption;
        return composeScenarios(figure);
    }
    const VersionComparison* comparison = m_versions.comparison();
    if (!comparison)
        return Error{ErrorCode::InvalidInput,
                     "figure",
                     tr("the two versions are not compared yet").toStdString(),
                     tr("wait for it").toStdString(),
                     {}};
    return composeDifference({ComparedPhoto{m_versions.first()->image, m_versions.firstName().toStdString()},
                              {m_versions.second()->image, m_versions.secondName().toStdString()}},
                             *comparison, look());
}

std::size_t ExportFigureDialog::opacityPlace() const
{
    return figure() == PaperFigure::Explanations ? 0 : figure() == PaperFigure::Measures ? 1 : 2;
}

PaperFigure ExportFigureDialog::figure() const
{
    return static_cast<PaperFigure>(m_figure->currentData().toInt());
}

/// Shows the options of the chosen figure and has its contents made.
void ExportFigureDialog::chooseFigure()
{
    const bool hasMaps = isDifference() || (isPaper() && figure() != PaperFigure::Halves);
    m_form->setRowVisible(m_images, isPaper());
    for (QWidget* option : std::initializer_list<QWidget*>{m_original, m_gridLines})
        m_form->setRowVisible(option, !hasMaps);
    for (QWidget* option : std::initializer_list<QWidget*>{m_opacityRow, m_colorBars})
        m_form->setRowVisible(option, hasMaps);
    m_form->setRowVisible(m_turned, hasMaps && isPaper());
    m_form->setRowVisible(m_lime, isPaper() && figure() == PaperFigure::Explanations);
    m_form->setRowVisible(m_halves, isPaper() && figure() != PaperFigure::Explanations);
    if (hasMaps) {
        const int percent = m_opacityPercent[opacityPlace()];
        m_opacity->setValue(percent);
        m_opacityText->setText(tr("%1 %").arg(percent));
    }
    choose();
}

void ExportFigureDialog::choose()
{
    m_original->setText(isPaper() ? tr("First row with the whole images") : tr("The whole image first"));
    if (isPaper())
        m_maker->setChoice(
            {figure(), static_cast<HalvesOf>(m_halves->currentData().toInt()), m_images->currentData().toInt() == 1});
    showProgress();
    refreshSoon();
}

FigureStyle ExportFigureDialog::look() const
{
    FigureStyle style;
    style.opacity = m_opacity->value() / 100.0;
    style.colorBars = m_colorBars->isChecked();
    style.imagesAsColumns = m_turned->isChecked();
    style.original = m_original->isChecked();
    style.gridLines = m_gridLines->isChecked();
    style.title = m_title->text().toStdString();
    style.caption = m_caption->text().toStdString();
    return style;
}

/// How far the contents are, or why there are none.
void ExportFigureDialog::showProgress()
{
    const LimeOptions& lime = m_layers.parameters().lime;
    m_lime->setText(tr("%1 samples, %2 segments, seed %3; set in the Layers panel")
                        .arg(lime.samples)
                        .arg(toQt(toString(lime.segments)))
                        .arg(lime.seed));
    const MapStatus status = this->status();
    const bool isWorking = status.state == WorkState::Working;
    if (status.state != WorkState::Ready)
        m_export->setEnabled(false); // not only once the preview follows
    m_progressBox->setVisible(status.state != WorkState::Ready);
    m_progress->setVisible(isWorking);
    m_again->setVisible(!isWorking);
    m_progress->setRange(0, status.fraction < 0 ? 0 : 100);
    m_progress->setValue(status.fraction < 0 ? 0 : static_cast<int>(100 * status.fraction));
    if (isWorking)
        m_progressText->setText(status.text);
    else
        m_progressText->setText(status.error ? tr("The figure could not be made.") : tr("Stopped."));
}

Result<FigurePage> ExportFigureDialog::page(std::optional<int> dpi) const
{
    Result<LaidOutFigure> figure = laidOut(dpi);
    return figure ? Result<FigurePage>(std::move(figure->page)) : figure.error();
}

void ExportFigureDialog::showMessage(const QString& message)
{
    m_workspace.engine().cancel({NoDocument, Stage::Preview}); // it would come over the message
    m_size->clear();
    m_preview->setMessage(message);
}

void ExportFigureDialog::refresh()
{
    const WorkState state = status().state;
    const bool isWaiting = state == WorkState::Working || state == WorkState::Absent;
    const Result<ComposedFigure> figure = composed();
    const Result<FigurePage> full =
        figure ? layOut(figure->grid, {m_width->value(), m_dpi->value()}) : Result<FigurePage>(figure.error());
    m_export->setEnabled(full.has_value());
    if (!full) {
        showMessage(isWaiting ? tr("The figure appears here when it is made.") : sentences(full.error()));
        return;
    }
    m_size->setText(tr("%1 × %2 pixels").arg(full->width).arg(full->height));
    // The page laid out for the room there is, so that type is as sharp as on paper.
    const double inches = m_width->value() / 25.4;
    const double room =
        std::min<double>(m_preview->width(), m_preview->height() * static_cast<double>(full->width) / full->height);
    const int dpi = std::clamp(static_cast<int>(room * devicePixelRatioF() / inches), 50, m_dpi->value());
    Result<FigurePage> preview = layOut(figure->grid, {m_width->value(), dpi});
    if (!preview)
        return;
    m_workspace.engine().submit({{NoDocument, Stage::Preview},
                                 Lane::Interactive,
                                 {},
                                 [page = *std::move(preview)](const JobContext&) -> Outcome {
                                     Result<QImage> image = renderPage(page);
                                     if (!image)
                                         return std::move(image).error();
                                     return Artifact(std::make_shared<const QImage>(*std::move(image)));
                                 }},
                                {[self = QPointer(this)](const Outcome& outcome) {
                                     if (!self)
                                         return;
                                     if (outcome)
                                         self->m_preview->setImage(*outcome->as<QImage>());
                                     else
                                         self->m_preview->setMessage(toQt(outcome.error().reason));
                                 },
                                 {}});
}

Result<LaidOutFigure> ExportFigureDialog::laidOut(std::optional<int> dpi) const
{
    Result<ComposedFigure> figure = composed();
    if (!figure)
        return figure.error();
    Result<FigurePage> page = layOut(figure->grid, {m_width->value(), dpi.value_or(m_dpi->value())});
    if (!page)
        return page.error();
    return LaidOutFigure{*std::move(page), std::move(figure->provenance)};
}

void ExportFigureDialog::exportTo(const QStringList& paths)
{
    Result<LaidOutFigure> figure = laidOut();
    if (!figure) {
        m_workspace.report(std::move(figure).error().withFile(paths.front().toStdString()));
        return;
    }
    m_written->clear();
    m_settings.setValue(setting::FigureOptions, formState(*this));
    m_workspace.engine().submit({{NoDocument, Stage::Export},
                                 Lane::Interactive,
                                 {},
                                 [figure = *std::move(figure), paths](const JobContext& context) {
                                     return writeFigures(figure, paths, context);
                                 }},
                                {[&workspace = m_workspace, paths](const Outcome& outcome) {
                                     for (const QString& path : outcome ? paths : QStringList())
                                         workspace.announce(path);
                                     if (!outcome)
                                         workspace.report(outcome.error());
                                 },
                                 {}});
}

QString ExportFigureDialog::proposedName() const
{
    const Document* shown = m_workspace.current();
    const QString figure = isPaper() ? u"fig%1"_s.arg(m_figure->currentData().toInt())
        : isDifference()             ? u"difference"_s
                                     : u"scenarios"_s;
    return figureName(shown ? shown->path() : QString(), figure);
}

void ExportFigureDialog::chooseAndExport()
{
    const Document* shown = m_workspace.current();
    const QString folder = m_settings.word(setting::FigureFolder).isEmpty()
        ? QFileInfo(shown ? shown->path() : QString()).absolutePath()
        : m_settings.word(setting::FigureFolder);
    const QString proposed = folder + u'/' + proposedName() + u'.' + m_formats->chosen().front();
    const QString path = QFileDialog::getSaveFileName(this, tr("Export figure"), proposed,
                                                      tr("Figures (*.png *.svg *.pdf);;All files (*)"));
    if (path.isEmpty())
        return;
    const QStringList files = m_formats->filesOf(path);
    QStringList there; // the file dialog asked about the one that was named
    for (const QString& file : files) {
        if (file != path && QFileInfo::exists(file))
            there << QFileInfo(file).fileName();
    }
    if (!there.isEmpty()
        && QMessageBox::question(this, tr("Export figure"), tr("Write over %1?").arg(there.join(u", "_s)))
            != QMessageBox::Yes)
        return;
    m_settings.setValue(setting::FigureFolder, QFileInfo(path).absolutePath());
    exportTo(files);
}

} // namespace halflens
