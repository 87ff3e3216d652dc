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
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int RefreshDelayMs = 60;
constexpr std::uint64_t NoDocument = 0; ///< documents count from 1
constexpr int VersionsFigure = 4; ///< beside the numbers of the paper's figures
enum ImageChoice { ShownImage, AllImages };

int percentOf(PaperMaps kind)
{
    return static_cast<int>(std::lround(100 * paperOpacity(kind)));
}

/// Of Figs. 1 and 3, and of what else has one, in the array of opacities.
std::size_t opacityOf(PaperFigure figure)
{
    return figure == PaperFigure::Explanations ? 0 : figure == PaperFigure::Measures ? 1 : 2;
}

} // namespace

ExportFigureDialog::ExportFigureDialog(Workspace& workspace, LayerStack& layers, VersionService& versions,
                                       Settings& settings, QWidget* parent)
    : QDialog(parent)
    , m_settings(settings)
    , m_workspace(workspace)
    , m_layers(layers)
    , m_versions(versions)
    , m_maker(new FigureMaker(workspace, layers, this))
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
        *m_preview, workspace, [this] { return laidOut(); }, [this] { return m_formats->filesOf(proposedName()); });
    connect(m_preview, &FigurePreview::resized, this, &ExportFigureDialog::refreshSoon);
    connect(m_maker, &FigureMaker::changed, this, [this] {
        showProgress();
        refreshSoon();
    });
    connect(this, &QDialog::finished, this, [this] {
        m_settings.setValue(setting::FigureOptions, formState(*this));
        m_maker->cancel();
    });
    connect(&workspace, &Workspace::exported, this, [this](const QString& path) {
        const QString name = QFileInfo(path).fileName();
        m_written->setText(m_written->text().isEmpty() ? tr("Written: %1").arg(name)
                                                       : m_written->text() + QStringLiteral(", ") + name);
        m_written->show();
    });
    restoreForm(*this, settings.value(setting::FigureOptions).toByteArray());
    connect(&versions, &VersionService::verdictsChanged, this, [this] {
        offerDifference();
        showProgress();
        refreshSoon();
    });
    offerDifference();
    chooseFigure();
    refresh();
}

/// While two versions are compared their figure is offered, and chosen at first.
void ExportFigureDialog::offerDifference()
{
    const int index = m_figure->findData(VersionsFigure);
    if (m_versions.isOn() && index < 0) {
        m_figure->addItem(tr("Difference of the two versions"), VersionsFigure);
        m_figure->setCurrentIndex(m_figure->count() - 1);
    } else if (!m_versions.isOn() && index >= 0) {
        m_figure->removeItem(index);
    }
}

bool ExportFigureDialog::isDifference() const
{
    return m_figure->currentData().toInt() == VersionsFigure;
}

MapStatus ExportFigureDialog::status() const
{
    if (!isDifference())
        return m_maker->status();
    if (m_versions.comparison())
        return {WorkState::Ready, 1, {}, {}};
    const VersionVerdict* verdict = m_versions.chosen();
    if (!verdict)
        return {};
    return {verdict->state, verdict->fraction, tr("Comparing the two versions"), verdict->error};
}

Result<ComposedFigure> ExportFigureDialog::composed() const
{
    if (!isDifference())
        return m_maker->compose(look());
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

QWidget* ExportFigureDialog::makeOptions()
{
    auto* panel = new QWidget(this);
    panel->setFixedWidth(340);
    m_form = new QFormLayout;
    m_form->setVerticalSpacing(10);
    addOptions(*m_form, panel);
    m_size = mutedLabel(panel);
    m_size->setWordWrap(true);
    m_form->addRow(QString(), m_size);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, panel);
    buttons->button(QDialogButtonBox::Close)->setIcon({}); // it is black in either theme
    m_export = buttons->addButton(tr("Export…"), QDialogButtonBox::AcceptRole);
    m_export->setObjectName(u"exportButton"_s);
    m_export->setDefault(true);
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(18, 18, 18, 14);
    layout->setSpacing(12);
    layout->addLayout(m_form);
    layout->addStretch();
    layout->addWidget(makeProgress(panel));
    m_written = mutedLabel(panel);
    m_written->setObjectName(u"figureWritten"_s);
    m_written->setWordWrap(true);
    m_written->hide();
    layout->addWidget(m_written);
    layout->addWidget(buttons);
    connectOptions();
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(m_export, &QPushButton::clicked, this, &ExportFigureDialog::chooseAndExport);
    return panel;
}

void ExportFigureDialog::addOptions(QFormLayout& form, QWidget* panel)
{
    m_figure = new QComboBox(panel);
    m_figure->setObjectName(u"figureChoice"_s);
    m_figure->addItem(tr("Fig. 1: where the model looks"), 1);
    m_figure->addItem(tr("Fig. 2: trivial and important half"), 2);
    m_figure->addItem(tr("Fig. 3: semantic measures"), 3);
    m_figure->setCurrentIndex(m_figure->findData(2));
    m_images = new QComboBox(panel);
    m_images->setObjectName(u"figureImages"_s);
    m_images->addItem(tr("The shown image"), ShownImage);
    m_images->addItem(tr("All images looked at"), AllImages);
    m_halves = new QComboBox(panel);
    m_halves->setObjectName(u"figureHalves"_s);
    m_halves->addItem(tr("Of the default model, for all models"), static_cast<int>(HalvesOf::Judge));
    m_halves->addItem(tr("Of the model itself"), static_cast<int>(HalvesOf::Model));
    m_halves->setToolTip(tr("Whose table says which blocks are important. The paper takes the halves of TRIQ for all "
                            "networks."));
    m_original = new QCheckBox(tr("First row with the whole images"), panel);
    m_original->setObjectName(u"figureOriginal"_s);
    m_gridLines = new QCheckBox(tr("Lines between the blocks"), panel);
    m_gridLines->setObjectName(u"figureGridLines"_s);
    m_opacity = new QSlider(Qt::Horizontal, panel);
    m_opacity->setObjectName(u"figureOpacity"_s);
    m_opacity->setRange(0, 100);
    m_opacity->setAccessibleName(tr("Opacity of the maps over the photo in percent"));
    m_opacityText = mutedLabel(panel);
    m_opacityText->setMinimumWidth(fontMetrics().horizontalAdvance(u"100 %"_s));
    m_opacityText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_opacityRow = new QWidget(panel);
    auto* opacity = new QHBoxLayout(m_opacityRow);
    opacity->setContentsMargins(0, 0, 0, 0);
    opacity->addWidget(m_opacity, 1);
    opacity->addWidget(m_opacityText);
    auto* opacityLabel = new QLabel(tr("&Opacity"), panel);
    opacityLabel->setBuddy(m_opacity);
    m_colorBars = new QCheckBox(tr("Colour bars of the maps"), panel);
    m_colorBars->setObjectName(u"figureColorBars"_s);
    m_colorBars->setChecked(true);
    m_turned = new QCheckBox(tr("Maps below each other"), panel);
    m_turned->setObjectName(u"figureTurned"_s);
    m_lime = mutedLabel(panel);
    m_lime->setWordWrap(true);
    m_title = new QLineEdit(panel);
    m_caption = new QLineEdit(panel);
    m_formats = new FigureFormats(panel);
    m_width = new QDoubleSpinBox(panel);
    m_width->setObjectName(u"figureWidth"_s);
    m_width->setRange(20, 1000);
    m_width->setDecimals(0);
    m_width->setValue(180);
    m_width->setSuffix(tr(" mm"));
    m_dpi = new QSpinBox(panel);
    m_dpi->setObjectName(u"figureDpi"_s);
    m_dpi->setRange(50, 1200);
    m_dpi->setValue(300);
    m_dpi->setSuffix(tr(" dpi"));

    form.addRow(tr("&Figure"), m_figure);
    form.addRow(tr("&Photos"), m_images);
    form.addRow(tr("&Halves"), m_halves);
    form.addRow(QString(), m_original);
    form.addRow(QString(), m_gridLines);
    form.addRow(opacityLabel, m_opacityRow);
    form.addRow(QString(), m_colorBars);
    form.addRow(QString(), m_turned);
    form.addRow(tr("LIME"), m_lime);
    form.addRow(tr("&Title"), m_title);
    form.addRow(tr("C&aption"), m_caption);
    form.addRow(tr("&Width"), m_width);
    form.addRow(tr("&Resolution"), m_dpi);
    form.addRow(tr("Write as"), m_formats);
}

QWidget* ExportFigureDialog::makeProgress(QWidget* panel)
{
    m_progressBox = new QWidget(panel);
    m_progressBox->setObjectName(u"figureProgress"_s);
    m_progressText = mutedLabel(m_progressBox);
    m_progressText->setWordWrap(true);
    m_progress = new QProgressBar(m_progressBox);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(10);
    m_progress->setAccessibleName(tr("Progress of the figure"));
    m_again = new QPushButton(tr("Try again"), m_progressBox);
    m_again->setObjectName(u"figureAgain"_s);
    m_again->setAutoDefault(false);
    connect(m_again, &QPushButton::clicked, this, [this] {
        if (!isDifference())
            m_maker->retry();
        else if (const VersionVerdict* verdict = m_versions.chosen())
            m_versions.retry(static_cast<int>(verdict - m_versions.verdicts().data()));
    });
    auto* layout = new QVBoxLayout(m_progressBox);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_progressText);
    layout->addWidget(m_progress);
    layout->addWidget(m_again, 0, Qt::AlignRight);
    return m_progressBox;
}

void ExportFigureDialog::connectOptions()
{
    connect(m_figure, &QComboBox::currentIndexChanged, this, &ExportFigureDialog::chooseFigure);
    for (QComboBox* box : {m_images, m_halves})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportFigureDialog::choose);
    for (QCheckBox* box : {m_original, m_gridLines, m_colorBars, m_turned})
        connect(box, &QCheckBox::toggled, this, &ExportFigureDialog::refreshSoon);
    connect(m_opacity, &QSlider::valueChanged, this, [this](int percent) {
        m_opacityText->setText(tr("%1 %").arg(percent));
        m_opacityPercent[opacityOf(figure())] = percent;
        refreshSoon();
    });
    for (QLineEdit* edit : {m_title, m_caption})
        connect(edit, &QLineEdit::textChanged, this, &ExportFigureDialog::refreshSoon);
    connect(m_width, &QDoubleSpinBox::valueChanged, this, &ExportFigureDialog::refreshSoon);
    connect(m_dpi, &QSpinBox::valueChanged, this, &ExportFigureDialog::refreshSoon);
}

PaperFigure ExportFigureDialog::figure() const
{
    return static_cast<PaperFigure>(m_figure->currentData().toInt());
}

/// Shows the options of the chosen figure and has its contents made.
void ExportFigureDialog::chooseFigure()
{
    const bool hasMaps = isDifference() || figure() != PaperFigure::Halves;
    m_form->setRowVisible(m_images, !isDifference());
    for (QWidget* option : std::initializer_list<QWidget*>{m_original, m_gridLines})
        m_form->setRowVisible(option, !hasMaps);
    for (QWidget* option : std::initializer_list<QWidget*>{m_opacityRow, m_colorBars})
        m_form->setRowVisible(option, hasMaps);
    m_form->setRowVisible(m_turned, hasMaps && !isDifference());
    m_form->setRowVisible(m_lime, !isDifference() && figure() == PaperFigure::Explanations);
    m_form->setRowVisible(m_halves, !isDifference() && figure() != PaperFigure::Explanations);
    if (hasMaps) {
        const int percent = m_opacityPercent[opacityOf(figure())];
        m_opacity->setValue(percent);
        m_opacityText->setText(tr("%1 %").arg(percent));
    }
    choose();
}

void ExportFigureDialog::choose()
{
    if (!isDifference())
        m_maker->setChoice({figure(), static_cast<HalvesOf>(m_halves->currentData().toInt()),
                            m_images->currentData().toInt() == AllImages});
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
    const QString figure = isDifference() ? u"difference"_s : u"fig%1"_s.arg(m_figure->currentData().toInt());
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
