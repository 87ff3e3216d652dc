// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figure_page.h"

#include "core/figure/figure_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double MmPerInch = 25.4;
constexpr double PointsPerInch = 72;

/// Area averaging where the image shrinks; drawImage() would skip pixels beyond a factor of two.
QImage scaledTo(const QImage& image, QSize size)
{
    if (image.size() == size)
        return image;
    return image.convertToFormat(QImage::Format_RGB32).scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

void paintText(QPainter& painter, const PageText& text)
{
    painter.setFont(figureFont(text.pixelSize, text.bold));
    painter.setPen(QColor::fromRgb(text.color));
    if (!text.vertical) {
        painter.drawText(text.baseline, text.text);
        return;
    }
    painter.save();
    painter.translate(text.baseline);
    painter.rotate(-90);
    painter.drawText(QPointF(), text.text);
    painter.restore();
}

} // namespace

PanelImage::PanelImage(const QImage& image)
    : size(image.size())
{
    if (!image.isNull())
        load = [image]() -> Result<QImage> { return image; };
}

int PageSetup::px(double mm) const
{
    return static_cast<int>(std::lround(mm * dpi / MmPerInch));
}

int PageSetup::pointsToPx(double points) const
{
    return std::max(1, static_cast<int>(std::lround(points * dpi / PointsPerInch)));
}

Status checkPageSetup(const PageSetup& setup)
{
    if (!(setup.widthMm >= 20 && setup.widthMm <= 1000))
        return Error{ErrorCode::InvalidInput,
                     "figure",
                     "the width of a figure must lie between 20 and 1000 mm",
                     "a page column is about 85 mm wide, a page 180 mm",
                     {}};
    if (setup.dpi < 50 || setup.dpi > 1200)
        return Error{ErrorCode::InvalidInput,
                     "figure",
                     "the resolution must lie between 50 and 1200 dpi",
                     "use 300 for print, 150 for a screen",
                     {}};
    return {};
}

Status paintPage(QPainter& painter, const FigurePage& page, bool atFullResolution)
{
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing | QPainter::SmoothPixmapTransform
                           | QPainter::LosslessImageRendering);
    painter.setFont(figureFont(1)); // not the desktop's, which an SVG would name
    painter.fillRect(QRect(0, 0, page.width, page.height), Qt::white);
    for (const PageImage& panel : page.panels) {
        const Result<QImage> image = panel.image.load();
        if (!image)
            return image.error();
        painter.drawImage(panel.rect, atFullResolution ? *image : scaledTo(*image, panel.rect.size()));
    }
    for (const PageBar& bar : page.bars)
        painter.drawImage(bar.rect, bar.image);
    for (const PageRect& rect : page.rects)
        painter.fillRect(rect.rect, QColor::fromRgb(rect.color));
    for (const PageText& text : page.texts)
        paintText(painter, text);
    return {};
}

Result<QImage> renderPage(const FigurePage& page)
{
    QImage image(page.width, page.height, QImage::Format_RGB32);
    if (image.isNull())
        return Error{ErrorCode::OutOfMemory,
                     "figure",
                     "no memory for a figure of " + std::to_string(page.width) + " x " + std::to_string(page.height)
                         + " pixels",
                     "lower the resolution or the width",
                     {}};
    const int dotsPerMetre = static_cast<int>(std::lround(page.dpi * 1000 / MmPerInch));
    image.setDotsPerMeterX(dotsPerMetre);
    image.setDotsPerMeterY(dotsPerMetre);
    QPainter painter(&image);
    if (Status painted = paintPage(painter, page, false); !painted)
        return std::move(painted).error();
    painter.end();
    return image;
}

} // namespace halflens
