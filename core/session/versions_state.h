// SPDX-License-Identifier: BSD-3-Clause
// What a comparison of the shown photo with a second one shows, as one value with strict JSON.
#pragma once

#include "core/base/block.h"
#include "core/base/json_object.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>

namespace halflens {

/// How two pictures share the canvas.
enum class VersionsView : std::uint8_t { SideBySide, Split, Blink };
/// "side-by-side", "split", "blink" and back. InvalidInput: another word.
std::string toString(VersionsView view);
Result<VersionsView> versionsViewFromString(const std::string& word);

struct VersionsState {
    std::string second; ///< path of B; empty: nothing is compared, or B has no file
    VersionsView view = VersionsView::SideBySide;
    double split = 0.5; ///< where B begins in a split view, 0..1 of its width
    bool contributions = true; ///< they lie over the pictures
    BlockMask fromB; ///< blocks that are exchanged
    bool operator==(const VersionsState&) const = default;
};

nlohmann::json toJson(const VersionsState& state);
VersionsState versionsFromJson(JsonObject& object); ///< strict, as layersFromJson()
/// InvalidInput: the first thing wrong, by its key.
Result<VersionsState> versionsFromText(const std::string& json);

} // namespace halflens
