// SPDX-License-Identifier: BSD-3-Clause
// halflens train on a small generated set: trained, killed in the middle, taken up again.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace halflens::test;
using nlohmann::json;

namespace {

constexpr int Photos = 24;

/// Stripes that get softer from photo to photo: the softer, the lower the opinion.
QImage photo(int index, double softness)
{
    QImage image(72, 54, QImage::Format_RGB888);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const double wave = std::sin((x * (1 + index % 3) + y * (index % 5)) * 0.7);
            const double edge = std::tanh(wave / (0.05 + softness));
            image.setPixel(x, y, qRgb(int(128 + 100 * edge), int(128 + 60 * edge), (index * 37 + x) % 256));
        }
    }
    return image;
}

} // namespace

class TestTrainCommand : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const QString& name) const { return m_folder.filePath(name); }

    void write(const QString& name, const QByteArray& bytes)
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }

    QByteArray read(const QString& name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static json recipe()
    {
        return json::parse(R"({
            "format": 1, "id": "tiny", "family": "triq",
            "trunk": {"name": "efficientnet-lite0-blocks", "freeze_until": "stage4"},
            "head": {"width": 16, "layers": 1, "feed_forward": 16, "hidden": 16, "positions": 25},
            "input": {"policy": "fit", "width": 64, "height": 48, "normalization": "plus_minus_one"},
            "data": [{"name": "made", "form": "mos", "images": "made:photos", "table": "made:table.csv",
                      "columns": {"subset": "part"}}],
            "views": [{"kind": "fit"}, {"kind": "fit", "flip": true}],
            "losses": {"cross_entropy": 1, "plcc": 1, "synthetic_rank": 0.5,
                       "consistency": 1, "damage_order": 0.5, "block_order": 1},
            "synthetic": {"pairs": 1, "photos": 2, "kinds": ["blur", "jpeg"]},
            "damage": {"pairs": 2, "photos": 4, "copies": 2, "comparisons": 2},
            "masking": {"share": 0.3},
            "optimizer": {"batch": 4, "epochs": 3, "rate": 0.002, "warm_up": 1},
            "report": "test", "seed": 3})");
    }

    QStringList arguments(const QString& out, const QStringList& more = {}) const
    {
        return QStringList{QStringLiteral("train"),     path(QStringLiteral("recipe.json")),
                           QStringLiteral("--out"),     path(out),
                           QStringLiteral("--data"),    QStringLiteral("made=") + m_folder.path(),
                           QStringLiteral("--threads"), QStringLiteral("2"),
                           QStringLiteral("--json")}
        + more;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("photos")));
        QByteArray table = "image,mos,part,split\n";
        for (int i = 0; i < Photos; ++i) {
            const double softness = double(i * 7 % Photos) / Photos;
            QVERIFY(photo(i, softness).save(path(QStringLiteral("photos/%1.png").arg(i))));
            table += QStringLiteral("%1.png,%2,p%3,%4\n")
                         .arg(i)
                         .arg(5 - 4 * softness)
                         .arg(i % 2)
                         .arg(i < 16       ? QStringLiteral("train")
                                  : i < 20 ? QStringLiteral("val")
                                           : QStringLiteral("test"))
                         .toUtf8();
        }
        write(QStringLiteral("table.csv"), table);
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(recipe().dump()));
        const Outcome whole = runProgram(arguments(QStringLiteral("whole")));
        QVERIFY2(whole.status == 0, whole.errors.constData());
        QCOMPARE(whole.document.at("steps").get<int>(), 12);
        QCOMPARE(whole.document.at("test").at("images").get<int>(), 4);
        QCOMPARE(int(whole.document.at("validation").at("subsets").size()), 2);
        for (const char* name : {"weights.safetensors", "manifest.json", "log.csv", "curves.svg", "report.json",
                                 "predictions.csv", "checkpoint.safetensors"})
            QVERIFY2(QFile::exists(path(QStringLiteral("whole/") + QLatin1String(name))), name);
    }

    void finishedModelScores()
    {
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("models")));
        QVERIFY(QFile::link(path(QStringLiteral("whole")), path(QStringLiteral("models/tiny"))));
        const Outcome scored =
            runProgram({QStringLiteral("score"), path(QStringLiteral("photos/20.png")), QStringLiteral("--model"),
                        QStringLiteral("tiny"), QStringLiteral("--models-dir"), path(QStringLiteral("models")),
                        QStringLiteral("--json")});
        QVERIFY2(scored.status == 0, scored.errors.constData());
        const double score = scored.document.at("results").at(0).at("score5").get<double>();
        QVERIFY(score > 1 && score < 5);
        const QByteArray line = "20.png,test,p0,";
        const QByteArray predictions = read(QStringLiteral("whole/predictions.csv"));
        const qsizetype at = predictions.indexOf(line);
        QVERIFY(at > 0);
        const QList<QByteArray> fields = predictions.mid(at, predictions.indexOf('\n', at) - at).split(',');
        QCOMPARE(fields.last().toDouble(), score);
    }

    /// The weights alone, carried elsewhere, know how they are fed.
    void weightsDescribeThemselves()
    {
        const QString alone = path(QStringLiteral("alone.safetensors"));
        QVERIFY(QFile::copy(path(QStringLiteral("whole/weights.safetensors")), alone));
        const auto score = [&](const QStringList& more) {
            return runProgram(
                QStringList{QStringLiteral("score"), path(QStringLiteral("photos/20.png")), QStringLiteral("--json")}
                + more);
        };
        const Outcome byId = score({QStringLiteral("--model"), QStringLiteral("tiny"), QStringLiteral("--models-dir"),
                                    path(QStringLiteral("models"))});
        const Outcome byFile = score({QStringLiteral("--checkpoint"), alone, QStringLiteral("--fit")});
        QVERIFY2(byFile.status == 0, byFile.errors.constData());
        for (const char* key : {"score", "score5", "scale", "input", "notes"})
            QVERIFY2(byFile.document.at("results").at(0).at(key) == byId.document.at("results").at(0).at(key), key);
        QCOMPARE(byFile.document.at("results").at(0).at("input").at("width").get<int>(), 64);
    }

    void interruptedRunEndsTheSame_data()
    {
        QTest::addColumn<int>("steps");
        QTest::newRow("within an epoch") << 6;
        QTest::newRow("after an evaluation") << 4;
    }
    void interruptedRunEndsTheSame()
    {
        QFETCH(int, steps);
        const QString out = QStringLiteral("stopped%1").arg(steps);
        const Outcome stopped = runProgram(arguments(out, {QStringLiteral("--stop-after"), QString::number(steps)}));
        QCOMPARE(stopped.status, 130);
        QVERIFY(!QFile::exists(path(out + QStringLiteral("/weights.safetensors"))));
        const Outcome resumed = runProgram(arguments(out, {QStringLiteral("--resume")}));
        QVERIFY2(resumed.status == 0, resumed.errors.constData());
        QVERIFY(read(out + QStringLiteral("/weights.safetensors"))
                == read(QStringLiteral("whole/weights.safetensors")));
        QVERIFY(read(out + QStringLiteral("/predictions.csv")) == read(QStringLiteral("whole/predictions.csv")));
    }

    void killedRunEndsTheSame()
    {
        QProcess process;
        process.start(QStringLiteral(HALFLENS_PROGRAM), arguments(QStringLiteral("killed")));
        QVERIFY(process.waitForStarted(60'000));
        const QString checkpoint = path(QStringLiteral("killed/checkpoint.safetensors"));
        while (!QFile::exists(checkpoint) && !process.waitForFinished(20)) { }
        process.kill();
        process.waitForFinished(120'000);
        const Outcome resumed = runProgram(arguments(QStringLiteral("killed"), {QStringLiteral("--resume")}));
        QVERIFY2(resumed.status == 0, resumed.errors.constData());
        QVERIFY(read(QStringLiteral("killed/weights.safetensors"))
                == read(QStringLiteral("whole/weights.safetensors")));
    }

    void aFinishedFolderIsNotOverwritten()
    {
        const Outcome again = runProgram(arguments(QStringLiteral("whole")));
        QCOMPARE(again.status, 3);
        const json error = again.document.at("errors").at(0);
        QVERIFY(error.at("remedy").get<std::string>().find("--resume") != std::string::npos);
        json other = recipe();
        other["seed"] = 4;
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(other.dump()));
        const Outcome changed = runProgram(arguments(QStringLiteral("whole"), {QStringLiteral("--resume")}));
        QCOMPARE(changed.status, 3);
        QVERIFY(changed.document.at("errors").at(0).at("reason").get<std::string>().find("another recipe")
                != std::string::npos);
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(recipe().dump()));
    }

    /// What the frozen layers make of other photos is not taken from the store, whatever these are called.
    void storedMapsBelongToTheContent()
    {
        for (const char* folder : {"set1", "set2"}) {
            const QString name = QLatin1String(folder);
            QVERIFY(QDir(m_folder.path()).mkpath(name + QStringLiteral("/photos")));
            QVERIFY(QFile::copy(path(QStringLiteral("table.csv")), path(name + QStringLiteral("/table.csv"))));
            for (int i = 0; i < Photos; ++i)
                QVERIFY(photo(name == QLatin1String("set1") ? i : i + 5, double(i) / Photos)
                            .save(path(name + QStringLiteral("/photos/%1.png").arg(i))));
        }
        QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral("set0/photos"))); // where no photo is
        QVERIFY(QFile::copy(path(QStringLiteral("table.csv")), path(QStringLiteral("set0/table.csv"))));
        json quick = recipe();
        quick["optimizer"]["epochs"] = 1;
        quick.erase("synthetic");
        quick["losses"] = {{"cross_entropy", 1}};
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(quick.dump()));
        const auto trained = [&](const QString& set, const QString& out, const QString& cache) {
            QStringList line = arguments(out, {QStringLiteral("--cache"), path(cache)});
            line.replaceInStrings(QRegularExpression(QStringLiteral("^made=.*")), QStringLiteral("made=") + path(set));
            return runProgram(line);
        };
        const Outcome nothing = trained(QStringLiteral("set0"), QStringLiteral("out0"), QStringLiteral("shared"));
        QCOMPARE(nothing.status, 3);
        const json error = nothing.document.at("errors").at(0);
        QVERIFY(error.at("reason").get<std::string>().find("none of the 24 photos") != std::string::npos);
        QVERIFY(error.at("file").get<std::string>().ends_with("set0/photos/0.png"));
        QVERIFY(!QFile::exists(path(QStringLiteral("out0/weights.safetensors"))));

        const Outcome one = trained(QStringLiteral("set1"), QStringLiteral("out1"), QStringLiteral("shared"));
        QVERIFY2(one.status == 0, one.errors.constData());
        QCOMPARE(trained(QStringLiteral("set2"), QStringLiteral("out2"), QStringLiteral("shared")).status, 0);
        QCOMPARE(trained(QStringLiteral("set2"), QStringLiteral("out3"), QStringLiteral("own")).status, 0);
        QVERIFY(read(QStringLiteral("out2/weights.safetensors")) == read(QStringLiteral("out3/weights.safetensors")));
        QVERIFY(read(QStringLiteral("out1/weights.safetensors")) != read(QStringLiteral("out2/weights.safetensors")));
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(recipe().dump()));
    }

    void anotherTableIsNotGoneOnWith()
    {
        const QString out = QStringLiteral("changed");
        QCOMPARE(runProgram(arguments(out, {QStringLiteral("--stop-after"), QStringLiteral("2")})).status, 130);
        const QByteArray kept = read(QStringLiteral("table.csv"));
        write(QStringLiteral("table.csv"), QByteArray(kept).replace("0.png,5,", "0.png,4,"));
        const Outcome changed = runProgram(arguments(out, {QStringLiteral("--resume")}));
        write(QStringLiteral("table.csv"), kept);
        QCOMPARE(changed.status, 3);
        QVERIFY2(changed.errors.contains("another table"), changed.errors.constData());
    }

    /// Split words with blanks, decimal commas, subsets that are no UTF-8, a photo that is missing.
    void oddTables()
    {
        QByteArray table = read(QStringLiteral("table.csv"));
        table.replace(",train\n", ", Train \n").replace(",p0,", ",caf\xe9,").replace("23.png", "99.png");
        table.replace(',', ';').replace('.', ',').replace(",png", ".png");
        table += "24.png;3;p1;later\n";
        write(QStringLiteral("odd.csv"), table);
        json odd = recipe();
        odd["data"][0]["table"] = "made:odd.csv";
        odd["optimizer"]["epochs"] = 1;
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(odd.dump()));
        const Outcome outcome = runProgram(arguments(QStringLiteral("odd")));
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(recipe().dump()));
        QVERIFY2(outcome.status == 1, outcome.errors.constData()); // for the photo that is missing
        QCOMPARE(outcome.document.at("validation").at("images").get<int>(), 4);
        const std::string notes = outcome.document.at("notes").dump();
        QVERIFY2(notes.find("1 rows are left out: their split is \\\"later\\\"") != std::string::npos, notes.c_str());
        QVERIFY2(notes.find("1 of 24 photos were not found") != std::string::npos, notes.c_str());
        const json report = json::parse(read(QStringLiteral("odd/report.json")).toStdString(), nullptr, false);
        QVERIFY(report.at("validation").at("subsets").contains("caf\xef\xbf\xbd"));
    }

    void brokenPhotosAreLeftOut()
    {
        const QByteArray kept = read(QStringLiteral("photos/3.png"));
        write(QStringLiteral("photos/3.png"), "no photo");
        json quick = recipe();
        quick["optimizer"]["epochs"] = 1;
        quick.erase("synthetic");
        quick["losses"] = {{"cross_entropy", 1}};
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(quick.dump()));
        const Outcome outcome = runProgram(arguments(QStringLiteral("broken")));
        write(QStringLiteral("photos/3.png"), kept);
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(recipe().dump()));
        QCOMPARE(outcome.status, 1);
        QVERIFY(outcome.document.at("errors").at(0).at("file").get<std::string>().ends_with("3.png"));
        QCOMPARE(outcome.document.at("steps").get<int>(), 3); // 15 photos, batches of 4
    }

    void mistakesAreTold_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("words");
        QTest::newRow("key") << QStringLiteral("/colour") << QStringLiteral("1") << QStringLiteral("colour");
        QTest::newRow("trunk") << QStringLiteral("/trunk/name") << QStringLiteral("\"oak\"") << QStringLiteral("oak");
        QTest::newRow("family") << QStringLiteral("/family") << QStringLiteral("\"rose\"") << QStringLiteral("rose");
        QTest::newRow("map") << QStringLiteral("/trunk/freeze_until") << QStringLiteral("\"leaf\"")
                             << QStringLiteral("leaf");
        QTest::newRow("positions") << QStringLiteral("/head/positions") << QStringLiteral("3")
                                   << QStringLiteral("head.positions");
        QTest::newRow("folder") << QStringLiteral("/data/0/images") << QStringLiteral("\"there:photos\"")
                                << QStringLiteral("there");
        QTest::newRow("weights") << QStringLiteral("/trunk/weights") << QStringLiteral("[\"none.h5\"]")
                                 << QStringLiteral("none.h5");
    }
    void mistakesAreTold()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, words);
        json wrong = recipe();
        wrong[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(wrong.dump()));
        const Outcome outcome = runProgram(arguments(QStringLiteral("wrong")));
        write(QStringLiteral("recipe.json"), QByteArray::fromStdString(recipe().dump()));
        QCOMPARE(outcome.status, 3);
        QVERIFY2(outcome.errors.contains(words.toUtf8()), outcome.errors.constData());
        QVERIFY(!outcome.document.at("errors").at(0).at("remedy").get<std::string>().empty());
    }
};

HALFLENS_TEST(TestTrainCommand)
#include "tst_train_command.moc"
