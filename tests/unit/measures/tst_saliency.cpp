// SPDX-License-Identifier: BSD-3-Clause
// Spectral residual against the test vector of spec measures 1.3 and the reference maps.
#include "core/image/decode.h"
#include "core/measures/blocks.h"
#include "core/measures/saliency.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <numeric>

using namespace halflens;
using namespace halflens::test;

namespace {

constexpr SaliencyOptions Hou{SaliencyMode::Hou};
constexpr SaliencyOptions OpenCv{SaliencyMode::OpenCv};

double largestDifference(std::span<const double> a, std::span<const double> b)
{
    double largest = a.size() == b.size() ? 0 : 1e300;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

/// Rows (i H) / 64, columns (j W) / 64.
std::vector<double> grid64(const ScalarMap& map)
{
    std::vector<double> values;
    for (int i = 0; i < 64; ++i) {
        for (int j = 0; j < 64; ++j)
            values.push_back(static_cast<double>(map.at(i * map.height / 64, j * map.width / 64)));
    }
    return values;
}

std::vector<double> wholeMap(const ScalarMap& map)
{
    return {map.values.begin(), map.values.end()};
}

double relativeDifference(const Field& field, const std::vector<double>& reference)
{
    double largest = 0;
    for (const double value : reference)
        largest = std::max(largest, std::abs(value));
    return largestDifference(field.values, reference) / largest;
}

} // namespace

class TstSaliency : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void vectorPoints_data();
    void vectorPoints();
    void vectorSums();
    void reference_data();
    void reference();
    void openCvReference_data();
    void openCvReference();
    void oddShapes_data();
    void oddShapes();
    void flatImagesAreZero_data();
    void flatImagesAreZero();
    void emptyImageIsAnError();
    void modeNames();
};

void TstSaliency::vectorPoints_data()
{
    QTest::addColumn<int>("y");
    QTest::addColumn<int>("x");
    QTest::addColumn<double>("residual");
    QTest::addColumn<double>("hou");
    QTest::addColumn<double>("openCv");
    QTest::newRow("0,0") << 0 << 0 << 5.994109e-4 << 0.118388 << 0.016897;
    QTest::newRow("10,10") << 10 << 10 << 1.615624e-3 << 0.333192 << 0.194737;
    QTest::newRow("24,40") << 24 << 40 << 8.432012e-4 << 0.548764 << 0.339297;
    QTest::newRow("32,32") << 32 << 32 << 1.451347e-4 << 0.142506 << 0.020305;
    QTest::newRow("20,36") << 20 << 36 << 5.282212e-3 << 0.199863 << 0.147257;
    QTest::newRow("63,63") << 63 << 63 << 6.028241e-4 << 0.323850 << 0.084942;
}

void TstSaliency::vectorPoints()
{
    QFETCH(int, y);
    QFETCH(int, x);
    QFETCH(double, residual);
    QFETCH(double, hou);
    QFETCH(double, openCv);
    const Image image = spectralResidualVector();
    QVERIFY(std::abs(saliencySteps(image, Hou).residual.at(y, x) - residual) < 1e-9);
    QVERIFY(std::abs(saliency(image, Hou)->at(y, x) - hou) < 1e-6);
    QVERIFY(std::abs(saliency(image, OpenCv)->at(y, x) - openCv) < 1e-5);
}

void TstSaliency::vectorSums()
{
    const Image image = spectralResidualVector();
    QCOMPARE(std::accumulate(image.rgb.begin(), image.rgb.end(), 0), 3 * 414779);
    const SaliencySteps steps = saliencySteps(image, Hou);
    QVERIFY(std::abs(std::accumulate(steps.grey.values.begin(), steps.grey.values.end(), 0.0) - 1626.584314) < 1e-6);
    QVERIFY(std::abs(std::accumulate(steps.residual.values.begin(), steps.residual.values.end(), 0.0) - 1.833035)
            < 1e-6);
    QVERIFY(std::abs(std::accumulate(steps.smooth.values.begin(), steps.smooth.values.end(), 0.0) - 1.884654) < 1e-6);
    const ScalarMap map = saliency(image, Hou).value();
    QCOMPARE(map.at(0, 56), 1.0F);
    QVERIFY(std::abs(map.at(25, 42) - 0.721883F) < 1e-6F);
}

void TstSaliency::reference_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"a_768x1024", "a_384x512", "b_384x512", "c_500x500"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TstSaliency::reference()
{
    HALFLENS_NEEDS_GOLDEN("saliency");
    QFETCH(QString, name);
    const std::string base = name.toStdString();
    const auto outputs = goldenFloat64("saliency");
    const auto image = readImage(goldenFolder("images") / (base + ".png"));
    QVERIFY(image.has_value());
    const SaliencySteps steps = saliencySteps(**image, Hou);
    QVERIFY(relativeDifference(steps.grey, outputs.at(base + "/hou_step1_gray")) < 1e-9);
    QVERIFY(relativeDifference(steps.residual, outputs.at(base + "/hou_step4_s")) < 1e-9);
    QVERIFY(relativeDifference(steps.smooth, outputs.at(base + "/hou_step5_smooth")) < 1e-9);
    const ScalarMap map = saliency(**image, Hou).value();
    if (outputs.contains(base + "/hou_map"))
        QVERIFY(largestDifference(wholeMap(map), outputs.at(base + "/hou_map")) < 1e-6);
    if (outputs.contains(base + "/hou_grid64"))
        QVERIFY(largestDifference(grid64(map), outputs.at(base + "/hou_grid64")) < 1e-6);
    QVERIFY(largestDifference(blockMeans(map).value(), outputs.at(base + "/hou_block_means")) < 1e-6);
}

void TstSaliency::openCvReference_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"a_768x1024", "a_384x512"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TstSaliency::openCvReference()
{
    HALFLENS_NEEDS_GOLDEN("saliency");
    QFETCH(QString, name);
    const std::string base = name.toStdString();
    const auto outputs = goldenFloat64("saliency");
    const auto image = readImage(goldenFolder("images") / (base + ".png"));
    QVERIFY(image.has_value());
    const ScalarMap map = saliency(**image, OpenCv).value();
    if (outputs.contains(base + "/opencv_map"))
        QVERIFY(largestDifference(wholeMap(map), outputs.at(base + "/opencv_map")) < 2e-3);
    QVERIFY(largestDifference(grid64(map), outputs.at(base + "/opencv_grid64")) < 2e-3);
    QVERIFY(largestDifference(blockMeans(map).value(), outputs.at(base + "/opencv_block_means")) < 2e-3);
}

void TstSaliency::oddShapes_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("1x1") << 1 << 1;
    QTest::newRow("1 row") << 1 << 10000;
    QTest::newRow("1 column") << 10000 << 1;
    QTest::newRow("2x2") << 2 << 2;
    QTest::newRow("small") << 10 << 17;
    QTest::newRow("strip") << 3 << 5000;
    QTest::newRow("primes") << 127 << 89;
}

void TstSaliency::oddShapes()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const Image image = busyImage(height, width);
    for (const SaliencyOptions& options : {Hou, OpenCv}) {
        const ScalarMap map = saliency(image, options).value();
        QCOMPARE(map.height, height);
        QCOMPARE(map.width, width);
        QVERIFY(allFinite(map));
        QVERIFY(allWithin(map, 0, 1));
    }
}

void TstSaliency::flatImagesAreZero_data()
{
    QTest::addColumn<int>("value");
    QTest::newRow("black") << 0;
    QTest::newRow("grey") << 119;
    QTest::newRow("white") << 255;
}

void TstSaliency::flatImagesAreZero()
{
    QFETCH(int, value);
    const Image image = greyImage(100, 151, [&](int, int) { return value; });
    QCOMPARE(saliency(image, Hou).value(), ScalarMap(100, 151));
    QCOMPARE(saliency(image, OpenCv).value(), ScalarMap(100, 151));
}

void TstSaliency::emptyImageIsAnError()
{
    const auto result = saliency(Image());
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, ErrorCode::InvalidInput);
}

void TstSaliency::modeNames()
{
    for (const SaliencyMode mode : {SaliencyMode::Hou, SaliencyMode::OpenCv})
        QVERIFY(saliencyModeFromString(toString(mode)).value() == mode);
    QVERIFY(!saliencyModeFromString("itti").has_value());
}

HALFLENS_TEST(TstSaliency)
#include "tst_saliency.moc"
