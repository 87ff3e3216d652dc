// SPDX-License-Identifier: BSD-3-Clause
// PyTorch files assembled byte by byte: both containers, the loading rules, and hostile pickles.
#include "core/checkpoint/torch_pickle.h"
#include "tests/support/test_case.h"
#include "tests/unit/checkpoint/torch_writer.h"

#include <QTemporaryDir>
#include <QTest>

#include <numeric>

using namespace halflens;
using namespace halflens::test;

namespace {

std::vector<float> ramp(int count, float first = 0)
{
    std::vector<float> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), first);
    return values;
}

/// A file with one storage "0" of twelve floats 0, 1, ..., 11.
ByteVector legacyOf(const Pickle& object)
{
    return legacyFile(object.finish(), {{"0", 12, rawValues(ramp(12))}});
}

/// {"a": one tensor} with a storage of `count` floats.
Pickle oneTensor(std::int64_t count, std::int64_t offset, const std::vector<std::int64_t>& shape,
                 const std::vector<std::int64_t>& strides)
{
    Pickle object;
    object.op('}').text("a").tensor("FloatStorage", "0", count, offset, shape, strides).op('s');
    return object;
}

/// A state dictionary as PyTorch saves it: OrderedDict, memo use, SETITEMS, then BUILD of _metadata.
Pickle stateDict(const std::string& prefix)
{
    Pickle object;
    object.global("collections", "OrderedDict").op('q').op(0).op(')').op('R').op('q').op(1).op('(');
    object.text(prefix + "conv.weight").tensor("FloatStorage", "0", 12, 0, {2, 3}, {3, 1});
    object.text(prefix + "conv.bias").tensor("FloatStorage", "0", 12, 6, {2}, {1});
    object.text(prefix + "bn.num_batches_tracked").tensor("LongStorage", "1", 1, 0, {}, {});
    object.text(prefix + "bn.running_var").tensor("DoubleStorage", "2", 2, 0, {2}, {1});
    object.op('u').op('}').text("_metadata").op('h').op(0).op(')').op('R').op('s').op('b');
    return object;
}

const std::vector<LegacyStorage> StateStorages{
    {"0", 12, rawValues(ramp(12))},
    {"1", 1, rawValues(std::vector<std::int64_t>{7})},
    {"2", 2, rawValues(std::vector<double>{0.5, 2})},
};

ByteVector stateZip(const std::string& prefix, bool deflated = false, bool wide = true)
{
    std::vector<ZipMember> members{{"archive/data.pkl", stateDict(prefix).finish(), deflated}};
    members.push_back({"archive/byteorder", bytesOfText("little"), deflated});
    for (const LegacyStorage& storage : StateStorages)
        members.push_back({"archive/data/" + storage.key, storage.bytes, deflated});
    members.push_back({"archive/version", bytesOfText("3\n"), deflated});
    return zipFile(members, wide);
}

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

void checkRefused(const Result<TensorArchive>& archive, const QByteArray& reason)
{
    QVERIFY(!archive);
    QVERIFY2(archive.error().reason.find(reason.toStdString()) != std::string::npos, archive.error().reason.c_str());
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
    void refusedGlobals_data();
    void refusedGlobals();
    void hostile_data();
    void hostile();
    void hostileZip_data();
    void hostileZip();
    void memoBomb();
    void cycle();
    void truncatedEverywhere();
    void overwrittenBytes();
    void limits();
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

void TestTorchPickle::refusedGlobals_data()
{
    QTest::addColumn<QByteArray>("module");
    QTest::addColumn<QByteArray>("name");
    const auto row = [](const char* module, const char* name) {
        QTest::newRow((std::string(module) + "." + name).c_str()) << QByteArray(module) << QByteArray(name);
    };
    row("os", "system");
    row("posix", "system");
    row("builtins", "eval");
    row("builtins", "exec");
    row("__builtin__", "compile");
    row("subprocess", "Popen");
    row("importlib.util", "find_spec");
}

void TestTorchPickle::refusedGlobals()
{
    QFETCH(QByteArray, module);
    QFETCH(QByteArray, name);
    const QByteArray asked = "refused: the file asks to run " + module + "." + name;
    Pickle object;
    object.global(module.toStdString(), name.toStdString()).op('(').text("touch /nowhere").op('t').op('R');
    checkRefused(parseTorchLegacy(legacyOf(object)), asked);
    checkRefused(parseTorchZip(zipFile({{"x/data.pkl", object.finish()}})), asked);
    // Even where a harmless part of the file, or a file that is no PyTorch file at all, should be; beside weights, too.
    checkRefused(parseTorchLegacy(object.finish()), asked);

    Pickle stacked(4);
    stacked.text(module.toStdString()).text(name.toStdString()).op(0x93).op(')').op(0x81);
    checkRefused(parseTorchLegacy(legacyOf(stacked)), asked);

    Pickle beside;
    beside.op('}').op('(').text("a").tensor("FloatStorage", "0", 12, 0, {2}, {1}).text("b");
    beside.global(module.toStdString(), name.toStdString()).op(')').op('R').op('u');
    checkRefused(parseTorchLegacy(legacyOf(beside)), asked);
}

void TestTorchPickle::hostile_data()
{
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const Pickle& pickle, const char* reason) {
        const ByteVector bytes = pickle.finish();
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()))
                            << QByteArray(reason);
    };
    const auto p = [] { return Pickle(); };
    row("nothing on the stack", p(), "damaged");
    row("two values left", p().op('N').op('N'), "damaged");
    row("open mark", p().op('N').op('('), "damaged");
    row("no dictionary", p().op('N'), "no dictionary of tensors");
    row("empty dictionary", p().op('}'), "no dictionary of tensors");
    row("nested twice", p().op('}').text("model").op('}').text("net").op('}').op('s').op('s'), "its keys: model");
    row("call of a storage type", p().global("torch", "FloatStorage").op(')').op('R'), "damaged");
    row("call of a dictionary", p().op('}').op(')').op('R'), "damaged");
    row("call without arguments", p().global("collections", "OrderedDict").op('R'), "damaged");
    row("OrderedDict of a number", p().global("collections", "OrderedDict").tuple({1}).op('R'), "damaged");
    row("tensor without storage", p().global("torch._utils", "_rebuild_tensor_v2").tuple({1, 2, 3, 4}).op('R'),
        "damaged");
    row("tensor without arguments", p().global("torch._utils", "_rebuild_tensor_v2").op(')').op('R'), "damaged");
    row("tensor without element type",
        p().global("torch._utils", "_rebuild_tensor_v3")
            .op('(')
            .storage("FloatStorage", "0", 12)
            .integer(0)
            .tuple({1})
            .tuple({1})
            .op('N')
            .op('N')
            .op('N')
            .op('t')
            .op('R'),
        "damaged");
    row("subclass of nothing", p().global("torch._tensor", "_rebuild_from_type_v2").tuple({1, 2, 3}).op('R'),
        "damaged");
    row("subclass without arguments", p().global("torch._tensor", "_rebuild_from_type_v2").op(')').op('R'), "damaged");
    row("call of an element type", p().global("torch", "float32").op(')').op('R'), "damaged");
    row("items of a tensor", p().tensor("FloatStorage", "0", 12, 0, {2}, {1}).op('(').text("a").integer(1).op('u'),
        "damaged");
    row("set of a list", p().op(']').op('(').integer(1).op(0x90), "damaged");
    row("parameter of a number", p().global("torch._utils", "_rebuild_parameter").tuple({1}).op('R'), "damaged");
    row("persistent number", p().integer(1).op('Q'), "damaged");
    row("persistent module", p().op('(').text("module").text("x").text("y").text("z").integer(1).op('t').op('Q'),
        "damaged");
    row("negative storage", p().storage("FloatStorage", "0", -1), "damaged");
    row("storage view",
        p().op('(')
            .text("storage")
            .global("torch", "FloatStorage")
            .text("0")
            .text("cpu")
            .integer(12)
            .tuple({1})
            .op('t')
            .op('Q'),
        "views of storages");
    row("list as dictionary", p().op(']').text("a").integer(1).op('s'), "damaged");
    row("dictionary as list", p().op('}').text("a").op('a'), "damaged");
    row("odd number of items", p().op('}').op('(').text("a").op('u'), "damaged");
    row("items without a mark", p().op('}').text("a").text("b").op('u'), "damaged");
    row("pop below the mark", p().op('N').op('(').op('0'), "damaged");
    row("tuple below the mark", p().op('N').op('(').op(0x85), "damaged");
    row("pop of nothing", p().op('0'), "damaged");
    row("memo never set", p().op('h').op(9), "damaged");
    row("memo of nothing", p().op('q').op(9), "damaged");
    row("build of nothing", p().op('N').op('b'), "damaged");
    row("extension registry", p().op(0x82).op(1), "instruction 130");
    row("old INST", p().op('(').raw(bytesOfText("ios\nsystem\n")), "instruction 105");
    row("old OBJ", p().op('(').op('o'), "instruction 111");
    row("name without end", p().raw(ByteVector(2000, 'c')), "damaged");
    row("text longer than the file", p().op('X').raw(ByteVector(4, 0xff)), "cut off");
    row("text of 2^63 bytes", p().op(0x8d).raw(ByteVector(8, 0x7f)), "cut off");
    row("long of 2^32 bytes", p().op(0x8b).raw(ByteVector(4, 0xff)), "cut off");
    row("storage of 2^60 elements", oneTensor(1LL << 60, 0, {1LL << 60}, {1}), "more values than the file can hold");
    row("small view of 2^60 elements", oneTensor(1LL << 60, 0, {2}, {1}), "another size");
    row("storage larger than stored", oneTensor(13, 0, {2}, {1}), "another size");
    row("unknown storage key", p().op('}').text("a").tensor("FloatStorage", "9", 12, 0, {2}, {1}).op('s'),
        "no tensor names");
    row("two types of one storage",
        p().op('}')
            .op('(')
            .text("a")
            .tensor("FloatStorage", "0", 12, 0, {2}, {1})
            .text("b")
            .tensor("DoubleStorage", "0", 12, 0, {2}, {1})
            .op('u'),
        "two types");
    row("negative extent in one byte",
        p().op('}')
            .text("a")
            .global("torch._utils", "_rebuild_tensor_v2")
            .op('(')
            .storage("FloatStorage", "0", 12)
            .op('K')
            .op(0)
            .raw({0x8a, 1, 0xff, 0x85})
            .tuple({1})
            .op('t')
            .op('R')
            .op('s'),
        "impossible shape");
    row("rank of 40", oneTensor(12, 0, std::vector<std::int64_t>(40, 1), std::vector<std::int64_t>(40, 1)),
        "impossible shape");
}

void TestTorchPickle::hostile()
{
    QFETCH(QByteArray, pickle);
    QFETCH(QByteArray, reason);
    const ByteVector object(pickle.begin(), pickle.end());
    checkRefused(parseTorchLegacy(legacyFile(object, {{"0", 12, rawValues(ramp(12))}})), reason);
}

void TestTorchPickle::hostileZip_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const ByteVector& bytes, const char* reason) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()))
                            << QByteArray(reason);
    };
    const ByteVector object = oneTensor(12, 0, {12}, {1}).finish();
    const ByteVector data = rawValues(ramp(12));
    row("no weights", zipFile({{"a/text.txt", data}}), "no PyTorch weights");
    row("empty archive", zipFile({}), "no PyTorch weights");
    row("data.pkl too deep", zipFile({{"a/b/data.pkl", object}, {"a/b/data/0", data}}), "no PyTorch weights");
    row("TorchScript", zipFile({{"a/data.pkl", object}, {"a/constants.pkl", object}}), "TorchScript");
    row("big-endian", zipFile({{"a/data.pkl", object}, {"a/byteorder", bytesOfText("big")}}), "big-endian");
    row("storage missing", zipFile({{"a/data.pkl", object}}), "\"a/data/0\" is missing");
    row("storage short", zipFile({{"a/data.pkl", object}, {"a/data/0", ByteVector(47)}}), "shorter");
    row("storage checksum", zipFile({{"a/data.pkl", object}, {"a/data/0", data, false, true}}), "checksum");
    row("pickle checksum", zipFile({{"a/data.pkl", object, true, true}, {"a/data/0", data}}), "checksum");
    row("member twice", zipFile({{"a/data.pkl", object}, {"a/data.pkl", object}}), "twice");
    ByteVector bomb = zipFile({{"a/data.pkl", object}, {"a/data/0", ByteVector(2'000'000), true}});
    row("storage longer than needed, deflated",
        zipFile(
            {{"a/data.pkl", oneTensor(1, 0, {1LL << 40}, {1}).finish()}, {"a/data/0", ByteVector(2'000'000), true}}),
        "more values than the file can hold");
    // The directory says that the deflated member becomes 2^31 bytes.
    for (std::size_t i = 0; i + 4 < bomb.size(); ++i) {
        const std::uint32_t size = 2'000'000;
        const std::uint32_t lie = 1u << 31;
        if (std::memcmp(bomb.data() + i, &size, 4) == 0)
            std::memcpy(bomb.data() + i, &lie, 4);
    }
    row("lying size", bomb, "more bytes than it has");
    // Two entries of the directory share the bytes of one member.
    ByteVector shared = zipFile({{"a/x", ByteVector(5000)}, {"a/y", ByteVector(1)}});
    const std::uint32_t one = 1;
    const std::uint32_t large = 5000;
    for (std::size_t i = shared.size() - 160; i + 4 < shared.size(); ++i) {
        if (std::memcmp(shared.data() + i, &one, 4) == 0 && std::memcmp(shared.data() + i + 4, &one, 4) == 0) {
            std::memcpy(shared.data() + i, &large, 4);
            std::memcpy(shared.data() + i + 4, &large, 4);
        }
    }
    row("shared bytes", shared, "more bytes than it has");
}

void TestTorchPickle::hostileZip()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, reason);
    checkRefused(parseTorchZip(ByteVector(file.begin(), file.end())), reason);
}

void TestTorchPickle::memoBomb()
{
    // Sixty lists, each holding the one before a thousand times: 10^180 elements if ever expanded.
    Pickle object;
    object.op('}').op('q').op(0).text("bomb").op(']').op('q').op(1);
    for (int level = 1; level < 60; ++level) {
        object.op(']').op('(');
        for (int i = 0; i < 1000; ++i)
            object.op('h').op(level);
        object.op('e').op('q').op(level + 1);
        object.op(0x86).op(')').op(0x86).op('0').text("bomb").op('h').op(level + 1);
    }
    object.op('s');
    checkRefused(parseTorchLegacy(legacyOf(object)), "");

    // A pickle of nothing but values is stopped by their number.
    Pickle many;
    many.op('(').raw(ByteVector(5'000'000, 'N')).op('t');
    checkRefused(parseTorchLegacy(legacyOf(many)), "more than a weight file can need");
    Pickle recalled;
    recalled.op('N').op('q').op(0).op('(');
    for (int i = 0; i < 5'000'000; ++i)
        recalled.op('h').op(0);
    checkRefused(parseTorchLegacy(legacyOf(recalled)), "damaged");

    // One list of 100 000 pairs, made into a dictionary again and again.
    Pickle dictionaries;
    dictionaries.text("key").op('N').op(0x86).op('q').op(0).op('0').op(']').op('(');
    for (int i = 0; i < 100'000; ++i)
        dictionaries.op('h').op(0);
    dictionaries.op('e').op(0x85).op('q').op(1).op('0').global("collections", "OrderedDict").op('q').op(2).op('0');
    for (int i = 0; i < 1'000; ++i)
        dictionaries.op('h').op(2).op('h').op(1).op('R').op('0');
    checkRefused(parseTorchLegacy(legacyOf(dictionaries)), "more than a weight file can need");
}

void TestTorchPickle::cycle()
{
    // A dictionary that holds itself, also under the key that is unwrapped.
    Pickle object;
    object.op('}').op('q').op(0).text("model").op('h').op(0).op('s');
    checkRefused(parseTorchLegacy(legacyOf(object)), "its keys: model");
    Pickle list;
    list.op(']').op('q').op(0).op('h').op(0).op('a');
    checkRefused(parseTorchLegacy(legacyOf(list)), "no dictionary");
}

void TestTorchPickle::truncatedEverywhere()
{
    for (const ByteVector& bytes :
         {legacyFile(stateDict("").finish(), StateStorages), stateZip(""), stateZip("", true, false)}) {
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            const ByteVector cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
            QVERIFY2(!parseTorchLegacy(cut), std::to_string(length).c_str());
            QVERIFY2(!parseTorchZip(cut), std::to_string(length).c_str());
        }
    }
}

void TestTorchPickle::overwrittenBytes()
{
    // Any answer is right but a crash; checksums make the zip form notice more.
    for (ByteVector bytes :
         {legacyFile(stateDict("").finish(), StateStorages), stateZip(""), stateZip("", true, false)}) {
        for (std::uint8_t& byte : bytes) {
            const std::uint8_t original = byte;
            for (const int value : {0x00, 0xff, 0x7f, original ^ 1}) {
                byte = static_cast<std::uint8_t>(value);
                (void)parseTorchLegacy(bytes).has_value();
                (void)parseTorchZip(bytes).has_value();
            }
            byte = original;
        }
    }
}

void TestTorchPickle::limits()
{
    const ByteVector bytes = stateZip("");
    QVERIFY(!parseTorchZip(bytes, {.maxTensors = 2}));
    QVERIFY(!parseTorchZip(bytes, {.maxValues = 9}));
    QVERIFY(parseTorchZip(bytes, {.maxTensors = 3, .maxValues = 10}).has_value());
}

HALFLENS_TEST(TestTorchPickle)
#include "tst_torch_pickle.moc"
