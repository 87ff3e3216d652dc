// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/preferences_dialog.h"

#include "ui/panels/card.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace halflens {

PreferencesDialog::PreferencesDialog(Settings& settings, QWidget* parent)
    : QDialog(parent)
    , m_settings(settings)
{
    setWindowTitle(tr("Preferences"));
    setObjectName(QStringLiteral("preferencesDialog"));
    auto* form = new QFormLayout;
    form->setVerticalSpacing(4);
    form->setHorizontalSpacing(18);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    for (const SettingSpec& spec : Settings::table()) {
        if (spec.label.isEmpty())
            continue;
        QWidget* editor = editorFor(spec);
        editor->setObjectName(spec.key);
        editor->setAccessibleName(spec.label);
        editor->setAccessibleDescription(spec.help);
        auto* help = mutedLabel(this);
        help->setText(spec.help);
        help->setWordWrap(true);
        help->setContentsMargins(0, 0, 0, 10);
        help->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::MinimumExpanding);
        editor->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        // Rows of their own: a form gives wrapped labels their height, a nested layout does not.
        form->addRow(spec.label, editor);
        form->addRow(QString(), help);
    }
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close | QDialogButtonBox::RestoreDefaults, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this, [this] {
        for (const SettingSpec& spec : Settings::table()) {
            if (!spec.label.isEmpty())
                m_settings.reset(spec.key);
        }
    });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 20, 20, 14);
    layout->setSpacing(18);
    layout->addLayout(form);
    layout->addStretch();
    layout->addWidget(buttons);
    resize(540, layout->hasHeightForWidth() ? layout->heightForWidth(540) : sizeHint().height());
}

void PreferencesDialog::showSetting(const QString& key)
{
    auto* editor = findChild<QWidget*>(key);
    editor->setFocus(Qt::ShortcutFocusReason); // with its frame, as the keyboard leaves it
    if (auto* box = qobject_cast<QAbstractSpinBox*>(editor))
        box->selectAll();
}

QWidget* PreferencesDialog::editorFor(const SettingSpec& spec)
{
    const QString key = spec.key;
    const auto follow = [this, key](QWidget* editor, auto show) {
        show();
        connect(&m_settings, &Settings::changed, editor, [key, show](const QString& changed) {
            if (changed == key)
                show();
        });
    };
    if (!spec.choices.isEmpty()) {
        auto* box = new QComboBox(this);
        for (qsizetype i = 0; i < spec.choices.size(); ++i)
            box->addItem(spec.choiceLabels.at(i), spec.choices.at(i));
        follow(box, [this, box, key] { box->setCurrentIndex(box->findData(m_settings.word(key))); });
        connect(box, &QComboBox::activated, this, [this, box, key] { m_settings.setValue(key, box->currentData()); });
        return box;
    }
    if (spec.fallback.typeId() == QMetaType::Bool) {
        auto* box = new QCheckBox(this);
        follow(box, [this, box, key] { box->setChecked(m_settings.flag(key)); });
        connect(box, &QCheckBox::toggled, this, [this, key](bool on) { m_settings.setValue(key, on); });
        return box;
    }
    if (spec.fallback.typeId() == QMetaType::Int) {
        auto* box = new QSpinBox(this);
        box->setRange(spec.minimum.toInt(), spec.maximum.toInt());
        box->setSingleStep(64);
        follow(box, [this, box, key] { box->setValue(m_settings.value(key).toInt()); });
        connect(box, &QSpinBox::valueChanged, this, [this, key](int value) { m_settings.setValue(key, value); });
        return box;
    }
    auto* box = new QDoubleSpinBox(this);
    box->setRange(spec.minimum.toDouble(), spec.maximum.toDouble());
    box->setSingleStep(0.05);
    follow(box, [this, box, key] { box->setValue(m_settings.number(key)); });
    connect(box, &QDoubleSpinBox::valueChanged, this, [this, key](double value) { m_settings.setValue(key, value); });
    return box;
}

} // namespace halflens
