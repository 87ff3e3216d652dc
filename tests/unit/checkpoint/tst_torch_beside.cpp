// SPDX-License-Identifier: BSD-3-Clause
// PyTorch files as training scripts leave them: the weights under some key, prefixed by wrappers, among values of all
// kinds that are passed over without being run.
#include "core/checkpoint/torch_pickle.h"
#include "tests/support/test_case.h"
#include "tests/unit/checkpoint/torch_writer.h"

#include <QTest>

#include <functional>

using namespace halflens;
using namespace halflens::test;

namespace {

using Writes = std::function<void(Pickle&)>;

/// Every tensor is a view of one storage of twelve floats 0, 1, ..., 11: the value at `place`.
void tensor(Pickle& pickle, int place)
{
    pickle.tensor("FloatStorage", "0", 12, place, {1}, {1});
}

/// An open dictionary of tensors: NAME -> the value at its place, `first` for the first.
void dictionary(Pickle& pickle, const std::vector<std::string>& names, int first = 0)
{
    pickle.op('}').op('(');
    for (const std::string& name : names) {
        pickle.text(name);
        tensor(pickle, first++);
    }
    pickle.op('u');
}

ByteVector floats()
{
    ByteVector bytes;
    for (int i = 0; i < 12; ++i)
        append(bytes, static_cast<float>(i));
    return bytes;
}

ByteVector zipOf(const Pickle& pickle, const std::vector<ZipMember>& more = {})
{
    std::vector<ZipMember> members{{"a/data.pkl", pickle.finish()}, {"a/data/0", floats()}};
    members.insert(members.end(), more.begin(), more.end());
    return zipFile(members);
}

/// "name=value" of all tensors.
std::string shown(const Result<TensorArchive>& archive)
{
    if (!archive)
        return "refused: " + archive.error().reason;
    std::string text;
    for (const NamedTensor& named : archive->tensors)
        text +=
            (text.empty() ? "" : " ") + named.name + "=" + std::to_string(static_cast<int>(named.tensor.values.at(0)));
    return text;
}

const std::vector<std::string> Names{"conv.weight", "fc.bias"};
const std::string Values = "conv.weight=3 fc.bias=4";

} // namespace

class TestTorchBeside : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keys_data();
    void keys();
    void severalSets();
    void chosenByKey();
    void optimizerIsNoSet();
    void wholeModel();
    void prefixes_data();
    void prefixes();
    void beside_data();
    void beside();
    void tensorForms_data();
    void tensorForms();
    void oddTensors_data();
    void oddTensors();
    void float8();
    void unknownStorageInLegacy();
    void nothingButOddTensors();
    void kerasArchive();
};

void TestTorchBeside::keys_data()
{
    QTest::addColumn<QByteArrayList>("path");
    for (const char* path : {"params", "state_dict", "model", "model_state_dict", "net", "params_ema", "weights", "ema",
                             "state/model", "a/b/c/d/e", "\xc3\xa4"})
        QTest::newRow(path) << QByteArray(path).split('/');
}

void TestTorchBeside::keys()
{
    QFETCH(QByteArrayList, path);
    Pickle pickle;
    for (const QByteArray& key : path)
        pickle.op('}').op('(').text("epoch").integer(3).text(key.toStdString());
    dictionary(pickle, Names, 3);
    for (qsizetype i = 0; i < path.size(); ++i)
        pickle.op('u');
    const auto archive = parseTorchZip(zipOf(pickle));
    QCOMPARE(shown(archive), Values);
    QVERIFY(archive->notes.empty());
    if (path.first() != QByteArray("\xc3\xa4"))
        QCOMPARE(archive->metadata.at("wrapper"), path.join('/').toStdString());
}

void TestTorchBeside::severalSets()
{
    // Known keys first, whatever the order; then the first in the file. Either is said.
    for (const auto& [first, second, taken] :
         {std::tuple{"params_ema", "params", "params"}, {"params", "params_ema", "params"}, {"g", "d", "g"}}) {
        Pickle pickle;
        pickle.op('}').op('(').text(first);
        dictionary(pickle, Names, 3);
        pickle.text(second);
        dictionary(pickle, Names, 7);
        pickle.op('u');
        const auto archive = parseTorchZip(zipOf(pickle));
        QCOMPARE(shown(archive), std::string(taken) == first ? Values : "conv.weight=7 fc.bias=8");
        QCOMPARE(archive->notes.size(), std::size_t(1));
        const std::string other = std::string(taken) == first ? second : first;
        QVERIFY(archive->notes[0].find('"' + std::string(taken) + "\" was taken, not \"" + other + "\" (2 tensors)")
                != std::string::npos);
    }
}

void TestTorchBeside::chosenByKey()
{
    Pickle pickle;
    pickle.op('}').op('(').text("params");
    dictionary(pickle, Names, 7);
    pickle.text("more").op('}').text("ema");
    dictionary(pickle, Names, 3);
    pickle.op('s').op('u');
    const ByteVector bytes = zipOf(pickle);
    QCOMPARE(shown(parseTorchZip(bytes, {}, "more/ema")), Values);
    QCOMPARE(shown(parseTorchZip(bytes, {}, "more.ema")), Values);
    QVERIFY(parseTorchZip(bytes, {}, "more.ema")->notes.empty());
    QCOMPARE(shown(parseTorchZip(bytes, {}, "params")), std::string("conv.weight=7 fc.bias=8"));
    const auto none = parseTorchZip(bytes, {}, "more");
    QVERIFY(!none);
    QVERIFY(none.error().remedy.find("\"more/ema\" (2 tensors)") != std::string::npos);
}

void TestTorchBeside::optimizerIsNoSet()
{
    // Under numbers an optimizer keeps more tensors than the network has; single tensors lie about.
    Pickle pickle;
    pickle.op('}').op('(').text("rng_state");
    tensor(pickle, 0);
    pickle.text("optimizer").op('}').text("state").op('}').op('(');
    for (int i = 0; i < 4; ++i) {
        pickle.integer(i);
        dictionary(pickle, {"exp_avg", "exp_avg_sq", "step"});
    }
    pickle.op('u').op('s').text("net");
    dictionary(pickle, Names, 3);
    pickle.op('u');
    QCOMPARE(shown(parseTorchZip(zipOf(pickle))), Values);
}

void TestTorchBeside::wholeModel()
{
    for (const bool isInside : {false, true}) {
        Pickle pickle;
        if (isInside)
            pickle.op('}').text("net");
        pickle.global("my_net", "Net").op(')').op(0x81).op('}').text("_parameters");
        dictionary(pickle, Names, 3);
        pickle.op('s').op('b');
        if (isInside)
            pickle.op('s');
        const auto archive = parseTorchZip(zipOf(pickle));
        QVERIFY(!archive);
        QVERIFY2(archive.error().reason.find("my_net.Net") != std::string::npos, archive.error().reason.c_str());
        QVERIFY(archive.error().remedy.find("state_dict") != std::string::npos);
    }
}

void TestTorchBeside::prefixes_data()
{
    QTest::addColumn<QByteArray>("prefix");
    for (const char* prefix : {"module.", "module.module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.",
                               "model.", "model.net.", "net.", "model.module._orig_mod."})
        QTest::newRow(prefix) << QByteArray(prefix);
}

void TestTorchBeside::prefixes()
{
    QFETCH(QByteArray, prefix);
    Pickle pickle;
    const std::string before = prefix.toStdString();
    dictionary(pickle, {before + "conv.weight", before + "fc.bias", before + "bn.num_batches_tracked", "n_averaged"},
               3);
    QCOMPARE(shown(parseTorchZip(zipOf(pickle))), Values);
}

/// What stands beside the weights, at the top and among them.
void TestTorchBeside::beside_data()
{
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* name, const Writes& write) {
        Pickle pickle;
        write(pickle);
        const ByteVector bytes = pickle.finish();
        // Without protocol and STOP.
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()) + 2,
                                          static_cast<qsizetype>(bytes.size()) - 3);
    };
    const auto called = [](const char* module, const char* name, const Writes& arguments) {
        return [=](Pickle& p) {
            p.global(module, name).op('(');
            arguments(p);
            p.op('t').op('R');
        };
    };
    const Writes nothing = [](Pickle&) {};
    row("None", [](Pickle& p) { p.op('N'); });
    row("a number", [](Pickle& p) { p.integer(3); });
    row("numpy scalar", called("numpy.core.multiarray", "scalar", [&](Pickle& p) {
            p.global("numpy", "dtype").op('(').text("f8").op(0x89).op(0x88).op('t').op('R');
            p.op('(').integer(3).text("<").op('N').op('N').op('N').integer(-1).op('t').op('b');
            p.global("_codecs", "encode").text("\x1f").text("latin1").op(0x86).op('R');
        }));
    row("numpy array", [](Pickle& p) {
        p.global("numpy._core.multiarray", "_reconstruct").op('(');
        p.global("numpy", "ndarray").tuple({0}).op('C').op(1).op('b').op('t').op('R');
        p.op('(').integer(1).tuple({2}).op('N').op(0x89).op('C').op(2).op(1).op(2).op('t').op('b');
    });
    row("Namespace", [](Pickle& p) {
        p.global("argparse", "Namespace")
            .op(')')
            .op(0x81)
            .op('}')
            .text("lr")
            .op('G')
            .raw(ByteVector(8))
            .op('s')
            .op('b');
    });
    row("object with arguments by name",
        [](Pickle& p) { p.global("my", "Thing").op(')').op('}').text("a").integer(1).op('s').op(0x92); });
    row("Counter", called("collections", "Counter", [](Pickle& p) { p.op('}').integer(3).integer(1).op('s'); }));
    row("defaultdict", [](Pickle& p) {
        p.global("collections", "defaultdict").global("__builtin__", "list").op(0x85).op('R');
        p.op('(').text("a").op(']').integer(1).op('a').op('u');
    });
    row("deque",
        [](Pickle& p) { p.global("collections", "deque").op(')').op('R').op('(').integer(1).integer(2).op('e'); });
    row("set", called("__builtin__", "set", [](Pickle& p) { p.op(']').integer(1).op('a'); }));
    row("set of protocol 4", [](Pickle& p) { p.op(0x8f).op('(').integer(1).integer(2).op(0x90); });
    row("frozenset of protocol 4", [](Pickle& p) { p.op('(').integer(1).integer(2).op(0x91); });
    row("bytearray of protocol 5", [](Pickle& p) { p.op(0x96).raw({2, 0, 0, 0, 0, 0, 0, 0, 7, 7}); });
    row("torch.device", called("torch", "device", [](Pickle& p) { p.text("cuda").integer(0); }));
    row("torch.Size", called("torch", "Size", [](Pickle& p) { p.tuple({1, 2}); }));
    row("known dtype", [](Pickle& p) { p.global("torch", "float32"); });
    row("unknown dtype", [](Pickle& p) { p.global("torch", "float4_e2m1fn_x2"); });
    row("datetime", called("datetime", "datetime", [](Pickle& p) { p.op('C').op(2).op(7).op(0xe8); }));
    row("Path", called("pathlib", "PosixPath", [](Pickle& p) { p.text("runs").text("best.pth"); }));
    row("own class", [](Pickle& p) {
        p.global("project.config", "Config").op(')').op(0x81).op('}').text("x").op('}').op('s').op('b');
    });
    row("bound method", called("__builtin__", "getattr", [](Pickle& p) {
            p.global("my.sched", "Lambda").op(')').op(0x81).text("step");
        }));
    row("the class itself", [](Pickle& p) { p.global("torch.optim.adam", "Adam"); });
    row("torch.load", called("torch", "load", [](Pickle& p) { p.text("elsewhere.pth"); }));
    row("tensor in a list", [](Pickle& p) {
        p.op(']');
        tensor(p, 0);
        p.op('a');
    });
    row("quantized tensor", called("torch._utils", "_rebuild_qtensor", nothing));
}

void TestTorchBeside::beside()
{
    QFETCH(QByteArray, value);
    const ByteVector raw(value.begin(), value.end());
    Pickle outside;
    outside.op('}').op('(').text("before").raw(raw).text("net");
    dictionary(outside, Names, 3);
    outside.text("after").raw(raw).op('u');
    QCOMPARE(shown(parseTorchZip(zipOf(outside))), Values);
    QCOMPARE(shown(parseTorchLegacy(legacyFile(outside.finish(), {{"0", 12, floats()}}))), Values);

    Pickle among;
    dictionary(among, {"conv.weight"}, 3);
    among.op('(').text("extra").raw(raw).text("fc.bias");
    tensor(among, 4);
    among.op('u');
    QCOMPARE(shown(parseTorchZip(zipOf(among))), Values);
}

/// A tensor `w`, written in the forms in which PyTorch saves them.
void TestTorchBeside::tensorForms_data()
{
    QTest::addColumn<int>("form");
    const char* const forms[]{"_rebuild_parameter_with_state", "subclass of a tensor", "subclass of a subclass",
                              "_rebuild_tensor of the first versions", "subclass made of a parameter"};
    for (int i = 0; i < 5; ++i)
        QTest::newRow(forms[i]) << i;
}

void TestTorchBeside::tensorForms()
{
    QFETCH(int, form);
    Pickle p;
    const auto arguments = [&] { // of _rebuild_tensor_v2
        p.op('(').storage("FloatStorage", "0", 12).integer(5).tuple({1}).tuple({1}).op(0x89).op('}').op('t');
    };
    p.op('}').text("w");
    switch (form) {
    case 0:
        p.global("torch._utils", "_rebuild_parameter_with_state").op('(');
        tensor(p, 5);
        p.op(0x88).op('}').op('}').text("tag").integer(1).op('s').op('t').op('R');
        break;
    case 1:
        p.global("torch._tensor", "_rebuild_from_type_v2").op('(').global("torch._utils", "_rebuild_tensor_v2");
        p.global("my", "Tensor");
        arguments();
        p.op('}').op('t').op('R');
        break;
    case 2:
        p.global("torch._tensor", "_rebuild_from_type_v2").op('(').global("torch._tensor", "_rebuild_from_type_v2");
        p.global("my", "Tensor").op('(').global("torch._utils", "_rebuild_tensor_v2").global("my", "Tensor");
        arguments();
        p.op('}').op('t').op('}').op('t').op('R');
        break;
    case 3:
        p.global("torch._utils", "_rebuild_tensor").op('(').storage("FloatStorage", "0", 12);
        p.integer(5).tuple({1}).tuple({1}).op('t').op('R');
        break;
    default:
        p.global("torch._tensor", "_rebuild_from_type_v2").op('(').global("torch._utils", "_rebuild_parameter");
        p.global("my", "Parameter").op('(');
        tensor(p, 5);
        p.op(0x88).op('}').op('t').op('}').op('t').op('R');
    }
    p.op('s');
    QCOMPARE(shown(parseTorchZip(zipOf(p))), std::string("w=5"));
}

/// Tensors among the weights that cannot be weights: the file loads, the message about what is missing names them.
void TestTorchBeside::oddTensors_data()
{
    QTest::addColumn<int>("form");
    const char* const forms[]{"sparse",
                              "meta",
                              "complex",
                              "quantized storage",
                              "expanded to more than a file can hold",
                              "unknown element type"};
    for (int i = 0; i < 6; ++i)
        QTest::newRow(forms[i]) << i;
}

void TestTorchBeside::oddTensors()
{
    QFETCH(int, form);
    Pickle p;
    dictionary(p, Names, 3);
    p.op('(').text("odd");
    switch (form) {
    case 0:
        p.global("torch._utils", "_rebuild_sparse_tensor").op(')').op('R');
        break;
    case 1:
        p.global("torch._utils", "_rebuild_meta_tensor_no_storage").op(')').op('R');
        break;
    case 2:
        p.tensor("ComplexFloatStorage", "1", 1, 0, {1}, {1});
        break;
    case 3:
        p.tensor("QUInt8Storage", "1", 8, 0, {1}, {1});
        break;
    case 4:
        p.tensor("FloatStorage", "0", 12, 0, {1LL << 29}, {0});
        break;
    default:
        p.global("torch._utils", "_rebuild_tensor_v3").op('(').storage("FloatStorage", "0", 12).integer(0);
        p.tuple({1}).tuple({1}).op(0x89).op('}').global("torch", "float4").op('t').op('R');
    }
    p.op('u');
    const auto archive = parseTorchZip(zipOf(p, {{"a/data/1", ByteVector(8)}}));
    QCOMPARE(shown(archive), Values);
    QCOMPARE(archive->passedOver.size(), std::size_t(1));
    QVERIFY(archive->passedOver[0].starts_with("odd ("));
}

void TestTorchBeside::float8()
{
    // float8_e4m3fn: 0x38 is 1, 0x7e is 448; the storage knows bytes only.
    Pickle p;
    p.op('}').text("w").global("torch._utils", "_rebuild_tensor_v3").op('(');
    p.op('(')
        .text("storage")
        .global("torch.storage", "UntypedStorage")
        .text("1")
        .text("cpu")
        .integer(3)
        .op('t')
        .op('Q');
    p.integer(1).tuple({2}).tuple({1}).op(0x89).op('}').global("torch", "float8_e4m3fn").op('t').op('R').op('s');
    const auto archive = parseTorchZip(zipOf(p, {{"a/data/1", {0, 0x38, 0x7e}}}));
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors[0].tensor.values, (std::vector<float>{1, 448}));
}

void TestTorchBeside::unknownStorageInLegacy()
{
    // What lies before a storage of unknown length can be read, what lies behind it cannot.
    Pickle p;
    p.op('}').op('(').text("odd").tensor("QUInt8Storage", "1", 8, 0, {1}, {1}).text("w");
    tensor(p, 5);
    p.op('u');
    QCOMPARE(shown(parseTorchLegacy(legacyFile(p.finish(), {{"0", 12, floats()}, {"1", 8, ByteVector(8)}}))),
             std::string("w=5"));
    QVERIFY(!parseTorchLegacy(legacyFile(p.finish(), {{"1", 8, ByteVector(8)}, {"0", 12, floats()}})));
}

void TestTorchBeside::nothingButOddTensors()
{
    Pickle p;
    p.op('}').text("w").tensor("ComplexDoubleStorage", "1", 1, 0, {1}, {1}).op('s');
    const auto archive = parseTorchZip(zipOf(p, {{"a/data/1", ByteVector(16)}}));
    QVERIFY(!archive);
    QVERIFY(archive.error().reason.find("w (complex numbers)") != std::string::npos);
}

void TestTorchBeside::kerasArchive()
{
    const auto archive = parseTorchZip(zipFile(
        {{"metadata.json", ByteVector(2)}, {"config.json", ByteVector(2)}, {"model.weights.h5", ByteVector(8)}}));
    QVERIFY(!archive);
    QVERIFY(archive.error().reason.find("Keras 3") != std::string::npos);
    QVERIFY(archive.error().remedy.find("model.save(\"model.h5\")") != std::string::npos);
}

HALFLENS_TEST(TestTorchBeside)
#include "tst_torch_beside.moc"
