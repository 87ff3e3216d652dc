// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/form_state.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSpinBox>

namespace halflens {

namespace {

template<class T, class F> void forEachNamed(const QWidget& form, F use)
{
    const QList<T*> boxes = form.findChildren<T*>();
    for (T* box : boxes) {
        if (!box->objectName().isEmpty() && !box->objectName().startsWith(QStringLiteral("qt_")))
            use(*box);
    }
}

} // namespace

QByteArray formState(const QWidget& form)
{
    QJsonObject state;
    forEachNamed<QComboBox>(form, [&](const QComboBox& box) { state[box.objectName()] = box.currentData().toInt(); });
    forEachNamed<QCheckBox>(form, [&](const QCheckBox& box) { state[box.objectName()] = box.isChecked(); });
    forEachNamed<QSpinBox>(form, [&](const QSpinBox& box) { state[box.objectName()] = box.value(); });
    forEachNamed<QDoubleSpinBox>(form, [&](const QDoubleSpinBox& box) { state[box.objectName()] = box.value(); });
    return QJsonDocument(state).toJson(QJsonDocument::Compact);
}

void restoreForm(QWidget& form, const QByteArray& json)
{
    const QJsonObject state = QJsonDocument::fromJson(json).object();
    forEachNamed<QComboBox>(form, [&](QComboBox& box) {
        if (const int index = box.findData(state[box.objectName()].toInt(-1)); index >= 0)
            box.setCurrentIndex(index);
    });
    forEachNamed<QCheckBox>(form,
                            [&](QCheckBox& box) { box.setChecked(state[box.objectName()].toBool(box.isChecked())); });
    forEachNamed<QSpinBox>(form, [&](QSpinBox& box) { box.setValue(state[box.objectName()].toInt(box.value())); });
    forEachNamed<QDoubleSpinBox>(
        form, [&](QDoubleSpinBox& box) { box.setValue(state[box.objectName()].toDouble(box.value())); });
}

} // namespace halflens
