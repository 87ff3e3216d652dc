// SPDX-License-Identifier: BSD-3-Clause
// PyTorch files assembled byte by byte: both containers and the loading rules.
#include "core/checkpoint/torch_pickle.h"
#include "tests/support/test_case.h"
#include "tests/unit/checkpoint/torch_states.h"

#include <QTemporaryDir>
#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

void checkState(const Result<TensorArchive>& archive, const char* format)
{
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->format, std::string(format));
    QCOMPARE(archive->tensors.size(), std::size_t(3));
    QCOMPARE(archive->tensors[0].name, std::string("conv.weight"));
    QVERIFY(archive->tensors[0].tensor == (Tensor{{2, 3}, ramp(6)}));
    QCOMPARE(archive->tensors[1].name, std::string("conv.bias"));
    QVERIFY(archive->tensors[1].tensor == (Tensor{{2}, {6, 7}}));
    QCOMPARE(archive->tensors[2].name, std::string("bn.running_var"));
    QVERIFY(archive->tensors[2].tensor == (Tensor{{2}, {0.5F, 2}}));
}

} // namespace

class TestTorchPickle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void legacy();
    void zip_data();
    void zip();
    void wrappers_data();
    void wrappers();
    void strides_data();
    void strides();
    void elementTypes_data();
    void elementTypes();
    void parameter();
    void orderedDictFromPairs();
    void repeatedKeys();
    void newerProtocol();
    void recognised();
};

void TestTorchPickle::legacy()
{
    checkState(parseTorchLegacy(legacyFile(stateDict("").finish(), StateStorages)), "torch-legacy");
    checkState(parseTorchLegacy(legacyFile(stateDict("module.").finish(), StateStorages)), "torch-legacy");
    checkRefused(parseTorchLegacy(legacyFile(stateDict("").finish(), StateStorages, false)), "big-endian");
}

void TestTorchPickle::zip_data()
{
    QTest::addColumn<bool>("deflated");
    QTest::addColumn<bool>("wide");
    QTest::newRow("stored") << false << false;
    QTest::newRow("stored, 64-bit fields") << false << true;
    QTest::newRow("deflated") << true << false;
    QTest::newRow("deflated, 64-bit fields") << true << true;
}

void TestTorchPickle::zip()
{
    QFETCH(bool, deflated);
    QFETCH(bool, wide);
    const ByteVector bytes = stateZip("module.", deflated, wide);
    QVERIFY(looksLikeZip(bytes));
    checkState(parseTorchZip(bytes), "torch-zip");
}

void TestTorchPickle::wrappers_data()
{
    QTest::addColumn<QByteArray>("key");
    for (const char* key : {"params", "state_dict", "model"})
        QTest::newRow(key) << QByteArray(key);
}

void TestTorchPickle::wrappers()
{
    QFETCH(QByteArray, key);
    // Beside the dictionary stand other things, a number among them.
    Pickle object;
    object.op('}').op('(').text("epoch").integer(3).text(key.toStdString());
    object.op('}').text("a").tensor("FloatStorage", "0", 12, 0, {2}, {1}).op('s');
    object.text("best").op('G').raw(ByteVector(8)).op('u');
    const auto archive = parseTorchLegacy(legacyOf(object));
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors.size(), std::size_t(1));
    QCOMPARE(archive->tensors[0].name, std::string("a"));
    QCOMPARE(archive->metadata.at("wrapper"), key.toStdString());
}

void TestTorchPickle::strides_data()
{
    QTest::addColumn<QList<qint64>>("shape");
    QTest::addColumn<QList<qint64>>("stride");
    QTest::addColumn<qint64>("offset");
    QTest::addColumn<QList<float>>("values"); // empty: refused
    using L = QList<qint64>;
    using F = QList<float>;
    QTest::newRow("plain") << L{2, 3} << L{3, 1} << qint64(0) << F{0, 1, 2, 3, 4, 5};
    QTest::newRow("offset") << L{2, 3} << L{3, 1} << qint64(6) << F{6, 7, 8, 9, 10, 11};
    QTest::newRow("transposed") << L{3, 2} << L{1, 3} << qint64(0) << F{0, 3, 1, 4, 2, 5};
    QTest::newRow("every second") << L{3} << L{2} << qint64(1) << F{1, 3, 5};
    QTest::newRow("channels last") << L{1, 2, 2, 2} << L{8, 1, 4, 2} << qint64(0) << F{0, 2, 4, 6, 1, 3, 5, 7};
    QTest::newRow("repeated") << L{2, 3} << L{0, 1} << qint64(4) << F{4, 5, 6, 4, 5, 6};
    QTest::newRow("odd stride of one") << L{1, 2} << L{77, 1} << qint64(0) << F{0, 1};
    QTest::newRow("scalar") << L{} << L{} << qint64(11) << F{11};
    QTest::newRow("one too far") << L{2, 3} << L{3, 1} << qint64(7) << F{};
    QTest::newRow("stride too far") << L{2} << L{12} << qint64(0) << F{};
    QTest::newRow("offset at the end") << L{} << L{} << qint64(12) << F{};
    QTest::newRow("negative offset") << L{2} << L{1} << qint64(-1) << F{};
    QTest::newRow("negative stride") << L{2} << L{-1} << qint64(5) << F{};
    QTest::newRow("negative extent") << L{-2} << L{1} << qint64(0) << F{};
    QTest::newRow("stride overflow") << L{3} << L{INT64_MAX} << qint64(0) << F{};
    QTest::newRow("sum overflow") << L{2, 2, 2} << L{INT64_MAX, INT64_MAX, 1} << qint64(1) << F{};
    QTest::newRow("offset overflow") << L{2} << L{1} << qint64(INT64_MAX) << F{};
    QTest::newRow("extent overflow") << L{1LL << 32, 1LL << 32} << L{0, 0} << qint64(0) << F{};
    QTest::newRow("repeated without end") << L{1LL << 29} << L{0} << qint64(0) << F{};
    QTest::newRow("repeated beyond the storage") << L{13} << L{0} << qint64(7) << F(13, 7);
    QTest::newRow("fewer strides") << L{2, 3} << L{1} << qint64(0) << F{};
}

void TestTorchPickle::strides()
{
    QFETCH(QList<qint64>, shape);
    QFETCH(QList<qint64>, stride);
    QFETCH(qint64, offset);
    QFETCH(QList<float>, values);
    const std::vector<std::int64_t> extents(shape.begin(), shape.end());
    const auto archive = parseTorchLegacy(legacyOf(oneTensor(12, offset, extents, {stride.begin(), stride.end()})));
    QCOMPARE(archive.has_value(), !values.isEmpty());
    if (archive) {
        QVERIFY(archive->tensors[0].tensor.shape == extents);
        QCOMPARE(archive->tensors[0].tensor.values, std::vector<float>(values.begin(), values.end()));
    }
}

void TestTorchPickle::elementTypes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* type, const ByteVector& bytes) {
        QTest::newRow(type) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()));
    };
    row("FloatStorage", rawValues(std::vector<float>{1, 2}));
    row("DoubleStorage", rawValues(std::vector<double>{1, 2}));
    row("HalfStorage", rawValues(std::vector<std::uint16_t>{0x3c00, 0x4000}));
    row("BFloat16Storage", rawValues(std::vector<std::uint16_t>{0x3f80, 0x4000}));
    row("LongStorage", rawValues(std::vector<std::int64_t>{1, 2}));
    row("IntStorage", rawValues(std::vector<std::int32_t>{1, 2}));
    row("ShortStorage", rawValues(std::vector<std::int16_t>{1, 2}));
    row("CharStorage", rawValues(std::vector<std::int8_t>{1, 2}));
    row("ByteStorage", rawValues(std::vector<std::uint8_t>{1, 2}));
    row("BoolStorage", rawValues(std::vector<std::uint8_t>{1, 1}));
}

void TestTorchPickle::elementTypes()
{
    QFETCH(QByteArray, bytes);
    Pickle object;
    object.op('}').text("a").tensor(QTest::currentDataTag(), "0", 2, 0, {2}, {1}).op('s');
    const ByteVector raw(bytes.begin(), bytes.end());
    const bool isBool = QByteArray(QTest::currentDataTag()) == "BoolStorage";
    for (const auto& archive : {parseTorchLegacy(legacyFile(object.finish(), {{"0", 2, raw}})),
                                parseTorchZip(zipFile({{"x/data.pkl", object.finish()}, {"x/data/0", raw}}))}) {
        QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
        QCOMPARE(archive->tensors[0].tensor.values, (std::vector<float>{1, isBool ? 1.0F : 2.0F}));
    }
}

void TestTorchPickle::parameter()
{
    Pickle object;
    object.op('}').text("a").global("torch._utils", "_rebuild_parameter").op('(');
    object.tensor("FloatStorage", "0", 12, 0, {2}, {1}).op(0x88).op('N').op('t').op('R').op('s');
    const auto archive = parseTorchLegacy(legacyOf(object));
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors[0].tensor.values, (std::vector<float>{0, 1}));
}

void TestTorchPickle::orderedDictFromPairs()
{
    // Python 2 hands OrderedDict its entries as a list of lists; text may be a byte string there.
    Pickle object;
    object.global("collections", "OrderedDict").op(']').op(']').op('U').op(1).op('a');
    object.op('a').tensor("FloatStorage", "0", 12, 3, {1}, {1}).op('a').op('a').op(0x85).op('R');
    const auto archive = parseTorchLegacy(legacyOf(object));
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors[0].name, std::string("a"));
    QCOMPARE(archive->tensors[0].tensor.values, std::vector<float>{3});
}

void TestTorchPickle::repeatedKeys()
{
    // A key set twice has one value, as in Python; a name with and without "module." is ambiguous.
    Pickle twice;
    twice.op('}').op('(').text("a").tensor("FloatStorage", "0", 12, 0, {1}, {1});
    twice.text("a").tensor("FloatStorage", "0", 12, 5, {1}, {1}).op('u');
    const auto archive = parseTorchLegacy(legacyOf(twice));
    QVERIFY(archive.has_value());
    QCOMPARE(archive->tensors.size(), std::size_t(1));
    QCOMPARE(archive->tensors[0].tensor.values, std::vector<float>{5});

    Pickle both;
    both.op('}').op('(').text("a").tensor("FloatStorage", "0", 12, 0, {1}, {1});
    both.text("module.a").tensor("FloatStorage", "0", 12, 5, {1}, {1}).op('u');
    checkRefused(parseTorchLegacy(legacyOf(both)), "twice");
}

void TestTorchPickle::newerProtocol()
{
    // Protocol 4: frame, short text, MEMOIZE, STACK_GLOBAL.
    Pickle object(4);
    object.op(0x95).raw(ByteVector(8)).op(0x8c).op(11).raw(bytesOfText("collections")).op(0x94);
    object.op(0x8c).op(11).raw(bytesOfText("OrderedDict")).op(0x94).op(0x93).op(0x94).op(')').op('R').op(0x94);
    object.text("a").tensor("FloatStorage", "0", 12, 0, {2}, {1}).op('s');
    object.op('h').op(0).op('0'); // the first memo entry is the first text
    const auto archive = parseTorchLegacy(legacyOf(object));
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors[0].tensor.values, (std::vector<float>{0, 1}));
}

void TestTorchPickle::recognised()
{
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath(QStringLiteral("weights.bin")).toStdString();
    const auto write = [&](const ByteVector& bytes) {
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
    };
    write(stateZip(""));
    checkState(readCheckpoint(path), "torch-zip");
    write(legacyFile(stateDict("").finish(), StateStorages));
    checkState(readCheckpoint(path), "torch-legacy");
    write(Pickle().op('}').finish());
    const auto other = readCheckpoint(path);
    checkRefused(other, "no PyTorch file");
    QCOMPARE(other.error().file, path.string());
}

HALFLENS_TEST(TestTorchPickle)
#include "tst_torch_pickle.moc"
