// SPDX-License-Identifier: BSD-3-Clause
// Scores on disk: what is found again, what is scored anew, damage of every kind, and the limit.
#include "core/analysis/analysis.h"
#include "core/analysis/photo_score.h"
#include "core/image/decode.h"
#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

namespace fs = std::filesystem;

std::string hashOf(int number)
{
    std::string hash(64, 'a');
    const std::string digits = std::to_string(number);
    return hash.replace(0, digits.size(), digits);
}

} // namespace

class TestScoreStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void keepsAcrossRuns()
    {
        {
            ScoreStore store(file());
            store.notePhoto("a|1", {hashOf(1), 640, 480});
            store.noteScore(hashOf(1), "one/w", {55.5, 3.25});
            store.noteScore(hashOf(1), "two/w", {0.1, 1.4});
        }
        ScoreStore store(file());
        QCOMPARE(store.photo("a|1"), std::optional(KnownPhoto{hashOf(1), 640, 480}));
        QVERIFY(!store.photo("a|2")); // changed
        QCOMPARE(store.score(hashOf(1), "one/w"), std::optional(StoredScore{55.5, 3.25}));
        QCOMPARE(store.score(hashOf(1), "two/w"), std::optional(StoredScore{0.1, 1.4}));
        QVERIFY(!store.score(hashOf(1), "one/other weights"));
        QVERIFY(!store.score(hashOf(2), "one/w"));
        QCOMPARE(store.problem(), std::string());
        QFile bytes(QString::fromStdString(file().string()));
        QVERIFY(bytes.open(QIODevice::ReadOnly));
        QVERIFY(!bytes.readAll().contains("a|1")); // names of files stay private
    }

    void nonsenseIsNotKept()
    {
        ScoreStore store(file());
        store.noteScore(hashOf(1), "m", {std::nan(""), 3});
        store.noteScore(hashOf(1), "", {3, 3});
        store.noteScore("", "m", {3, 3});
        store.notePhoto("f", {"short", 2, 2});
        QVERIFY(!store.score(hashOf(1), "m") && !store.score(hashOf(1), "") && !store.score("", "m"));
        QVERIFY(!store.photo("f"));
    }

    void changedRows_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("another score") << QByteArray("UPDATE scores SET score5 = 4.9");
        QTest::newRow("no number") << QByteArray("UPDATE scores SET score5 = 'good', score = x'ff00'");
        QTest::newRow("infinite") << QByteArray("UPDATE scores SET score5 = 9e999");
        QTest::newRow("of another photo")
            << QByteArray("UPDATE scores SET hash = hash || ''; UPDATE scores SET model = 'n'");
        QTest::newRow("size") << QByteArray("UPDATE files SET width = -5");
        QTest::newRow("huge") << QByteArray("UPDATE files SET width = 99999999999999");
        QTest::newRow("hash") << QByteArray("UPDATE files SET hash = 'x'");
        QTest::newRow("hash of blob") << QByteArray("UPDATE files SET hash = zeroblob(64)");
        QTest::newRow("checksum") << QByteArray("UPDATE files SET checksum = 'c'; UPDATE scores SET checksum = 1.5");
    }
    void changedRows()
    {
        QFETCH(QByteArray, sql);
        {
            ScoreStore store(file());
            store.notePhoto("f", {hashOf(1), 640, 480});
            store.noteScore(hashOf(1), "m", {3, 3});
        }
        run(sql);
        ScoreStore store(file());
        const auto photo = store.photo("f");
        const auto score = store.score(hashOf(1), "m");
        QVERIFY(!photo || *photo == (KnownPhoto{hashOf(1), 640, 480}));
        QVERIFY(!score || *score == (StoredScore{3, 3}));
        QVERIFY(!photo || !score); // what was changed is not believed
        QVERIFY(!store.score(hashOf(1), "n"));
        store.noteScore(hashOf(1), "m", {3, 3}); // and made again
        QVERIFY(store.score(hashOf(1), "m"));
    }

    void damagedFile_data()
    {
        QTest::addColumn<QString>("how");
        for (const char* how : {"text", "empty", "cut", "pages", "other version", "other tables"})
            QTest::newRow(how) << QString::fromLatin1(how);
    }
    void damagedFile()
    {
        QFETCH(QString, how);
        {
            ScoreStore store(file());
            for (int i = 0; i < 500; ++i) {
                store.notePhoto("f" + std::to_string(i), {hashOf(i), 10 + i, 20});
                store.noteScore(hashOf(i), "m", {1 + 0.001 * i, 1 + 0.001 * i});
            }
        }
        const auto size = static_cast<qint64>(fs::file_size(file()));
        QFile bytes(QString::fromStdString(file().string()));
        QVERIFY(bytes.open(QIODevice::ReadWrite));
        if (how == u"text") {
            bytes.resize(0);
            bytes.write(QByteArray(5000, 'a'));
        } else if (how == u"empty") {
            bytes.resize(0);
        } else if (how == u"cut") {
            bytes.resize(size / 2);
        } else if (how == u"pages") {
            bytes.seek(4096);
            bytes.write(QByteArray(static_cast<int>(size) - 4096, '\x5a'));
        }
        bytes.close();
        if (how == u"other version")
            run("PRAGMA user_version = 99");
        else if (how == u"other tables")
            run("DROP TABLE scores; CREATE TABLE scores(x)");
        for (int turn = 0; turn < 3; ++turn) { // each finds what the one before made of it
            ScoreStore store(file());
            for (int i = 0; i < 500; ++i) {
                const auto score = store.score(hashOf(i), "m");
                QVERIFY(!score || score->score == 1 + 0.001 * i);
                const auto photo = store.photo("f" + std::to_string(i));
                QVERIFY(!photo || photo->width == 10 + i);
            }
            store.noteScore(hashOf(7), "m", {1.007, 1.007});
        }
        if (how != u"other tables") { // a stranger's file is left alone
            ScoreStore store(file());
            QVERIFY(store.score(hashOf(7), "m"));
            QCOMPARE(store.problem(), std::string());
        }
    }

    void keepsWhatWasUsedLast()
    {
        {
            ScoreStore store(file());
            for (int i = 0; i < 50; ++i)
                store.noteScore(hashOf(i), "m", {3, 3});
        }
        {
            ScoreStore store(file());
            for (int i = 0; i < 50; i += 5)
                QVERIFY(store.score(hashOf(i), "m")); // in use again
        }
        ScoreStore store(file(), 10);
        for (int i = 0; i < 50; ++i)
            QCOMPARE(store.score(hashOf(i), "m").has_value(), i % 5 == 0);
    }

    void staysWithinItsLimitWhileItIsFilled()
    {
        ScoreStore store(file(), 100);
        for (int i = 0; i < 4000; ++i)
            store.noteScore(hashOf(i), "m", {3, 3});
        int kept = 0;
        for (int i = 0; i < 4000; ++i)
            kept += store.score(hashOf(i), "m") ? 1 : 0;
        QVERIFY2(kept <= 100 + 1024, qPrintable(QString::number(kept)));
        QVERIFY(kept > 0);
    }

    void cannotBeWritten()
    {
        for (const fs::path& path : {fs::path(), fs::path("/dev/null/x/scores.sqlite"), folder()}) {
            ScoreStore store(path);
            store.noteScore(hashOf(1), "m", {3, 3});
            QVERIFY(!store.score(hashOf(1), "m"));
            QVERIFY(!store.problem().empty());
        }
    }

    void scoredOnce()
    {
        const fs::path photo = picture(u"p.ppm"_s, 90);
        FakeModels models;
        {
            ScoreStore store(file());
            const PhotoScore score = scored(photo, "key 1", "fake-one", models, store);
            QCOMPARE(score.score->score5, FullScore);
            QCOMPARE(score.photo.width, 40);
            QCOMPARE(models.loads.load(), 1);
        }
        ScoreStore store(file());
        QCOMPARE(scored(photo, "key 1", "fake-one", models, store).score->score5, FullScore);
        QCOMPARE(storedPhotoScore("key 1", "fake-one", models, store).score->score5, FullScore);
        QVERIFY(!storedPhotoScore("key 1", "fake-two", models, store).score);
        QVERIFY(!storedPhotoScore("key 2", "fake-one", models, store).score);
        scored(photo, "key 2", "fake-one", models, store); // moved: read, but the same content
        QCOMPARE(models.loads.load(), 1);
        scored(photo, "key 1", "fake-two", models, store);
        QCOMPARE(models.loads.load(), 2);
        models.weights = "others-";
        scored(photo, "key 1", "fake-one", models, store);
        QCOMPARE(models.loads.load(), 3);
        scored(picture(u"p.ppm"_s, 30), "key 3", "fake-one", models, store); // changed
        QCOMPARE(models.loads.load(), 4);
        models.weights.clear(); // it keeps "fake-one" as a hash
        QVERIFY(!storedModel(models, "fake-one").empty());
    }

    void anAnalysisAtHandIsTheScore()
    {
        const fs::path path = picture(u"p.ppm"_s, 90);
        FakeModels models;
        ResultCache cache(1 << 20);
        const auto image = *readImage(path);
        Analysis analysis;
        analysis.prediction.score = analysis.prediction.score5 = 2.5;
        cache.insert(analysisKey(*image, "fake-one", models), std::make_shared<const Analysis>(analysis), 100);
        ScoreStore store(file());
        const auto score = scorePhoto(path, "k", image, "fake-one", models, cache, store, {});
        QCOMPARE((*score).score->score5, 2.5);
        QCOMPARE(models.loads.load(), 0);
    }

    void whatIsWrong()
    {
        FakeModels models;
        ScoreStore store(file());
        QFile broken(m_folder->filePath(u"b.png"_s));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("this is no picture");
        broken.close();
        const PhotoScore score = scored(broken.fileName().toStdString(), "k", "fake-one", models, store);
        QVERIFY(score.whyNot && !score.score && score.photo.hash.empty());
        QCOMPARE(models.loads.load(), 0);
        ResultCache cache(0);
        const fs::path path = picture(u"p.ppm"_s, 90);
        QVERIFY(!scorePhoto(path, "k", nullptr, "none", models, cache, store, {})); // the model's fault
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(isCancelled(scorePhoto(path, "k", nullptr, "fake-one", models, cache, store, stop.get_token())));
    }

private:
    fs::path folder() const { return m_folder->path().toStdString(); }
    fs::path file() const { return folder() / "cache" / "scores.sqlite"; }

    fs::path picture(const QString& name, int grey) const
    {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write the picture");
        file.write("P6 40 30 255\n");
        file.write(QByteArray(40 * 30 * 3, static_cast<char>(grey)));
        return file.fileName().toStdString();
    }

    static PhotoScore scored(const fs::path& path, const std::string& key, const std::string& model, FakeModels& models,
                             ScoreStore& store)
    {
        ResultCache cache(0);
        const Result<PhotoScore> score = scorePhoto(path, key, nullptr, model, models, cache, store, {});
        if (!score)
            qFatal("%s", score.error().reason.c_str());
        return *score;
    }

    void run(const char* sql) const
    {
        sqlite3* database = nullptr;
        QCOMPARE(sqlite3_open(file().c_str(), &database), SQLITE_OK);
        QCOMPARE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(database);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

HALFLENS_TEST(TestScoreStore)
#include "tst_score_store.moc"
