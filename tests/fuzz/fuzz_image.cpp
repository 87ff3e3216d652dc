// SPDX-License-Identifier: BSD-3-Clause
// Every image decoder on arbitrary bytes, with low limits: nothing crashes, an image that comes out
// is consistent, and an error says why.
#include "core/image/decode.h"

#include <zlib.h>

#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

/// Mends the checksums of PNG chunks, which mutation would never get past.
void mendPng(std::vector<std::uint8_t>& bytes)
{
    if (bytes.size() < 8 || std::memcmp(bytes.data(), "\x89PNG\r\n\x1a\n", 8) != 0)
        return;
    std::size_t at = 8;
    while (bytes.size() - at >= 12) {
        const std::size_t length = static_cast<std::size_t>(bytes[at]) << 24
            | static_cast<std::size_t>(bytes[at + 1]) << 16 | static_cast<std::size_t>(bytes[at + 2]) << 8
            | bytes[at + 3];
        if (length > bytes.size() - at - 12)
            return;
        const auto sum = static_cast<std::uint32_t>(crc32(0, bytes.data() + at + 4, static_cast<unsigned>(length + 4)));
        for (unsigned i = 0; i < 4; ++i)
            bytes[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
        at += length + 12;
    }
}

void require(bool condition)
{
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::vector<std::uint8_t> bytes(data, data + size);
    mendPng(bytes);
    halflens::DecodeOptions options;
    options.maxPixels = 1'000'000;
    // One bit of the input decides, so that both ways are tried with everything.
    options.partial = size > 0 && (data[size - 1] & 1) != 0;
    options.page = size > 2 && data[size / 2] == 0xff ? 2 : 1;
    const auto header = halflens::probeImage(bytes, options);
    const auto image = halflens::decodeImage(bytes, options);
    if (!image) {
        const halflens::Error& error = image.error();
        require(!error.stage.empty() && !error.reason.empty() && !error.remedy.empty());
        require(error.code != halflens::ErrorCode::Internal);
        return 0;
    }
    require(header.has_value());
    const halflens::Image& decoded = **image;
    require(decoded.width > 0 && decoded.height > 0);
    const auto pixels = static_cast<std::uint64_t>(decoded.width) * static_cast<std::uint64_t>(decoded.height);
    require(pixels == static_cast<std::uint64_t>(header->width) * static_cast<std::uint64_t>(header->height));
    require(pixels <= options.maxPixels && decoded.rgb.size() == 3 * pixels && decoded.contentHash.size() == 64);
    require(!decoded.origin.isPartial || (options.partial && !decoded.origin.notes.empty()));
    return 0;
}
