// SPDX-License-Identifier: BSD-3-Clause
// A session: photos with their masks, scenarios and how all of it was looked at. The content of *.halflens files.
#pragma once

#include "core/base/result.h"
#include "core/session/mask_history.h"
#include "core/session/photo_mark.h"
#include "core/session/scenario.h"
#include "core/session/versions_state.h"
#include "core/session/viewer_state.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

struct SessionPhoto {
    std::filesystem::path path; ///< absolute
    std::filesystem::path relative; ///< to the folder of the session's file; empty: not known
    std::int64_t bytes = -1; ///< size of the file; -1: not known
    std::string sha256; ///< of the file's bytes, lower-case hexadecimal; empty: not known
    MaskHistory masks;
    PhotoMark mark = PhotoMark::None;
    std::string note;
    bool operator==(const SessionPhoto&) const = default;
};

struct Session {
    ViewerState viewer; ///< model, layers, view; image and mask stay empty, the photos have them
    VersionsState versions; ///< of the photo at `place`
    std::vector<SessionPhoto> photos;
    int place = 0; ///< the shown one; 0 where there is none
    std::vector<Scenario> scenarios;
    std::filesystem::path file; ///< only in copies for recovery: the session's own file; empty: it has none yet
    bool isModified = false; ///< only there: it was not saved as it is
    bool operator==(const Session&) const = default;
};

/// Whether photos, masks, marks, notes and scenarios are the same: what a person is asked about. Where one looks is
/// kept too, but is no work that is lost.
bool isSameWork(const Session& a, const Session& b);

/// `photos` with paths relative to `folder`, which is absolute.
void setRelativePaths(Session& session, const std::filesystem::path& folder);

/// The text of a session file: JSON in UTF-8. Names that are no UTF-8 are written as file:// addresses.
std::string toText(const Session& session);

inline constexpr std::uint64_t MaxSessionBytes = 64U << 20U;

/// Strict: unknown keys, other types, values out of range and newer versions are refused. Paths are what the file
/// says: nothing is looked up. InvalidInput: the first thing wrong, by its key; Unsupported: a newer version.
Result<Session> sessionFromText(const std::string& text);

} // namespace halflens
