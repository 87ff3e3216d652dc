// SPDX-License-Identifier: BSD-3-Clause
// Comparison of a rendered image with a stored one: few pixels beyond a small step, none beyond
// the hard limit.
#pragma once

#include <QImage>
#include <QString>

#include <algorithm>
#include <cstdlib>

namespace halflens::test {

struct ImageTolerance {
    int smallStep = 4; ///< largest channel difference that is no difference
    double fewPixels = 0.002; ///< share of pixels that may lie beyond it
    int hardLimit = 48; ///< no channel of any pixel may differ by more
};

/// Empty when `actual` is close enough to `expected`, else what is wrong. `diff` gets the
/// differences, amplified: red above the hard limit, else grey.
inline QString imageProblem(const QImage& actual, const QImage& expected, const ImageTolerance& tolerance,
                            QImage* diff = nullptr)
{
    if (actual.size() != expected.size())
        return QStringLiteral("size %1 x %2 instead of %3 x %4")
            .arg(actual.width())
            .arg(actual.height())
            .arg(expected.width())
            .arg(expected.height());
    const QImage a = actual.convertToFormat(QImage::Format_RGB32);
    const QImage b = expected.convertToFormat(QImage::Format_RGB32);
    QImage shown(a.size(), QImage::Format_RGB32);
    qint64 beyondStep = 0, beyondLimit = 0;
    int largest = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
            const int difference =
                std::max({std::abs(qRed(p) - qRed(q)), std::abs(qGreen(p) - qGreen(q)), std::abs(qBlue(p) - qBlue(q))});
            largest = std::max(largest, difference);
            beyondStep += difference > tolerance.smallStep ? 1 : 0;
            beyondLimit += difference > tolerance.hardLimit ? 1 : 0;
            const int grey = std::min(255, 8 * difference);
            shown.setPixel(x, y, difference > tolerance.hardLimit ? qRgb(255, 0, 0) : qRgb(grey, grey, grey));
        }
    }
    if (diff != nullptr)
        *diff = shown;
    const double allowed = tolerance.fewPixels * a.width() * a.height();
    if (beyondLimit == 0 && static_cast<double>(beyondStep) <= allowed)
        return {};
    return QStringLiteral("%1 pixels beyond %2 (allowed %3), %4 beyond %5 (allowed 0), largest difference %6")
        .arg(beyondStep)
        .arg(tolerance.smallStep)
        .arg(allowed, 0, 'f', 0)
        .arg(beyondLimit)
        .arg(tolerance.hardLimit)
        .arg(largest);
}

} // namespace halflens::test
