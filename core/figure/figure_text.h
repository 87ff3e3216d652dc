// SPDX-License-Identifier: BSD-3-Clause
// Type for figures: one sans family, measured without hinting so that lines break alike at every
// resolution, and the spelling of numbers.
#pragma once

#include <QFont>
#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace halflens {

/// DejaVu Sans of this height in page pixels, grey antialiasing only: the look does not depend
/// on the display's settings. Needs a QGuiApplication, as everything below does.
QFont figureFont(int pixelSize, bool bold = false);

/// A piece of a line in one weight and tone.
struct TextRun {
    QString text;
    bool bold = false;
    bool muted = false; ///< grey instead of black
    bool elide = false; ///< may lose its middle when the line is too wide
    bool mayBreak = false; ///< may start a line of its own when the line is too wide
};
using TextLine = std::vector<TextRun>;

/// Advance of a line or run in page pixels.
double textWidth(const QString& text, int pixelSize, bool bold = false);
double textWidth(const TextLine& line, int pixelSize);
/// Width without the runs that may be elided.
double fixedWidth(const TextLine& line, int pixelSize);

/// The line in at most `maxWidth`: elidable runs first lose their middle, then all others their end.
TextLine fitted(TextLine line, int pixelSize, double maxWidth);

/// The lines with a break before every run that allows one; blanks around a break are dropped.
std::vector<TextLine> broken(const std::vector<TextLine>& lines);

/// Distance of base lines, and of the base line from the top of a line, in whole page pixels.
int lineHeight(int pixelSize);
int ascent(int pixelSize);

/// Lines of at most `maxWidth`, broken at blanks, or inside a word that fills a line by itself.
QStringList wrapped(const QString& text, int pixelSize, bool bold, double maxWidth);

/// Text fit for a figure and for XML: controls and direction overrides become blanks, invalid
/// UTF-8 and lone surrogates the replacement character.
QString cleanText(const std::string& utf8);
QString cleanText(QString text);

/// Fixed decimals with a real minus sign; never "-0.00". "n/a" for what is no finite number.
QString formatNumber(double value, int decimals);
/// The same with a plus sign before values above zero.
QString formatChange(double value, int decimals);

} // namespace halflens
