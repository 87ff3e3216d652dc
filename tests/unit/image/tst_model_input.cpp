// SPDX-License-Identifier: BSD-3-Clause
// Resizing, normalisation and hidden blocks, against values computed by hand.
#include "core/image/model_input.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

using namespace halflens;

namespace {

Image makeImage(int width, int height, const std::function<int(int, int, int)>& sample)
{
    Image image;
    image.width = width;
    image.height = height;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(static_cast<std::uint8_t>(sample(y, x, c)));
    return image;
}

float valueAt(const ModelInput& input, int c, int y, int x)
{
    const auto width = static_cast<std::size_t>(input.width);
    const auto height = static_cast<std::size_t>(input.height);
    return input.planes[(static_cast<std::size_t>(c) * height + static_cast<std::size_t>(y)) * width
                        + static_cast<std::size_t>(x)];
}

/// The 8-bit value a PlusMinusOne input holds.
double level(float value)
{
    return (static_cast<double>(value) + 1.0) * 127.5;
}

InputSpec native(Normalization normalization = Normalization::PlusMinusOne)
{
    InputSpec spec;
    spec.normalization = normalization;
    return spec;
}

InputSpec fit(int width, int height, bool transposePortrait = false)
{
    InputSpec spec;
    spec.policy = InputPolicy::Fit;
    spec.width = width;
    spec.height = height;
    spec.transposePortrait = transposePortrait;
    return spec;
}

} // namespace

class TestModelInput : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void normalisesEveryLevel_data()
    {
        QTest::addColumn<int>("normalization");
        QTest::newRow("plus minus one") << static_cast<int>(Normalization::PlusMinusOne);
        QTest::newRow("ImageNet unit") << static_cast<int>(Normalization::ImageNetUnit);
        QTest::newRow("ImageNet 255") << static_cast<int>(Normalization::ImageNet255);
    }

    /// All 256 levels of each channel against the formulas in double precision.
    void normalisesEveryLevel()
    {
        QFETCH(int, normalization);
        const auto kind = static_cast<Normalization>(normalization);
        const Image image = makeImage(256, 1, [](int, int x, int c) { return (x + 11 * c) & 0xff; });
        const Result<ModelInput> input = toModelInput(image, native(kind));
        QVERIFY(input.has_value());
        constexpr std::array UnitMean{0.485, 0.456, 0.406};
        constexpr std::array UnitStd{0.229, 0.224, 0.225};
        constexpr std::array Mean{117.27205081970828, 106.23294835284031, 94.40750328714887};
        constexpr std::array Std{59.112836751661085, 55.65498543815568, 54.9486100975773};
        for (int c = 0; c < 3; ++c) {
            const auto channel = static_cast<std::size_t>(c);
            for (int x = 0; x < 256; ++x) {
                const double v = (x + 11 * c) & 0xff;
                double expected = v / 127.5 - 1;
                if (kind == Normalization::ImageNetUnit)
                    expected = (v / 255 - UnitMean[channel]) / UnitStd[channel];
                else if (kind == Normalization::ImageNet255)
                    expected = (v - Mean[channel]) / Std[channel];
                QVERIFY(std::abs(static_cast<double>(valueAt(*input, c, 0, x)) - expected) < 1e-6);
            }
        }
    }

    /// (x / divisor - mean) / std, mean and std in the order in which the channels are fed.
    void customNumbers_data()
    {
        QTest::addColumn<bool>("bgr");
        QTest::newRow("red first") << false;
        QTest::newRow("blue first") << true;
    }
    void customNumbers()
    {
        QFETCH(bool, bgr);
        InputSpec spec = native(Normalization::Custom);
        spec.custom = {200, {0.1F, 0.2F, 0.3F}, {0.5F, 2, 4}, bgr};
        const Image image = makeImage(40, 30, [](int y, int x, int c) { return (5 * x + 3 * y + 80 * c) & 0xff; });
        const Result<ModelInput> input = toModelInput(image, spec);
        QVERIFY(input.has_value());
        const auto expected = [&](int c, double v) {
            return (v / 200 - 0.1 * (c + 1)) / static_cast<double>(spec.custom.std[static_cast<std::size_t>(c)]);
        };
        for (int c = 0; c < 3; ++c) {
            const int source = bgr ? 2 - c : c;
            const double v = (5 * 7 + 3 * 4 + 80 * source) & 0xff;
            QVERIFY(std::abs(static_cast<double>(valueAt(*input, c, 4, 7)) - expected(c, v)) < 1e-5);
        }
        ModelInput black = *input;
        fillBlocks(black, BlockMask::all(), Fill::Black, spec);
        for (int c = 0; c < 3; ++c)
            QVERIFY(std::abs(static_cast<double>(valueAt(black, c, 29, 39)) - expected(c, 0)) < 1e-6);
    }

    /// Divide first, then subtract, in float32: the other orders differ in the last bit.
    void plusMinusOneIsBitExact()
    {
        const Image image = makeImage(256, 1, [](int, int x, int) { return x; });
        const Result<ModelInput> input = toModelInput(image, native());
        QVERIFY(input.has_value());
        for (int x = 0; x < 256; ++x) {
            const volatile float quotient = static_cast<float>(x) / 127.5f;
            const volatile float expected = quotient - 1.0f;
            QCOMPARE(std::bit_cast<std::uint32_t>(valueAt(*input, 1, 0, x)),
                     std::bit_cast<std::uint32_t>(float(expected)));
        }
        QCOMPARE(valueAt(*input, 0, 0, 0), -1.0f);
        QCOMPARE(valueAt(*input, 0, 0, 255), 1.0f);
    }

    void nativeKeepsSize_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<QString>("orientation");
        QTest::newRow("one pixel") << 1 << 1 << QStringLiteral("landscape");
        QTest::newRow("column") << 1 << 10000 << QStringLiteral("portrait");
        QTest::newRow("row") << 10000 << 1 << QStringLiteral("landscape");
        QTest::newRow("square") << 9 << 9 << QStringLiteral("landscape");
        QTest::newRow("portrait") << 8 << 9 << QStringLiteral("portrait");
    }

    void nativeKeepsSize()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(QString, orientation);
        const Image image =
            makeImage(width, height, [](int y, int x, int c) { return (x * 3 + y * 5 + c * 50) & 0xff; });
        const Result<ModelInput> input = toModelInput(image, native());
        QVERIFY(input.has_value());
        QCOMPARE(input->width, width);
        QCOMPARE(input->height, height);
        QCOMPARE(QString::fromStdString(input->orientation), orientation);
        QCOMPARE(input->planes.size(), image.rgb.size());
        const int y = height - 1;
        const int x = width - 1;
        for (int c = 0; c < 3; ++c)
            QCOMPARE(std::lround(level(valueAt(*input, c, y, x))), static_cast<long>(image.row(y)[3 * x + c]));
    }

    /// 2 x 2 blocks of known mean: area averaging, rounded to 8 bits.
    void shrinksByAreaMean()
    {
        const Image image =
            makeImage(8, 4, [](int y, int x, int c) { return 10 * (y / 2) + 20 * (x / 2) + c + 4 * ((x + y) % 2); });
        const Result<ModelInput> input = toModelInput(image, fit(4, 2));
        QVERIFY(input.has_value());
        QVERIFY(input->policy == InputPolicy::Fit);
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < 2; ++y)
                for (int x = 0; x < 4; ++x)
                    QCOMPARE(std::lround(level(valueAt(*input, c, y, x))), static_cast<long>(10 * y + 20 * x + c + 2));
    }

    /// Fractional areas: 3 columns to 2 weigh 1, 1/2 | 1/2, 1.
    void shrinksByFractions()
    {
        const Image image = makeImage(3, 1, [](int, int x, int) {
            return std::array{30, 90, 240}[static_cast<std::size_t>(x)];
        });
        const Result<ModelInput> input = toModelInput(image, fit(2, 1));
        QVERIFY(input.has_value());
        QCOMPARE(std::lround(level(valueAt(*input, 0, 0, 0))), 50L);
        QCOMPARE(std::lround(level(valueAt(*input, 0, 0, 1))), 190L);
    }

    /// Half-pixel centres: doubling a, b gives a, (3a + b) / 4, (a + 3b) / 4, b.
    void growsBilinearly()
    {
        const Image image = makeImage(2, 1, [](int, int x, int) { return x == 0 ? 40 : 200; });
        const Result<ModelInput> input = toModelInput(image, fit(4, 1));
        QVERIFY(input.has_value());
        const std::array expected{40L, 80L, 160L, 200L};
        for (int x = 0; x < 4; ++x)
            QCOMPARE(std::lround(level(valueAt(*input, 2, 0, x))), expected[static_cast<std::size_t>(x)]);
    }

    /// One axis grows, one shrinks: bilinear on both. Row 1 of 3 rows to 1 is the centre row.
    void mixedScalingIsBilinear()
    {
        const Image image = makeImage(1, 3, [](int y, int, int) {
            return std::array{0, 100, 60}[static_cast<std::size_t>(y)];
        });
        const Result<ModelInput> input = toModelInput(image, fit(2, 1));
        QVERIFY(input.has_value());
        QCOMPARE(std::lround(level(valueAt(*input, 0, 0, 0))), 100L);
    }

    void fitTurnsForPortrait_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("transpose");
        QTest::addColumn<int>("inputWidth");
        QTest::addColumn<int>("inputHeight");
        QTest::addColumn<QString>("orientation");
        QTest::newRow("landscape") << 40 << 30 << true << 32 << 24 << QStringLiteral("landscape");
        QTest::newRow("portrait, family allows it") << 30 << 40 << true << 24 << 32 << QStringLiteral("portrait");
        QTest::newRow("portrait, family does not") << 30 << 40 << false << 32 << 24 << QStringLiteral("landscape");
        QTest::newRow("square") << 40 << 40 << true << 32 << 24 << QStringLiteral("landscape");
        QTest::newRow("thin") << 1 << 10000 << true << 24 << 32 << QStringLiteral("portrait");
    }

    void fitTurnsForPortrait()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(bool, transpose);
        QFETCH(int, inputWidth);
        QFETCH(int, inputHeight);
        QFETCH(QString, orientation);
        const Image image = makeImage(width, height, [](int, int, int c) { return 60 * c; });
        const Result<ModelInput> input = toModelInput(image, fit(32, 24, transpose));
        QVERIFY(input.has_value());
        QCOMPARE(input->width, inputWidth);
        QCOMPARE(input->height, inputHeight);
        QCOMPARE(QString::fromStdString(input->orientation), orientation);
        QCOMPARE(input->planes.size(), std::size_t{3 * 32 * 24});
        for (int c = 0; c < 3; ++c)
            QCOMPARE(std::lround(level(valueAt(*input, c, inputHeight - 1, inputWidth - 1))),
                     static_cast<long>(60 * c));
    }

    void refusesWhatHasNoPixels()
    {
        Image empty;
        QCOMPARE(toModelInput(empty, native()).error().code, ErrorCode::InvalidInput);
        Image inconsistent = makeImage(4, 4, [](int, int, int) { return 0; });
        inconsistent.rgb.pop_back();
        QVERIFY(!toModelInput(inconsistent, native()).has_value());
        const Image image = makeImage(4, 4, [](int, int, int) { return 0; });
        QVERIFY(!toModelInput(image, fit(0, 24)).has_value());
        QVERIFY(!toModelInput(image, fit(32, -1)).has_value());
    }

    void fillsOnlyTheGivenBlocks_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("bits");
        QTest::newRow("one block") << 16 << 12 << 0x001;
        QTest::newRow("half") << 16 << 12 << 0x267;
        QTest::newRow("all") << 16 << 12 << 0xfff;
        QTest::newRow("none") << 16 << 12 << 0;
        QTest::newRow("uneven") << 17 << 11 << 0xa5a;
        QTest::newRow("smaller than the grid") << 2 << 2 << 0xfff;
        QTest::newRow("thin") << 1 << 100 << 0x0f0;
    }

    void fillsOnlyTheGivenBlocks()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, bits);
        const BlockMask blocks(static_cast<std::uint32_t>(bits));
        const Image image =
            makeImage(width, height, [](int y, int x, int c) { return (x * 31 + y * 17 + c * 5 + 1) % 100 + 150; });
        const Result<ModelInput> input = toModelInput(image, native());
        QVERIFY(input.has_value());
        ModelInput filled = *input;
        fillBlocks(filled, blocks, Fill::Zero, Normalization::PlusMinusOne);
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x) {
                    const bool hidden = blocks.contains(blockAt(y, x, height, width));
                    QCOMPARE(valueAt(filled, c, y, x), hidden ? 0.0f : valueAt(*input, c, y, x));
                }
    }

    void blackIsRgbZero_data() { normalisesEveryLevel_data(); }

    void blackIsRgbZero()
    {
        QFETCH(int, normalization);
        const auto kind = static_cast<Normalization>(normalization);
        const Result<ModelInput> black = toModelInput(makeImage(8, 6, [](int, int, int) { return 0; }), native(kind));
        Result<ModelInput> input = toModelInput(makeImage(8, 6, [](int, int, int) { return 99; }), native(kind));
        QVERIFY(black.has_value() && input.has_value());
        fillBlocks(*input, BlockMask::all(), Fill::Black, kind);
        QVERIFY(input->planes == black->planes);
    }

    /// A quarter of the columns at 200, the rest at 40: mean 80, whichever blocks are filled.
    void meanIsOfTheWholeInput()
    {
        const Image image = makeImage(16, 6, [](int, int x, int c) { return (x < 4 ? 200 : 40) + c; });
        Result<ModelInput> input = toModelInput(image, native());
        QVERIFY(input.has_value());
        fillBlocks(*input, BlockMask(0b1000'0000'0001), Fill::Mean, Normalization::PlusMinusOne);
        for (int c = 0; c < 3; ++c) {
            QVERIFY(std::abs(level(valueAt(*input, c, 0, 0)) - (80 + c)) < 1e-4);
            QVERIFY(std::abs(level(valueAt(*input, c, 5, 15)) - (80 + c)) < 1e-4);
            QCOMPARE(std::lround(level(valueAt(*input, c, 3, 0))), static_cast<long>(200 + c));
        }
    }

    /// A step blurred with the stated Gaussian: the value at the step follows from its weights.
    void blurIsTheStatedGaussian()
    {
        constexpr int Width = 240;
        constexpr int Height = 48;
        const Image image = makeImage(Width, Height, [](int, int x, int) { return x < Width / 2 ? 0 : 255; });
        const Result<ModelInput> input = toModelInput(image, native());
        QVERIFY(input.has_value());
        const ModelInput blurred = fillSource(*input, Fill::Blur, Normalization::PlusMinusOne);
        const double sigma = 48 / 24.0;
        double total = 0;
        for (int k = -6; k <= 6; ++k)
            total += std::exp(-k * k / (2 * sigma * sigma));
        for (int offset = -8; offset <= 8; ++offset) {
            double bright = 0;
            for (int k = -6; k <= 6; ++k)
                bright += offset + k >= 0 ? std::exp(-k * k / (2 * sigma * sigma)) : 0;
            const double expected = 2 * bright / total - 1;
            QVERIFY(std::abs(static_cast<double>(valueAt(blurred, 1, 20, Width / 2 + offset)) - expected) < 1e-5);
        }
        QVERIFY(std::abs(valueAt(blurred, 0, 0, 0) + 1.0f) < 1e-5f); // edges replicated, not darkened
        const ModelInput thin = fillSource(*toModelInput(makeImage(1, 100, [](int, int, int) { return 50; }), native()),
                                           Fill::Blur, Normalization::PlusMinusOne);
        QVERIFY(std::abs(level(valueAt(thin, 0, 50, 0)) - 50) < 1e-3);
    }

    /// Wide Gaussians are made on a reduced copy: still the stated one, everywhere and at any phase.
    void wideBlurIsTheSameGaussian_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("step");
        QTest::newRow("sigma 16") << 384 << 200;
        QTest::newRow("sigma 32") << 768 << 401;
        QTest::newRow("sigma 32.08, odd sizes") << 770 << 403;
        QTest::newRow("sigma 63.96, odd sizes") << 1535 << 834;
    }

    void wideBlurIsTheSameGaussian()
    {
        QFETCH(int, height);
        QFETCH(int, step);
        const double sigma = height / 24.0;
        const int width = height + 45;
        const Image image = makeImage(width, height, [&](int, int x, int) { return x < step ? 0 : 255; });
        const ModelInput blurred = fillSource(*toModelInput(image, native()), Fill::Blur, Normalization::PlusMinusOne);
        double worst = 0;
        for (int x = 0; x < width; ++x) {
            const double expected = std::erf((x + 0.5 - step) / (sigma * std::sqrt(2.0)));
            worst = std::max(worst, std::abs(static_cast<double>(valueAt(blurred, 2, height / 3, x)) - expected));
        }
        QVERIFY2(worst < 0.01, QByteArray::number(worst).constData());
    }

    void fillSourceAndCopyEqualFill()
    {
        const Image image = makeImage(40, 30, [](int y, int x, int c) { return (x * y * 7 + c * 40) & 0xff; });
        const Result<ModelInput> input = toModelInput(image, native());
        QVERIFY(input.has_value());
        for (const Fill fill : {Fill::Zero, Fill::Black, Fill::Mean, Fill::Blur}) {
            ModelInput direct = *input;
            fillBlocks(direct, BlockMask(0x0a5), fill, Normalization::PlusMinusOne);
            ModelInput copied = *input;
            copyBlocks(copied, fillSource(*input, fill, Normalization::PlusMinusOne), BlockMask(0x0a5));
            QVERIFY(direct.planes == copied.planes);
            QVERIFY(direct.planes != input->planes);
        }
    }

    void fillWordsRoundTrip()
    {
        for (const Fill fill : {Fill::Zero, Fill::Black, Fill::Mean, Fill::Blur}) {
            const Result<Fill> back = fillFromString(toString(fill));
            QVERIFY(back.has_value());
            QVERIFY(*back == fill);
        }
        QCOMPARE(QString::fromStdString(toString(Fill::Blur)), QStringLiteral("blur"));
        QCOMPARE(fillFromString("grey").error().code, ErrorCode::InvalidInput);
        QVERIFY(!fillFromString("").has_value());
        QCOMPARE(QString::fromStdString(toString(InputPolicy::Fit)), QStringLiteral("fit"));
        QCOMPARE(QString::fromStdString(toString(InputPolicy::Native)), QStringLiteral("native"));
    }
};

HALFLENS_TEST(TestModelInput)
#include "tst_model_input.moc"
