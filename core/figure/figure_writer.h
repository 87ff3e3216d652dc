// SPDX-License-Identifier: BSD-3-Clause
// Figure pages as PNG, SVG and PDF.
#pragma once

#include "core/base/result.h"
#include "core/figure/figure_page.h"
#include "core/figure/provenance.h"

#include <cstdint>
#include <filesystem>
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

/// Encodes by suffix and writes atomically. Errors of encodeFigure() and figureFormatOf(); Io.
Status writeFigure(const FigurePage& page, const Provenance& provenance, const std::filesystem::path& file);

} // namespace halflens
