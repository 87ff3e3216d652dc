// SPDX-License-Identifier: BSD-3-Clause
// Sessions as files: reading, writing, and finding their photos, here or on another machine.
#pragma once

#include "core/session/session.h"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace halflens {

/// A session whose photos have been looked for.
struct OpenedSession {
    Session session; ///< photos have the paths they were found under
    std::vector<bool> isMissing; ///< by photo: there is no file
    bool isFigure = false; ///< it came from a figure, not from a session file
    int elsewhere = 0; ///< photos found by their content under another name
};

/// Takes the first of: the relative path beside `folder`, the absolute path, a file in or below `folder` with the
/// size and hash of the photo. Where two of the paths exist, the one of the stored size is meant. Photos without
/// hash are looked for by name in `others` too. What is not found keeps its absolute path. Reads the files that have
/// the size of a lost photo; any thread. Stopped: the rest counts as missing.
OpenedSession findPhotos(Session session, const std::filesystem::path& folder,
                         const std::vector<std::filesystem::path>& others, const std::stop_token& stop);

/// A *.halflens file, or a figure that HalfLens wrote (figure_session.h), with its photos looked for. Io, InvalidInput,
/// Unsupported; Cancelled.
Result<OpenedSession> openSession(const std::filesystem::path& file, const std::vector<std::filesystem::path>& others,
                                  const std::stop_token& stop);

/// Atomically: a reader finds the old file or the new one. Paths become relative to the folder of `file`. Io.
Status writeSession(const std::filesystem::path& file, Session session);

} // namespace halflens
