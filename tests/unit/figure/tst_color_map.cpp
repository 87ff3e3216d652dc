// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/color_map.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace halflens;

namespace {

constexpr float NaN = std::numeric_limits<float>::quiet_NaN();
constexpr float Inf = std::numeric_limits<float>::infinity();

/// CIELAB lightness of an sRGB colour, 0..100.
double lightness(QRgb color)
{
    const auto linear = [](int channel) {
        const double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    const double y = 0.2126 * linear(qRed(color)) + 0.7152 * linear(qGreen(color)) + 0.0722 * linear(qBlue(color));
    return 116 * (y > 216.0 / 24389 ? std::cbrt(y) : (24389.0 / 27 * y + 16) / 116) - 16;
}

ScalarMap mapOf(int height, int width, std::vector<float> values)
{
    ScalarMap map(height, width);
    map.values = std::move(values);
    return map;
}

} // namespace

class TestColorMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lightnessRises_data();
    void lightnessRises();
    void divergingMap();
    void knownColors();
    void names();
    void positions();
    void ranges();
    void colorized();
    void blended();
    void blendRefusesOtherSizes();
};

void TestColorMap::lightnessRises_data()
{
    QTest::addColumn<int>("map");
    for (const ColorMap map : {ColorMap::Viridis, ColorMap::Magma, ColorMap::Inferno, ColorMap::Cividis})
        QTest::addRow("%s", colorMapName(map).c_str()) << static_cast<int>(map);
}

/// Monotone up to the rounding of 8-bit colours, and even: no step much above the mean one.
void TestColorMap::lightnessRises()
{
    QFETCH(int, map);
    const ColorTable& table = colorTable(static_cast<ColorMap>(map));
    const double mean = (lightness(table.back()) - lightness(table.front())) / 255;
    QVERIFY(mean > 0.25);
    for (std::size_t i = 1; i < table.size(); ++i) {
        const double step = lightness(table[i]) - lightness(table[i - 1]);
        QVERIFY2(step > -0.05, std::to_string(i).c_str());
        QVERIFY2(step < 2.5 * mean, std::to_string(i).c_str());
    }
}

void TestColorMap::divergingMap()
{
    const ColorTable& table = colorTable(ColorMap::BlueRed);
    for (std::size_t i = 1; i < table.size(); ++i) {
        const double step = lightness(table[i]) - lightness(table[i - 1]);
        QVERIFY2(i < 128 ? step > -0.1 : step < 0.1, std::to_string(i).c_str());
    }
    QVERIFY(qBlue(table.front()) > qRed(table.front()) + 100);
    QVERIFY(qRed(table.back()) > qBlue(table.back()) + 100);
    for (const std::size_t middle : {127, 128}) {
        const QColor color(table[middle]);
        QVERIFY(lightness(table[middle]) > 90);
        QVERIFY(color.saturation() < 12);
    }
    QVERIFY(std::abs(lightness(table.front()) - lightness(table.back())) < 3);
}

void TestColorMap::knownColors()
{
    QCOMPARE(colorTable(ColorMap::Viridis).front(), 0xff440154U);
    QCOMPARE(colorTable(ColorMap::Viridis)[128], 0xff21918cU);
    QCOMPARE(colorTable(ColorMap::Viridis).back(), 0xfffde725U);
    QCOMPARE(colorTable(ColorMap::Magma).front(), 0xff000004U);
    QCOMPARE(colorTable(ColorMap::Inferno).back(), 0xfffcffa4U);
    QCOMPARE(colorTable(ColorMap::Cividis).front(), 0xff00224eU);
}

void TestColorMap::names()
{
    for (const ColorMap map : AllColorMaps)
        QVERIFY(colorMapFromName(colorMapName(map)).value() == map);
    QVERIFY(!colorMapFromName("jet"));
    QVERIFY(!colorMapFromName(""));
}

void TestColorMap::positions()
{
    const ValueRange range{-1, 3};
    QCOMPARE(range.position(-1), 0.0);
    QCOMPARE(range.position(0), 0.25);
    QCOMPARE(range.position(9), 1.0);
    QCOMPARE((ValueRange{2, 2}.position(7)), 0.0);
    QCOMPARE(colorOf(0.5, ColorMap::Magma, {0, 1}), colorTable(ColorMap::Magma)[128]);
    QCOMPARE(colorOf(Inf, ColorMap::Magma, {0, 1}), colorTable(ColorMap::Magma)[255]);
    QCOMPARE(colorOf(-Inf, ColorMap::Magma, {0, 1}), colorTable(ColorMap::Magma)[0]);
}

void TestColorMap::ranges()
{
    QCOMPARE(rangeOf(mapOf(1, 5, {NaN, -2, 3, Inf, 0.5F})), (ValueRange{-2, 3}));
    QCOMPARE(rangeOf(mapOf(1, 2, {NaN, Inf})), (ValueRange{0, 1}));
    QCOMPARE(rangeOf(ScalarMap()), (ValueRange{0, 1}));
    QCOMPARE(symmetricRangeOf(mapOf(1, 3, {-4, NaN, 3})), (ValueRange{-4, 4}));
}

void TestColorMap::colorized()
{
    const ScalarMap map = mapOf(2, 3, {0, 0.5F, 1, NaN, -7, 7});
    const QImage image = colorize(map, ColorMap::Viridis, {0, 1}).value();
    const ColorTable& table = colorTable(ColorMap::Viridis);
    QCOMPARE(image.size(), QSize(3, 2));
    const QRgb expected[] = {table[0], table[128], table[255], UndefinedColor, table[0], table[255]};
    for (int i = 0; i < 6; ++i)
        QCOMPARE(image.pixel(i % 3, i / 3), expected[i]);
    const QImage constant = colorize(mapOf(1, 1, {5}), ColorMap::Viridis, {5, 5}).value();
    QCOMPARE(constant.pixel(0, 0), table[0]);
    QVERIFY(!colorize(ScalarMap(), ColorMap::Viridis, {}));
}

void TestColorMap::blended()
{
    QImage base(2, 1, QImage::Format_RGB32), layer(2, 1, QImage::Format_RGB32);
    base.fill(qRgb(0, 100, 255));
    layer.fill(qRgb(255, 200, 0));
    QCOMPARE(blend(base, layer, 0).value().pixel(1, 0), qRgb(0, 100, 255));
    QCOMPARE(blend(base, layer, 1).value().pixel(1, 0), qRgb(255, 200, 0));
    QCOMPARE(blend(base, layer, 0.5).value().pixel(0, 0), qRgb(128, 150, 128));
    QCOMPARE(blend(base, layer, -3).value(), base);
    QCOMPARE(blend(base, base, 0.3).value(), base);
}

void TestColorMap::blendRefusesOtherSizes()
{
    const auto result = blend(QImage(2, 1, QImage::Format_RGB32), QImage(1, 2, QImage::Format_RGB32), 0.5);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidInput);
}

HALFLENS_TEST(TestColorMap)
#include "tst_color_map.moc"
