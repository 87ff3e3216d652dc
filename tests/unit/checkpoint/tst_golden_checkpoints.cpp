// SPDX-License-Identifier: BSD-3-Clause
// Every checkpoint of the reference cases opens and has the tensors of spec models 2.1, 5.6, 7.3, 8.5.
#include "core/checkpoint/tensor_archive.h"
#include "tests/support/golden.h"

#include <QTest>

#include <cmath>
#include <fstream>

using namespace halflens;

class TestGoldenCheckpoints : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void counts_data();
    void counts();
    void triqTransformerOrder();
    void outputs_data();
    void outputs();
    void damagedXz();
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

void TestGoldenCheckpoints::damagedXz()
{
    HALFLENS_NEEDS_GOLDEN("triq_vgg16");
    const std::filesystem::path folder = std::filesystem::path(HALFLENS_BINARY_DIR) / "golden";
    std::filesystem::create_directories(folder);
    const std::filesystem::path cut = folder / "cut.xz";
    std::filesystem::copy_file(test::goldenFolder("triq_vgg16") / "TRIQ_vgg16.h5.xz", cut,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(cut, std::filesystem::perms::owner_all);
    std::filesystem::resize_file(cut, 100'000);
    QVERIFY(!test::unpackXz(cut, folder / "cut"));
    QVERIFY(!std::filesystem::exists(folder / "cut"));
    QVERIFY(!std::filesystem::exists(folder / "cut.part"));
    std::filesystem::remove(cut);
}

QTEST_GUILESS_MAIN(TestGoldenCheckpoints)
#include "tst_golden_checkpoints.moc"
