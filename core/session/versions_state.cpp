// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/versions_state.h"

#include "core/session/state_text.h"

#include <array>

namespace halflens {

namespace {

constexpr std::array Views{VersionsView::SideBySide, VersionsView::Split, VersionsView::Blink};

} // namespace

std::string toString(VersionsView view)
{
    switch (view) {
    case VersionsView::SideBySide:
        return "side-by-side";
    case VersionsView::Split:
        return "split";
    case VersionsView::Blink:
        return "blink";
    }
    return {};
}

Result<VersionsView> versionsViewFromString(const std::string& word)
{
    for (const VersionsView view : Views) {
        if (toString(view) == word)
            return view;
    }
    return Error{ErrorCode::InvalidInput,
                 "view",
                 "there is no view of two versions called \"" + word + "\"",
                 "use side-by-side, split or blink",
                 {}};
}

nlohmann::json toJson(const VersionsState& state)
{
    return {{"second", state.second},
            {"view", toString(state.view)},
            {"split", state.split},
            {"contributions", state.contributions},
            {"fromB", state.fromB.bits()}};
}

VersionsState versionsFromJson(JsonObject& object)
{
    const VersionsState fallback;
    VersionsState state;
    state.second = object.text("second", false);
    state.view = wordOf(object, "view", versionsViewFromString, fallback.view);
    state.split = object.number("split", 0, 1, fallback.split);
    state.contributions = object.boolean("contributions", fallback.contributions);
    state.fromB = BlockMask(static_cast<std::uint32_t>(object.integer("fromB", 0, MaskCount - 1, 0)));
    object.finish();
    return state;
}

Result<VersionsState> versionsFromText(const std::string& json)
{
    return stateFromText<VersionsState>(json, versionsFromJson);
}

} // namespace halflens
