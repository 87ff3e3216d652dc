// SPDX-License-Identifier: BSD-3-Clause
// The program as scripts see it: arguments in, exit status and output out.
#pragma once

#include <QByteArray>
#include <QProcessEnvironment>
#include <QStringList>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace halflens::test {

struct Outcome {
    int status = -1; ///< -1 when it did not end in time, -2 when it crashed
    QByteArray output;
    nlohmann::json document; ///< the output as JSON; discarded when it is none
    QByteArray errors; ///< standard error
};

struct Surroundings {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    QString folder; ///< the working folder; empty: that of the test
    int timeoutMs = 280'000;
};

/// Runs `halflens` with these arguments to its end.
Outcome runProgram(const QStringList& arguments, const Surroundings& surroundings = {});

/// Path of a photo that comes with the program.
QString sample(const char* name);
/// All bytes of a file; empty: it cannot be read.
QByteArray contentOf(const QString& path);
std::set<std::string> keysOf(const nlohmann::json& object);
/// The values of a NumPy file of float32; empty: it is none, or has not this shape, "(2, 3)".
std::vector<float> readTable(const QString& path, const QByteArray& shape);

} // namespace halflens::test
