// SPDX-License-Identifier: BSD-3-Clause
// Making the options of the export dialog: what can be chosen, and what shows how far the figure is.
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/figure_formats.h"
#include "ui/panels/card.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

namespace halflens {

using namespace Qt::StringLiterals;

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
    m_images->addItem(tr("The shown image"), 0);
    m_images->addItem(tr("All images looked at"), 1);
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
        if (isPaper())
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
        m_opacityPercent[opacityPlace()] = percent;
        refreshSoon();
    });
    for (QLineEdit* edit : {m_title, m_caption})
        connect(edit, &QLineEdit::textChanged, this, &ExportFigureDialog::refreshSoon);
    connect(m_width, &QDoubleSpinBox::valueChanged, this, &ExportFigureDialog::refreshSoon);
    connect(m_dpi, &QSpinBox::valueChanged, this, &ExportFigureDialog::refreshSoon);
}

} // namespace halflens
