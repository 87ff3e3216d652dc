// SPDX-License-Identifier: BSD-3-Clause
// States as JSON: whatever is accepted is sensible and survives being written, whatever is refused says so in UTF-8.
#include "core/session/viewer_state.h"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool condition)
{
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    const Result<ViewerState> state = viewerFromText(std::string(reinterpret_cast<const char*>(data), size));
    if (!state) {
        const std::string message = state.error().message();
        require(state.error().code == ErrorCode::InvalidInput && message.size() < 5000);
        (void)nlohmann::json(message).dump(); // throws unless it is UTF-8
        return 0;
    }
    for (const LayerLook& look : state->layers.looks)
        require(isSensible(look));
    require(state->view.zoom > 0 && state->layers.parameters.lime.samples >= 2);
    const Result<ViewerState> again = viewerFromText(toJson(*state).dump());
    require(again && *again == *state);
    return 0;
}
