// SPDX-License-Identifier: BSD-3-Clause
// How far something is that is computed in the background, and what a report about it says.
#pragma once

#include <cstdint>

namespace halflens {

enum class WorkState : std::uint8_t { Absent, Working, Ready, Failed };

/// What a change is about, so that nobody redraws more than that.
enum class Change : std::uint8_t {
    Progress, ///< how far the work is; nothing that was computed
    Result, ///< a result came, changed, went or failed to come
    Score ///< the score of one mask is known now
};

} // namespace halflens
