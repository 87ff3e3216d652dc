// SPDX-License-Identifier: BSD-3-Clause
// Tables of photos in all their forms.
#include "core/data/dataset.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <numeric>

using namespace halflens;

class TestDataset : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    DataRecipe recipe(const char* table, DataForm form = DataForm::Mos)
    {
        QFile file(m_folder.filePath(QStringLiteral("t.csv")));
        if (!file.open(QIODevice::WriteOnly) || file.write(table) < 0)
            qFatal("no temporary file");
        DataRecipe data;
        data.form = form;
        data.table = "t.csv";
        data.images = "photos";
        return data;
    }
    Result<Dataset> load(const DataRecipe& data) { return loadDataset(data, {}, m_folder.path().toStdString()); }

private Q_SLOTS:
    void readsScores()
    {
        DataRecipe data =
            recipe("image,mos,split,part\na.jpg,0.5,train,s1\nb.jpg,1,val,s2\nc.jpg,0,test,s1\nd.jpg,0,,s1\n");
        data.offset = 1;
        data.factor = 4;
        data.subsetColumn = "part";
        const Result<Dataset> set = load(data);
        QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
        QCOMPARE(set->rows.size(), std::size_t{3});
        QCOMPARE(set->rows[0].mos5, 3.0);
        QCOMPARE(set->rows[1].mos5, 5.0);
        QCOMPARE(set->rows[0].subset, std::string("s1"));
        QVERIFY(set->rows[2].split == Split::Test);
        QVERIFY(set->rows[0].file.string().ends_with("photos/a.jpg"));
        QCOMPARE(set->of(Split::Train), std::vector<std::size_t>{0});
        const GradeDistribution& grades = set->rows[0].grades;
        QVERIFY(std::abs(std::accumulate(grades.begin(), grades.end(), 0.F) - 1) < 1e-6F);
        QCOMPARE(grades[1], grades[3]);
        // exp(-(1 / 0.6)^2 / 2) beside 1 and exp(-(2 / 0.6)^2 / 2)
        QVERIFY(std::abs(grades[2] - 1 / (1 + 2 * 0.249352F + 2 * 0.003866F)) < 1e-5F);
    }

    void keepsEverySecondTrainingRow()
    {
        DataRecipe data = recipe("image,mos,split\na,1,train\nb,1,val\nc,2,train\nd,3,train\ne,1,test\nf,4,train\n");
        data.trainEvery = 2;
        const Result<Dataset> set = load(data);
        QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
        std::vector<std::string> names;
        for (const DataRow& row : set->rows)
            names.push_back(row.image);
        QCOMPARE(names, (std::vector<std::string>{"a", "b", "d", "e"}));
    }

    void readsVotes()
    {
        DataRecipe data =
            recipe("image_name,c1,c2,c3,c4,c5,set\na,0,0,1,1,0,training\nb,2,0,0,0,2,validation\n", DataForm::Votes);
        data.imageColumn = "image_name";
        data.splitColumn = "set";
        data.imageSuffix = ".png";
        const Result<Dataset> set = load(data);
        QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
        QCOMPARE(set->rows[0].mos5, 3.5);
        QCOMPARE(set->rows[1].mos5, 3.0);
        QCOMPARE(set->rows[1].grades[0], 0.5F);
        QVERIFY(set->rows[0].file.string().ends_with("photos/a.png"));
    }

    void readsDeviationsAndSplitFiles()
    {
        DataRecipe data = recipe("image,mos,sd\na,50,20\nb,25,0\nc,75,20\n", DataForm::MosDeviation);
        data.deviationColumn = "sd";
        data.offset = 1;
        data.factor = 0.04;
        data.splits = "splits.csv";
        QFile splits(m_folder.filePath(QStringLiteral("splits.csv")));
        QVERIFY(splits.open(QIODevice::WriteOnly));
        splits.write("image,split\na,Train\nb,VAL\nz,test\n");
        splits.close();
        const Result<Dataset> set = load(data);
        QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
        QCOMPARE(set->rows.size(), std::size_t{2});
        QVERIFY(set->rows[0].grades == discretisedNormal(3, 0.8));
        QVERIFY(set->rows[1].grades == discretisedNormal(2, 0.3)); // never narrower
    }

    void splitWordsAreTrimmedAndCounted()
    {
        const Result<Dataset> set =
            load(recipe("image,mos,split\na,1,training \nb,1,\tVal\nc,2,holdout\nd,3, TRAIN\ne,1,\nf,4,hold out\n"));
        QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
        QCOMPARE(set->of(Split::Train).size(), std::size_t{2});
        QCOMPARE(set->of(Split::Validation).size(), std::size_t{1});
        QCOMPARE(set->notes.size(), std::size_t{1});
        QVERIFY2(set->notes[0].find("3 rows are left out: their split is \"\", \"hold out\", \"holdout\"")
                     != std::string::npos,
                 set->notes[0].c_str());
    }

    void rowsWithoutOpinion()
    {
        DataRecipe data = recipe("image,mos,split\na,-1,train\nb,50,val\nc,25,train\n");
        data.offset = 1;
        data.factor = 0.04;
        const Result<Dataset> refused = load(data);
        QVERIFY(!refused);
        QVERIFY(refused.error().remedy.find("no_opinion") != std::string::npos);
        data.noOpinion = -1;
        const Result<Dataset> set = load(data);
        QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
        QCOMPARE(set->rows.size(), std::size_t{2});
        QVERIFY(set->notes[0].find("1 rows are left out: they hold no opinion") != std::string::npos);
        data.offset = 3; // -1 is a score as good as any where the scale holds it
        data.factor = 0.02;
        data.noOpinion.reset();
        QCOMPARE(load(data)->rows.size(), std::size_t{3});
    }

    void photosAreFoundAndMissed()
    {
        DataRecipe data = recipe("image;mos;split\nsub/a;3,5;train\nb.jpg;4;val\nc;3;train\n");
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("photos")));
        for (const char* name : {"a.PNG", "b.jpg", "c.png", "c.jpg"}) {
            QFile file(m_folder.filePath(QLatin1String("photos/") + QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        Result<Dataset> set = load(data);
        QVERIFY2(set.has_value(), set ? "" : set.error().message().c_str());
        QCOMPARE(set->rows[0].mos5, 3.5);
        QVERIFY(set->rows[0].file.string().ends_with("photos/a.PNG"));
        QVERIFY(set->rows[2].file.string().ends_with("photos/c")); // two might be meant
        QVERIFY(set->notes[0].find("1 photos were found") != std::string::npos);
        QVERIFY(lookForPhotos(*set).has_value());
        QVERIFY(set->notes[1].find("1 of 3 photos were not found; the first looked for is ") != std::string::npos);

        data.images = "elsewhere";
        set = load(data);
        const Status none = lookForPhotos(*set);
        QVERIFY(!none);
        QVERIFY(none.error().reason.find("none of the 3 photos") != std::string::npos);
        QVERIFY(none.error().file.ends_with("elsewhere/sub/a"));
    }

    /// The published files' own columns, rows made up.
    void readsKoniqAndSpaq()
    {
        DataRecipe koniq = recipe("image_name,c1,c2,c3,c4,c5,c_total,MOS,SD,set\n"
                                  "10004473376.jpg,0,0,25,73,7,105,3.8285714285714287,0.5279999,training\n"
                                  "10007357496.jpg,0,3,45,47,1,96,3.4791666666666665,0.5810,validation\n"
                                  "10015088.jpg,4,25,43,24,3,99,2.9696969696969697,0.8793,test\n");
        koniq.imageColumn = "image_name";
        koniq.mosColumn = "MOS";
        koniq.splitColumn = "set";
        const Result<Dataset> votes = load(koniq);
        QVERIFY2(votes.has_value(), votes ? "" : votes.error().message().c_str());
        QCOMPARE(votes->rows.size(), std::size_t{3});
        QCOMPARE(votes->rows[0].mos5, 3.8285714285714287);
        QVERIFY(votes->rows[0].split == Split::Train && votes->rows[1].split == Split::Validation);
        QVERIFY(votes->rows[2].split == Split::Test);

        DataRecipe spaq = koniq;
        spaq.table = HALFLENS_SOURCE_DIR "/tests/fuzz/corpus/table/spaq_header.xlsx";
        spaq.imageColumn = "Image name";
        spaq.offset = 1;
        spaq.factor = 0.04;
        const Result<Dataset> phones = loadDataset(spaq, {}, m_folder.path().toStdString(), RowsWanted::All);
        QVERIFY2(phones.has_value(), phones ? "" : phones.error().message().c_str());
        QCOMPARE(phones->rows.size(), std::size_t{2});
        QCOMPARE(phones->rows[0].image, std::string("00001.jpg"));
        QVERIFY(std::abs(phones->rows[0].mos5 - (1 + 0.04 * 33.5)) < 1e-12);
        QVERIFY(phones->rows[1].file.string().ends_with("photos/00002.jpg"));
    }

    void rowsHaveAHash()
    {
        const char* table = "image,mos,split\na,3,train\nb,4,val\n";
        const std::string hash = rowsHash(*load(recipe(table)));
        QCOMPARE(rowsHash(*load(recipe("split;mos;image\ntrain;3,0;a\nval;4,0;b\n"))), hash); // the same said otherwise
        for (const char* other : {"image,mos,split\na,3.001,train\nb,4,val\n", "image,mos,split\na,3,train\n",
                                  "image,mos,split\nb,4,val\na,3,train\n", "image,mos,split\na,3,val\nb,4,val\n"})
            QVERIFY2(rowsHash(*load(recipe(other))) != hash, other);
    }

    void studiesNeedNoSplit()
    {
        const DataRecipe data = recipe("image,mos\nx,3\ny,4\n");
        QVERIFY(!load(data));
        const Result<Dataset> all = loadDataset(data, {}, m_folder.path().toStdString(), RowsWanted::All);
        QVERIFY2(all.has_value(), all ? "" : all.error().message().c_str());
        QCOMPARE(all->rows.size(), std::size_t{2});
        QVERIFY(all->notes.empty());
    }

    void tellsWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const char* table, const char* words) {
            QTest::newRow(name) << QByteArray(table) << QString::fromLatin1(words);
        };
        row("no column", "image,split\na,train\n", "\"mos\"");
        row("no number", "image,mos,split\na,good,train\n", "row 1");
        row("scale", "image,mos,split\na,3,train\nb,80,val\n", "row 2");
        row("outside", "image,mos,split\n../a,3,train\n", "inside");
        row("absolute", "image,mos,split\n/a,3,train\n", "inside");
        row("twice a column", "image,mos,mos,split\na,3,3,train\n", "more than one column");
        row("twice", "image,mos,split\na,3,train\na,3,val\n", "twice");
        row("no validation", "image,mos,split\na,3,train\n", "validation");
    }
    void tellsWhatIsWrong()
    {
        QFETCH(QByteArray, table);
        QFETCH(QString, words);
        const Result<Dataset> set = loadDatasets({recipe(table.constData())}, {}, m_folder.path().toStdString());
        QVERIFY(!set);
        QVERIFY2(set.error().reason.find(words.toStdString()) != std::string::npos, set.error().reason.c_str());
        QVERIFY(set.error().file.ends_with("t.csv"));
    }
};

HALFLENS_TEST(TestDataset)
#include "tst_dataset.moc"
