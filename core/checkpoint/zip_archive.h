// SPDX-License-Identifier: BSD-3-Clause
// Reads members of a zip archive held in memory. Private to core/checkpoint.
#pragma once

#include "core/checkpoint/byte_reader.h"
#include "core/checkpoint/reader_support.h"

#include <map>
#include <string>
#include <vector>

namespace halflens::detail {

class ZipArchive {
public:
    struct Member {
        std::uint16_t method = 0; ///< 0 stored, 8 deflated
        std::uint32_t crc = 0;
        std::uint64_t packedBytes = 0;
        std::uint64_t bytes = 0;
        std::uint64_t headerAt = 0;
    };

    /// Reads the directory at the end, with the 64-bit fields that PyTorch always writes. `bytes`
    /// must outlive the object. `maxUnpacked`: bytes that deflated members may take together.
    static Result<ZipArchive> open(std::span<const std::uint8_t> bytes, std::size_t maxMembers,
                                   std::uint64_t maxUnpacked);

    const std::map<std::string, Member, std::less<>>& members() const { return m_members; }

    /// Bytes of all members, unpacked, as the directory says.
    std::uint64_t unpackedBytes() const { return m_unpackedBytes; }

    /// Content of a member, checked against its checksum; valid as long as the archive. A second
    /// call for a member costs nothing. InvalidInput: absent or damaged.
    Result<std::span<const std::uint8_t>> content(const std::string& name);

private:
    Status readDirectory(std::uint64_t at, std::uint64_t bytes, std::uint64_t count, std::size_t maxMembers);
    Result<std::span<const std::uint8_t>> unpack(const std::string& name, const Member& member);

    std::span<const std::uint8_t> m_bytes;
    std::uint64_t m_maxUnpacked = 0;
    std::uint64_t m_unpackedBytes = 0;
    std::map<std::string, Member, std::less<>> m_members;
    std::map<std::string, std::span<const std::uint8_t>> m_contents;
    std::map<std::string, std::vector<std::uint8_t>> m_unpacked;
};

} // namespace halflens::detail
