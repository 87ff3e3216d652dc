// SPDX-License-Identifier: BSD-3-Clause
// halflens study on a small generated set: run, killed, resumed, cut into parts; tables against score and measures.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <sys/types.h>
#include <vector>

using namespace halflens::test;
using nlohmann::json;

namespace {

constexpr int Photos = 12;
const QString Models[] = {QStringLiteral("lite-triq"), QStringLiteral("lite-koncept")};

/// Blobs and stripes, softer from photo to photo.
QImage photo(int index)
{
    QImage image(256, 192, QImage::Format_RGB888);
    const double softness = double(index) / Photos;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const double wave = std::sin((x * (1 + index % 3) + y * (1 + index % 4)) * 0.25);
            const double edge = std::tanh(wave / (0.05 + softness));
            const double blob = std::exp(-std::hypot(x - 20. * index, y - 60.) / 40);
            image.setPixel(x, y, qRgb(int(120 + 100 * edge), int(120 + 100 * blob), (index * 37 + x + y) % 256));
        }
    }
    return image;
}

double pearson(const std::vector<double>& a, const std::vector<double>& b)
{
    double meanA = 0;
    double meanB = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        meanA += a[i] / double(a.size());
        meanB += b[i] / double(a.size());
    }
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - meanA) * (b[i] - meanB);
        aa += (a[i] - meanA) * (a[i] - meanA);
        bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / std::sqrt(aa * bb);
}

using CsvRow = std::map<std::string, std::string>;

/// Of tables without quoted fields.
std::vector<CsvRow> csvRows(const QByteArray& text)
{
    std::vector<CsvRow> rows;
    const QList<QByteArray> lines = text.split('\n');
    const QList<QByteArray> header = lines.value(0).split(',');
    for (const QByteArray& line : lines.mid(1)) {
        const QList<QByteArray> fields = line.split(',');
        if (fields.size() != header.size())
            continue;
        CsvRow row;
        for (qsizetype i = 0; i < header.size(); ++i)
            row[header[i].toStdString()] = fields[i].toStdString();
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

class TestStudyCommand : public QObject {
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

    /// All files under OUT/tables, by name.
    std::map<QString, QByteArray> tables(const QString& out) const
    {
        std::map<QString, QByteArray> files;
        for (const QString& name : QDir(path(out + QStringLiteral("/tables"))).entryList(QDir::Files))
            files[name] = read(out + QStringLiteral("/tables/") + name);
        return files;
    }

    QStringList arguments(const QString& out, const QStringList& more = {}) const
    {
        QStringList words{QStringLiteral("study"),  path(QStringLiteral("recipe.json")),
                          QStringLiteral("--out"),  path(out),
                          QStringLiteral("--data"), QStringLiteral("images=") + path(QStringLiteral("photos")),
                          QStringLiteral("--data"), QStringLiteral("scores=") + path(QStringLiteral("scores.csv"))};
        return words + more;
    }

    std::vector<CsvRow> table(const QString& name) const
    {
        return csvRows(read(QStringLiteral("whole/tables/") + name));
    }

    static CsvRow rowOf(const std::vector<CsvRow>& rows, const std::map<std::string, std::string>& wanted)
    {
        for (const CsvRow& row : rows) {
            if (std::all_of(wanted.begin(), wanted.end(),
                            [&](const auto& entry) { return row.at(entry.first) == entry.second; }))
                return row;
        }
        return {};
    }

    /// Native scores of all photos in the order of the table.
    std::vector<double> scores(const QString& model, const QStringList& hiding)
    {
        QStringList words{QStringLiteral("score"), QStringLiteral("--json"), QStringLiteral("--model"), model};
        words += hiding;
        for (int i = 0; i < Photos; ++i)
            words << path(QStringLiteral("photos/%1.png").arg(i));
        std::vector<double> found;
        const Outcome outcome = runProgram(words);
        for (const json& row : outcome.document.at("results"))
            found.push_back(row.at("score").get<double>());
        return found;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("photos")));
        QByteArray text = "image;mos\n";
        for (int i = 0; i < Photos; ++i) {
            QVERIFY(photo(i).save(path(QStringLiteral("photos/%1.png").arg(i))));
            text += QByteArray::number(i) + ".png;" + QByteArray::number(90 - 6 * i + i % 3).replace('.', ',') + "\n";
        }
        write(QStringLiteral("scores.csv"), text);
        write(QStringLiteral("recipe.json"), R"({
            "format": 1, "name": "small",
            "data": {"name": "set", "form": "mos", "images": "images:", "table": "scores:"},
            "models": ["lite-triq", "lite-koncept"], "random_halves": 2, "resamples": 50,
            "studies": ["table1", "halves", "table2", "averaged", "importance", "enough", "size"]})");
        const Outcome whole = runProgram(arguments(QStringLiteral("whole")));
        QVERIFY2(whole.status == 0, whole.errors.constData());
        QVERIFY(whole.errors.contains("images/s"));
        QCOMPARE(tables(QStringLiteral("whole")).size(), std::size_t{8 * 3});
        QVERIFY(read(QStringLiteral("whole/report.html")).contains("</html>"));
        QVERIFY(!read(QStringLiteral("whole/report.html")).contains("http"));
    }

    /// Table I from `score` calls.
    void tableOne()
    {
        std::vector<double> opinions;
        for (int i = 0; i < Photos; ++i)
            opinions.push_back(90 - 6 * i + i % 3);
        const std::vector<CsvRow> rows = table(QStringLiteral("table1.csv"));
        QCOMPARE(rows.size(), std::size_t{3});
        for (const QString& model : Models) {
            const std::vector<double> whole = scores(model, {});
            for (const QString& by : {QStringLiteral("zero"), QStringLiteral("attention")}) {
                const CsvRow row = rowOf(rows, {{"model", model.toStdString()}, {"by", by.toStdString()}});
                const bool attends = by == QStringLiteral("attention");
                QCOMPARE(row.empty(), attends && model != QStringLiteral("lite-triq"));
                if (row.empty())
                    continue;
                const QString option = attends ? QStringLiteral("--mask") : QStringLiteral("--zero");
                const double tolerance = attends ? 1e-6 : 1e-9;
                QCOMPARE(row.at("images"), std::to_string(Photos));
                const double expected = pearson(whole, opinions);
                QVERIFY2(std::abs(std::stod(row.at("plcc_mos")) - expected) <= 1e-9,
                         (row.at("plcc_mos") + " for " + std::to_string(expected) + ", " + std::to_string(whole.size()))
                             .c_str());
                for (const char* half : {"important", "trivial"}) {
                    const std::vector<double> hidden = scores(model, {option, QString::fromLatin1(half)});
                    QVERIFY(std::abs(std::stod(row.at(std::string(half) + "_pred")) - pearson(whole, hidden))
                            <= tolerance);
                    QVERIFY(std::abs(std::stod(row.at(std::string(half) + "_mos")) - pearson(hidden, opinions))
                            <= tolerance);
                    QVERIFY(std::stod(row.at(std::string(half) + "_pred_low"))
                            <= std::stod(row.at(std::string(half) + "_pred_high")));
                }
            }
        }
    }

    /// Table II from `measures` calls, exactly.
    void tableTwo()
    {
        std::map<std::string, std::vector<int>> counts;
        for (int i = 0; i < Photos; ++i) {
            const Outcome outcome = runProgram(
                {QStringLiteral("measures"), QStringLiteral("--json"), path(QStringLiteral("photos/%1.png").arg(i))});
            QVERIFY2(outcome.status == 0, outcome.errors.constData());
            for (const auto& [measure, n] : outcome.document.at("match").at("n").items()) {
                if (!n.is_null())
                    counts[measure].push_back(n.get<int>());
            }
        }
        const std::vector<CsvRow> rows = table(QStringLiteral("table2.csv"));
        QCOMPARE(rows.size(), std::size_t{5});
        for (const auto& [measure, all] : counts) {
            const CsvRow row = rowOf(rows, {{"measure", measure}});
            QCOMPARE(row.at("images"), std::to_string(all.size()));
            for (int threshold = 1; threshold <= 5; ++threshold) {
                const auto above = std::count_if(all.begin(), all.end(), [&](int n) { return n > threshold; });
                QCOMPARE(std::stod(row.at("t" + std::to_string(threshold))), 100. * double(above) / double(all.size()));
            }
        }
        QCOMPARE(rows.back().at("measure"), std::string("chance"));
        QCOMPARE(std::stod(rows.back().at("mean_n")), 3.);
        QVERIFY(std::abs(std::stod(rows.back().at("t3")) - 28.355) < 1e-3);
    }

    void otherTables()
    {
        QCOMPARE(table(QStringLiteral("importance.csv")).size(), std::size_t{12}); // lite-triq alone has all masks
        const std::vector<CsvRow> sizes = table(QStringLiteral("size.csv"));
        QCOMPARE(sizes.size(), std::size_t{11});
        for (const CsvRow& row : sizes) {
            QVERIFY(std::stod(row.at("worst_plcc")) <= std::stod(row.at("mean_plcc")));
            QVERIFY(std::stod(row.at("mean_plcc")) <= std::stod(row.at("best_plcc")));
        }
        QCOMPARE(table(QStringLiteral("enough.csv")).size(), std::size_t{3});
        QCOMPARE(table(QStringLiteral("averaged.csv")).back().at("model"), std::string("mean"));
        QCOMPARE(table(QStringLiteral("images.csv")).size(), std::size_t{2 * Photos});
        const CsvRow oracle = rowOf(table(QStringLiteral("halves.csv")), {{"model", "lite-triq"}, {"by", "attention"}});
        QVERIFY(std::stod(oracle.at("oracle")) >= std::stod(oracle.at("trivial")) - 1e-3);
        QVERIFY(rowOf(table(QStringLiteral("halves.csv")), {{"model", "lite-koncept"}}).at("oracle").empty());
    }

    /// Killed at once after the first, after some and after most photos; resumed each time.
    void killedAndResumed()
    {
        int kept = 0;
        for (const int enough : {1, 4, 9}) {
            QProcess program;
            program.setReadChannel(QProcess::StandardError);
            QStringList words = arguments(QStringLiteral("killed"), {QStringLiteral("--verbose")});
            program.start(QStringLiteral(HALFLENS_PROGRAM), words);
            QVERIFY(program.waitForStarted(60'000));
            QByteArray told;
            while (told.count("photo ") < enough && program.waitForReadyRead(60'000))
                told += program.readAllStandardError();
            program.kill();
            program.waitForFinished(120'000);
            kept += int(told.count("photo "));
        }
        QVERIFY(kept > 0);
        const Outcome resumed = runProgram(arguments(QStringLiteral("killed")));
        QVERIFY2(resumed.status == 0, resumed.errors.constData());
        QVERIFY(tables(QStringLiteral("killed")) == tables(QStringLiteral("whole")));
    }

    void partsMerged()
    {
        QStringList merge{QStringLiteral("study"), QStringLiteral("merge")};
        for (int i = 1; i <= 3; ++i) {
            const QString part = QStringLiteral("part%1").arg(i);
            const Outcome outcome =
                runProgram(arguments(part, {QStringLiteral("--shard"), QStringLiteral("%1/3").arg(i)}));
            QVERIFY2(outcome.status == 0, outcome.errors.constData());
            merge << path(part);
        }
        const Outcome joined = runProgram(merge + QStringList{QStringLiteral("--out"), path(QStringLiteral("joined"))});
        QVERIFY2(joined.status == 0, joined.errors.constData());
        QVERIFY(tables(QStringLiteral("joined")) == tables(QStringLiteral("whole")));
    }

    /// A broken image costs its own row; another recipe does not fit into the folder; no data is an error.
    void brokenAndWrong()
    {
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("spoiled")));
        for (int i = 0; i < Photos; ++i)
            QVERIFY(QFile::copy(path(QStringLiteral("photos/%1.png").arg(i)),
                                path(QStringLiteral("spoiled/%1.png").arg(i))));
        write(QStringLiteral("spoiled/3.png"), "no picture");
        QStringList words = arguments(QStringLiteral("broken"), {QStringLiteral("--limit"), QStringLiteral("5")});
        words.replaceInStrings(path(QStringLiteral("photos")), path(QStringLiteral("spoiled")));
        const Outcome broken = runProgram(words);
        QCOMPARE(broken.status, 1);
        QVERIFY(broken.errors.contains("3.png"));
        const std::vector<CsvRow> rows = csvRows(read(QStringLiteral("broken/tables/images.csv")));
        QCOMPARE(rows.size(), std::size_t{2 * 4 + 1});
        QVERIFY(!rowOf(rows, {{"file", "3.png"}}).at("error").empty());
        QCOMPARE(csvRows(read(QStringLiteral("broken/tables/table1.csv"))).front().at("images"), std::string("4"));

        const Outcome other =
            runProgram(arguments(QStringLiteral("whole"), {QStringLiteral("--limit"), QStringLiteral("3")}));
        QCOMPARE(other.status, 3);
        QVERIFY(other.errors.contains("another study"));
        QVERIFY(runProgram({QStringLiteral("study"), QStringLiteral("report"), path(QStringLiteral("photos"))}).status
                == 3);
    }

    /// The second of two runs is refused at once and spoils nothing of the first.
    void twoRunsAtOnce()
    {
        QProcess first;
        first.setReadChannel(QProcess::StandardError);
        first.start(QStringLiteral(HALFLENS_PROGRAM),
                    arguments(QStringLiteral("shared"), {QStringLiteral("--verbose")}));
        QVERIFY(first.waitForStarted(60'000));
        QByteArray told;
        while (!told.contains("photo ") && first.waitForReadyRead(60'000))
            told += first.readAllStandardError();
        const auto pid = static_cast<pid_t>(first.processId());
        QCOMPARE(::kill(pid, SIGSTOP), 0); // however fast it is: it is in the middle while the second runs
        const Outcome second = runProgram(arguments(QStringLiteral("shared")));
        QCOMPARE(::kill(pid, SIGCONT), 0);
        QCOMPARE(second.status, 3);
        QVERIFY2(second.errors.contains("another run is working in this folder"), second.errors.constData());
        QVERIFY(first.waitForFinished(120'000));
        QCOMPARE(first.exitCode(), 0);
        QVERIFY(tables(QStringLiteral("shared")) == tables(QStringLiteral("whole")));
    }

    /// A disk that is full in the middle: said in words, and the same command goes on once there is room.
    void fullDisk()
    {
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("small")));
        const auto mount = [&](const QString& options) {
            return QProcess::execute(QStringLiteral("mount"),
                                     {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"), options,
                                      QStringLiteral("tmpfs"), path(QStringLiteral("small"))});
        };
        if (mount(QStringLiteral("size=256k")) != 0)
            QSKIP("mounting a small disk is not permitted here");
        const Outcome full = runProgram(arguments(QStringLiteral("small")));
        const bool grown = mount(QStringLiteral("remount,size=64m")) == 0;
        const Outcome rest = runProgram(arguments(QStringLiteral("small")));
        const bool isWhole = tables(QStringLiteral("small")) == tables(QStringLiteral("whole"));
        QProcess::execute(QStringLiteral("umount"), {path(QStringLiteral("small"))});
        QCOMPARE(full.status, 3);
        QVERIFY2(full.errors.contains("free space") || full.errors.contains("No space"), full.errors.constData());
        QVERIFY(grown);
        QVERIFY2(rest.status == 0, rest.errors.constData());
        QVERIFY(isWhole);
    }

    void check()
    {
        write(QStringLiteral("twice.csv"),
              "image,mos,split\n0.png,0.1,train\n1.png,0.9,test\ncopy.png,0.5,test\ngone.png,0.2,test\n");
        QVERIFY(QFile::copy(path(QStringLiteral("photos/0.png")), path(QStringLiteral("photos/copy.png"))));
        QStringList words = arguments(QStringLiteral("unused"), {QStringLiteral("--json")});
        words.insert(1, QStringLiteral("check"));
        words.replaceInStrings(path(QStringLiteral("scores.csv")), path(QStringLiteral("twice.csv")));
        words[2] = path(QStringLiteral("all.json"));
        json recipe = json::parse(read(QStringLiteral("recipe.json")).toStdString());
        recipe["split"] = "all";
        write(QStringLiteral("all.json"), QByteArray::fromStdString(recipe.dump()));
        const Outcome outcome = runProgram(words);
        QVERIFY(QFile::remove(path(QStringLiteral("photos/copy.png"))));
        QCOMPARE(outcome.status, 1);
        const std::string text = outcome.document.dump();
        QVERIFY(text.find("gone.png") != std::string::npos);
        QVERIFY(text.find("different splits") != std::string::npos);
        QVERIFY(text.find("scale of 0 to 1") != std::string::npos);
    }

    void knownDamage()
    {
        write(QStringLiteral("damage.json"),
              R"({"format": 1, "name": "damage", "photos": "images:", "models": ["lite-triq"],
            "studies": ["damage"], "resamples": 20,
            "damage": {"photos": 2, "kinds": ["noise"], "regions": ["2x2"], "strengths": ["full"], "lime_samples": 40, "fine_error": 0.2}})");
        const Outcome outcome =
            runProgram({QStringLiteral("study"), path(QStringLiteral("damage.json")), QStringLiteral("--out"),
                        path(QStringLiteral("damaged")), QStringLiteral("--limit"), QStringLiteral("2"),
                        QStringLiteral("--data"), QStringLiteral("images=") + path(QStringLiteral("photos"))});
        QVERIFY2(outcome.status == 0, outcome.errors.constData());
        const std::vector<CsvRow> aucs = csvRows(read(QStringLiteral("damaged/tables/damage.csv")));
        QVERIFY(!rowOf(aucs, {{"explainer", "shapley"}, {"kind", "noise"}}).empty());
        for (const CsvRow& row : aucs) {
            QCOMPARE(row.at("photos"), std::string("2"));
            QVERIFY(std::stod(row.at("auc")) >= 0 && std::stod(row.at("auc")) <= 1);
        }
        QCOMPARE(csvRows(read(QStringLiteral("damaged/tables/damage_scores.csv"))).size(), std::size_t{1});
    }
};

HALFLENS_TEST(TestStudyCommand)
#include "tst_study_command.moc"
