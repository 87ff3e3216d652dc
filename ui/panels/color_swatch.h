// SPDX-License-Identifier: BSD-3-Clause
// Small pictures and names of colour maps for choosers.
#pragma once

#include "core/figure/color_map.h"

#include <QIcon>
#include <QSize>
#include <QString>

namespace halflens {

QIcon colorSwatch(ColorMap map, QSize size, double devicePixelRatio);
QString colorMapLabel(ColorMap map);

} // namespace halflens
