// SPDX-License-Identifier: BSD-3-Clause
// Spatial frequency: the test vectors of spec measures 2.2 to 2.5, the reference maps, odd shapes.
#include "core/base/parallel.h"
#include "core/image/decode.h"
#include "core/measures/blocks.h"
#include "core/measures/frequency.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <numbers>

using namespace halflens;
using namespace halflens::test;

namespace {

FrequencyOptions options(FrequencyMode mode, Extension extension = Extension::Mirror, bool smooth = false)
{
    FrequencyOptions result;
    result.mode = mode;
    result.extension = extension;
    result.smooth = smooth;
    return result;
}

double grating(int x, double period)
{
    return 0.5 + 0.25 * std::cos(2 * std::numbers::pi * x / period);
}

/// Vector A: 12.5 cycles per degree all over.
Field wholeGrating()
{
    return fieldOf(96, 128, [](int, int x) { return grating(x, 8); });
}

/// Vector B: plain, then periods 40, 8 and 3.
Field fourStrips()
{
    return fieldOf(96, 128, [](int, int x) {
        const int inStrip = x % 32;
        switch (x / 32) {
        case 0:
            return 0.5;
        case 1:
            return grating(inStrip, 40);
        case 2:
            return grating(inStrip, 8);
        default:
            return grating(inStrip, 3);
        }
    });
}

double largestDifference(std::span<const double> a, std::span<const double> b)
{
    double largest = a.size() == b.size() ? 0 : 1e300;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

std::vector<double> grid64(const ScalarMap& map)
{
    std::vector<double> values;
    for (int i = 0; i < 64; ++i) {
        for (int j = 0; j < 64; ++j)
            values.push_back(static_cast<double>(map.at(i * map.height / 64, j * map.width / 64)));
    }
    return values;
}

/// Cells of a height x width FFT plane in each band, the cell of frequency 0 left out.
std::array<std::int64_t, BandCount> cellsPerBand(int height, int width, double pixelsPerDegree)
{
    std::array<std::int64_t, BandCount> cells{};
    for (int y = 0; y < height; ++y) {
        const double fy = static_cast<double>(std::min(y, height - y)) / height;
        for (int x = 0; x < width; ++x) {
            const double fx = static_cast<double>(std::min(x, width - x)) / width;
            const int band = bandOf(radialCpd(fy, fx, pixelsPerDegree));
            if (band < BandCount && (x != 0 || y != 0))
                ++cells[static_cast<std::size_t>(band)];
        }
    }
    return cells;
}

} // namespace

class TstFrequency : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bandBorders_data();
    void bandBorders();
    void cellCounts_data();
    void cellCounts();
    void vectorA();
    void vectorAMirrored();
    void vectorB_data();
    void vectorB();
    void vectorBCentroid();
    void stftSeparatesStrips();
    void reference_data();
    void reference();
    void oddShapes_data();
    void oddShapes();
    void flatImagesAreZero();
    void lowPixelsPerDegreeLeavesUpperBandsEmpty();
    void threadsDoNotMatter();
    void cancelled();
    void badInput();
    void modeNames();
};

void TstFrequency::bandBorders_data()
{
    QTest::addColumn<double>("cpd");
    QTest::addColumn<int>("band");
    QTest::newRow("low") << 0.1 << 0;
    QTest::newRow("border") << 5.0 << 1;
    QTest::newRow("border, rounding below") << 5.0 * (1 - 5e-13) << 1;
    QTest::newRow("below border") << 4.999999 << 0;
    QTest::newRow("last border") << 45.0 << 9;
    QTest::newRow("highest") << 50.0 << 9;
    QTest::newRow("highest, within tolerance") << 50.0 + 5e-10 << 9;
    QTest::newRow("corner") << 50.00001 << BandCount;
    QTest::newRow("far out") << 1e9 << BandCount;
}

void TstFrequency::bandBorders()
{
    QFETCH(double, cpd);
    QFETCH(int, band);
    QCOMPARE(bandOf(cpd), band);
}

void TstFrequency::cellCounts_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<QList<int>>("cells");
    QTest::newRow("768x1024") << 768 << 1024
                              << QList<int>{6178, 18514, 30888, 43234, 55542, 68006, 80286, 92636, 105006, 117276};
    QTest::newRow("768x1024 mirrored") << 1536 << 2048 << QList<int>{24692,  74122,  123548, 172922, 222280,
                                                                     271840, 321178, 370636, 420002, 469318};
}

void TstFrequency::cellCounts()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(QList<int>, cells);
    const auto found = cellsPerBand(height, width, 100);
    QCOMPARE(QList<int>(found.begin(), found.end()), cells);
}

void TstFrequency::vectorA()
{
    const auto bands = spatialFrequency(wholeGrating(), options(FrequencyMode::Bands, Extension::None)).value();
    QCOMPARE(bands.bands.size(), std::size_t{BandCount});
    for (int band = 0; band < BandCount; ++band) {
        const double expected = band == 2 ? 0.150888 : 0;
        QVERIFY(std::abs(meanOf(bands.bands[static_cast<std::size_t>(band)]) - expected) < 1e-6);
        for (const double mean : (*bands.bandBlockMeans)[static_cast<std::size_t>(band)])
            QVERIFY(std::abs(mean - expected) < 1e-6);
    }
    QVERIFY(std::abs(meanOf(bands.map) - 0.132142) < 1e-6);
}

void TstFrequency::vectorAMirrored()
{
    const auto bands = spatialFrequency(wholeGrating(), options(FrequencyMode::Bands)).value();
    QVERIFY(std::abs(meanOf(bands.bands[2]) - 0.15305) < 1e-5);
    QVERIFY(std::abs(meanOf(bands.map) - 0.15008) < 1e-5);
}

void TstFrequency::vectorB_data()
{
    QTest::addColumn<QString>("mode");
    QTest::addColumn<QList<double>>("strips");
    QTest::newRow("csf") << QStringLiteral("csf") << QList<double>{0.06031, 0.15012, 0.18245, 0.07699};
    QTest::newRow("uniform") << QStringLiteral("uniform") << QList<double>{0.09542, 0.24503, 0.27288, 0.26160};
}

void TstFrequency::vectorB()
{
    QFETCH(QString, mode);
    QFETCH(QList<double>, strips);
    const auto result = spatialFrequency(fourStrips(), options(*frequencyModeFromString(mode.toStdString()))).value();
    for (int strip = 0; strip < 4; ++strip)
        QVERIFY(std::abs(columnMean(result.map, 32 * strip, 32 * (strip + 1)) - strips[strip]) < 5.1e-6);
}

void TstFrequency::vectorBCentroid()
{
    // The mean frequency of each pixel from the band maps, as an independent check of the mode.
    const auto bands = spatialFrequency(fourStrips(), options(FrequencyMode::Bands)).value();
    const auto centroid = spatialFrequency(fourStrips(), options(FrequencyMode::Centroid)).value();
    const double highest = sensitivityPeak(ContrastSensitivity::MannosSakrison).value;
    std::array<double, 4> strips{};
    for (int y = 0; y < 96; ++y) {
        for (int x = 0; x < 128; ++x) {
            double sum = 0;
            double moment = 0;
            for (int band = 0; band < BandCount; ++band) {
                const double magnitude = static_cast<double>(bands.bands[static_cast<std::size_t>(band)].at(y, x));
                sum += magnitude;
                moment += bandCentre(band) * magnitude;
            }
            const double cpd = moment / sum;
            strips[static_cast<std::size_t>(x / 32)] += cpd / (96 * 32);
            const double expected = sensitivity(ContrastSensitivity::MannosSakrison, cpd) / highest;
            QVERIFY(std::abs(static_cast<double>(centroid.map.at(y, x)) - expected) < 1e-6);
        }
    }
    const std::array<double, 4> expected{14.906, 10.769, 17.371, 27.691};
    for (std::size_t strip = 0; strip < 4; ++strip)
        QVERIFY(std::abs(strips[strip] - expected[strip]) < 5.1e-4);
}

void TstFrequency::stftSeparatesStrips()
{
    // Wide strips, so that windows lie inside them: amplitude 0.25 of a cosine splits into three
    // cells of a Hann window on each side of zero, with 1/8, 1/4 and 1/8 of it in one direction.
    const Field strips = fieldOf(128, 512, [](int, int x) { return x < 256 ? 0.5 : grating(x, 8); });
    const auto result = spatialFrequency(strips, options(FrequencyMode::Stft)).value();
    QVERIFY(columnMean(result.map, 0, 192) < 1e-9);
    const double weight = bandWeights(ContrastSensitivity::MannosSakrison)[2];
    // Along y the window leaks into two neighbours of half the height each: a factor of two.
    const double expected = weight * 2 * (0.25 / 2) * (0.5 + 1 + 0.5) * 2;
    QVERIFY(std::abs(columnMean(result.map, 320, 480) - expected) < 1e-3 * expected);
    for (std::size_t band = 0; band < BandCount; ++band)
        QCOMPARE((*result.bandBlockMeans)[band][3] > 0.2 * (*result.bandBlockMeans)[2][3], band == 2);
}

void TstFrequency::reference_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("mode");
    for (const char* name : {"a_384x512", "b_768x1024"}) {
        for (const char* mode : {"csf", "uniform", "centroid"})
            QTest::addRow("%s %s", name, mode) << QString::fromLatin1(name) << QString::fromLatin1(mode);
    }
}

void TstFrequency::reference()
{
    HALFLENS_NEEDS_GOLDEN("frequency");
    QFETCH(QString, name);
    QFETCH(QString, mode);
    const std::string base = name.toStdString() + "/";
    const std::string word = mode.toStdString();
    const auto outputs = goldenFloat64("frequency");
    const auto image = readImage(goldenFolder("images") / (name.toStdString() + ".png"));
    QVERIFY(image.has_value());

    const FrequencyMode parsed = *frequencyModeFromString(word);
    const auto rough = spatialFrequency(**image, options(parsed)).value();
    QVERIFY(std::abs(meanOf(rough.map) - outputs.at(base + word + "_unsmoothed_mean")[0]) < 1e-6);
    const auto result = spatialFrequency(**image, options(parsed, Extension::Mirror, true)).value();
    QVERIFY(largestDifference(grid64(result.map), outputs.at(base + word + "_grid64")) < 1e-6);
    QVERIFY(largestDifference(blockMeans(result.map).value(), outputs.at(base + word + "_block_means")) < 1e-6);
    if (outputs.contains(base + word + "_map")) {
        const std::vector<double> values(result.map.values.begin(), result.map.values.end());
        QVERIFY(largestDifference(values, outputs.at(base + word + "_map")) < 1e-6);
    }
    std::vector<double> bandMeans;
    for (const auto& band : *result.bandBlockMeans)
        bandMeans.insert(bandMeans.end(), band.begin(), band.end());
    QVERIFY(largestDifference(bandMeans, outputs.at(base + "band_block_means")) < 1e-9);
}

void TstFrequency::oddShapes_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("1x1") << 1 << 1;
    QTest::newRow("1x2") << 1 << 2;
    QTest::newRow("1 row") << 1 << 10000;
    QTest::newRow("1 column") << 10000 << 1;
    QTest::newRow("3x4") << 3 << 4;
    QTest::newRow("strip") << 3 << 5000;
    QTest::newRow("primes") << 127 << 89;
}

void TstFrequency::oddShapes()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const Image image = busyImage(height, width);
    for (const Extension extension : {Extension::Mirror, Extension::None}) {
        for (const FrequencyMode mode : {FrequencyMode::Csf, FrequencyMode::Uniform, FrequencyMode::Centroid,
                                         FrequencyMode::Stft, FrequencyMode::Bands}) {
            const auto result = spatialFrequency(image, options(mode, extension, true)).value();
            QCOMPARE(result.map.height, height);
            QCOMPARE(result.map.width, width);
            QVERIFY(allFinite(result.map));
            QVERIFY(allWithin(result.map, 0, 10));
            QCOMPARE(result.bands.size(), mode == FrequencyMode::Bands ? std::size_t{BandCount} : 0);
            QCOMPARE(result.bandBlockMeans.has_value(), height >= GridRows && width >= GridColumns);
        }
    }
}

void TstFrequency::flatImagesAreZero()
{
    for (const int value : {0, 77, 255}) {
        const Image image = greyImage(61, 83, [&](int, int) { return value; });
        for (const FrequencyMode mode :
             {FrequencyMode::Csf, FrequencyMode::Centroid, FrequencyMode::Stft, FrequencyMode::Bands})
            QCOMPARE(spatialFrequency(image, options(mode)).value().map, ScalarMap(61, 83));
    }
}

void TstFrequency::lowPixelsPerDegreeLeavesUpperBandsEmpty()
{
    FrequencyOptions desk = options(FrequencyMode::Bands);
    desk.pixelsPerDegree = 20; // 0.5 cycle/pixel = 10 cpd; corners reach 14.1
    const auto result = spatialFrequency(busyImage(96, 128), desk).value();
    for (std::size_t band = 0; band < BandCount; ++band)
        QCOMPARE(meanOf(result.bands[band]) > 1e-9, band <= 2);
}

void TstFrequency::threadsDoNotMatter()
{
    const Image image = busyImage(150, 203);
    const int before = threadCount();
    setThreadCount(1);
    const auto one = spatialFrequency(image, options(FrequencyMode::Csf, Extension::Mirror, true)).value();
    setThreadCount(5);
    const auto five = spatialFrequency(image, options(FrequencyMode::Csf, Extension::Mirror, true)).value();
    setThreadCount(before);
    QCOMPARE(one.map, five.map);
    QCOMPARE(*one.bandBlockMeans, *five.bandBlockMeans);
}

void TstFrequency::cancelled()
{
    std::stop_source source;
    source.request_stop();
    for (const FrequencyMode mode : {FrequencyMode::Csf, FrequencyMode::Stft})
        QVERIFY(isCancelled(spatialFrequency(busyImage(64, 64), options(mode), source.get_token())));
}

void TstFrequency::badInput()
{
    QCOMPARE(spatialFrequency(Image()).error().code, ErrorCode::InvalidInput);
    for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
        FrequencyOptions wrong;
        wrong.pixelsPerDegree = bad;
        QCOMPARE(spatialFrequency(busyImage(8, 8), wrong).error().code, ErrorCode::InvalidInput);
    }
}

void TstFrequency::modeNames()
{
    for (const FrequencyMode mode : {FrequencyMode::Csf, FrequencyMode::Uniform, FrequencyMode::Centroid,
                                     FrequencyMode::Stft, FrequencyMode::Bands})
        QVERIFY(frequencyModeFromString(toString(mode)).value() == mode);
    QVERIFY(!frequencyModeFromString("").has_value());
}

HALFLENS_TEST(TstFrequency)
#include "tst_frequency.moc"
