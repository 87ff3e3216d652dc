// SPDX-License-Identifier: BSD-3-Clause
// The fast band transform against the definition: extend, sum the Fourier series of each ring cell by cell.
#include "core/measures/band_transform.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <mutex>
#include <numbers>

using namespace halflens;
using namespace halflens::test;

namespace {

/// Band k of `image` at every pixel, by the double sum over the extended image's own DFT.
Field slowBand(const Field& image, Extension extension, double ppd, int band)
{
    const int factor = extension == Extension::Mirror ? 2 : 1;
    const int height = factor * image.height;
    const int width = factor * image.width;
    const auto sample = [&](int y, int x) {
        return image.at(y < image.height ? y : height - 1 - y, x < image.width ? x : width - 1 - x);
    };
    Field result(image.height, image.width);
    for (int ky = 0; ky < height; ++ky) {
        for (int kx = 0; kx < width; ++kx) {
            const double fy = static_cast<double>(std::min(ky, height - ky)) / height;
            const double fx = static_cast<double>(std::min(kx, width - kx)) / width;
            if ((ky == 0 && kx == 0) || bandOf(ppd * std::hypot(fy, fx)) != band)
                continue;
            const auto phase = [&](int y, int x) {
                return 2 * std::numbers::pi
                    * (static_cast<double>(ky) * y / height + static_cast<double>(kx) * x / width);
            };
            Complex coefficient = 0;
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x)
                    coefficient += sample(y, x) * std::polar(1.0, -phase(y, x));
            }
            for (int y = 0; y < image.height; ++y) {
                for (int x = 0; x < image.width; ++x)
                    result.row(y)[static_cast<std::size_t>(x)] +=
                        (coefficient * std::polar(1.0, phase(y, x))).real() / (static_cast<double>(height) * width);
            }
        }
    }
    return result;
}

} // namespace

class TstBandTransform : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithDefinition_data();
    void agreesWithDefinition();
    void bandsAddUp_data();
    void bandsAddUp();
    void storedRangesCoverSamples_data();
    void storedRangesCoverSamples();
    void forwardAndBackward_data();
    void forwardAndBackward();
    void bandStartsAgreeWithBandOf();
};

void TstBandTransform::agreesWithDefinition_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("mirror");
    for (const bool mirror : {false, true}) {
        const char* kind = mirror ? "mirrored" : "periodic";
        QTest::addRow("even %s", kind) << 8 << 10 << mirror;
        QTest::addRow("odd %s", kind) << 7 << 11 << mirror;
        QTest::addRow("mixed %s", kind) << 6 << 9 << mirror;
        QTest::addRow("one row %s", kind) << 1 << 12 << mirror;
        QTest::addRow("one column %s", kind) << 13 << 1 << mirror;
        QTest::addRow("one pixel %s", kind) << 1 << 1 << mirror;
    }
}

void TstBandTransform::agreesWithDefinition()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(bool, mirror);
    const Extension extension = mirror ? Extension::Mirror : Extension::None;
    const Field image = fieldOf(
        height, width, [](int y, int x) { return std::sin(1.7 * y + 0.3) + std::cos(2.3 * x * (y + 1)) - 0.2; });
    const BandTransform transform(image, extension, 100);
    for (int band = 0; band < BandCount; band += 2) {
        const std::array<Field, 2> expected{slowBand(image, extension, 100, band),
                                            slowBand(image, extension, 100, band + 1)};
        std::mutex mutex;
        double largest = 0;
        int columns = 0;
        QVERIFY(transform.bandPair(band, [&](int x, std::span<const Complex> values) {
            const std::scoped_lock lock(mutex);
            ++columns;
            for (int y = 0; y < height; ++y) {
                const Complex value = values[static_cast<std::size_t>(transform.rows().stored(y))];
                largest = std::max({largest, std::abs(value.real() - expected[0].at(y, x)),
                                    std::abs(value.imag() - expected[1].at(y, x))});
            }
        }));
        QCOMPARE(columns, width);
        QVERIFY2(largest < 1e-12, qPrintable(QString::number(largest)));
    }
}

void TstBandTransform::bandsAddUp_data()
{
    QTest::addColumn<bool>("mirror");
    QTest::newRow("mirrored") << true;
    QTest::newRow("periodic") << false;
}

void TstBandTransform::bandsAddUp()
{
    // With few pixels per degree everything lies below 50 cycles per degree: the bands sum to the image.
    QFETCH(bool, mirror);
    const Field image = fieldOf(24, 31, [](int y, int x) { return std::sin(0.9 * y * x + 1); });
    double mean = 0;
    for (const double value : image.values)
        mean += value / static_cast<double>(image.values.size());
    const BandTransform transform(image, mirror ? Extension::Mirror : Extension::None, 60);
    Field sum(24, 31);
    std::mutex mutex;
    for (int band = 0; band < BandCount; band += 2) {
        QVERIFY(transform.bandPair(band, [&](int x, std::span<const Complex> values) {
            const std::scoped_lock lock(mutex);
            for (int y = 0; y < 24; ++y) {
                const Complex value = values[static_cast<std::size_t>(transform.rows().stored(y))];
                sum.row(y)[static_cast<std::size_t>(x)] += value.real() + value.imag();
            }
        }));
    }
    for (std::size_t i = 0; i < sum.values.size(); ++i)
        QVERIFY(std::abs(sum.values[i] + mean - image.values[i]) < 1e-12);
}

void TstBandTransform::storedRangesCoverSamples_data()
{
    QTest::addColumn<int>("length");
    for (const int length : {1, 2, 7, 8, 33})
        QTest::addRow("%d", length) << length;
}

void TstBandTransform::storedRangesCoverSamples()
{
    QFETCH(int, length);
    for (const Extension extension : {Extension::Mirror, Extension::None}) {
        const BandAxis axis(length, extension);
        for (int from = 0; from <= length; ++from) {
            for (int to = from; to <= length; ++to) {
                std::vector<int> hits(static_cast<std::size_t>(length));
                for (const auto& [first, last] : axis.storedRanges(from, to)) {
                    for (int i = first; i < last; ++i)
                        ++hits[static_cast<std::size_t>(i)];
                }
                for (int position = 0; position < length; ++position)
                    QCOMPARE(hits[static_cast<std::size_t>(axis.stored(position))],
                             position >= from && position < to ? 1 : 0);
            }
        }
    }
}

void TstBandTransform::forwardAndBackward_data()
{
    storedRangesCoverSamples_data();
}

void TstBandTransform::forwardAndBackward()
{
    QFETCH(int, length);
    const BandAxis axis(length, Extension::Mirror);
    ComplexBuffer samples(static_cast<std::size_t>(length));
    std::vector<Complex> signal(static_cast<std::size_t>(length));
    for (int n = 0; n < length; ++n) {
        signal[static_cast<std::size_t>(n)] = {std::sin(n + 0.5), std::cos(3.0 * n)};
        samples[static_cast<std::size_t>(axis.stored(n))] = signal[static_cast<std::size_t>(n)];
    }
    ComplexBuffer spectrum(static_cast<std::size_t>(length));
    axis.forward(samples.data(), spectrum.data());
    for (int k = 0; k < length; ++k) {
        Complex expected = 0;
        for (int n = 0; n < length; ++n)
            expected +=
                signal[static_cast<std::size_t>(n)] * std::cos(std::numbers::pi * k * (2 * n + 1) / (2.0 * length));
        QVERIFY(std::abs(spectrum[static_cast<std::size_t>(k)] - expected) < 1e-12 * length);
    }
    axis.backward(spectrum.data(), samples.data());
    for (int n = 0; n < length; ++n) {
        const Complex back = samples[static_cast<std::size_t>(axis.stored(n))] / static_cast<double>(length);
        QVERIFY(std::abs(back - signal[static_cast<std::size_t>(n)]) < 1e-13 * length);
    }
}

void TstBandTransform::bandStartsAgreeWithBandOf()
{
    for (const double fy : {0.0, 0.01, 0.25, 0.5}) {
        const BandStarts starts = bandStarts(fy, 0.5 / 97, 97, 110);
        for (int index = 0; index < 97; ++index) {
            const int band = fy == 0 && index == 0 ? -1 : bandOf(radialCpd(fy, index * 0.5 / 97, 110));
            for (int k = 0; k < BandCount; ++k) {
                const bool inside =
                    index >= starts[static_cast<std::size_t>(k)] && index < starts[static_cast<std::size_t>(k + 1)];
                QCOMPARE(inside, k == band);
            }
        }
    }
}

HALFLENS_TEST(TstBandTransform)
#include "tst_band_transform.moc"
