// SPDX-License-Identifier: BSD-3-Clause
// What was chosen in the boxes of a form, as JSON, so that a dialog opens as it was left.
#pragma once

#include <QByteArray>

class QWidget;

namespace halflens {

/// Combo boxes (by the data of the choice), check boxes and spin boxes inside `form` that have an object name. Words
/// that were typed belong to one photo and are left out.
QByteArray formState(const QWidget& form);
/// What is missing or does not fit stays as it is; damaged JSON changes nothing.
void restoreForm(QWidget& form, const QByteArray& state);

} // namespace halflens
