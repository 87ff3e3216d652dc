// SPDX-License-Identifier: BSD-3-Clause
// Where the commands write: nobody's file is lost, nothing fails in silence, and no locale touches a number.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

using halflens::test::contentOf;
using halflens::test::sample;
using nlohmann::json;

namespace {

struct Outcome {
    int status = -1;
    QByteArray output;
    QByteArray errors;
};

Outcome finished(QProcess& process)
{
    if (!process.waitForFinished(240'000))
        return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2, process.readAllStandardOutput(),
            process.readAllStandardError()};
}

/// Standard output goes to a file or device where one is named.
Outcome run(const QStringList& arguments, const QString& output = {}, const QProcessEnvironment& environment = {})
{
    QProcess process;
    process.setProcessEnvironment(environment.isEmpty() ? QProcessEnvironment::systemEnvironment() : environment);
    if (!output.isEmpty())
        process.setStandardOutputFile(output);
    process.start(QStringLiteral(HALFLENS_PROGRAM), arguments);
    return finished(process);
}

/// A line of shell in which $H is the program and $S the folder of samples.
Outcome shell(const QString& line)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("H"), QStringLiteral(HALFLENS_PROGRAM));
    environment.insert(QStringLiteral("S"), QStringLiteral(HALFLENS_SOURCE_DIR "/resources/samples"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral("sh"), {QStringLiteral("-c"), line});
    return finished(process);
}

QStringList words(const char* line)
{
    return QString::fromLatin1(line).split(u' ');
}

} // namespace

class TestOutput : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fullDisk_data();
    void fullDisk();
    void closedStreams();
    void inputsAreNotReplaced_data();
    void inputsAreNotReplaced();
    void devicesAndPipes();
    void namesAreBytes();
    void noSuchNumbers_data();
    void noSuchNumbers();
    void localeTouchesNoNumber();
    void flatImages();
};

void TestOutput::fullDisk_data()
{
    QTest::addColumn<QStringList>("arguments");
    const QString cat = sample("cat.png");
    QTest::newRow("score") << (words("score") << cat);
    QTest::newRow("score csv") << (words("score --csv") << cat);
    QTest::newRow("score json") << (words("score --json") << cat);
    QTest::newRow("explain") << (words("explain") << cat);
    QTest::newRow("explain json") << (words("explain --json --method gradcam") << cat);
    QTest::newRow("measures") << (words("measures --objectness mb+") << cat);
    QTest::newRow("models") << words("models list");
    QTest::newRow("bench") << words("bench --list");
    QTest::newRow("help") << words("--help");
    QTest::newRow("help of a command") << words("score --help");
    QTest::newRow("version") << words("--version");
}

void TestOutput::fullDisk()
{
    QFETCH(QStringList, arguments);
    if (!QFileInfo::exists(QStringLiteral("/dev/full")))
        QSKIP("SKIPPED: this system has no /dev/full");
    const Outcome outcome = run(arguments, QStringLiteral("/dev/full"));
    QCOMPARE(outcome.status, 3);
    QVERIFY2(outcome.errors.contains("standard output"), outcome.errors.constData());
    QVERIFY2(outcome.errors.contains("no space left on device"), outcome.errors.constData());
}

void TestOutput::closedStreams()
{
    const Outcome closed = shell(QStringLiteral("exec $H score $S/cat.png >&-"));
    QCOMPARE(closed.status, 3);
    QVERIFY2(closed.errors.contains("standard output"), closed.errors.constData());
    QCOMPARE(shell(QStringLiteral("exec $H score $S/cat.png 2>&-")).status, 0);
    QCOMPARE(shell(QStringLiteral("exec $H score $S/cat.png <&-")).status, 0);
    // A file that is written must not be taken for one of the streams, nor the wake-up pipe for a place for messages.
    const QTemporaryDir folder;
    const QString figure = folder.filePath(QStringLiteral("f.svg"));
    const Outcome all =
        shell(QStringLiteral("exec $H panel $S/cat.png $S/coffee.png -o '%1' <&- >&- 2>&-").arg(figure));
    QCOMPARE(all.status, 3); // the scores had no place to go; the figure is whole all the same
    QVERIFY(contentOf(figure).startsWith("<?xml"));
}

void TestOutput::inputsAreNotReplaced_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("panel") << words("panel PHOTO -o PHOTO");
    QTest::newRow("map") << words("explain PHOTO --method gradcam --map LINK");
    QTest::newRow("table") << words("explain PHOTO --table PHOTO");
}

void TestOutput::inputsAreNotReplaced()
{
    QFETCH(QStringList, arguments);
    const QTemporaryDir folder;
    const QString photo = folder.filePath(QStringLiteral("photo.png"));
    const QString link = folder.filePath(QStringLiteral("link.png"));
    QVERIFY(QFile::copy(sample("cat.png"), photo));
    QVERIFY(QFile::link(photo, link));
    arguments.replaceInStrings(QStringLiteral("PHOTO"), photo);
    arguments.replaceInStrings(QStringLiteral("LINK"), link);
    const Outcome outcome = run(arguments);
    QCOMPARE(outcome.status, 2);
    QVERIFY2(outcome.errors.contains("would replace"), outcome.errors.constData());
    QCOMPARE(contentOf(photo), contentOf(sample("cat.png")));
}

void TestOutput::devicesAndPipes()
{
    const QTemporaryDir folder;
    const QString pipe = folder.filePath(QStringLiteral("pipe"));
    const QString got = folder.filePath(QStringLiteral("got.npy"));
    QCOMPARE(mkfifo(qPrintable(pipe), 0600), 0);
    const Outcome piped =
        shell(QStringLiteral("cat '%1' > '%2' & $H explain $S/cat.png --table '%1' >/dev/null; s=$?; wait; exit $s")
                  .arg(pipe, got));
    QVERIFY2(piped.status == 0, piped.errors.constData());
    QVERIFY(contentOf(got).startsWith("\x93NUMPY"));
    struct stat info { };
    QVERIFY(stat(qPrintable(pipe), &info) == 0 && S_ISFIFO(info.st_mode));
    QCOMPARE(run(words("explain --table /dev/null") << sample("cat.png")).status, 0);
    QVERIFY(stat("/dev/null", &info) == 0 && S_ISCHR(info.st_mode));
}

void TestOutput::namesAreBytes()
{
    const QTemporaryDir folder;
    const Outcome outcome =
        shell(QStringLiteral("cd '%1' && $H explain $S/cat.png --table \"$(printf 'caf\\351.npy')\" >/dev/null && "
                             "test -f \"$(printf 'caf\\351.npy')\" && ls | wc -l")
                  .arg(folder.path()));
    QVERIFY2(outcome.status == 0, outcome.errors.constData());
    QCOMPARE(outcome.output.trimmed(), QByteArray("1"));
}

void TestOutput::noSuchNumbers_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("epsilon") << words("explain x.png --epsilon nan");
    QTest::newRow("opacity") << words("panel x.png -o x.svg --figure 3 --opacity nan");
    QTest::newRow("width") << words("panel x.png -o x.svg --width-mm nan");
    QTest::newRow("angle") << words("measures x.png --ppd nan");
    QTest::newRow("octal seed") << words("explain x.png --seed 010");
    QTest::newRow("negative seed") << words("explain x.png --seed -1");
    QTest::newRow("large seed") << words("explain x.png --seed 18446744073709551616");
}

void TestOutput::noSuchNumbers()
{
    QFETCH(QStringList, arguments);
    const Outcome outcome = run(arguments);
    QCOMPARE(outcome.status, 2);
    QVERIFY2(outcome.errors.contains("is not a"), outcome.errors.constData());
}

void TestOutput::localeTouchesNoNumber()
{
    const QTemporaryDir folder;
    QProcess maker;
    maker.start(QStringLiteral("localedef"),
                words("-c -i de_DE -f UTF-8") << folder.filePath(QStringLiteral("de_DE.UTF-8")));
    if (!maker.waitForFinished(120'000) || !QFileInfo::exists(folder.filePath(QStringLiteral("de_DE.UTF-8"))))
        QSKIP("SKIPPED: localedef cannot make a locale with decimal commas here");
    QProcessEnvironment german = QProcessEnvironment::systemEnvironment();
    german.insert(QStringLiteral("LOCPATH"), folder.path());
    german.insert(QStringLiteral("LC_ALL"), QStringLiteral("de_DE.UTF-8"));
    QProcess printf;
    printf.setProcessEnvironment(german);
    printf.start(QStringLiteral("/usr/bin/printf"), {QStringLiteral("%.1f"), QStringLiteral("0,5")});
    if (finished(printf).output != "0,5")
        QSKIP("SKIPPED: the made locale is not taken");
    for (const char* line : {"score", "score --csv", "explain --epsilon 0.25", "explain --json --epsilon 0.25",
                             "measures --objectness mb+ --ppd 60.5"}) {
        const QStringList arguments = words(line) << sample("cat.png");
        const Outcome here = run(arguments);
        const Outcome there = run(arguments, {}, german);
        QVERIFY2(there.status == 0, there.errors.constData());
        if (!QByteArray(line).contains("explain")) // which tells its seconds
            QCOMPARE(there.output, here.output);
        else if (QByteArray(line).contains("json"))
            QCOMPARE(json::parse(there.output.toStdString())["enough"]["epsilon"].get<double>(), 0.25);
        else
            QVERIFY2(there.output.contains("0.25") && !there.output.contains("0,25"), there.output.constData());
    }
    const auto panel = [&](const QProcessEnvironment& environment) {
        const QString file = folder.filePath(QStringLiteral("f.svg"));
        const Outcome outcome = run(
            words("panel --width-mm 85.5 --figure 3 --opacity 0.5 -o") << file << sample("cat.png"), {}, environment);
        return outcome.status == 0 ? contentOf(file) : QByteArray();
    };
    const QByteArray svg = panel(german);
    QVERIFY(!svg.isEmpty());
    QVERIFY(svg == panel({}));
}

void TestOutput::flatImages()
{
    const QTemporaryDir folder;
    const QString black = folder.filePath(QStringLiteral("black.pgm"));
    QFile file(black);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("P5 96 72 255\n" + QByteArray(96 * 72, '\0'));
    file.close();

    const json measures = json::parse(run(words("measures --json") << black).output.toStdString());
    for (const char* name : {"saliency", "frequency"}) {
        QVERIFY2(measures["measures"][name]["upper"].is_null(), measures["measures"].dump().c_str());
        QVERIFY(measures["match"]["n"][name].is_null());
    }

    const Outcome lime = run(words("explain --method lime --segments slic --samples 40 --json --map")
                             << folder.filePath(QStringLiteral("m.png")) << black);
    QVERIFY2(lime.status == 0, lime.errors.constData());
    const json document = json::parse(lime.output.toStdString());
    QCOMPARE(document["min"].get<double>(), 0.0);
    QCOMPARE(document["max"].get<double>(), 0.0);
    QVERIFY(document["upper"].is_null());
    QVERIFY(document["notes"][0].get<std::string>().find("does not change") != std::string::npos);
    const Outcome text = run(words("explain --method lime --segments slic --samples 40") << black);
    QVERIFY2(text.output.contains("does not change"), text.output.constData());
}

HALFLENS_TEST(TestOutput)
#include "tst_output.moc"
