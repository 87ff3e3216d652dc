// SPDX-License-Identifier: BSD-3-Clause
// Session files and the metadata of figures: whatever is accepted is sensible and survives being written, whatever is
// refused says so in UTF-8.
#include "core/session/figure_session.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace halflens;

void require(bool condition)
{
    if (!condition)
        std::abort();
}

void check(const Result<Session>& session)
{
    if (!session) {
        const std::string message = session.error().message();
        require((session.error().code == ErrorCode::InvalidInput || session.error().code == ErrorCode::Unsupported)
                && message.size() < 5000);
        (void)nlohmann::json(message).dump(); // throws unless it is UTF-8
        return;
    }
    require(session->place == 0 || static_cast<std::size_t>(session->place) < session->photos.size());
    for (const SessionPhoto& photo : session->photos) {
        require(photo.path.is_absolute() && !photo.relative.is_absolute());
        require(photo.masks.done >= 0 && static_cast<std::size_t>(photo.masks.done) <= photo.masks.steps.size());
        (void)photo.masks.shown();
    }
    const Result<Session> again = sessionFromText(toText(*session));
    require(again && *again == *session);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    check(sessionFromText(text));
    check(sessionFromProvenance(text, "/figures"));
    return 0;
}
