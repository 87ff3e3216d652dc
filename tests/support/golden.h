// SPDX-License-Identifier: BSD-3-Clause
// Reference cases that lie beside the source tree (../shared/golden) and are no part of it. Tests
// that need one skip with a visible message when it is absent.
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace halflens::test {

/// Folder of a case, e.g. "triq_resnet50", or of "images"; need not exist.
std::filesystem::path goldenFolder(const std::string& caseName);

/// Whether the folder of the case is there.
bool hasGolden(const std::string& caseName);

/// What a skipped test says.
std::string goldenAbsent(const std::string& caseName);

/// Path of a file of a case. Where only FILE.xz is there, it is unpacked into the build folder,
/// once for all tests that run from it (safe from several processes). Io: absent, damaged, disk full.
Result<std::filesystem::path> goldenFile(const std::string& caseName, const std::string& file);

/// outputs.safetensors of a case. Io: absent; InvalidInput: damaged.
Result<StateDict> goldenOutputs(const std::string& caseName);

/// case.json of a case. Io: absent; InvalidInput: no JSON.
Result<nlohmann::json> goldenDescription(const std::string& caseName);

/// Unpacks an .xz file. Written under another name and renamed, so `target` is whole or not there.
Status unpackXz(const std::filesystem::path& source, const std::filesystem::path& target);

} // namespace halflens::test

/// Skips the test function it stands in when the case is not on this machine. Needs <QTest>.
#define HALFLENS_NEEDS_GOLDEN(caseName)                                                                                \
    do {                                                                                                               \
        if (!halflens::test::hasGolden(caseName))                                                                      \
            QSKIP(halflens::test::goldenAbsent(caseName).c_str());                                                     \
    } while (false)
