// SPDX-License-Identifier: BSD-3-Clause
// Figure pages, and whatever else is painted, as PNG, SVG and PDF.
#pragma once

#include "core/base/result.h"
#include "core/figure/figure_page.h"
#include "core/figure/provenance.h"

#include <QSize>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace halflens {

enum class FigureFormat { Png, Svg, Pdf };

/// By suffix, upper or lower case. Unsupported: another suffix or none.
Result<FigureFormat> figureFormatOf(const std::filesystem::path& file);

/// The finished file. Equal pages and provenance give equal bytes: no dates, no random numbers.
/// SVG and PDF hold the images at full resolution, without loss, and text as text. Needs a
/// QGuiApplication, any platform. Errors: those of the images, OutOfMemory, Internal.
Result<std::vector<std::uint8_t>> encodeFigure(const FigurePage& page, const Provenance& provenance,
                                               FigureFormat format);

/// Something that paints itself in units of its own.
struct Painting {
    QSize size; ///< units
    double unitsPerInch = 96;
    double pixelsPerUnit = 1; ///< of a PNG
    std::function<Status(QPainter&, FigureFormat)> paint; ///< any thread
};
/// The same for a painting: lines and text stay such in SVG and PDF as far as it draws them.
Result<std::vector<std::uint8_t>> encodePainting(const Painting& painting, const Provenance& provenance,
                                                 FigureFormat format);

/// Encodes by suffix and writes atomically. Errors of encodePainting() and figureFormatOf(); Io.
Status writePainting(const Painting& painting, const Provenance& provenance, const std::filesystem::path& file);
/// The same of a page. Errors of encodeFigure().
Status writeFigure(const FigurePage& page, const Provenance& provenance, const std::filesystem::path& file);

} // namespace halflens
