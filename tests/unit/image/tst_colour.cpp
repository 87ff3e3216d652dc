// SPDX-License-Identifier: BSD-3-Clause
// Scaling to 8 bits, CMYK by formula and through a profile.
#include "core/image/colour.h"
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

#include <lcms2.h>

#include <array>

using namespace halflens;
using namespace halflens::test;

namespace {

/// A press that prints black only: lightness 100 without K, 0 with full K, whatever C, M, Y are.
Bytes blackOnlyProfile()
{
    cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
    cmsSetProfileVersion(profile, 4.3);
    cmsSetDeviceClass(profile, cmsSigOutputClass);
    cmsSetColorSpace(profile, cmsSigCmykData);
    cmsSetPCS(profile, cmsSigLabData);
    std::vector<cmsUInt16Number> table;
    for (int i = 0; i < 16; ++i) { // the last input runs fastest
        table.push_back(i % 2 == 0 ? 0xffff : 0);
        table.push_back(0x8080);
        table.push_back(0x8080);
    }
    cmsPipeline* pipeline = cmsPipelineAlloc(nullptr, 4, 3);
    cmsPipelineInsertStage(pipeline, cmsAT_BEGIN, cmsStageAllocToneCurves(nullptr, 4, nullptr));
    cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocCLut16bit(nullptr, 2, 4, 3, table.data()));
    cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocToneCurves(nullptr, 3, nullptr));
    cmsWriteTag(profile, cmsSigAToB0Tag, pipeline);
    cmsPipelineFree(pipeline);
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(profile, nullptr, &size);
    Bytes bytes(size);
    cmsSaveProfileToMem(profile, bytes.data(), &size);
    cmsCloseProfile(profile);
    return bytes;
}

Bytes rgbProfile()
{
    cmsHPROFILE profile = cmsCreate_sRGBProfile();
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(profile, nullptr, &size);
    Bytes bytes(size);
    cmsSaveProfileToMem(profile, bytes.data(), &size);
    cmsCloseProfile(profile);
    return bytes;
}

std::array<std::uint8_t, 3> convert(const CmykConverter& converter, std::array<std::uint8_t, 4> cmyk)
{
    std::array<std::uint8_t, 3> rgb{};
    converter.convertRow(cmyk.data(), rgb.data(), 1);
    return rgb;
}

} // namespace

class TestColour : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void scalesToEightBits_data()
    {
        QTest::addColumn<int>("maximum");
        for (const int maximum : {1, 3, 15, 100, 255, 1000, 4095, 65535})
            QTest::addRow("%d", maximum) << maximum;
    }

    void scalesToEightBits()
    {
        QFETCH(int, maximum);
        for (int v = 0; v <= maximum; ++v) {
            const auto expected = static_cast<int>(v * 255.0 / maximum + 0.5);
            QCOMPARE(static_cast<int>(scaleTo8Bit(static_cast<std::uint32_t>(v), static_cast<std::uint32_t>(maximum))),
                     expected);
        }
    }

    void formula_data()
    {
        QTest::addColumn<QByteArray>("cmyk"); // ink, 255 = full, in hexadecimal
        QTest::addColumn<QByteArray>("rgb");
        QTest::newRow("paper") << QByteArray("00000000") << QByteArray("ffffff");
        QTest::newRow("black") << QByteArray("000000ff") << QByteArray("000000");
        QTest::newRow("cyan") << QByteArray("ff000000") << QByteArray("00ffff");
        QTest::newRow("magenta") << QByteArray("00ff0000") << QByteArray("ff00ff");
        QTest::newRow("yellow") << QByteArray("0000ff00") << QByteArray("ffff00");
        QTest::newRow("all") << QByteArray("ffffffff") << QByteArray("000000");
        // 155 * 205 / 255 = 124.6, 105 * 205 / 255 = 84.4, 55 * 205 / 255 = 44.2
        QTest::newRow("mixed") << QByteArray("6496c832") << QByteArray("7d542c");
    }

    void formula()
    {
        QFETCH(QByteArray, cmyk);
        QFETCH(QByteArray, rgb);
        const QByteArray ink = QByteArray::fromHex(cmyk);
        std::array<std::uint8_t, 4> plain{};
        std::array<std::uint8_t, 4> inverted{};
        for (std::size_t c = 0; c < 4; ++c) {
            plain[c] = static_cast<std::uint8_t>(ink[static_cast<qsizetype>(c)]);
            inverted[c] = static_cast<std::uint8_t>(255 - plain[c]);
        }
        for (const auto& got : {convert(CmykConverter({}, false), plain), convert(CmykConverter({}, true), inverted)})
            QCOMPARE(QByteArray(reinterpret_cast<const char*>(got.data()), 3).toHex(), rgb);
        QVERIFY(CmykConverter({}, false).note().find("formula") != std::string::npos);
    }

    void profileIsUsed()
    {
        const Bytes profile = blackOnlyProfile();
        const CmykConverter plain(profile, false);
        const CmykConverter inverted(profile, true);
        QVERIFY2(plain.note().find("through its colour profile") != std::string::npos, plain.note().c_str());
        const auto paper = convert(plain, {0, 0, 0, 0});
        QVERIFY(paper[0] >= 254 && paper[1] >= 254 && paper[2] >= 254);
        QVERIFY(convert(plain, {255, 0, 0, 0}) == paper);
        QVERIFY(convert(inverted, {0, 255, 255, 255}) == paper);
        const auto black = convert(plain, {0, 0, 0, 255});
        QVERIFY(black[0] <= 1 && black[1] <= 1 && black[2] <= 1);
        // Lightness 50 is sRGB 119 in all channels (CIE 1976: Y = ((50 + 16) / 116)^3 = 0.1842).
        const auto middle = convert(plain, {0, 0, 0, 128});
        for (const std::uint8_t value : middle)
            QVERIFY(value >= 116 && value <= 120);
        QVERIFY(convert(inverted, {255, 255, 255, 127}) == middle);
    }

    void unusableProfilesFallBack()
    {
        for (const Bytes& profile : {bytesOf("not a profile"), rgbProfile(), Bytes(20'000'000)}) {
            const CmykConverter converter(profile, false);
            QVERIFY(converter.note().find("not usable") != std::string::npos);
            QCOMPARE(static_cast<int>(convert(converter, {255, 0, 0, 0})[0]), 0);
        }
    }

    /// The profile reaches the converter from JPEG (inverted) and TIFF (not inverted).
    void profilesInFiles()
    {
        JpegOptions jpeg;
        jpeg.profile = blackOnlyProfile();
        const Raster cyan = makeRaster(16, 16, 4, 8, [](int, int, int c) { return c == 0 ? 255 : 0; });
        Raster stored = cyan;
        for (std::uint16_t& sample : stored.samples)
            sample = static_cast<std::uint16_t>(255 - sample);
        TiffOptions tiff;
        tiff.profile = jpeg.profile;
        for (const Bytes& file : {encodeJpeg(stored, jpeg), encodeTiff(cyan, tiff)}) {
            const auto image = decodeImage(file);
            QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
            QVERIFY(hasNote(**image, "through its colour profile"));
            for (const std::uint8_t value : (*image)->rgb)
                QVERIFY(value >= 252);
        }
    }
};

HALFLENS_TEST(TestColour)
#include "tst_colour.moc"
