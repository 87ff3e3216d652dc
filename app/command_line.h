// SPDX-License-Identifier: BSD-3-Clause
// The one reading of the program's arguments: a command word and its options, or what the viewer shall open.
#pragma once

#include "app/command.h"
#include "app/viewer.h"

#include <optional>

namespace halflens {

struct CommandLine {
    CommonOptions common;
    CommandBody run; ///< the command's body; empty: the viewer is asked for
    ViewerOptions viewer;
};

/// Reads the arguments into `line`, which commands keep pointers into. Needs no QCoreApplication. Prints help, version
/// and what is wrong; the exit status in these cases, nothing when the program shall go on.
std::optional<int> readCommandLine(int argc, char** argv, CommandLine& line);

} // namespace halflens
