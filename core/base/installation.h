// SPDX-License-Identifier: BSD-3-Clause
// Where what belongs to the program lies. The layout is that of an installation, PREFIX/bin, PREFIX/libexec,
// PREFIX/lib/halflens and PREFIX/share/halflens; the build tree has the same one, so no path is compiled in and a
// copied PREFIX works.
#pragma once

#include <filesystem>

namespace halflens {

/// The folder `name` ("models", "samples") of what comes with the program, links resolved. Need not exist; empty
/// where the system does not tell which program runs (no /proc). Any thread.
std::filesystem::path dataFolder(const std::filesystem::path& name);

/// The folder of the modules opened on first use. Need not exist; empty as above. Any thread.
std::filesystem::path moduleFolder();

/// The program as users start it (app/launcher.cpp). Need not exist; empty as above. Any thread.
std::filesystem::path startedProgram();

} // namespace halflens
