// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/hdf5_filters.h"

#include "core/checkpoint/hdf5_format.h"
#include "core/checkpoint/inflate.h"

namespace halflens::detail {

namespace {

constexpr std::uint16_t Deflate = 1;
constexpr std::uint16_t Shuffle = 2;
constexpr std::uint16_t Fletcher32 = 3;
constexpr std::size_t MaxFilters = 8;

/// Shuffle stores the first bytes of all elements, then the second ones, ...
std::vector<std::uint8_t> unshuffle(const std::vector<std::uint8_t>& in, std::size_t elementBytes)
{
    const std::size_t elements = in.size() / elementBytes;
    std::vector<std::uint8_t> out = in; // a rest shorter than an element stays where it is
    for (std::size_t byte = 0; byte < elementBytes; ++byte) {
        for (std::size_t i = 0; i < elements; ++i)
            out[i * elementBytes + byte] = in[byte * elements + i];
    }
    return out;
}

/// Sums of big-endian 16-bit words modulo 65535, as the file format defines them.
std::uint32_t fletcher32(std::span<const std::uint8_t> bytes)
{
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        const std::uint32_t low = i + 1 < bytes.size() ? bytes[i + 1] : 0u;
        first = (first + (static_cast<std::uint32_t>(bytes[i]) << 8 | low)) % 65535;
        second = (second + first) % 65535;
    }
    return static_cast<std::uint32_t>(second << 16 | first);
}

/// Removes the checksum at the end; false when it is wrong.
bool checkFletcher(std::vector<std::uint8_t>& bytes)
{
    if (bytes.size() < 4)
        return false;
    std::uint32_t stored = 0;
    std::memcpy(&stored, bytes.data() + bytes.size() - 4, 4);
    bytes.resize(bytes.size() - 4);
    // The reference implementation folds sums, so that 65535 can stand for 0.
    const std::uint32_t computed = fletcher32(bytes);
    return (stored & 0xffff) % 65535 == (computed & 0xffff) && (stored >> 16) % 65535 == computed >> 16;
}

} // namespace

std::optional<Hdf5Pipeline> readPipeline(ByteReader message)
{
    const std::uint8_t version = message.u8();
    const std::uint8_t count = message.u8();
    if (version == 1)
        message.skip(6);
    if (message.failed() || version < 1 || version > 2 || count > MaxFilters)
        return std::nullopt;
    Hdf5Pipeline pipeline;
    for (int i = 0; i < count; ++i) {
        const std::uint16_t filter = message.u16();
        std::uint32_t nameBytes = version == 1 || filter >= 256 ? message.u16() : 0u;
        message.skip(2); // flags
        const std::uint16_t values = message.u16();
        if (version == 1)
            nameBytes = (nameBytes + 7u) / 8u * 8u;
        message.skip(nameBytes + 4u * values + (version == 1 && values % 2 != 0 ? 4u : 0u));
        pipeline.filters.push_back(filter);
    }
    if (message.failed())
        return std::nullopt;
    return pipeline;
}

Result<std::vector<std::uint8_t>> unpackChunk(std::span<const std::uint8_t> packed, const Hdf5Pipeline& pipeline,
                                              std::uint32_t skipped, std::size_t elementBytes, std::size_t bytes)
{
    // Checksums are 4 bytes each and the only filter that makes data longer.
    const std::size_t limit = bytes + 4 * pipeline.filters.size();
    const Error broken = hdf5Damaged("packed values cannot be unpacked");
    if (pipeline.filters.empty() && packed.size() != bytes)
        return broken;
    std::vector<std::uint8_t> data(packed.begin(), packed.end());
    for (std::size_t i = pipeline.filters.size(); i-- > 0;) {
        if ((skipped >> i & 1) != 0)
            continue;
        switch (pipeline.filters[i]) {
        case Deflate: {
            auto plain = inflateAll(data, limit, InflateForm::Zlib);
            if (!plain)
                return broken;
            data = std::move(*plain);
            break;
        }
        case Shuffle:
            data = unshuffle(data, elementBytes);
            break;
        case Fletcher32:
            if (!checkFletcher(data))
                return hdf5Damaged("a checksum is wrong");
            break;
        default:
            return hdf5Unusual("values packed in a special way (filter " + std::to_string(pipeline.filters[i]) + ")");
        }
    }
    if (data.size() != bytes)
        return broken;
    return data;
}

} // namespace halflens::detail
