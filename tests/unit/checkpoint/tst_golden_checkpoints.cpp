// SPDX-License-Identifier: BSD-3-Clause
// Every checkpoint of the reference cases opens and has the tensors of spec models 2.1, 5.6, 7.3, 8.5.
#include "core/checkpoint/tensor_archive.h"
#include "tests/support/golden.h"
#include "tests/support/test_case.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cmath>
#include <numeric>

using namespace halflens;

class TestGoldenCheckpoints : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void counts_data();
    void counts();
    void triqTransformerOrder();
    void scnnVector();
    void sameInBothContainers();
    void torchScript();
    void outputs_data();
    void outputs();
    void unpacking();
    void absentCase();
};

void TestGoldenCheckpoints::counts_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("format");
    QTest::addColumn<int>("tensors");
    QTest::addColumn<qint64>("values");
    const auto row = [](const char* folder, const char* file, const char* format, int tensors, qint64 values) {
        QTest::newRow(file) << QString::fromLatin1(folder) << QString::fromLatin1(file) << QString::fromLatin1(format)
                            << tensors << values;
    };
    row("triq_resnet50", "TRIQ_resnet50.h5", "keras-h5", 358, 23'679'013);
    row("triq_vgg16", "TRIQ_vgg16.h5", "keras-h5", 66, 14'756'837);
    row("aihiq_resnet50_5", "AIHIQ_resnet50_5.h5", "keras-h5", 361, 31'986'819);
    row("aihiq_vgg16_1", "AIHIQ_vgg16_1.h5", "keras-h5", 69, 18'947'119);
    row("koncept_keras", "KonCept512.h5", "keras-h5", 916, 59'858'657);
    row("koncept_port", "KonCept512.pth", "torch-legacy", 1327 - 207, 59'821'729 + 67'200); // without the counters
    row("dbcnn_authors", "dbcnn_authors.pth", "torch-zip", 82, 15'311'345 + 1'472);
    row("dbcnn_authors", "scnn.pkl", "torch-legacy", 68, 643'479);
    row("dbcnn_pyiqa", "DBCNN_pyiqa_zip.pth", "torch-zip", 82, 15'311'345 + 1'472);
    row("dbcnn_pyiqa", "DBCNN_pyiqa_legacy.pth", "torch-legacy", 82, 15'311'345 + 1'472);
    row("swin_t", "swin_tiny_patch4_window7_224.pth", "torch-zip", 190, 28'538'058);
    row("swin_b384", "swin_base_patch4_window12_384.pth", "torch-zip", 364, 90'806'624);
}

void TestGoldenCheckpoints::counts()
{
    QFETCH(QString, folder);
    QFETCH(QString, file);
    QFETCH(QString, format);
    QFETCH(int, tensors);
    QFETCH(qint64, values);
    HALFLENS_NEEDS_GOLDEN(folder.toStdString());
    const auto path = test::goldenFile(folder.toStdString(), file.toStdString());
    QVERIFY2(path.has_value(), path ? "" : path.error().message().c_str());
    const auto archive = readCheckpoint(*path);
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    QCOMPARE(QString::fromStdString(archive->format), format);
    QCOMPARE(static_cast<int>(archive->tensors.size()), tensors);
    qint64 total = 0;
    for (const NamedTensor& named : archive->tensors)
        total += static_cast<qint64>(named.tensor.values.size());
    QCOMPARE(total, values);
}

void TestGoldenCheckpoints::triqTransformerOrder()
{
    HALFLENS_NEEDS_GOLDEN("triq_resnet50");
    const auto path = test::goldenFile("triq_resnet50", "TRIQ_resnet50.h5");
    QVERIFY(path.has_value());
    const auto archive = readCheckpoint(*path);
    QVERIFY(archive.has_value());
    QCOMPARE(archive->metadata.at("backend"), std::string("tensorflow"));
    QCOMPARE(archive->metadata.at("keras_version"), std::string("2.15.0"));
    const auto& tensors = archive->tensors;
    QCOMPARE(tensors[0].group, std::string("conv1_conv"));
    QCOMPARE(tensors[0].name, std::string("conv1_conv/kernel:0"));
    QCOMPARE(toString(tensors[0].tensor.shape), std::string("[7, 7, 3, 64]"));
    QCOMPARE(tensors[318].group, std::string("tri_q_image_quality_transformer"));
    QCOMPARE(toString(tensors[318].tensor.shape), std::string("[1, 1, 2048, 32]"));
    QCOMPARE(tensors[356].name, std::string("pos_emb:0"));
    QCOMPARE(toString(tensors[356].tensor.shape), std::string("[1, 193, 32]"));
    QCOMPARE(tensors[357].name, std::string("quality_emb:0"));
}

namespace {

const Tensor& tensorOf(const TensorArchive& archive, const std::string& name)
{
    for (const NamedTensor& named : archive.tensors) {
        if (named.name == name)
            return named.tensor;
    }
    static const Tensor nothing;
    return nothing;
}

double sum(const Tensor& tensor)
{
    return std::accumulate(tensor.values.begin(), tensor.values.end(), 0.0);
}

double sumOfMagnitudes(const Tensor& tensor)
{
    return std::accumulate(tensor.values.begin(), tensor.values.end(), 0.0,
                           [](double total, float value) { return total + std::abs(value); });
}

} // namespace

void TestGoldenCheckpoints::scnnVector()
{
    // Spec models 2.1: a file of 2018, written on Windows by PyTorch 0.4.
    HALFLENS_NEEDS_GOLDEN("dbcnn_authors");
    const auto archive = readCheckpoint(test::goldenFolder("dbcnn_authors") / "scnn.pkl");
    QVERIFY2(archive.has_value(), archive ? "" : archive.error().message().c_str());
    const Tensor& first = tensorOf(*archive, "features.0.weight");
    QCOMPARE(toString(first.shape), std::string("[48, 3, 3, 3]"));
    const std::array start{0.0244989395F, -0.0058315410F, -0.0634661242F, -0.0068629798F};
    for (std::size_t i = 0; i < start.size(); ++i)
        QVERIFY(std::abs(first.values[i] - start[i]) < 1e-9F);
    QVERIFY(std::abs(sum(first) - 0.5020356) < 1e-6);
    QVERIFY(std::abs(sumOfMagnitudes(first) - 111.6848401) < 1e-6);
    const Tensor& variance = tensorOf(*archive, "features.1.running_var");
    QVERIFY(std::abs(variance.values.at(0) - 0.1176306009F) < 1e-9F);
    QVERIFY(std::abs(sum(variance) - 9.0131628) < 1e-6);
    const Tensor& classifier = tensorOf(*archive, "classifier.weight");
    QCOMPARE(toString(classifier.shape), std::string("[39, 256]"));
    QVERIFY(std::abs(sum(classifier) + 3.3130916) < 1e-6);
    QVERIFY(std::abs(sumOfMagnitudes(classifier) - 696.2204422) < 1e-6);
}

void TestGoldenCheckpoints::sameInBothContainers()
{
    HALFLENS_NEEDS_GOLDEN("dbcnn_pyiqa");
    const auto zipPath = test::goldenFile("dbcnn_pyiqa", "DBCNN_pyiqa_zip.pth");
    const auto legacyPath = test::goldenFile("dbcnn_pyiqa", "DBCNN_pyiqa_legacy.pth");
    QVERIFY(zipPath.has_value() && legacyPath.has_value());
    const auto zip = readCheckpoint(*zipPath);
    const auto legacy = readCheckpoint(*legacyPath);
    QVERIFY(zip.has_value() && legacy.has_value());
    QCOMPARE(zip->metadata.at("wrapper"), std::string("params"));
    QCOMPARE(zip->tensors.size(), legacy->tensors.size());
    for (std::size_t i = 0; i < zip->tensors.size(); ++i) {
        QCOMPARE(zip->tensors[i].name, legacy->tensors[i].name);
        QVERIFY(zip->tensors[i].tensor == legacy->tensors[i].tensor);
    }
}

void TestGoldenCheckpoints::torchScript()
{
    HALFLENS_NEEDS_GOLDEN("torchscript");
    const auto archive = readCheckpoint(test::goldenFolder("torchscript") / "score.pt");
    QVERIFY(!archive);
    QVERIFY(archive.error().reason.find("TorchScript") != std::string::npos);
}

void TestGoldenCheckpoints::outputs_data()
{
    QTest::addColumn<QString>("folder");
    for (const char* folder : {"triq_resnet50", "triq_vgg16", "aihiq_resnet50_5", "aihiq_vgg16_1", "koncept_keras",
                               "koncept_port", "dbcnn_authors", "dbcnn_pyiqa", "swin_t", "swin_b384", "lime", "gradcam",
                               "saliency", "frequency", "torchscript"})
        QTest::newRow(folder) << QString::fromLatin1(folder);
}

void TestGoldenCheckpoints::outputs()
{
    QFETCH(QString, folder);
    HALFLENS_NEEDS_GOLDEN(folder.toStdString());
    const auto tensors = test::goldenOutputs(folder.toStdString());
    QVERIFY2(tensors.has_value(), tensors ? "" : tensors.error().message().c_str());
    QVERIFY(!tensors->empty());
    const auto description = test::goldenDescription(folder.toStdString());
    QVERIFY(description.has_value());
    QVERIFY(description->is_object());
}

void TestGoldenCheckpoints::unpacking()
{
    const QByteArray packed =
        QByteArray::fromHex("fd377a585a0000016922de36020021011c00000010cf58cc01001068616c66206f662061"
                            "6e20696d6167650a0000000027f2a39f000125113e45c5a29042990d010000000001595a");
    QTemporaryDir folder;
    const std::filesystem::path source = folder.filePath(QStringLiteral("text.xz")).toStdString();
    const std::filesystem::path target = folder.filePath(QStringLiteral("new/text")).toStdString();
    const auto write = [&](const QByteArray& bytes) {
        QFile file(QString::fromStdString(source.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    };
    write(packed);
    QVERIFY(test::unpackXz(source, target).has_value());
    QFile unpacked(QString::fromStdString(target.string()));
    QVERIFY(unpacked.open(QIODevice::ReadOnly));
    QCOMPARE(unpacked.readAll(), QByteArray("half of an image\n"));
    std::filesystem::remove(target);

    // Cut anywhere: an error, and no file that looks finished.
    for (qsizetype length = 0; length < packed.size(); ++length) {
        write(packed.first(length));
        QVERIFY(!test::unpackXz(source, target));
        QVERIFY(std::filesystem::is_empty(target.parent_path()));
    }
    QVERIFY(!test::unpackXz(folder.filePath(QStringLiteral("missing.xz")).toStdString(), target));
}

void TestGoldenCheckpoints::absentCase()
{
    QVERIFY(!test::hasGolden("no_such_case"));
    QVERIFY(test::goldenAbsent("no_such_case").find("no_such_case") != std::string::npos);
    QVERIFY(!test::goldenFile("no_such_case", "weights.h5"));
    QVERIFY(!test::goldenOutputs("no_such_case"));
    QVERIFY(!test::goldenDescription("no_such_case"));
}

HALFLENS_TEST(TestGoldenCheckpoints)
#include "tst_golden_checkpoints.moc"
