// SPDX-License-Identifier: BSD-3-Clause
// How the program starts: what the arguments mean, and a viewer that cannot be shown.
#include "tests/support/program.h"
#include "tests/support/test_case.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using halflens::test::Outcome;
using halflens::test::runProgram;

namespace {

/// The program in `folder`, with no display but `display` (empty: none named).
Outcome start(const QStringList& arguments, const QString& display = {}, const QString& folder = {})
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"})
        environment.remove(QString::fromLatin1(name));
    if (!display.isEmpty())
        environment.insert(QStringLiteral("DISPLAY"), display);
    return runProgram(arguments, {environment, folder});
}

} // namespace

class TestCommandLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noDisplay_data()
    {
        QTest::addColumn<QString>("display");
        QTest::addColumn<QStringList>("arguments");
        const QStringList photo{QStringLiteral(HALFLENS_SOURCE_DIR "/resources/samples/cat.png")};
        QTest::newRow("none") << QString() << QStringList();
        QTest::newRow("none, a photo") << QString() << photo;
        QTest::newRow("dead") << QStringLiteral(":987") << photo;
        QTest::newRow("dead, another machine") << QStringLiteral("127.0.0.1:987.0") << QStringList();
    }

    void noDisplay()
    {
        QFETCH(QString, display);
        QFETCH(QStringList, arguments);
        const Outcome outcome = start(arguments, display);
        QCOMPARE(outcome.status, 3);
        QVERIFY(outcome.output.isEmpty());
        QVERIFY2(outcome.errors.contains("halflens score"), outcome.errors.constData());
        QCOMPARE(outcome.errors.count('\n'), 1); // one sentence, nothing of the libraries'
    }

    void wrong_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* arguments, const char* words) {
            QTest::newRow(arguments) << QString::fromLatin1(arguments).split(u' ') << QByteArray(words);
        };
        row("--theme blue", "blue");
        row("--style dark", "--style");
        row("-platform offscreen", "platform");
        row("--model no-such", "halflens models list");
        row("--models-dir /no/such/folder", "/no/such/folder");
        row("scroe x.jpg", "score");
        row("x.jpg score y.jpg", "x.jpg");
        row("--theme dark models list", "viewer");
        row("score", "images");
    }

    void wrong()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, words);
        // Off screen a viewer could start, if the arguments were let pass.
        const Outcome outcome = runProgram(arguments);
        QCOMPARE(outcome.status, 2);
        QVERIFY2(outcome.errors.contains(words), outcome.errors.constData());
    }

    void folderNamedLikeACommand()
    {
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("train")));
        const Outcome outcome = start({QStringLiteral("train")}, {}, folder.path());
        QCOMPARE(outcome.status, 2);
        QVERIFY2(outcome.errors.contains("./train"), outcome.errors.constData());
    }

    void helpTellsTheTruth()
    {
        const Outcome help = start({QStringLiteral("--help")});
        QCOMPARE(help.status, 0);
        for (const char* word : {"--theme", "system", "light", "dark", "--model", "--models-dir", "--version", "score",
                                 "explain", "measures", "panel", "models", "train", "bench"})
            QVERIFY2(help.output.contains(word), word);
        QVERIFY(!help.output.contains("--style"));
        QCOMPARE(start({QStringLiteral("--version")}).output, QByteArray("halflens " HALFLENS_VERSION "\n"));
    }

    /// The launcher alone, with a script in place of the program that tells how it was started.
    void launcherSetsHowThreadsWait()
    {
        const QTemporaryDir prefix;
        const QString launcher = prefix.filePath(QStringLiteral("bin/halflens"));
        const QString program = prefix.filePath(QStringLiteral("libexec/halflens-program"));
        QVERIFY(QDir(prefix.path()).mkdir(QStringLiteral("bin"))
                && QDir(prefix.path()).mkdir(QStringLiteral("libexec")));
        QVERIFY(QFile::copy(QStringLiteral(HALFLENS_PROGRAM), launcher));
        const auto launch = [&](const char* name, const char* value) {
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.remove(QStringLiteral("OMP_WAIT_POLICY"));
            environment.remove(QStringLiteral("GOMP_SPINCOUNT"));
            if (name)
                environment.insert(QString::fromLatin1(name), QString::fromLatin1(value));
            QProcess process;
            process.setProcessEnvironment(environment);
            process.start(launcher, {QStringLiteral("a b"), QStringLiteral("-c")});
            process.waitForFinished(120'000);
            return QByteArray::number(process.exitCode()) + '|' + process.readAllStandardOutput()
                + process.readAllStandardError();
        };
        QVERIFY2(launch(nullptr, nullptr).contains("install HalfLens completely"), "there is no program yet");
        QVERIFY(launch(nullptr, nullptr).startsWith("3|"));
        QFile script(program);
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\nprintf '%s|' \"$OMP_WAIT_POLICY\" \"$GOMP_SPINCOUNT\" \"$@\"\nexit 7\n");
        script.close();
        QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        QCOMPARE(launch(nullptr, nullptr), QByteArray("7|passive||a b|-c|"));
        QCOMPARE(launch("OMP_WAIT_POLICY", "active"), QByteArray("7|active||a b|-c|"));
        QCOMPARE(launch("GOMP_SPINCOUNT", "100"), QByteArray("7||100|a b|-c|"));
    }

    void modelsFolderBeforeTheCommand()
    {
        const QTemporaryDir folder;
        const Outcome outcome = start({QStringLiteral("--models-dir"), folder.path(), QStringLiteral("models"),
                                       QStringLiteral("show"), QStringLiteral("no-such")});
        QCOMPARE(outcome.status, 3); // the command ran
    }
};

HALFLENS_TEST(TestCommandLine)
#include "tst_command_line.moc"
