// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/layers_panel.h"

#include "ui/panels/card.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QSlider>

namespace halflens {

LayersPanel::LayersPanel(Settings& settings, QWidget* parent)
    : QWidget(parent)
    , m_settings(settings)
{
    auto* form = new QFormLayout(this);
    form->setContentsMargins(10, 10, 10, 10);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->addRow(tr("&Overlay"), addChoice(setting::Overlay, QStringLiteral("overlay")));

    auto* slider = new QSlider(Qt::Horizontal, this);
    const SettingSpec& opacity = Settings::spec(setting::OverlayOpacity);
    slider->setRange(opacity.minimum.toInt(), opacity.maximum.toInt());
    slider->setObjectName(QStringLiteral("opacity"));
    slider->setAccessibleName(tr("Opacity of the overlay in percent"));
    auto* value = mutedLabel(this);
    value->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("100 %")));
    value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    const auto show = [this, slider, value] {
        slider->setValue(m_settings.value(setting::OverlayOpacity).toInt());
        value->setText(tr("%1 %").arg(slider->value()));
        slider->setEnabled(m_settings.word(setting::Overlay) != QLatin1String("none"));
    };
    show();
    connect(slider, &QSlider::valueChanged, this,
            [this](int percent) { m_settings.setValue(setting::OverlayOpacity, percent); });
    connect(&settings, &Settings::changed, this, show);
    auto* row = new QHBoxLayout;
    row->addWidget(slider, 1);
    row->addWidget(value);
    auto* label = new QLabel(tr("O&pacity"), this);
    label->setBuddy(slider);
    form->addRow(label, row);

    form->addRow(tr("&Colours"), addChoice(setting::ColorMap, QStringLiteral("colorMap")));
    form->addRow(tr("&Hidden"), addChoice(setting::HiddenStyle, QStringLiteral("hiddenStyle")));
    auto* flags = new QHBoxLayout;
    flags->addWidget(addFlag(setting::Grid, tr("&Grid")));
    flags->addWidget(addFlag(setting::Numbers, tr("&Numbers")));
    flags->addStretch();
    form->addRow(QString(), flags);
}

QComboBox* LayersPanel::addChoice(const QString& key, const QString& objectName)
{
    auto* box = new QComboBox(this);
    box->setObjectName(objectName);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(12);
    const SettingSpec& spec = Settings::spec(key);
    box->setToolTip(spec.help);
    for (qsizetype i = 0; i < spec.choices.size(); ++i)
        box->addItem(spec.choiceLabels.at(i), spec.choices.at(i));
    const auto show = [this, box, key] { box->setCurrentIndex(box->findData(m_settings.word(key))); };
    show();
    connect(box, &QComboBox::activated, this, [this, box, key] { m_settings.setValue(key, box->currentData()); });
    connect(&m_settings, &Settings::changed, box, show);
    return box;
}

QCheckBox* LayersPanel::addFlag(const QString& key, const QString& text)
{
    auto* box = new QCheckBox(text, this);
    box->setChecked(m_settings.flag(key));
    connect(box, &QCheckBox::toggled, this, [this, key](bool on) { m_settings.setValue(key, on); });
    connect(&m_settings, &Settings::changed, box, [this, box, key] { box->setChecked(m_settings.flag(key)); });
    return box;
}

} // namespace halflens
