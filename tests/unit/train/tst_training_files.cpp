// SPDX-License-Identifier: BSD-3-Clause
// What training leaves on disk and reads back: stored maps, log, curves, checkpoints.
#include "core/train/feature_cache.h"
#include "core/train/journal.h"
#include "core/train/training_checkpoint.h"
#include "tests/support/test_case.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace halflens;
using namespace halflens::train;

class TestTrainingFiles : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

private Q_SLOTS:
    void storedMapsSurvive()
    {
        const std::vector<std::uint16_t> record{1, 2, 65535};
        {
            const auto cache = FeatureCache::open(path("maps"), "key", 5, 3);
            QVERIFY(cache.has_value());
            QVERIFY((*cache)->state(4) == RecordState::Missing);
            QVERIFY((*cache)->write(4, RecordState::Turned, record));
            QVERIFY((*cache)->write(1, RecordState::Broken, {}));
            QCOMPARE((*cache)->values(4)[2], std::uint16_t{65535});
        }
        const auto cache = FeatureCache::open(path("maps"), "key", 5, 3);
        QVERIFY(cache.has_value());
        QVERIFY((*cache)->state(4) == RecordState::Turned);
        QVERIFY((*cache)->state(1) == RecordState::Broken);
        QVERIFY((*cache)->state(0) == RecordState::Missing);
        QVERIFY(std::equal(record.begin(), record.end(), (*cache)->values(4).begin()));
        // Another size: nothing of it can be used.
        const auto other = FeatureCache::open(path("maps"), "key", 5, 4);
        QVERIFY(other.has_value());
        QVERIFY((*other)->state(4) == RecordState::Missing);
    }

    void storedMapsNeedAFolder()
    {
        QFile file(m_folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const auto cache = FeatureCache::open(path("file"), "key", 1, 1);
        QVERIFY(!cache);
        QVERIFY(cache.error().code == ErrorCode::Io);
    }

    void journalForgetsStepsDoneAgain()
    {
        Journal journal(path("log.csv"));
        journal.add({20, 0.5, 1.25, 0.001, 12, {}});
        journal.add({40, 1, 1, 0.001, 24, ValidationFigures{0.5, 0.25, 1.0 / 3}});
        journal.add({60, 1.5, 0.75, 0.0005, 36, {}});
        QVERIFY(journal.write());
        Journal again(path("log.csv"));
        QVERIFY(again.resume(40));
        QCOMPARE(again.entries().size(), std::size_t{2});
        QCOMPARE(again.entries()[0].loss, 1.25);
        QVERIFY(!again.entries()[0].validation);
        QCOMPARE(again.entries()[1].validation->rmse, 1.0 / 3);
        Journal missing(path("none.csv"));
        QVERIFY(missing.resume(10));
        QVERIFY(missing.entries().empty());
        QFile broken(m_folder.filePath(QStringLiteral("broken.csv")));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("step\nx\n");
        broken.close();
        QVERIFY(!Journal(path("broken.csv")).resume(1));
    }

    void curvesAreSvg()
    {
        const std::vector<JournalEntry> entries{{20, 0.5, 1.25, 0.001, 12, {}},
                                                {40, 1, 1, 0.001, 24, ValidationFigures{0.5, 0.25, 0.3}}};
        const std::string svg = curvesSvg(entries, "a < b & c", {"PLCC", "SROCC", "RMSE"});
        QXmlStreamReader reader(QByteArray::fromStdString(svg));
        int lines = 0;
        while (!reader.atEnd()) {
            reader.readNext();
            lines += reader.isStartElement() && reader.name() == QLatin1String("polyline") ? 1 : 0;
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(lines, 7); // five curves, two of them named beside a piece of their line
        QVERIFY(curvesSvg({}, "empty", {"a", "b", "c"}).find("polyline") == std::string::npos);
    }

    void checkpointsComeBackWhole()
    {
        TrainingCheckpoint written;
        written.step = 123;
        written.recipeHash = "abc";
        written.rowsHash = "def";
        written.seconds = 4.5;
        written.lossSum = 1.0 / 3;
        written.lossCount = 2;
        written.best = {0.9, 0.8, 0.1};
        written.bestEpoch = 7.25;
        written.withoutGain = 1;
        written.network["weights.a"] = {{2}, {1.5F, -2.F}};
        written.bestWeights["a"] = {{1, 1}, {3.F}};
        QVERIFY(writeCheckpoint(path("c.safetensors"), written));
        const Result<TrainingCheckpoint> read = readTrainingCheckpoint(path("c.safetensors"));
        QVERIFY2(read.has_value(), read ? "" : read.error().message().c_str());
        QCOMPARE(read->step, written.step);
        QCOMPARE(read->rowsHash, written.rowsHash);
        QCOMPARE(read->lossSum, written.lossSum);
        QCOMPARE(read->best.srocc, written.best.srocc);
        QCOMPARE(read->bestEpoch, written.bestEpoch);
        QVERIFY(read->network == written.network);
        QVERIFY(read->bestWeights == written.bestWeights);
        QFile file(m_folder.filePath(QStringLiteral("c.safetensors")));
        QVERIFY(file.resize(file.size() - 1));
        QVERIFY(!readTrainingCheckpoint(path("c.safetensors")));
        QVERIFY(!readTrainingCheckpoint(path("nothing")));
    }
};

HALFLENS_TEST(TestTrainingFiles)
#include "tst_training_files.moc"
