// SPDX-License-Identifier: BSD-3-Clause
// How provenance is put into each file format, without the dates and random numbers that would
// make two equal figures differ.
#pragma once

#include "core/base/result.h"
#include "core/figure/provenance.h"

#include <QByteArray>

namespace halflens {

inline constexpr char ProvenanceKey[] = "HalfLens"; ///< text chunk of a PNG
inline constexpr char ProvenanceElement[] = "halflens:provenance"; ///< element in SVG metadata and in XMP

inline constexpr char PngSignature[] = "\x89PNG\r\n\x1a\n";

/// The PNG with a text chunk behind its header. `text` is ASCII. The bytes must be a PNG.
QByteArray withPngText(const QByteArray& png, const char* key, const QByteArray& text);
/// Text of the first such chunk before the pixels; empty when there is none. Any bytes may be
/// given: lengths are checked, nothing is unpacked.
QByteArray pngText(const QByteArray& png, const char* key);

/// XMP packet for a PDF: title, keywords, program and the JSON; no dates.
QByteArray xmpPacket(const Provenance& provenance);

/// Replaces the information dictionary of a PDF with classic cross-reference table, as QPdfWriter
/// makes it, by title, keywords and program, and corrects the table. Drops the creation date.
/// Internal: the bytes are not built that way.
Result<QByteArray> withPdfInfo(const QByteArray& pdf, const Provenance& provenance);

/// Titles for placeholders in an SVG, to be replaced by withSvgMetadata().
inline constexpr char SvgTitle[] = "halflens-title";
inline constexpr char SvgDescription[] = "halflens-description";
/// Fills in escaped title and description, adds the metadata element, and names other fonts for
/// readers without DejaVu Sans.
QByteArray withSvgMetadata(QByteArray svg, const Provenance& provenance);

} // namespace halflens
