// SPDX-License-Identifier: BSD-3-Clause
// Caffe files assembled field by field: both layer generations, packed and unpacked data, damage.
#include "core/checkpoint/caffemodel.h"
#include "tests/support/test_case.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>

using namespace halflens;

namespace {

using ByteVector = std::vector<std::uint8_t>;

/// A protobuf message under construction.
class Message {
public:
    Message& varint(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            m_bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
        m_bytes.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Message& number(int field, std::int64_t value)
    {
        return varint(static_cast<std::uint64_t>(field) << 3).varint(static_cast<std::uint64_t>(value));
    }
    Message& bytes(int field, const ByteVector& value)
    {
        varint(static_cast<std::uint64_t>(field) << 3 | 2).varint(value.size());
        return raw(value);
    }
    Message& bytes(int field, const Message& value) { return bytes(field, value.m_bytes); }
    Message& text(int field, const std::string& value) { return bytes(field, ByteVector(value.begin(), value.end())); }
    template<class T> Message& packed(int field, const std::vector<T>& values)
    {
        ByteVector data(values.size() * sizeof(T));
        std::memcpy(data.data(), values.data(), data.size());
        return bytes(field, data);
    }
    Message& unpacked(int field, const std::vector<float>& values)
    {
        for (const float value : values) {
            varint(static_cast<std::uint64_t>(field) << 3 | 5);
            ByteVector data(4);
            std::memcpy(data.data(), &value, 4);
            raw(data);
        }
        return *this;
    }
    Message& raw(const ByteVector& value)
    {
        m_bytes.insert(m_bytes.end(), value.begin(), value.end());
        return *this;
    }
    const ByteVector& get() const { return m_bytes; }

private:
    ByteVector m_bytes;
};

Message oldBlob(int num, int channels, int height, int width)
{
    return Message().number(1, num).number(2, channels).number(3, height).number(4, width);
}

Message newBlob(const std::vector<std::int64_t>& shape, bool packed)
{
    Message dims;
    for (const std::int64_t extent : shape) {
        if (packed)
            dims.varint(static_cast<std::uint64_t>(extent));
        else
            dims.number(1, extent);
    }
    return packed ? Message().bytes(7, Message().bytes(1, dims)) : Message().bytes(7, dims);
}

/// A network of one convolution of the old generation, with the given blobs, among other fields.
Message oldNet(const std::vector<Message>& blobs)
{
    Message layer;
    layer.text(2, "data").text(3, "conv1_1").text(4, "conv1_1").number(5, 4);
    for (const Message& blob : blobs)
        layer.bytes(6, blob);
    layer.bytes(10, Message().number(1, 64)).unpacked(7, {1, 2});
    Message data = Message().text(4, "data").number(5, 33);
    return Message().text(1, "objectness").bytes(2, data).bytes(2, data).bytes(2, layer).number(5, 1);
}

const std::vector<float> Four{1, 2, 3, 4};

} // namespace

class TestCaffemodel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oldGeneration();
    void newGeneration_data();
    void newGeneration();
    void moreBlobs();
    void refuses_data();
    void refuses();
    void truncatedEverywhere();
    void overwrittenBytes();
    void recognised();
};

void TestCaffemodel::oldGeneration()
{
    for (const bool packed : {true, false}) {
        const auto data = [&](Message blob, const std::vector<float>& values) {
            return packed ? blob.packed(5, values) : blob.unpacked(5, values);
        };
        const auto archive =
            parseCaffemodel(oldNet({data(oldBlob(2, 1, 1, 2), Four), data(oldBlob(1, 1, 1, 2), {5, 6})}).get());
        QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
        QCOMPARE(archive->format, std::string("caffemodel"));
        QCOMPARE(archive->metadata.at("name"), std::string("objectness"));
        QCOMPARE(archive->tensors.size(), std::size_t(2));
        QCOMPARE(archive->tensors[0].name, std::string("conv1_1.weight"));
        QVERIFY(archive->tensors[0].tensor == (Tensor{{2, 1, 1, 2}, Four}));
        QCOMPARE(archive->tensors[1].name, std::string("conv1_1.bias"));
        QVERIFY(archive->tensors[1].tensor == (Tensor{{2}, {5, 6}}));
    }
}

void TestCaffemodel::newGeneration_data()
{
    QTest::addColumn<bool>("packedShape");
    QTest::addColumn<bool>("packedData");
    QTest::addColumn<bool>("doubles");
    QTest::newRow("as Caffe writes it") << true << true << false;
    QTest::newRow("all unpacked") << false << false << false;
    QTest::newRow("double precision") << true << true << true;
}

void TestCaffemodel::newGeneration()
{
    QFETCH(bool, packedShape);
    QFETCH(bool, packedData);
    QFETCH(bool, doubles);
    Message blob = newBlob({2, 2}, packedShape);
    if (doubles)
        blob.packed(8, std::vector<double>{1, 2, 3, 4});
    else if (packedData)
        blob.packed(5, Four);
    else
        blob.unpacked(5, Four);
    Message layer = Message().text(1, "fc8_voc12").text(2, "InnerProduct").bytes(7, blob);
    const auto archive = parseCaffemodel(Message().bytes(100, layer).get());
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors[0].name, std::string("fc8_voc12.weight"));
    QVERIFY(archive->tensors[0].tensor == (Tensor{{2, 2}, Four}));
}

void TestCaffemodel::moreBlobs()
{
    // A batch norm has three; data in two pieces are joined; a shape of one value needs no extents.
    const Message split =
        newBlob({4}, true).packed(5, std::vector<float>{1, 2}).unpacked(5, {3}).packed(5, std::vector<float>{4});
    const Message scalar = Message().bytes(7, ByteVector()).packed(5, std::vector<float>{9});
    Message layer = Message().text(1, "bn").bytes(7, split).bytes(7, split).bytes(7, scalar);
    const auto archive = parseCaffemodel(Message().bytes(100, layer).get());
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors.size(), std::size_t(3));
    QVERIFY(archive->tensors[1].tensor == (Tensor{{4}, Four}));
    QCOMPARE(archive->tensors[2].name, std::string("bn.2"));
    QVERIFY(archive->tensors[2].tensor == (Tensor{{}, {9}}));
}

void TestCaffemodel::refuses_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const Message& message, const char* reason) {
        const ByteVector& bytes = message.get();
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()))
                            << QByteArray(reason);
    };
    row("no weights", oldNet({}), "holds no weights");
    row("negative extent", oldNet({oldBlob(-1, 1, 1, 4).packed(5, Four)}), "impossible shape [-1, 1, 1, 4]");
    row("overflow", oldNet({oldBlob(1 << 30, 1 << 30, 1 << 30, 4).packed(5, Four)}), "impossible shape");
    row("claims 2^60 values", oldNet({newBlob({1LL << 60}, true).packed(5, Four)}), "more values");
    row("too few values", oldNet({oldBlob(2, 1, 1, 4).packed(5, Four)}), "has 4 values");
    row("too many values", oldNet({oldBlob(1, 1, 1, 2).packed(5, Four)}), "has 4 values");
    row("no values", oldNet({oldBlob(1, 1, 1, 2)}), "has 0 values");
    row("odd number of bytes", oldNet({oldBlob(1, 1, 1, 2).bytes(5, ByteVector(9))}), "has 2 values");
    row("no shape", oldNet({Message().packed(5, Four)}), "cannot be read");
    row("rank of 40", oldNet({newBlob(std::vector<std::int64_t>(40, 1), true).packed(5, Four)}), "cannot be read");
    row("rank of 40, unpacked", oldNet({newBlob(std::vector<std::int64_t>(40, 1), false).packed(5, Four)}),
        "cannot be read");
    row("broken shape", oldNet({Message().bytes(7, Message().bytes(1, ByteVector{0x80})).packed(5, Four)}),
        "cannot be read");
    row("group", oldNet({}).raw({0x13}), "cut off");
    row("field 0", oldNet({}).raw({0x00, 0x00}), "cut off");
    row("endless varint", oldNet({}).raw(ByteVector(20, 0xff)), "cut off");
    row("length beyond the end", oldNet({}).raw({0x12, 0xff, 0xff, 0xff, 0xff, 0x0f}), "cut off");
    row("length of 2^64", oldNet({}).raw({0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}),
        "cut off");
    const Message layer = Message().text(1, "a").bytes(7, newBlob({4}, true).packed(5, Four));
    row("two layers of one name", Message().bytes(100, layer).bytes(100, layer), "two layers");
}

void TestCaffemodel::refuses()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, reason);
    const auto archive = parseCaffemodel(ByteVector(file.begin(), file.end()));
    QVERIFY(!archive);
    QVERIFY2(archive.error().reason.find(reason.toStdString()) != std::string::npos, archive.error().reason.c_str());
}

void TestCaffemodel::truncatedEverywhere()
{
    Message layer = Message().text(1, "fc").bytes(7, newBlob({2, 2}, true).packed(5, Four));
    const ByteVector bytes = Message().text(1, "net").bytes(100, layer).get();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const ByteVector cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
        QVERIFY2(!parseCaffemodel(cut), std::to_string(length).c_str());
    }
}

void TestCaffemodel::overwrittenBytes()
{
    ByteVector bytes = oldNet({oldBlob(2, 1, 1, 2).packed(5, Four), oldBlob(1, 1, 1, 2).unpacked(5, {5, 6})}).get();
    for (std::uint8_t& byte : bytes) {
        const std::uint8_t original = byte;
        for (int value = 0; value < 256; ++value) {
            byte = static_cast<std::uint8_t>(value);
            (void)looksLikeCaffemodel(bytes);
            (void)parseCaffemodel(bytes).has_value();
        }
        byte = original;
    }
}

void TestCaffemodel::recognised()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("net.bin"));
    const ByteVector bytes = oldNet({oldBlob(2, 1, 1, 2).packed(5, Four)}).get();
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
    file.close();
    const auto archive = readCheckpoint(path.toStdString());
    QVERIFY(archive.has_value());
    QCOMPARE(archive->format, std::string("caffemodel"));
    const std::string prose = "This text is no checkpoint at all.";
    QVERIFY(!looksLikeCaffemodel(ByteVector(prose.begin(), prose.end())));
    QVERIFY(!looksLikeCaffemodel({}));
}

HALFLENS_TEST(TestCaffemodel)
#include "tst_caffemodel.moc"
