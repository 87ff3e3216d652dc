// SPDX-License-Identifier: BSD-3-Clause
// Line icons in the colour of the theme.
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace halflens {

/// The icon resources/icons/NAME.svg with its strokes in `color`, greyed when disabled. Sharp at
/// any scale. Empty for an unknown name.
QIcon themeIcon(const QString& name, const QColor& color);

} // namespace halflens
