// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/program.h"

#include <QProcess>

namespace halflens::test {

QProcessEnvironment programEnvironment()
{
    QProcessEnvironment result = QProcessEnvironment::systemEnvironment();
    result.insert(QStringLiteral("OMP_WAIT_POLICY"), QStringLiteral("passive"));
    return result;
}

Outcome runProgram(const QStringList& arguments, int timeoutMs)
{
    QProcess process;
    process.setProcessEnvironment(programEnvironment());
    process.start(QStringLiteral(HALFLENS_PROGRAM), arguments);
    Outcome outcome;
    if (!process.waitForFinished(timeoutMs))
        return outcome;
    outcome.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    outcome.output = process.readAllStandardOutput();
    outcome.document = nlohmann::json::parse(outcome.output.toStdString(), nullptr, false);
    outcome.errors = process.readAllStandardError();
    return outcome;
}

} // namespace halflens::test
