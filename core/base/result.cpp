// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/result.h"

namespace halflens {

std::string Error::message() const
{
    std::string text;
    for (const std::string* part : {&file, &stage, &reason}) {
        if (part->empty())
            continue;
        if (!text.empty())
            text += ": ";
        text += *part;
    }
    if (!remedy.empty())
        text += " (" + remedy + ")";
    return text;
}

Error cancelledError()
{
    return {ErrorCode::Cancelled, {}, "cancelled", {}, {}};
}

} // namespace halflens
