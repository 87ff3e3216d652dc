// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

namespace halflens::detail {

std::optional<std::vector<std::uint8_t>> inflateAll(std::span<const std::uint8_t> packed, std::size_t maxBytes,
                                                    InflateForm form)
{
    constexpr std::size_t Step = 1 << 20;
    z_stream stream{};
    if (inflateInit2(&stream, form == InflateForm::Raw ? -MAX_WBITS : MAX_WBITS) != Z_OK)
        return std::nullopt;
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> closing(&stream, inflateEnd);
    std::vector<std::uint8_t> plain;
    std::size_t made = 0;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        if (stream.avail_in == 0) {
            const std::size_t piece = std::min<std::size_t>(packed.size(), 1u << 30);
            stream.next_in = const_cast<Bytef*>(packed.data()); // zlib reads only
            stream.avail_in = static_cast<uInt>(piece);
            packed = packed.subspan(piece);
        }
        // One byte more than allowed shows a stream that is too long.
        plain.resize(std::min(maxBytes + 1, std::max(plain.size(), made + Step)));
        const std::size_t room = std::min<std::size_t>(plain.size() - made, 1u << 30);
        stream.next_out = plain.data() + made;
        stream.avail_out = static_cast<uInt>(room);
        state = inflate(&stream, Z_NO_FLUSH);
        made += room - stream.avail_out;
        const bool isStuck = state == Z_OK && stream.avail_in == 0 && packed.empty() && stream.avail_out != 0;
        if ((state != Z_OK && state != Z_STREAM_END) || isStuck || made > maxBytes)
            return std::nullopt;
    }
    plain.resize(made);
    return plain;
}

} // namespace halflens::detail
