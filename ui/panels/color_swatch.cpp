// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/color_swatch.h"

#include <QCoreApplication>
#include <QPixmap>

#include <algorithm>

namespace halflens {

QIcon colorSwatch(ColorMap map, QSize size, double devicePixelRatio)
{
    QImage picture(size * devicePixelRatio, QImage::Format_RGB32);
    for (int x = 0; x < picture.width(); ++x) {
        const QRgb color = colorOf(static_cast<double>(x) / std::max(1, picture.width() - 1), map, {0, 1});
        for (int y = 0; y < picture.height(); ++y)
            picture.setPixel(x, y, color);
    }
    QPixmap pixmap = QPixmap::fromImage(picture);
    pixmap.setDevicePixelRatio(devicePixelRatio);
    return {pixmap};
}

QString colorMapLabel(ColorMap map)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("ColorMap", text); };
    switch (map) {
    case ColorMap::Viridis:
        return tr("Viridis");
    case ColorMap::Magma:
        return tr("Magma");
    case ColorMap::Inferno:
        return tr("Inferno");
    case ColorMap::Cividis:
        return tr("Cividis");
    case ColorMap::BlueRed:
        return tr("Blue to red");
    }
    return {};
}

} // namespace halflens
