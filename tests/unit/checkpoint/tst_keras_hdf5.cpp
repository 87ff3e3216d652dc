// SPDX-License-Identifier: BSD-3-Clause
// Keras HDF5 files written here with the HDF5 library itself, in every form spec models 1.1 names.
#include "core/checkpoint/keras_hdf5.h"
#include "tests/support/test_case.h"
#include "tests/unit/checkpoint/hdf5_writer.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <numeric>
#include <thread>

using namespace halflens;
using namespace halflens::test;

namespace {

std::vector<std::string> namesOf(const TensorArchive& archive)
{
    std::vector<std::string> names;
    for (const NamedTensor& named : archive.tensors)
        names.push_back(named.group + " | " + named.name + " " + toString(named.tensor.shape));
    return names;
}

const std::vector<std::string> SampleNames{
    "z_conv | z_conv/kernel:0 [3, 3, 1, 4]",
    "z_conv | z_conv/bias:0 [4]",
    "a_block | a_block/inner/dense/kernel:0 [3, 2]",
    "a_block | a_block/inner/dense/bias:0 [2]",
    "a_block | pos_emb:0 [1, 5, 2]",
};

} // namespace

class TestKerasHdf5 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void nameKinds_data();
    void nameKinds();
    void storages_data();
    void storages();
    void splitNames();
    void wholeModel();
    void topLevelWeights();
    void layerNameWithSlash();
    void scalarWeight();
    void latestFormat();
    void chunksThatStickOut_data();
    void chunksThatStickOut();
    void sharedValues();
    void checksum();
    void nameBeyondItsStore();
    void refuses_data();
    void refuses();
    void userBlock();
    void severalThreads();

private:
    Result<TensorArchive> parse() const { return parseKerasHdf5(bytesOf(m_path)); }

    QTemporaryDir m_folder;
    std::filesystem::path m_path;
};

void TestKerasHdf5::init()
{
    m_path = m_folder.filePath(QStringLiteral("weights.h5")).toStdString();
}

void TestKerasHdf5::nameKinds_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QByteArray>("version");
    const auto row = [](const char* name, NameKind kind, const char* version) {
        QTest::newRow(name) << static_cast<int>(kind) << QByteArray(version);
    };
    row("Keras 2.3: fixed, null-padded", NameKind::FixedNullPadded, "2.3.0-tf");
    row("Keras 2.15: variable, ASCII", NameKind::VariableAscii, "2.15.0");
    row("variable, UTF-8", NameKind::VariableUtf8, "2.12.0");
    row("fixed, null-terminated", NameKind::FixedNullTerminated, "2.2.4");
    row("fixed, space-padded", NameKind::FixedSpacePadded, "1.0");
}

void TestKerasHdf5::nameKinds()
{
    QFETCH(int, kind);
    QFETCH(QByteArray, version);
    Hdf5Writer(m_path).sampleModel("", static_cast<NameKind>(kind), version.toStdString());
    const auto archive = parse();
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->format, std::string("keras-h5"));
    QCOMPARE(archive->metadata.at("backend"), std::string("tensorflow"));
    QCOMPARE(archive->metadata.at("keras_version"), version.toStdString());
    QCOMPARE(namesOf(*archive), SampleNames);
    QCOMPARE(archive->tensors[0].tensor.values[35], 35.0F);
    QCOMPARE(archive->tensors[3].tensor.values, (std::vector<float>{200, 201}));
    QCOMPARE(archive->tensors[4].tensor.values[9], 309.0F);
}

void TestKerasHdf5::storages_data()
{
    QTest::addColumn<int>("type");
    QTest::addColumn<bool>("chunked");
    QTest::addColumn<bool>("packed");
    QTest::addColumn<bool>("compact");
    QTest::newRow("float32, chunked") << 0 << true << false << false;
    QTest::newRow("float32, compressed") << 0 << true << true << false;
    QTest::newRow("float32, compact") << 0 << false << false << true;
    QTest::newRow("float32, big-endian") << 1 << false << false << false;
    QTest::newRow("float64") << 2 << false << false << false;
    QTest::newRow("float64, compressed") << 2 << true << true << false;
    QTest::newRow("int64") << 3 << false << false << false;
    QTest::newRow("float64, big-endian") << 4 << false << false << false;
}

void TestKerasHdf5::storages()
{
    QFETCH(int, type);
    QFETCH(bool, chunked);
    QFETCH(bool, packed);
    QFETCH(bool, compact);
    const std::array types{H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_STD_I64LE, H5T_IEEE_F64BE};
    Hdf5Writer(m_path).sampleModel(
        "", NameKind::VariableAscii, "2.15.0",
        {.type = types[static_cast<std::size_t>(type)], .chunked = chunked, .packed = packed, .compact = compact});
    const auto archive = parse();
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(namesOf(*archive), SampleNames);
    for (std::size_t i = 0; i < 36; ++i)
        QCOMPARE(archive->tensors[0].tensor.values[i], static_cast<float>(i));
}

void TestKerasHdf5::splitNames()
{
    {
        Hdf5Writer writer(m_path);
        writer.names("", "layer_names0", {"one", "two"}, NameKind::FixedNullPadded);
        writer.names("", "layer_names1", {"three"}, NameKind::FixedNullPadded);
        for (const char* layer : {"three", "two", "one"})
            writer.group(layer);
        writer.names("one", "weight_names0", {"w0:0"}, NameKind::FixedNullPadded);
        writer.names("one", "weight_names1", {"w1:0", "w2:0"}, NameKind::FixedNullPadded);
        writer.names("two", "weight_names", {}, NameKind::FixedNullPadded);
        writer.names("three", "weight_names", {"w:0"}, NameKind::FixedNullPadded);
        writer.ramp("one/w0:0", {1}, 10);
        writer.ramp("one/w1:0", {1}, 11);
        writer.ramp("one/w2:0", {1}, 12);
        writer.ramp("three/w:0", {1}, 13);
    }
    const auto archive = parse();
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(namesOf(*archive),
             (std::vector<std::string>{"one | w0:0 [1]", "one | w1:0 [1]", "one | w2:0 [1]", "three | w:0 [1]"}));
    QCOMPARE(archive->tensors[2].tensor.values, std::vector<float>{12});
}

void TestKerasHdf5::wholeModel()
{
    {
        Hdf5Writer writer(m_path);
        writer.scalarText("", "model_config", "{}");
        writer.sampleModel("model_weights", NameKind::FixedNullPadded, "2.2.4");
        writer.group("optimizer_weights");
    }
    const auto archive = parse();
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(namesOf(*archive), SampleNames);
    QCOMPARE(archive->metadata.at("keras_version"), std::string("2.2.4"));
}

void TestKerasHdf5::topLevelWeights()
{
    {
        Hdf5Writer writer(m_path);
        writer.sampleModel("", NameKind::VariableAscii, "2.15.0");
        writer.group("top_level_model_weights");
        writer.names("top_level_model_weights", "weight_names", {}, NameKind::VariableAscii);
    }
    auto archive = parse();
    QVERIFY(archive.has_value());
    QCOMPARE(namesOf(*archive), SampleNames);
    {
        Hdf5Writer writer(m_path);
        writer.sampleModel("", NameKind::VariableAscii, "2.15.0");
        writer.group("top_level_model_weights");
        writer.names("top_level_model_weights", "weight_names", {"scale:0"}, NameKind::VariableAscii);
        writer.ramp("top_level_model_weights/scale:0", {1}, 1);
    }
    archive = parse();
    QVERIFY(archive.has_value());
    QCOMPARE(archive->tensors.size(), SampleNames.size() + 1);
    QCOMPARE(archive->tensors.back().group, std::string("top_level_model_weights"));
}

void TestKerasHdf5::layerNameWithSlash()
{
    {
        Hdf5Writer writer(m_path);
        writer.names("", "layer_names", {"conv1/conv"}, NameKind::FixedNullPadded);
        writer.group("conv1/conv");
        writer.names("conv1/conv", "weight_names", {"conv1/conv/kernel:0"}, NameKind::FixedNullPadded);
        writer.ramp("conv1/conv/conv1/conv/kernel:0", {2}, 5);
    }
    const auto archive = parse();
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(archive->tensors[0].group, std::string("conv1/conv"));
    QCOMPARE(archive->tensors[0].tensor.values, (std::vector<float>{5, 6}));
}

void TestKerasHdf5::scalarWeight()
{
    {
        Hdf5Writer writer(m_path);
        writer.names("", "layer_names", {"norm"}, NameKind::VariableAscii);
        writer.group("norm");
        writer.names("norm", "weight_names", {"count:0", "nothing:0"}, NameKind::VariableAscii);
        writer.ramp("norm/count:0", {}, 9, {.type = H5T_STD_I64LE});
        writer.ramp("norm/nothing:0", {0, 3}, 0);
    }
    const auto archive = parse();
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QVERIFY(archive->tensors[0].tensor == (Tensor{{}, {9}}));
    QVERIFY(archive->tensors[1].tensor == (Tensor{{0, 3}, {}}));
}

void TestKerasHdf5::latestFormat()
{
    // Never written by h5py unless asked for; refused in words that help.
    Hdf5Writer(m_path, true).sampleModel("", NameKind::VariableAscii, "2.15.0");
    const auto archive = parse();
    QVERIFY(!archive);
    QCOMPARE(archive.error().code, ErrorCode::Unsupported);
    QVERIFY(archive.error().reason.find("newest internal format") != std::string::npos);
}

void TestKerasHdf5::chunksThatStickOut_data()
{
    QTest::addColumn<QList<quint64>>("shape");
    QTest::addColumn<QList<quint64>>("chunk");
    QTest::addColumn<bool>("good");
    QTest::newRow("at the ends") << QList<quint64>{5, 7} << QList<quint64>{3, 4} << true;
    QTest::newRow("one larger than all") << QList<quint64>{2, 3} << QList<quint64>{4, 8} << true;
    QTest::newRow("single values") << QList<quint64>{2, 3} << QList<quint64>{1, 1} << true;
    QTest::newRow("rank 1") << QList<quint64>{7} << QList<quint64>{3} << true;
    QTest::newRow("rank 4") << QList<quint64>{3, 2, 5, 3} << QList<quint64>{2, 2, 3, 2} << true;
    // Unpacked, ten chunks of a million values each for ten values.
    QTest::newRow("bomb") << QList<quint64>{10, 1} << QList<quint64>{1, 1'000'000} << false;
}

void TestKerasHdf5::chunksThatStickOut()
{
    QFETCH(QList<quint64>, shape);
    QFETCH(QList<quint64>, chunk);
    QFETCH(bool, good);
    {
        Hdf5Writer writer(m_path);
        writer.names("", "layer_names", {"layer"}, NameKind::VariableAscii);
        writer.group("layer");
        writer.names("layer", "weight_names", {"w:0"}, NameKind::VariableAscii);
        writer.ramp("layer/w:0", {shape.begin(), shape.end()}, 1,
                    {.packed = true, .chunk = {chunk.begin(), chunk.end()}});
    }
    const auto archive = parse();
    QCOMPARE(archive.has_value(), good);
    if (good) {
        std::vector<float> expected(archive->tensors[0].tensor.values.size());
        std::iota(expected.begin(), expected.end(), 1.0F);
        QCOMPARE(archive->tensors[0].tensor.values, expected);
    }
}

void TestKerasHdf5::sharedValues()
{
    // A weight may have a second name, but not a hundred: that is how a small file asks for much memory.
    for (const int links : {1, 100}) {
        {
            Hdf5Writer writer(m_path);
            std::vector<std::string> names{"w:0"};
            writer.names("", "layer_names", {"layer"}, NameKind::VariableAscii);
            writer.ramp("layer/w:0", {10'000}, 0);
            for (int i = 0; i < links; ++i) {
                names.push_back("w" + std::to_string(i));
                writer.hardLink("layer/" + names.back(), "layer/w:0");
            }
            writer.names("layer", "weight_names", names, NameKind::FixedNullPadded);
        }
        const auto archive = parse();
        QCOMPARE(archive.has_value(), links == 1);
        if (archive)
            QCOMPARE(archive->tensors[1].tensor.values.at(9'999), 9'999.0F);
        else
            QVERIFY(archive.error().reason.find("too many names") != std::string::npos);
    }
}

namespace {

/// Position of a pattern that must be there once.
std::size_t find(const std::vector<std::uint8_t>& bytes, const std::string& pattern)
{
    const auto at = std::search(bytes.begin(), bytes.end(), pattern.begin(), pattern.end());
    return static_cast<std::size_t>(at - bytes.begin());
}

} // namespace

void TestKerasHdf5::checksum()
{
    // Even and odd numbers of bytes: the sum goes by words.
    for (const hsize_t count : {8, 7}) {
        {
            Hdf5Writer writer(m_path);
            writer.names("", "layer_names", {"layer"}, NameKind::VariableAscii);
            writer.group("layer");
            writer.names("layer", "weight_names", {"w:0"}, NameKind::VariableAscii);
            writer.ramp("layer/w:0", {count}, 'a', {.type = H5T_STD_U8LE, .checked = true, .chunk = {count}});
        }
        auto bytes = bytesOf(m_path);
        const auto archive = parseKerasHdf5(bytes);
        QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
        QCOMPARE(archive->tensors[0].tensor.values.back(), static_cast<float>('a' + count - 1));
        const std::size_t at = find(bytes, "abcdefg");
        QVERIFY(at < bytes.size());
        bytes[at + 2] = 'X';
        const auto damaged = parseKerasHdf5(bytes);
        QVERIFY(!damaged);
        QVERIFY2(damaged.error().reason.find("checksum") != std::string::npos, damaged.error().reason.c_str());
    }
}

void TestKerasHdf5::nameBeyondItsStore()
{
    // The store says that the text has three bytes, the attribute asks for fifteen.
    Hdf5Writer(m_path).sampleModel("", NameKind::VariableAscii, "2.15.0");
    auto bytes = bytesOf(m_path);
    const std::size_t at = find(bytes, "z_conv/kernel:0");
    QVERIFY(at < bytes.size());
    bytes[at - 8] = 3;
    const auto archive = parseKerasHdf5(bytes);
    QVERIFY(!archive);
    QVERIFY2(archive.error().reason.find("a name is not where it should be") != std::string::npos,
             archive.error().reason.c_str());
}

void TestKerasHdf5::refuses_data()
{
    QTest::addColumn<int>("fault");
    QTest::addColumn<QByteArray>("reason");
    const std::array rows{
        std::pair{"empty HDF5 file", "does not list layers"},
        std::pair{"no layer_names in model_weights", "does not list the layers"},
        std::pair{"layer group missing", "layer \"gone\" is missing"},
        std::pair{"weight missing", "\"w:0\" of layer \"layer\" is missing"},
        std::pair{"no weight_names", "does not list its weights"},
        std::pair{"weight_names are numbers", "not a list of names"},
        std::pair{"weight is a group", "is not a dataset"},
        std::pair{"layer is a dataset", "does not list its weights"},
        std::pair{"weight in an odd type", "plain numbers"},
        std::pair{"weight behind a soft link", "a link by name"},
        std::pair{"weight behind an external link", "links to other files"},
        std::pair{"values in another file", "another file"},
        std::pair{"weight below a dataset", "is missing"},
        std::pair{"save_weights of Keras 3", "a .weights.h5 file of Keras 3"},
    };
    for (std::size_t i = 0; i < rows.size(); ++i)
        QTest::newRow(rows[i].first) << static_cast<int>(i) << QByteArray(rows[i].second);
}

void TestKerasHdf5::refuses()
{
    QFETCH(int, fault);
    QFETCH(QByteArray, reason);
    {
        Hdf5Writer writer(m_path);
        if (fault == 1)
            writer.group("model_weights");
        if (fault == 13)
            writer.ramp("layers/conv2d/vars/0", {2}, 0);
        else if (fault >= 2) {
            writer.names("", "layer_names", {fault == 2 ? "gone" : "layer"}, NameKind::VariableAscii);
            if (fault == 7)
                writer.ramp("layer", {2}, 0);
            else
                writer.group("layer");
        }
        if (fault == 5)
            writer.numbers("layer", "weight_names", {1, 2});
        else if (fault >= 3 && fault != 4 && fault != 7 && fault != 13)
            writer.names("layer", "weight_names", {fault == 12 ? "v:0/w:0" : "w:0"}, NameKind::VariableAscii);
        if (fault == 6)
            writer.group("layer/w:0");
        if (fault == 8)
            writer.ramp("layer/w:0", {2}, 0, {.type = H5T_NATIVE_LDOUBLE});
        if (fault == 9) {
            writer.ramp("elsewhere", {2}, 0);
            writer.softLink("layer/w:0", "/elsewhere");
        }
        if (fault == 10)
            writer.externalLink("layer/w:0", "other.h5", "/w");
        if (fault == 11)
            writer.ramp("layer/w:0", {2}, 0, {.external = true});
        if (fault == 12)
            writer.ramp("layer/v:0", {2}, 0);
    }
    const auto archive = parse();
    QVERIFY(!archive);
    QVERIFY2(archive.error().reason.find(reason.toStdString()) != std::string::npos, archive.error().reason.c_str());
}

void TestKerasHdf5::userBlock()
{
    for (const hsize_t bytes : {512, 2048}) {
        Hdf5Writer(m_path, false, bytes).sampleModel("", NameKind::VariableAscii, "2.15.0");
        const auto archive = parse();
        QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
        QCOMPARE(namesOf(*archive), SampleNames);
        QVERIFY(looksLikeHdf5(bytesOf(m_path)));
    }
}

void TestKerasHdf5::severalThreads()
{
    Hdf5Writer(m_path).sampleModel("", NameKind::VariableAscii, "2.15.0");
    const auto bytes = bytesOf(m_path);
    std::array<int, 4> good{};
    {
        std::vector<std::jthread> threads;
        for (int& count : good) {
            threads.emplace_back([&bytes, &count] {
                for (int i = 0; i < 20; ++i) {
                    const auto archive = parseKerasHdf5(bytes);
                    count += archive && namesOf(*archive) == SampleNames ? 1 : 0;
                }
            });
        }
    }
    QCOMPARE(good, (std::array{20, 20, 20, 20}));
}

HALFLENS_TEST(TestKerasHdf5)
#include "tst_keras_hdf5.moc"
