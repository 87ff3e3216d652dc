// SPDX-License-Identifier: BSD-3-Clause
// Comparison of a picture of a window with a stored one. Other versions of Qt and of the font engine move letters and
// edges by a pixel or so, which is no difference; a part that is missing or in the wrong place, and a colour that is
// another, are.
#pragma once

#include <QHash>
#include <QImage>
#include <QString>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace halflens::test {

struct LayoutTolerance {
    int cellPx = 16; ///< pictures are compared by the mean colours of squares of this size
    int smallStep = 28; ///< largest channel difference of two means that is no difference
    double fewCells = 0.03; ///< share of squares that may lie beyond it
    int neighbourhood = 8; ///< squares: in none as wide and high may more than fewBeside lie beyond it
    double fewBeside = 0.25;
    double flatShare = 0.004; ///< a colour that covers as much of the stored picture is one of the theme's
    int flatStep = 2; ///< largest channel difference within one such colour
    double flatChange = 0.4; ///< by how much the area of such a colour may change, relative to it
    double sizeChange = 0.04; ///< of width and height: they follow the font's
};

namespace detail {

inline int farthest(QRgb a, QRgb b)
{
    return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
}

inline QHash<QRgb, int> coloursOf(const QImage& image)
{
    QHash<QRgb, int> counts;
    for (int y = 0; y < image.height(); ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = 0; x < image.width(); ++x)
            ++counts[line[x] | 0xff000000U];
    }
    return counts;
}

/// Share of the picture that has this colour, or nearly.
inline double shareOf(QRgb colour, const QHash<QRgb, int>& counts, int step, const QImage& image)
{
    qint64 count = 0;
    for (auto it = counts.cbegin(); it != counts.cend(); ++it)
        count += farthest(it.key(), colour) <= step ? it.value() : 0;
    return static_cast<double>(count) / (static_cast<double>(image.width()) * image.height());
}

} // namespace detail

/// Empty when the pictures show the same, else what is wrong. `diff` gets the differences of the squares, amplified:
/// red beyond the small step, else grey.
inline QString layoutProblem(const QImage& actual, const QImage& expected, const LayoutTolerance& tolerance,
                             QImage* diff = nullptr)
{
    const auto far = [&](int a, int b) { return std::abs(a - b) > tolerance.sizeChange * b; };
    if (actual.isNull() || expected.isNull() || far(actual.width(), expected.width())
        || far(actual.height(), expected.height()))
        return QStringLiteral("size %1 x %2 instead of %3 x %4")
            .arg(actual.width())
            .arg(actual.height())
            .arg(expected.width())
            .arg(expected.height());
    const QSize cells = (expected.size() / tolerance.cellPx).expandedTo({1, 1});
    const auto means = [&](const QImage& image) {
        return image.convertToFormat(QImage::Format_RGB32)
            .scaled(cells, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
            .convertToFormat(QImage::Format_RGB32);
    };
    const QImage a = means(actual);
    const QImage b = means(expected);
    QImage shown(cells, QImage::Format_RGB32);
    int beyond = 0;
    int largest = 0;
    for (int y = 0; y < cells.height(); ++y) {
        for (int x = 0; x < cells.width(); ++x) {
            const int difference = detail::farthest(a.pixel(x, y), b.pixel(x, y));
            largest = std::max(largest, difference);
            beyond += difference > tolerance.smallStep ? 1 : 0;
            const int grey = std::min(255, 4 * difference);
            shown.setPixel(x, y, difference > tolerance.smallStep ? qRgb(255, 0, 0) : qRgb(grey, grey, grey));
        }
    }
    if (diff != nullptr)
        *diff = shown.scaled(cells * 8);
    const int side = std::min({tolerance.neighbourhood, cells.width(), cells.height()});
    int crowd = 0;
    for (int top = 0; top + side <= cells.height(); ++top) {
        for (int left = 0; left + side <= cells.width(); ++left) {
            int count = 0;
            for (int y = top; y < top + side; ++y) {
                for (int x = left; x < left + side; ++x)
                    count += shown.pixel(x, y) == qRgb(255, 0, 0) ? 1 : 0;
            }
            crowd = std::max(crowd, count);
        }
    }
    const double allowed = tolerance.fewCells * cells.width() * cells.height();
    if (beyond > allowed || crowd > tolerance.fewBeside * side * side)
        return QStringLiteral(
                   "%1 of %2 squares of %3 pixels differ by more than %4 (allowed %5), the most by %6; %7 of "
                   "them stand together (allowed %8)")
            .arg(beyond)
            .arg(cells.width() * cells.height())
            .arg(tolerance.cellPx)
            .arg(tolerance.smallStep)
            .arg(allowed, 0, 'f', 0)
            .arg(largest)
            .arg(crowd)
            .arg(tolerance.fewBeside * side * side, 0, 'f', 0);

    const QHash<QRgb, int> is = detail::coloursOf(actual.convertToFormat(QImage::Format_RGB32));
    const QHash<QRgb, int> was = detail::coloursOf(expected.convertToFormat(QImage::Format_RGB32));
    const double pixels = static_cast<double>(expected.width()) * expected.height();
    for (auto it = was.cbegin(); it != was.cend(); ++it) {
        if (it.value() < tolerance.flatShare * pixels)
            continue;
        const double before = detail::shareOf(it.key(), was, tolerance.flatStep, expected);
        const double now = detail::shareOf(it.key(), is, tolerance.flatStep, actual);
        if (std::abs(now - before) > tolerance.flatChange * before)
            return QStringLiteral("the colour #%1 covers %2 % of the picture instead of %3 %")
                .arg(it.key() & 0xffffffU, 6, 16, QLatin1Char('0'))
                .arg(100 * now, 0, 'f', 2)
                .arg(100 * before, 0, 'f', 2);
    }
    return {};
}

} // namespace halflens::test
