// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/export_figure_dialog.h"

#include "core/figure/figure_writer.h"
#include "core/figure/figures.h"
#include "ui/dialogs/figure_preview.h"
#include "ui/panels/card.h"
#include "ui/state/text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int RefreshDelayMs = 60;
constexpr std::uint64_t NoDocument = 0; ///< documents count from 1
enum ImageChoice { ShownImage, AllImages };

} // namespace

ExportFigureDialog::ExportFigureDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_preview(new FigurePreview(this))
{
    setWindowTitle(tr("Export figure"));
    setObjectName(u"exportFigureDialog"_s);
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(RefreshDelayMs);
    connect(&m_refresh, &QTimer::timeout, this, &ExportFigureDialog::refresh);
    connect(m_preview, &FigurePreview::resized, this, &ExportFigureDialog::refreshSoon);
    connect(&workspace, &Workspace::currentChanged, this, &ExportFigureDialog::refreshSoon);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_preview, 1);
    layout->addWidget(makeOptions());
    resize(980, 600);
    refresh();
}

QWidget* ExportFigureDialog::makeOptions()
{
    auto* panel = new QWidget(this);
    panel->setFixedWidth(320);
    m_images = new QComboBox(panel);
    m_images->addItem(tr("The shown image"), ShownImage);
    m_images->addItem(tr("All images looked at"), AllImages);
    m_original = new QCheckBox(tr("First row with the whole images"), panel);
    m_gridLines = new QCheckBox(tr("Lines between the blocks"), panel);
    m_title = new QLineEdit(panel);
    m_caption = new QLineEdit(panel);
    m_width = new QDoubleSpinBox(panel);
    m_width->setRange(20, 1000);
    m_width->setDecimals(0);
    m_width->setValue(180);
    m_width->setSuffix(tr(" mm"));
    m_dpi = new QSpinBox(panel);
    m_dpi->setRange(50, 1200);
    m_dpi->setValue(300);
    m_dpi->setSuffix(tr(" dpi"));
    m_size = mutedLabel(panel);
    m_size->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, panel);
    m_export = buttons->addButton(tr("Export…"), QDialogButtonBox::AcceptRole);
    m_export->setObjectName(u"exportButton"_s);
    m_export->setDefault(true);

    auto* form = new QFormLayout;
    form->setVerticalSpacing(10);
    form->addRow(tr("&Columns"), m_images);
    form->addRow(QString(), m_original);
    form->addRow(QString(), m_gridLines);
    form->addRow(tr("&Title"), m_title);
    form->addRow(tr("C&aption"), m_caption);
    form->addRow(tr("&Width"), m_width);
    form->addRow(tr("&Resolution"), m_dpi);
    form->addRow(QString(), m_size);
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(18, 18, 18, 14);
    layout->addLayout(form);
    layout->addStretch();
    layout->addWidget(buttons);

    connect(m_images, &QComboBox::currentIndexChanged, this, &ExportFigureDialog::refreshSoon);
    for (QCheckBox* box : {m_original, m_gridLines})
        connect(box, &QCheckBox::toggled, this, &ExportFigureDialog::refreshSoon);
    for (QLineEdit* edit : {m_title, m_caption})
        connect(edit, &QLineEdit::textChanged, this, &ExportFigureDialog::refreshSoon);
    connect(m_width, &QDoubleSpinBox::valueChanged, this, &ExportFigureDialog::refreshSoon);
    connect(m_dpi, &QSpinBox::valueChanged, this, &ExportFigureDialog::refreshSoon);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(m_export, &QPushButton::clicked, this, &ExportFigureDialog::chooseAndExport);
    return panel;
}

namespace {

/// How blocks were hidden; an estimate says that it is one.
std::string methodOf(const std::vector<Document*>& columns)
{
    if (columns.front()->analysis()->model.masksAttention)
        return "attention mask";
    int fewest = MaskCount;
    for (const Document* document : columns)
        fewest = std::min(fewest, document->analysis()->table->samples);
    return fewest == MaskCount ? "pixels set to zero"
                               : "pixels set to zero, estimated from " + std::to_string(fewest) + " of 4096 masks";
}

} // namespace

std::vector<Document*> ExportFigureDialog::columns() const
{
    std::vector<Document*> columns;
    const bool onlyShown = m_images->currentData().toInt() == ShownImage;
    for (int index = 0; index < m_workspace.count(); ++index) {
        Document* document = m_workspace.at(index);
        const bool isKnown = document->analysis() && document->analysis()->report && m_workspace.imageOf(*document);
        const bool isOfThisModel = isKnown && toQt(document->analysis()->model.id) == m_workspace.modelId();
        if (isOfThisModel && (!onlyShown || document == m_workspace.current()))
            columns.push_back(document);
    }
    return columns;
}

Provenance ExportFigureDialog::provenance() const
{
    Provenance provenance;
    provenance.figure = "2";
    provenance.title = m_title->text().toStdString();
    const std::vector<Document*> shown = columns();
    const bool isZeroed = !shown.empty() && !shown.front()->analysis()->model.masksAttention;
    provenance.by = isZeroed ? "zero" : "attention";
    if (isZeroed)
        provenance.fill = "zero";
    provenance.indicator = toString(m_workspace.options().indicator);
    for (const Document* document : columns()) {
        const Analysis& analysis = *document->analysis();
        provenance.models = {{analysis.model.id, analysis.model.weightsHash}};
        provenance.sources.push_back(
            {document->title().toStdString(),
             analysis.imageHash,
             {{"important", analysis.report->important}, {"trivial", analysis.report->trivial}}});
    }
    return provenance;
}

Result<FigurePage> ExportFigureDialog::page(std::optional<int> dpi) const
{
    Figure2 figure;
    for (const Document* document : columns()) {
        const Analysis& analysis = *document->analysis();
        const BlockReport& report = *analysis.report;
        figure.columns.push_back({m_workspace.imageOf(*document), document->title().toStdString(), report.important,
                                  analysis.table->score(BlockMask()), analysis.table->score(report.important),
                                  analysis.table->score(report.trivial)});
        figure.model = analysis.model.id;
        figure.scaleLow = analysis.model.scale.low;
        figure.scaleHigh = analysis.model.scale.high;
    }
    if (figure.columns.empty())
        return Error{ErrorCode::InvalidInput,
                     "figure",
                     "there is no image with results yet",
                     "open an image and wait for its blocks",
                     {}};
    figure.method = methodOf(columns());
    figure.original = m_original->isChecked();
    figure.gridLines = m_gridLines->isChecked();
    figure.title = m_title->text().toStdString();
    figure.caption = m_caption->text().toStdString();
    const Result<PanelGrid> grid = figure2(figure);
    if (!grid)
        return grid.error();
    return layOut(*grid, {m_width->value(), dpi.value_or(m_dpi->value())});
}

void ExportFigureDialog::refresh()
{
    const Result<FigurePage> full = page();
    m_export->setEnabled(full.has_value());
    if (!full) {
        m_size->clear();
        m_preview->setMessage(toQt(full.error().reason));
        return;
    }
    m_size->setText(tr("%1 × %2 pixels").arg(full->width).arg(full->height));
    // The page laid out for the room there is, so that type is as sharp as on paper.
    const double inches = m_width->value() / 25.4;
    const double room =
        std::min<double>(m_preview->width(), m_preview->height() * static_cast<double>(full->width) / full->height);
    const int dpi = std::clamp(static_cast<int>(room * devicePixelRatioF() / inches), 50, m_dpi->value());
    Result<FigurePage> preview = page(dpi);
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

void ExportFigureDialog::exportTo(const QString& path)
{
    Result<FigurePage> full = page();
    if (!full) {
        Q_EMIT m_workspace.failed(std::move(full).error().withFile(path.toStdString()));
        return;
    }
    m_workspace.engine().submit(
        {{NoDocument, Stage::Export},
         Lane::Interactive,
         {},
         [page = *std::move(full), provenance = provenance(), path](const JobContext& context) -> Outcome {
             context.report(-1, "Writing the figure");
             if (Status written = writeFigure(page, provenance, toPath(path)); !written)
                 return std::move(written).error().withFile(path.toStdString());
             return Artifact();
         }},
        {[&workspace = m_workspace, path](const Outcome& outcome) {
             if (outcome)
                 Q_EMIT workspace.exported(path);
             else
                 Q_EMIT workspace.failed(outcome.error());
         },
         {}});
}

void ExportFigureDialog::chooseAndExport()
{
    const QString filters = tr("PNG image (*.png);;SVG drawing (*.svg);;PDF document (*.pdf)");
    QString selected;
    QString path = QFileDialog::getSaveFileName(this, tr("Export figure"), tr("figure.png"), filters, &selected);
    if (path.isEmpty())
        return;
    if (!figureFormatOf(toPath(path)))
        path += selected.contains("*.svg"_L1) ? ".svg"_L1 : selected.contains("*.pdf"_L1) ? ".pdf"_L1 : ".png"_L1;
    exportTo(path);
    close();
}

} // namespace halflens
