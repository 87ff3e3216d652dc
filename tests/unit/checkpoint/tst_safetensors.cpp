// SPDX-License-Identifier: BSD-3-Clause
// safetensors: round trips, exact bytes, and every way a header can lie.
#include "core/checkpoint/safetensors.h"
#include "tests/support/test_case.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>

using namespace halflens;

namespace {

std::vector<std::uint8_t> fileOf(const std::string& header, std::size_t dataBytes)
{
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 8; ++i)
        bytes.push_back(static_cast<std::uint8_t>(header.size() >> (8 * i)));
    for (const char c : header)
        bytes.push_back(static_cast<std::uint8_t>(c));
    for (std::size_t i = 0; i < dataBytes; ++i)
        bytes.push_back(static_cast<std::uint8_t>(i));
    return bytes;
}

StateDict sample()
{
    return {{"b.weight", {{2, 3}, {1, -2, 3.5F, 0, 1e-3F, 65504}}},
            {"a.bias", {{3}, {0.25F, 0.5F, -1}}},
            {"c", {{}, {7}}},
            {"empty", {{0, 4}, {}}}};
}

} // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrip();
    void exactBytes();
    void float16Storage();
    void writeRefuses();
    void headerOrder();
    void elementTypes_data();
    void elementTypes();
    void others();
    void refuses_data();
    void refuses();
    void truncatedEverywhere();
    void deepNesting();
    void limits();
    void file();
};

void TestSafetensors::roundTrip()
{
    const auto bytes = safetensorsBytes(sample(), {{"format", "pt"}, {"note", "ünïcode \"quoted\""}});
    QVERIFY(bytes.has_value());
    QVERIFY(looksLikeSafetensors(*bytes));
    const auto archive = parseSafetensors(*bytes);
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->format, std::string("safetensors"));
    QCOMPARE(archive->metadata.at("note"), std::string("ünïcode \"quoted\""));
    QCOMPARE(archive->tensors.size(), std::size_t(4));
    for (const NamedTensor& named : archive->tensors)
        QVERIFY2(sample().at(named.name) == named.tensor, named.name.c_str());
    std::size_t dataBegin = 8;
    std::memcpy(&dataBegin, bytes->data(), 8);
    QCOMPARE((8 + dataBegin) % 8, std::size_t(0));
}

void TestSafetensors::exactBytes()
{
    const StateDict tensors{{"b", {{1}, {1.0F}}}, {"a", {{2}, {0.5F, 2.0F}}}};
    const auto bytes = safetensorsBytes(tensors, {{"k", "v"}}, {"a"});
    QVERIFY(bytes.has_value());
    const std::string header = R"({"__metadata__":{"k":"v"},"a":{"data_offsets":[4,8],"dtype":"F16","shape":[2]},)"
                               R"("b":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})";
    std::string padded = header;
    padded.append((8 - padded.size() % 8) % 8, ' ');
    std::vector<std::uint8_t> expected = fileOf(padded, 0);
    for (const int byte : {0x00, 0x00, 0x80, 0x3f, 0x00, 0x38, 0x00, 0x40})
        expected.push_back(static_cast<std::uint8_t>(byte));
    QCOMPARE(*bytes, expected);
}

void TestSafetensors::float16Storage()
{
    const auto bytes = safetensorsBytes(sample(), {}, {"b.weight"});
    QVERIFY(bytes.has_value());
    const auto archive = parseSafetensors(*bytes);
    QVERIFY(archive.has_value());
    for (const NamedTensor& named : archive->tensors) {
        const Tensor original = sample().at(named.name);
        QCOMPARE(named.tensor.shape, original.shape);
        for (std::size_t i = 0; i < original.values.size(); ++i)
            QVERIFY(std::abs(named.tensor.values[i] - original.values[i]) <= std::abs(original.values[i]) / 2048);
    }
}

void TestSafetensors::writeRefuses()
{
    QVERIFY(!safetensorsBytes({{"a", {{2}, {1}}}}));
    QVERIFY(!safetensorsBytes({{"__metadata__", {{1}, {1}}}}));
    QVERIFY(!safetensorsBytes({{"a\xff", {{1}, {1}}}}));
    QVERIFY(!safetensorsBytes({{"a", {{1}, {70000}}}}, {}, {"a"}));
    QVERIFY(!safetensorsBytes({{"a", {{1}, {1}}}}, {}, {"b"}));
    QVERIFY(safetensorsBytes({{"a", {{1}, {INFINITY}}}}, {}, {"a"}).has_value());
}

void TestSafetensors::headerOrder()
{
    const auto archive = parseSafetensors(fileOf(R"({"z":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},)"
                                                 R"("a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}   )",
                                                 2));
    QVERIFY(archive.has_value());
    QCOMPARE(archive->tensors[0].name, std::string("z"));
    QCOMPARE(archive->tensors[0].tensor.values, std::vector<float>{1});
    QCOMPARE(archive->tensors[1].name, std::string("a"));
    QCOMPARE(archive->tensors[1].tensor.values, std::vector<float>{0});
}

void TestSafetensors::elementTypes_data()
{
    QTest::addColumn<int>("size");
    for (const auto& [name, size] : {std::pair{"F16", 2},
                                     {"BF16", 2},
                                     {"F32", 4},
                                     {"F64", 8},
                                     {"I8", 1},
                                     {"U8", 1},
                                     {"BOOL", 1},
                                     {"I16", 2},
                                     {"I32", 4},
                                     {"I64", 8},
                                     {"U16", 2},
                                     {"U32", 4},
                                     {"U64", 8},
                                     {"F8_E4M3", 1},
                                     {"F8_E5M2", 1}})
        QTest::newRow(name) << size;
}

void TestSafetensors::elementTypes()
{
    QFETCH(int, size);
    const std::string head =
        std::string(R"({"a":{"dtype":")") + QTest::currentDataTag() + R"(","shape":[2],"data_offsets":[0,)";
    QVERIFY(parseSafetensors(fileOf(head + std::to_string(2 * size) + "]}}", static_cast<std::size_t>(2 * size)))
                .has_value());
    QVERIFY(
        !parseSafetensors(fileOf(head + std::to_string(2 * size + 1) + "]}}", static_cast<std::size_t>(2 * size + 1))));
}

void TestSafetensors::others()
{
    // Counters and types that no weight has; nothing of it keeps the weights from being read.
    const auto archive =
        parseSafetensors(fileOf(R"({"module.a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                R"("module.odd":{"dtype":"F8_E8M0","shape":[1],"data_offsets":[1,2]},)"
                                R"("module.bn.num_batches_tracked":{"dtype":"U8","shape":[],"data_offsets":[2,3]},)"
                                R"("n_averaged":{"dtype":"U8","shape":[],"data_offsets":[3,4]},)"
                                R"("module.b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}})",
                                5));
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors.size(), std::size_t(2));
    QCOMPARE(archive->tensors[0].name, std::string("module.a"));
    QCOMPARE(archive->tensors[1].name, std::string("module.b"));
    QCOMPARE(archive->tensors[1].tensor.values, std::vector<float>{4});
    QCOMPARE(archive->passedOver, std::vector<std::string>{"module.odd (element type F8_E8M0)"});
}

void TestSafetensors::refuses_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<int>("dataBytes");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const char* header, int dataBytes, const char* reason) {
        QTest::newRow(name) << QByteArray(header) << dataBytes << QByteArray(reason);
    };
    row("not JSON", "{\"a\":", 4, "not JSON");
    row("no object", "[]", 0, "a list in the wrong place");
    row("number", "17", 0, "a number in the wrong place");
    row("two documents", "{}{}", 0, "not JSON");
    row("null entry", R"({"a":null})", 0, "null");
    row("text entry", R"({"a":"b"})", 0, "a text in the wrong place");
    row("boolean", R"({"a":{"dtype":true}})", 0, "true or false");
    row("unknown field", R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":{}}})", 4,
        "an object in the wrong place");
    row("no dtype", R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4, "incomplete");
    row("no shape", R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "incomplete");
    row("one offset", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "incomplete");
    row("three offsets", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}})", 4, "more than two");
    row("metadata of numbers", R"({"__metadata__":{"a":1}})", 0, "a number in the wrong place");
    row("twice",
        R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
        2, "twice");
    row("field twice", R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1, "twice");
    row("unknown type only", R"({"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}})", 1, "a (element type F4)");
    row("negative extent", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "negative");
    row("fractional extent", R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "not a whole number");
    row("huge extent", R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4,
        "impossible shape");
    row("shape overflow", R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
        "impossible shape");
    row("byte overflow", R"({"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}})", 0,
        "more values");
    row("too few bytes", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "does not fill");
    row("beyond the end", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4, "8 bytes");
    row("unused data", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8, "4 bytes");
    row("backwards", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "overlaps");
    row("backwards after another",
        R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,2]}})",
        2, "overlaps");
    row("gap", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2, "gap");
    row("overlap",
        R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
        3, "overlaps");
    row("same bytes",
        R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
        2, "overlaps");
    row("bad text", "{\"\xff\":{}}", 0, "not JSON");
}

void TestSafetensors::refuses()
{
    QFETCH(QByteArray, header);
    QFETCH(int, dataBytes);
    QFETCH(QByteArray, reason);
    const auto archive = parseSafetensors(fileOf(header.toStdString(), static_cast<std::size_t>(dataBytes)));
    QVERIFY(!archive);
    QVERIFY2(archive.error().reason.find(reason.toStdString()) != std::string::npos, archive.error().reason.c_str());
}

void TestSafetensors::truncatedEverywhere()
{
    const auto bytes = safetensorsBytes(sample());
    QVERIFY(bytes.has_value());
    for (std::size_t length = 0; length < bytes->size(); ++length) {
        const std::vector<std::uint8_t> cut(bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(length));
        QVERIFY2(!parseSafetensors(cut), std::to_string(length).c_str());
    }
    std::vector<std::uint8_t> lying = *bytes;
    std::memset(lying.data(), 0xff, 8);
    QVERIFY(!parseSafetensors(lying));
}

void TestSafetensors::deepNesting()
{
    QVERIFY(!parseSafetensors(fileOf(std::string(1'000'000, '['), 0)));
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    QVERIFY(!parseSafetensors(fileOf(objects, 0)));
}

void TestSafetensors::limits()
{
    const auto bytes = safetensorsBytes(sample());
    QVERIFY(bytes.has_value());
    QVERIFY(!parseSafetensors(*bytes, {.maxTensors = 3}));
    QVERIFY(!parseSafetensors(*bytes, {.maxValues = 9}));
    QVERIFY(parseSafetensors(*bytes, {.maxTensors = 4, .maxValues = 10}).has_value());
}

void TestSafetensors::file()
{
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath(QStringLiteral("w.bin")).toStdString();
    QVERIFY(writeSafetensors(path, sample()).has_value());
    const auto archive = readCheckpoint(path);
    QVERIFY(archive.has_value());
    QCOMPARE(archive->format, std::string("safetensors"));
    QCOMPARE(archive->tensors.size(), std::size_t(4));

    const Status refused = writeSafetensors(path.parent_path() / "missing" / "w.bin", sample());
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::Io);

    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
    const auto cut = readCheckpoint(path);
    QVERIFY(!cut);
    QCOMPARE(cut.error().file, path.string());
    const auto missing = readCheckpoint(path.parent_path() / "nothing");
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::Io);
    std::filesystem::resize_file(path, 0);
    QCOMPARE(readCheckpoint(path).error().code, ErrorCode::Unsupported);
}

HALFLENS_TEST(TestSafetensors)
#include "tst_safetensors.moc"
