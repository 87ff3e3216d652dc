// SPDX-License-Identifier: BSD-3-Clause
// PyTorch files that are refused: foreign code, hostile pickles and archives, damage, and what is too large.
#include "tests/support/test_case.h"
#include "tests/unit/checkpoint/torch_states.h"

#include <QTemporaryDir>
#include <QTest>

using namespace halflens;
using namespace halflens::test;

class TestTorchPickleRefused : public QObject {
    Q_OBJECT

private Q_SLOTS:
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

void TestTorchPickleRefused::refusedGlobals_data()
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

void TestTorchPickleRefused::refusedGlobals()
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

void TestTorchPickleRefused::hostile_data()
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

void TestTorchPickleRefused::hostile()
{
    QFETCH(QByteArray, pickle);
    QFETCH(QByteArray, reason);
    const ByteVector object(pickle.begin(), pickle.end());
    checkRefused(parseTorchLegacy(legacyFile(object, {{"0", 12, rawValues(ramp(12))}})), reason);
}

void TestTorchPickleRefused::hostileZip_data()
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

void TestTorchPickleRefused::hostileZip()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, reason);
    checkRefused(parseTorchZip(ByteVector(file.begin(), file.end())), reason);
}

void TestTorchPickleRefused::memoBomb()
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

void TestTorchPickleRefused::cycle()
{
    // A dictionary that holds itself, also under the key that is unwrapped.
    Pickle object;
    object.op('}').op('q').op(0).text("model").op('h').op(0).op('s');
    checkRefused(parseTorchLegacy(legacyOf(object)), "its keys: model");
    Pickle list;
    list.op(']').op('q').op(0).op('h').op(0).op('a');
    checkRefused(parseTorchLegacy(legacyOf(list)), "no dictionary");
}

void TestTorchPickleRefused::truncatedEverywhere()
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

void TestTorchPickleRefused::overwrittenBytes()
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

void TestTorchPickleRefused::limits()
{
    const ByteVector bytes = stateZip("");
    QVERIFY(!parseTorchZip(bytes, {.maxTensors = 2}));
    QVERIFY(!parseTorchZip(bytes, {.maxValues = 9}));
    QVERIFY(parseTorchZip(bytes, {.maxTensors = 3, .maxValues = 10}).has_value());
}

HALFLENS_TEST(TestTorchPickleRefused)
#include "tst_torch_pickle_refused.moc"
