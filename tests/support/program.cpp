// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/program.h"

#include <QFile>
#include <QProcess>

#include <cstring>

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

QString sample(const char* name)
{
    return QStringLiteral(HALFLENS_SOURCE_DIR "/resources/samples/") + QString::fromLatin1(name);
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::set<std::string> keysOf(const nlohmann::json& object)
{
    std::set<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.insert(key);
    return keys;
}

std::vector<float> readTable(const QString& path, const QByteArray& shape)
{
    const QByteArray bytes = contentOf(path);
    if (!bytes.startsWith("\x93NUMPY") || bytes.size() < 10)
        return {};
    const auto headerBytes = static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]);
    const QByteArray header = bytes.mid(10, headerBytes);
    if (!header.contains("'<f4'") || !header.contains("'fortran_order': False") || !header.contains(shape)
        || (10 + headerBytes) % 64 != 0)
        return {};
    std::vector<float> values(static_cast<std::size_t>(bytes.size() - 10 - headerBytes) / sizeof(float));
    std::memcpy(values.data(), bytes.constData() + 10 + headerBytes, values.size() * sizeof(float));
    return values;
}

} // namespace halflens::test
