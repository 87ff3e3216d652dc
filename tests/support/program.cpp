// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/program.h"

#include <QProcess>

namespace halflens::test {

Outcome runProgram(const QStringList& arguments, const Surroundings& surroundings)
{
    QProcess process;
    process.setProcessEnvironment(surroundings.environment);
    process.setWorkingDirectory(surroundings.folder);
    process.start(QStringLiteral(HALFLENS_PROGRAM), arguments);
    Outcome outcome;
    if (!process.waitForFinished(surroundings.timeoutMs))
        return outcome;
    outcome.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    outcome.output = process.readAllStandardOutput();
    outcome.document = nlohmann::json::parse(outcome.output.toStdString(), nullptr, false);
    outcome.errors = process.readAllStandardError();
    return outcome;
}

} // namespace halflens::test
