// SPDX-License-Identifier: BSD-3-Clause
// Files as other programs write and keep them, odd but whole: beside each the file it must equal.
#include "core/image/decode.h"
#include "tests/support/test_case.h"
#include "tests/unit/image/encode.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

Result<std::shared_ptr<const Image>> open(const QString& name, const DecodeOptions& options = {})
{
    return readImage((QStringLiteral(HALFLENS_SOURCE_DIR "/tests/data/images/") + name).toStdString(), options);
}

} // namespace

class TestImageCases : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalToItsControl_data()
    {
        QTest::addColumn<QString>("control");
        QTest::addColumn<QString>("note");
        const auto row = [](const char* name, const char* control, const char* note) {
            QTest::newRow(name) << QString::fromLatin1(control) << QString::fromLatin1(note);
        };
        row("jpeg_scan_header_se_0.jpg", "jpeg_control_baseline.jpg", "scan header");
        row("jpeg_progressive_without_end_marker.jpg", "jpeg_control_progressive.jpg", "end marker");
        row("jpeg_orientation_6_as_long.jpg", "jpeg_orientation_6_as_short_control.jpg", "");
        row("png_window_too_small.png", "png_control_window.png", "window");
        row("bmp_without_last_filler_byte.bmp", "bmp_control.bmp", "filler");
    }

    void equalToItsControl()
    {
        QFETCH(QString, control);
        QFETCH(QString, note);
        const auto expected = open(control);
        QVERIFY2(expected.has_value(), expected ? "" : expected.error().message().c_str());
        QVERIFY((*expected)->origin.notes.empty());
        const auto image = open(QString::fromLatin1(QTest::currentDataTag()));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QCOMPARE((*image)->contentHash, (*expected)->contentHash);
        QVERIFY(!(*image)->origin.isPartial);
        QCOMPARE((*image)->origin.notes.empty(), note.isEmpty());
        if (!note.isEmpty())
            QVERIFY2(hasNote(**image, note.toStdString()), (*image)->origin.notes.front().c_str());
    }

    void orientationIsUndone()
    {
        const auto image = open(QStringLiteral("jpeg_orientation_6_as_long.jpg"));
        QVERIFY(image.has_value());
        QVERIFY((*image)->origin.orientationApplied);
    }

    /// A legal file, but not the picture it was: said in a note.
    void missingScansAreNoted()
    {
        const auto image = open(QStringLiteral("jpeg_progressive_first_scan_only_with_end_marker.jpg"));
        QVERIFY(image.has_value());
        QVERIFY(hasNote(**image, "scans are missing"));
        QVERIFY(!(*image)->origin.isPartial);
    }

    /// A map as the program writes it opens, and says how its values became greys.
    void floatMap()
    {
        const auto image = open(QStringLiteral("tiff_float32_like_our_own_maps.tiff"));
        QVERIFY2(image.has_value(), image ? "" : image.error().message().c_str());
        QVERIFY(hasNote(**image, "32-bit floating-point values"));
    }

    void rawIsNotItsThumbnail()
    {
        const auto image = open(QStringLiteral("tiff_dng_thumbnail_first.dng"));
        QVERIFY(!image.has_value());
        QCOMPARE(image.error().code, ErrorCode::Unsupported);
        QVERIFY2(image.error().reason.find("camera raw files (DNG)") != std::string::npos,
                 image.error().reason.c_str());
    }
};

HALFLENS_TEST(TestImageCases)
#include "tst_image_cases.moc"
