// SPDX-License-Identifier: BSD-3-Clause
// Keras HDF5 files that are cut, overwritten, too large or point elsewhere: refused or read, never followed.
#include "core/checkpoint/element_type.h"
#include "core/checkpoint/keras_hdf5.h"
#include "tests/support/test_case.h"
#include "tests/unit/checkpoint/hdf5_writer.h"

#include <QTemporaryDir>
#include <QTest>

using namespace halflens;
using namespace halflens::test;

class TestHostileHdf5 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void externalFileIsNotTouched();
    void limits();
    void truncated();
    void overwrittenBytes_data();
    void overwrittenBytes();

private:
    Result<TensorArchive> parse() const { return parseKerasHdf5(bytesOf(m_path)); }

    QTemporaryDir m_folder;
    std::filesystem::path m_path;
};

void TestHostileHdf5::init()
{
    m_path = m_folder.filePath(QStringLiteral("weights.h5")).toStdString();
}

void TestHostileHdf5::externalFileIsNotTouched()
{
    // The other file is there and would be readable: it must not be followed all the same.
    const std::filesystem::path other = m_path.parent_path() / "other.h5";
    Hdf5Writer(other).ramp("w", {2}, 0);
    {
        Hdf5Writer writer(m_path);
        writer.names("", "layer_names", {"layer"}, NameKind::VariableAscii);
        writer.externalLink("layer", other.string(), "/");
    }
    const auto archive = parse();
    QVERIFY(!archive);
    QCOMPARE(archive.error().code, ErrorCode::Unsupported);
}

void TestHostileHdf5::limits()
{
    Hdf5Writer(m_path).sampleModel("", NameKind::VariableAscii, "2.15.0");
    const auto bytes = bytesOf(m_path);
    QVERIFY(!parseKerasHdf5(bytes, {.maxTensors = 4}));
    QVERIFY(!parseKerasHdf5(bytes, {.maxValues = 57}));
    QVERIFY(parseKerasHdf5(bytes, {.maxTensors = 5, .maxValues = 58}).has_value());
}

void TestHostileHdf5::truncated()
{
    Hdf5Writer(m_path).sampleModel("", NameKind::FixedNullPadded, "2.3.0-tf");
    const auto bytes = bytesOf(m_path);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
        QVERIFY2(!parseKerasHdf5(cut), std::to_string(length).c_str());
    }
    const std::vector<std::uint8_t> cut(bytes.begin(), bytes.end() - 1);
    QVERIFY(parseKerasHdf5(cut).error().reason.find("of its " + std::to_string(bytes.size())) != std::string::npos);
}

void TestHostileHdf5::overwrittenBytes_data()
{
    QTest::addColumn<bool>("packed");
    QTest::newRow("plain") << false;
    QTest::newRow("packed") << true;
}

void TestHostileHdf5::overwrittenBytes()
{
    // One byte is enough to crash the HDF5 library 1.10. Any answer is right but that; where the
    // change is not noticed, shapes and counts must agree.
    QFETCH(bool, packed);
    Hdf5Writer(m_path).sampleModel("", NameKind::VariableAscii, "2.15.0", {.packed = packed});
    auto bytes = bytesOf(m_path);
    for (std::size_t at = 0; at < bytes.size(); at += at < 1024 ? 1 : 17) {
        std::uint8_t& byte = bytes[at];
        const std::uint8_t original = byte;
        for (const int value : {0xff, original ^ 1, original ^ 0x10}) {
            byte = static_cast<std::uint8_t>(value);
            const auto archive = parseKerasHdf5(bytes);
            if (!archive)
                continue;
            for (const NamedTensor& named : archive->tensors)
                QCOMPARE(named.tensor.values.size(), static_cast<std::size_t>(*valueCount(named.tensor.shape)));
        }
        byte = original;
    }
}

HALFLENS_TEST(TestHostileHdf5)
#include "tst_hostile_hdf5.moc"
