// SPDX-License-Identifier: BSD-3-Clause
// golden_run PROGRAM REFERENCE ACTUAL ARGUMENT...: runs the program with "-o ACTUAL" behind the arguments and compares
// the picture it writes with the stored one under the rule of image_diff.h. On failure a picture of the differences
// lies beside ACTUAL. HALFLENS_UPDATE_GOLDEN=1 stores the picture instead, to be looked at before it is committed.
#include "tests/support/image_diff.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>

#include <cstdio>

namespace {

int fail(const QString& reason)
{
    std::fprintf(stderr, "%s\n", qPrintable(reason));
    return 1;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 5)
        return fail(QStringLiteral("usage: golden_run PROGRAM REFERENCE ACTUAL ARGUMENT..."));
    const QString& reference = arguments[2];
    const QString& actual = arguments[3];
    QDir().mkpath(QFileInfo(actual).path());
    QFile::remove(actual);

    QProcess program;
    program.setProcessChannelMode(QProcess::ForwardedChannels);
    program.start(arguments[1], arguments.mid(4) + QStringList{QStringLiteral("-o"), actual});
    if (!program.waitForFinished(-1) || program.exitStatus() != QProcess::NormalExit || program.exitCode() != 0)
        return fail(QStringLiteral("the program failed, status %1").arg(program.exitCode()));
    if (qEnvironmentVariableIsSet("HALFLENS_UPDATE_GOLDEN")) {
        QFile::remove(reference);
        return QFile::copy(actual, reference) ? 0 : fail(QStringLiteral("%1 cannot be written").arg(reference));
    }

    const QImage expected(reference);
    if (expected.isNull())
        return fail(QStringLiteral("there is no picture %1").arg(reference));
    QImage diff;
    const QString problem = halflens::test::imageProblem(QImage(actual), expected, {}, &diff);
    if (problem.isEmpty())
        return 0;
    const QString shown = actual.chopped(4) + QStringLiteral("_diff.png");
    diff.save(shown);
    return fail(QStringLiteral("%1: %2; see %3 and %4").arg(reference, problem, actual, shown));
}
