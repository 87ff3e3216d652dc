// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figure_text.h"

#include <QFontMetricsF>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr char16_t Minus = 0x2212;

/// Line and paragraph separators, and marks that turn the direction of the text around them:
/// a file name must not rearrange a caption.
bool breaksLayout(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x2028 || c == 0x2029 || c == 0x200e
        || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/// Longest beginning of `word` that fits, at least one character.
qsizetype fittingPart(const QString& word, int pixelSize, bool bold, double maxWidth)
{
    qsizetype fits = 1;
    for (qsizetype length = 2; length <= word.size(); ++length) {
        if (textWidth(word.left(length), pixelSize, bold) > maxWidth)
            break;
        fits = length;
    }
    // A surrogate pair stays whole.
    return fits < word.size() && word.at(fits - 1).isHighSurrogate() ? fits + 1 : fits;
}

} // namespace

QFont figureFont(int pixelSize, bool bold)
{
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setStyleHint(QFont::SansSerif,
                      static_cast<QFont::StyleStrategy>(QFont::PreferAntialias | QFont::NoSubpixelAntialias));
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setPixelSize(std::max(pixelSize, 1));
    font.setBold(bold);
    return font;
}

double textWidth(const QString& text, int pixelSize, bool bold)
{
    return QFontMetricsF(figureFont(pixelSize, bold)).horizontalAdvance(text);
}

double textWidth(const TextLine& line, int pixelSize)
{
    double width = 0;
    for (const TextRun& run : line)
        width += textWidth(run.text, pixelSize, run.bold);
    return width;
}

double fixedWidth(const TextLine& line, int pixelSize)
{
    double width = 0;
    for (const TextRun& run : line)
        width += run.elide ? 0 : textWidth(run.text, pixelSize, run.bold);
    return width;
}

TextLine fitted(TextLine line, int pixelSize, double maxWidth)
{
    for (const bool elidable : {true, false}) {
        for (auto run = line.rbegin(); run != line.rend(); ++run) {
            const double excess = textWidth(line, pixelSize) - maxWidth;
            if (excess <= 0)
                return line;
            if (run->elide != elidable)
                continue;
            const double room = std::max(0.0, textWidth(run->text, pixelSize, run->bold) - excess);
            run->text = QFontMetricsF(figureFont(pixelSize, run->bold))
                            .elidedText(run->text, elidable ? Qt::ElideMiddle : Qt::ElideRight, room);
        }
    }
    return line;
}

std::vector<TextLine> broken(const std::vector<TextLine>& lines)
{
    std::vector<TextLine> result;
    for (const TextLine& line : lines) {
        result.emplace_back();
        for (TextRun run : line) {
            if (run.mayBreak && !result.back().empty()) {
                result.back().back().text = result.back().back().text.trimmed();
                run.text = run.text.trimmed();
                result.emplace_back();
            }
            result.back().push_back(std::move(run));
        }
    }
    return result;
}

int lineHeight(int pixelSize)
{
    return static_cast<int>(std::ceil(QFontMetricsF(figureFont(pixelSize)).height()));
}

int ascent(int pixelSize)
{
    return static_cast<int>(std::ceil(QFontMetricsF(figureFont(pixelSize)).ascent()));
}

QStringList wrapped(const QString& text, int pixelSize, bool bold, double maxWidth)
{
    QStringList lines;
    QString line;
    for (QString word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const QString longer = line.isEmpty() ? word : line + QLatin1Char(' ') + word;
        if (textWidth(longer, pixelSize, bold) <= maxWidth) {
            line = longer;
            continue;
        }
        if (!line.isEmpty())
            lines.append(line);
        while (textWidth(word, pixelSize, bold) > maxWidth && word.size() > 1) {
            const qsizetype part = fittingPart(word, pixelSize, bold, maxWidth);
            lines.append(word.left(part));
            word.remove(0, part);
        }
        line = word;
    }
    if (!line.isEmpty())
        lines.append(line);
    return lines;
}

QString cleanText(const std::string& utf8)
{
    return cleanText(QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())));
}

QString cleanText(QString text)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c.isHighSurrogate() && i + 1 < text.size() && text.at(i + 1).isLowSurrogate())
            ++i;
        else if (c.isSurrogate() || c.unicode() >= 0xfffe)
            text[i] = QChar::ReplacementCharacter;
        else if (breaksLayout(c.unicode()))
            text[i] = QLatin1Char(' ');
    }
    return text;
}

QString formatNumber(double value, int decimals)
{
    if (!std::isfinite(value))
        return QStringLiteral("n/a");
    QString text = QLocale::c().toString(std::abs(value), 'f', decimals);
    text.remove(QLatin1Char(','));
    const bool isZero = std::all_of(text.begin(), text.end(), [](QChar c) { return c == u'0' || c == u'.'; });
    return value < 0 && !isZero ? QChar(Minus) + text : text;
}

QString formatChange(double value, int decimals)
{
    const QString text = formatNumber(value, decimals);
    const bool isPositive = std::isfinite(value) && value > 0 && text != formatNumber(0, decimals);
    return isPositive ? QLatin1Char('+') + text : text;
}

} // namespace halflens
