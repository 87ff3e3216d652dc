// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/zip_archive.h"

#include "core/checkpoint/inflate.h"

#include <zlib.h>

#include <algorithm>

namespace halflens::detail {

namespace {

constexpr std::uint32_t LocalSignature = 0x04034b50;
constexpr std::uint32_t DirectorySignature = 0x02014b50;
constexpr std::uint32_t EndSignature = 0x06054b50;
constexpr std::uint32_t End64Signature = 0x06064b50;
constexpr std::uint32_t Locator64Signature = 0x07064b50;
constexpr std::size_t EndBytes = 22;
constexpr std::size_t Locator64Bytes = 20;
constexpr std::size_t MaxComment = 0xffff;
constexpr std::uint32_t Wide = 0xffffffff; ///< the value stands in a 64-bit field
constexpr std::uint16_t Stored = 0;
constexpr std::uint16_t Deflated = 8;

Error zipDamaged(const std::string& what)
{
    return damaged("the zip archive is damaged: " + what);
}

/// Position of the end record: the last one whose comment reaches exactly to the end of the file.
std::optional<std::size_t> findEnd(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() < EndBytes)
        return std::nullopt;
    const std::size_t last = bytes.size() - EndBytes;
    const std::size_t first = last > MaxComment ? last - MaxComment : 0;
    for (std::size_t at = last + 1; at-- > first;) {
        ByteReader reader(bytes.subspan(at));
        if (reader.u32() != EndSignature)
            continue;
        reader.skip(16);
        if (reader.u16() == last - at)
            return at;
    }
    return std::nullopt;
}

/// Replaces the fields that are too small by those of the 64-bit extra field.
bool widen(ByteReader extra, ZipArchive::Member& member)
{
    while (extra.remaining() >= 4) {
        const std::uint16_t kind = extra.u16();
        ByteReader field(extra.take(extra.u16()));
        if (kind != 1)
            continue;
        for (std::uint64_t* value : {&member.bytes, &member.packedBytes, &member.headerAt}) {
            if (*value == Wide)
                *value = field.u64();
        }
        return !field.failed() && !extra.failed();
    }
    return !extra.failed();
}

std::uint32_t checksum(std::span<const std::uint8_t> bytes)
{
    return static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

} // namespace

Result<ZipArchive> ZipArchive::open(std::span<const std::uint8_t> bytes, std::size_t maxMembers,
                                    std::uint64_t maxUnpacked)
{
    const auto end = findEnd(bytes);
    if (!end)
        return zipDamaged("its directory is missing, perhaps the file is incomplete");
    ZipArchive archive;
    archive.m_bytes = bytes;
    archive.m_maxUnpacked = maxUnpacked;
    ByteReader reader(bytes.subspan(*end + 10));
    std::uint64_t count = reader.u16();
    std::uint64_t size = reader.u32();
    std::uint64_t at = reader.u32();
    if (*end >= Locator64Bytes) {
        ByteReader locator(bytes.subspan(*end - Locator64Bytes, Locator64Bytes));
        if (locator.u32() == Locator64Signature) {
            locator.skip(4);
            const std::uint64_t recordAt = locator.u64();
            ByteReader record(recordAt < bytes.size() ? bytes.subspan(static_cast<std::size_t>(recordAt))
                                                      : bytes.first(0));
            const std::uint32_t signature = record.u32();
            record.skip(28);
            count = record.u64();
            size = record.u64();
            at = record.u64();
            if (record.failed() || signature != End64Signature)
                return zipDamaged("its 64-bit directory is missing");
        }
    }
    if (Status read = archive.readDirectory(at, size, count, maxMembers); !read)
        return std::move(read).error();
    return archive;
}

Status ZipArchive::readDirectory(std::uint64_t at, std::uint64_t bytes, std::uint64_t count, std::size_t maxMembers)
{
    if (at > m_bytes.size() || bytes > m_bytes.size() - at)
        return zipDamaged("its directory lies outside it");
    if (count > maxMembers)
        return zipDamaged("it has too many members");
    ByteReader reader(m_bytes.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(bytes)));
    std::uint64_t packedLeft = m_bytes.size();
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint32_t signature = reader.u32();
        reader.skip(4); // versions
        const std::uint16_t flags = reader.u16();
        Member member;
        member.method = reader.u16();
        reader.skip(4); // time
        member.crc = reader.u32();
        member.packedBytes = reader.u32();
        member.bytes = reader.u32();
        const std::uint16_t nameBytes = reader.u16();
        const std::uint16_t extraBytes = reader.u16();
        const std::uint16_t commentBytes = reader.u16();
        reader.skip(8); // disk, attributes
        member.headerAt = reader.u32();
        const std::string_view name = reader.text(nameBytes);
        const ByteReader extra(reader.take(extraBytes));
        reader.skip(commentBytes);
        if (reader.failed() || signature != DirectorySignature || !widen(extra, member))
            return zipDamaged("its directory is broken");
        if ((flags & 1) != 0)
            return unsupported("the zip archive is encrypted", "use an archive without a password");
        // Members that share bytes could claim any amount together.
        if (member.packedBytes > packedLeft || member.bytes / MaxDeflate > member.packedBytes)
            return zipDamaged("its members claim more bytes than it has");
        packedLeft -= member.packedBytes;
        m_unpackedBytes += member.bytes;
        if (!m_members.emplace(name, member).second)
            return zipDamaged("\"" + printable(name) + "\" is there twice");
    }
    return {};
}

Result<std::span<const std::uint8_t>> ZipArchive::content(const std::string& name)
{
    if (const auto known = m_contents.find(name); known != m_contents.end())
        return known->second;
    const auto member = m_members.find(name);
    if (member == m_members.end())
        return zipDamaged("\"" + printable(name) + "\" is missing");
    auto bytes = unpack(name, member->second);
    if (!bytes)
        return bytes;
    if (checksum(*bytes) != member->second.crc)
        return zipDamaged("the checksum of \"" + printable(name) + "\" is wrong");
    m_contents.emplace(name, *bytes);
    return bytes;
}

Result<std::span<const std::uint8_t>> ZipArchive::unpack(const std::string& name, const Member& member)
{
    const std::string quoted = "\"" + printable(name) + "\"";
    // What lies before the data is told by the local header; sizes are taken from the directory.
    ByteReader reader(member.headerAt < m_bytes.size() ? m_bytes.subspan(static_cast<std::size_t>(member.headerAt))
                                                       : m_bytes.first(0));
    const std::uint32_t signature = reader.u32();
    reader.skip(22);
    const std::uint16_t nameBytes = reader.u16();
    const std::uint16_t extraBytes = reader.u16();
    reader.skip(nameBytes);
    reader.skip(extraBytes);
    const auto packed = reader.take(member.packedBytes);
    if (reader.failed() || signature != LocalSignature)
        return zipDamaged(quoted + " lies outside it");
    if (member.method == Stored) {
        if (member.bytes != member.packedBytes)
            return zipDamaged(quoted + " has two sizes");
        return packed;
    }
    if (member.method != Deflated)
        return unsupported(quoted + " is packed in an unusual way", "pack the archive again without compression");
    if (member.bytes > m_maxUnpacked)
        return zipDamaged(quoted + " unpacks to more than is allowed");
    m_maxUnpacked -= member.bytes;
    auto plain = inflateAll(packed, static_cast<std::size_t>(member.bytes), InflateForm::Raw);
    if (!plain || plain->size() != member.bytes)
        return zipDamaged(quoted + " cannot be unpacked");
    return std::span<const std::uint8_t>(m_unpacked[name] = std::move(*plain));
}

} // namespace halflens::detail
