// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/installation.h"

namespace halflens {

namespace {

/// `folder` below the parent of the folder the running program lies in.
std::filesystem::path belowPrefix(const std::filesystem::path& folder)
{
    std::error_code failed;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed)
        return {};
    const std::filesystem::path path = program.parent_path().parent_path() / folder;
    std::filesystem::path resolved = std::filesystem::weakly_canonical(path, failed);
    return failed ? path : resolved;
}

} // namespace

std::filesystem::path dataFolder(const std::filesystem::path& name)
{
    return belowPrefix(std::filesystem::path("share") / "halflens" / name);
}

std::filesystem::path moduleFolder()
{
    return belowPrefix(std::filesystem::path("lib") / "halflens");
}

std::filesystem::path startedProgram()
{
    return belowPrefix(std::filesystem::path("bin") / "halflens");
}

} // namespace halflens
