// SPDX-License-Identifier: BSD-3-Clause
// Recognition by content, and the report of what fits a network.
#include "core/checkpoint/tensor_archive.h"
#include "tests/support/test_case.h"

#include <QTemporaryDir>
#include <QTest>

using namespace halflens;

class TestTensorArchive : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fits();
    void doesNotFit();
    void longLists();
    void wrapperPrefixes();
    void unknownContent_data();
    void unknownContent();
    void toldByName_data();
    void toldByName();
    void unreadable();
};

void TestTensorArchive::fits()
{
    const LoadReport report = compare({{"a", {2}}, {"b", {}}}, {{"a", {{2}, {1, 2}}}, {"b", {{}, {1}}}});
    QVERIFY(report.isClean());
    QCOMPARE(report.summary(), std::string("all tensors fit"));
    QVERIFY(compare({}, {}).isClean());
}

void TestTensorArchive::doesNotFit()
{
    const LoadReport report = compare({{"fc.bias", {5}}, {"fc.weight", {5, 64}}, {"pos", {1, 2}}},
                                      {{"fc.weight", {{64, 5}, {}}}, {"head", {{1}, {1}}}, {"pos", {{1, 2}, {}}}});
    QVERIFY(!report.isClean());
    QCOMPARE(report.missing, std::vector<std::string>{"fc.bias"});
    QCOMPARE(report.surplus, std::vector<std::string>{"head"});
    QCOMPARE(report.misShaped, std::vector<std::string>{"fc.weight: file [64, 5], network [5, 64]"});
    QCOMPARE(report.summary(),
             std::string("1 missing: fc.bias; 1 surplus: head; "
                         "1 mis-shaped: fc.weight: file [64, 5], network [5, 64]"));
}

void TestTensorArchive::longLists()
{
    std::map<std::string, Shape> expected;
    for (char name = 'a'; name <= 'm'; ++name)
        expected[std::string(1, name)] = {1};
    const LoadReport report = compare(expected, {});
    QCOMPARE(report.missing.size(), std::size_t(13));
    QCOMPARE(report.summary(), std::string("13 missing: a, b, c, d, e, f, g, h, i, j and 3 more"));
}

void TestTensorArchive::wrapperPrefixes()
{
    const auto dropped = [](const std::vector<std::string>& names) {
        TensorArchive archive;
        for (const std::string& name : names)
            archive.tensors.push_back({name, {}, {}});
        const Status status = dropWrapperPrefixes(archive);
        std::string all = status ? "" : "refused";
        for (std::size_t i = 0; status && i < archive.tensors.size(); ++i)
            all += (i > 0 ? " " : "") + archive.tensors[i].name;
        return all;
    };
    QCOMPARE(dropped({"module.a", "module.b"}), std::string("a b"));
    QCOMPARE(dropped({"_orig_mod.module.model.a", "_orig_mod.module.model.b"}), std::string("a b"));
    QCOMPARE(dropped({"model.net.a", "model.net.b", "loss.weight"}), std::string("a b loss.weight"));
    QCOMPARE(dropped({"model.a", "b", "c"}), std::string("model.a b c"));
    QCOMPARE(dropped({"modules.a"}), std::string("modules.a"));
    QCOMPARE(dropped({"a", "module.a"}), std::string("refused"));
    QCOMPARE(dropped({}), std::string());
}

void TestTensorArchive::unknownContent_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("these are no weights\n");
    QTest::newRow("image") << QByteArray("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    QTest::newRow("tar") << QByteArray(1024, '\0');
    QTest::newRow("JSON") << QByteArray("{\"format\": \"weights\"}");
}

void TestTensorArchive::unknownContent()
{
    QFETCH(QByteArray, content);
    QTemporaryDir folder;
    // The name promises something else: only the content counts.
    const QString path = folder.filePath(QStringLiteral("weights.safetensors"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const auto archive = readCheckpoint(path.toStdString());
    QVERIFY(!archive);
    QCOMPARE(archive.error().code, ErrorCode::Unsupported);
    QCOMPARE(archive.error().file, path.toStdString());
    QVERIFY(!archive.error().remedy.empty());
}

void TestTensorArchive::toldByName_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("page") << QByteArray("<!DOCTYPE html><html><head><title>Google Drive") << QByteArray("a web page");
    QTest::newRow("page behind blanks") << QByteArray("\xef\xbb\xbf\n  <HTML>") << QByteArray("a web page");
    QTest::newRow("pointer") << QByteArray("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
                             << QByteArray("Git LFS");
}

void TestTensorArchive::toldByName()
{
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, says);
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("weights.pth")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const auto archive = readCheckpoint(file.fileName().toStdString());
    QVERIFY(!archive);
    QVERIFY2(archive.error().reason.find(says.toStdString()) != std::string::npos, archive.error().reason.c_str());
}

void TestTensorArchive::unreadable()
{
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    QCOMPARE(readCheckpoint(path).error().code, ErrorCode::Io);
    QCOMPARE(readCheckpoint(path / "missing.h5").error().code, ErrorCode::Io);
    QFile file(folder.filePath(QStringLiteral("large")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(1000, 'x'));
    file.close();
    const auto large = readCheckpoint(path / "large", {.maxFileBytes = 999});
    QCOMPARE(large.error().code, ErrorCode::Io);
    QCOMPARE(large.error().file, (path / "large").string());
}

HALFLENS_TEST(TestTensorArchive)
#include "tst_tensor_archive.moc"
