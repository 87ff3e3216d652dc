// SPDX-License-Identifier: BSD-3-Clause
// Element conversion against values known by hand and against the compiler's own binary16.
#include "core/checkpoint/element_type.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>

using namespace halflens;

class TestElementType : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void halfRoundTrip();
    void halfKnownValues_data();
    void halfKnownValues();
    void halfTiesAndNeighbours();
    void convert();
    void doubleOutOfRange();
    void counts_data();
    void counts();
};

void TestElementType::halfRoundTrip()
{
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const float value = halfToFloat(static_cast<std::uint16_t>(bits));
        if (std::isnan(value)) {
            QVERIFY((bits & 0x7c00u) == 0x7c00u && (bits & 0x3ffu) != 0);
            QVERIFY(std::isnan(halfToFloat(floatToHalf(value))));
        } else {
            QCOMPARE(floatToHalf(value), static_cast<std::uint16_t>(bits));
        }
    }
}

void TestElementType::halfKnownValues_data()
{
    QTest::addColumn<float>("value");
    QTest::addColumn<int>("bits");
    QTest::newRow("one") << 1.0F << 0x3c00;
    QTest::newRow("minus two") << -2.0F << 0xc000;
    QTest::newRow("third") << 1.0F / 3 << 0x3555;
    QTest::newRow("largest") << 65504.0F << 0x7bff;
    QTest::newRow("just below overflow") << 65519.996F << 0x7bff;
    QTest::newRow("overflow") << 65520.0F << 0x7c00;
    QTest::newRow("smallest normal") << 0x1p-14F << 0x0400;
    QTest::newRow("largest subnormal") << 0x3ffp-24F << 0x03ff;
    QTest::newRow("smallest subnormal") << 0x1p-24F << 0x0001;
    QTest::newRow("half of the smallest is a tie to zero") << 0x1p-25F << 0x0000;
    QTest::newRow("a little more is not") << 0x1.000002p-25F << 0x0001;
    QTest::newRow("float subnormal") << 1e-40F << 0x0000;
    QTest::newRow("negative zero") << -0.0F << 0x8000;
    QTest::newRow("infinity") << std::numeric_limits<float>::infinity() << 0x7c00;
}

void TestElementType::halfKnownValues()
{
    QFETCH(float, value);
    QFETCH(int, bits);
    QCOMPARE(static_cast<int>(floatToHalf(value)), bits);
}

void TestElementType::halfTiesAndNeighbours()
{
    // Between two neighbouring halves: the middle goes to the even one, a hair beside it to the nearer.
    for (std::uint16_t bits = 0; bits < 0x7bff; ++bits) {
        const float low = halfToFloat(bits);
        const float high = halfToFloat(static_cast<std::uint16_t>(bits + 1));
        const float middle = low + (high - low) / 2;
        const auto even = static_cast<std::uint16_t>(bits % 2 == 0 ? bits : bits + 1);
        QCOMPARE(floatToHalf(middle), even);
        QCOMPARE(floatToHalf(std::nextafter(middle, low)), bits);
        QCOMPARE(floatToHalf(std::nextafter(middle, high)), static_cast<std::uint16_t>(bits + 1));
    }
}

namespace {

template<class T> std::vector<float> converted(ElementType type, const std::vector<T>& stored)
{
    // One byte of offset: the source of a conversion need not be aligned.
    const std::span<const std::byte> source = std::as_bytes(std::span(stored));
    std::vector<std::uint8_t> bytes(1);
    for (const std::byte byte : source)
        bytes.push_back(std::to_integer<std::uint8_t>(byte));
    std::vector<float> out(stored.size());
    convertElements(type, std::span(bytes).subspan(1), out);
    return out;
}

} // namespace

void TestElementType::convert()
{
    using Floats = std::vector<float>;
    QCOMPARE(converted(ElementType::Float32, Floats{1.5F, -2.0F}), (Floats{1.5F, -2.0F}));
    QCOMPARE(converted(ElementType::Float64, std::vector<double>{0.1, -3.0}), (Floats{0.1F, -3.0F}));
    QCOMPARE(converted(ElementType::Float16, std::vector<std::uint16_t>{0x3c00, 0xc000}), (Floats{1.0F, -2.0F}));
    QCOMPARE(converted(ElementType::BFloat16, std::vector<std::uint16_t>{0x3f80, 0xc0a0}), (Floats{1.0F, -5.0F}));
    QCOMPARE(converted(ElementType::Int8, std::vector<std::int8_t>{-128, 127}), (Floats{-128.0F, 127.0F}));
    QCOMPARE(converted(ElementType::UInt8, std::vector<std::uint8_t>{0, 255}), (Floats{0.0F, 255.0F}));
    QCOMPARE(converted(ElementType::Bool, std::vector<std::uint8_t>{0, 1, 7}), (Floats{0.0F, 1.0F, 1.0F}));
    QCOMPARE(converted(ElementType::Int16, std::vector<std::int16_t>{-300, 300}), (Floats{-300.0F, 300.0F}));
    QCOMPARE(converted(ElementType::Int32, std::vector<std::int32_t>{-70000, 1 << 30}), (Floats{-70000.0F, 0x1p30F}));
    QCOMPARE(converted(ElementType::Int64, std::vector<std::int64_t>{-1, 1LL << 60}), (Floats{-1.0F, 0x1p60F}));
    QCOMPARE(converted(ElementType::Int64, std::vector<std::int64_t>{}), Floats{});
    QCOMPARE(converted(ElementType::UInt16, std::vector<std::uint16_t>{0, 65535}), (Floats{0.0F, 65535.0F}));
    QCOMPARE(converted(ElementType::UInt32, std::vector<std::uint32_t>{1, 1U << 31}), (Floats{1.0F, 0x1p31F}));
    QCOMPARE(converted(ElementType::UInt64, std::vector<std::uint64_t>{1, 1ULL << 63}), (Floats{1.0F, 0x1p63F}));
    QCOMPARE(converted(ElementType::Float8E4M3, std::vector<std::uint8_t>{0, 1, 8, 0x38, 0xb8, 0x7e}),
             (Floats{0.0F, 0x1p-9F, 0x1p-6F, 1.0F, -1.0F, 448.0F}));
    QCOMPARE(converted(ElementType::Float8E5M2, std::vector<std::uint8_t>{0, 1, 0x3c, 0xbc, 0x7b}),
             (Floats{0.0F, 0x1p-16F, 1.0F, -1.0F, 57344.0F}));
    QVERIFY(std::isnan(converted(ElementType::Float8E4M3, std::vector<std::uint8_t>{0xff})[0]));
    QVERIFY(isReal(ElementType::Float8E5M2) && !isReal(ElementType::Complex128));
}

void TestElementType::doubleOutOfRange()
{
    const auto out = converted(ElementType::Float64, std::vector<double>{1e300, -1e300, std::nan("")});
    QVERIFY(std::isinf(out[0]) && out[0] > 0);
    QVERIFY(std::isinf(out[1]) && out[1] < 0);
    QVERIFY(std::isnan(out[2]));
}

void TestElementType::counts_data()
{
    QTest::addColumn<QList<qint64>>("shape");
    QTest::addColumn<qint64>("count"); // -1: refused
    QTest::newRow("scalar") << QList<qint64>{} << qint64(1);
    QTest::newRow("matrix") << QList<qint64>{3, 4} << qint64(12);
    QTest::newRow("empty") << QList<qint64>{3, 0} << qint64(0);
    QTest::newRow("empty beside huge") << QList<qint64>{INT64_MAX, INT64_MAX, 0} << qint64(0);
    QTest::newRow("negative") << QList<qint64>{3, -1} << qint64(-1);
    QTest::newRow("negative beside zero") << QList<qint64>{0, -1} << qint64(-1);
    QTest::newRow("overflow") << QList<qint64>{1LL << 32, 1LL << 32} << qint64(-1);
}

void TestElementType::counts()
{
    QFETCH(QList<qint64>, shape);
    QFETCH(qint64, count);
    const auto got = valueCount(Shape(shape.begin(), shape.end()));
    QCOMPARE(got ? static_cast<qint64>(*got) : -1, count);
}

HALFLENS_TEST(TestElementType)
#include "tst_element_type.moc"
