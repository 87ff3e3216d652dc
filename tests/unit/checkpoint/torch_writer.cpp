// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/checkpoint/torch_writer.h"

#include <zlib.h>

namespace halflens::test {

namespace {

ByteVector deflateRaw(const ByteVector& plain)
{
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    ByteVector packed(deflateBound(&stream, plain.size()));
    stream.next_in = const_cast<Bytef*>(plain.data());
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

} // namespace

ByteVector operator+(ByteVector left, const ByteVector& right)
{
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

ByteVector bytesOfText(const std::string& text)
{
    return {text.begin(), text.end()};
}

Pickle::Pickle(int protocol)
{
    op(0x80).op(protocol);
}

Pickle& Pickle::op(int opcode)
{
    m_bytes.push_back(static_cast<std::uint8_t>(opcode));
    return *this;
}

Pickle& Pickle::raw(const ByteVector& bytes)
{
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    return *this;
}

Pickle& Pickle::text(const std::string& text)
{
    op('X');
    append(m_bytes, static_cast<std::uint32_t>(text.size()));
    return raw(bytesOfText(text));
}

Pickle& Pickle::integer(std::int64_t value)
{
    op(0x8a).op(8);
    append(m_bytes, value);
    return *this;
}

Pickle& Pickle::global(const std::string& module, const std::string& name)
{
    return raw(bytesOfText("c" + module + "\n" + name + "\n"));
}

Pickle& Pickle::tuple(const std::vector<std::int64_t>& values)
{
    op('(');
    for (const std::int64_t value : values)
        integer(value);
    return op('t');
}

Pickle& Pickle::storage(const std::string& type, const std::string& key, std::int64_t count, const std::string& device)
{
    op('(').text("storage").global("torch", type).text(key).text(device).integer(count);
    return op('N').op('t').op('Q');
}

Pickle& Pickle::tensor(const std::string& type, const std::string& key, std::int64_t count, std::int64_t offset,
                       const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides)
{
    global("torch._utils", "_rebuild_tensor_v2").op('(').storage(type, key, count).integer(offset);
    tuple(shape).tuple(strides).op(0x89);
    return global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
}

ByteVector Pickle::finish() const
{
    return m_bytes + ByteVector{'.'};
}

ByteVector legacyFile(const ByteVector& object, const std::vector<LegacyStorage>& storages, bool littleEndian)
{
    const ByteVector magic{0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
    ByteVector bytes = Pickle().raw(magic).finish() + Pickle().op('M').op(0xe9).op(0x03).finish()
        + Pickle().op('}').text("little_endian").op(littleEndian ? 0x88 : 0x89).op('s').finish() + object;
    Pickle keys;
    keys.op(']').op('(');
    for (const LegacyStorage& storage : storages)
        keys.text(storage.key);
    bytes = bytes + keys.op('e').finish();
    for (const LegacyStorage& storage : storages) {
        append(bytes, storage.count);
        bytes = bytes + storage.bytes;
    }
    return bytes;
}

ByteVector zipFile(const std::vector<ZipMember>& members, bool wide)
{
    ByteVector bytes;
    ByteVector directory;
    for (const ZipMember& member : members) {
        const ByteVector packed = member.deflated ? deflateRaw(member.bytes) : member.bytes;
        const auto sum = static_cast<std::uint32_t>(crc32_z(0, member.bytes.data(), member.bytes.size()));
        const std::uint64_t headerAt = bytes.size();
        ByteVector extra;
        if (wide) {
            append(extra, std::uint16_t(1));
            append(extra, std::uint16_t(24));
            append(extra, std::uint64_t(member.bytes.size()));
            append(extra, std::uint64_t(packed.size()));
            append(extra, headerAt);
        }
        const auto appendCommon = [&](ByteVector& to, const ByteVector& extraField) {
            append(to, std::uint16_t(0)); // flags
            append(to, std::uint16_t(member.deflated ? 8 : 0));
            append(to, std::uint32_t(0)); // time
            append(to, member.wrongChecksum ? ~sum : sum);
            append(to, wide ? 0xffffffffu : static_cast<std::uint32_t>(packed.size()));
            append(to, wide ? 0xffffffffu : static_cast<std::uint32_t>(member.bytes.size()));
            append(to, static_cast<std::uint16_t>(member.name.size()));
            append(to, static_cast<std::uint16_t>(extraField.size()));
        };
        // The local header pads with a private field, as PyTorch does to align the data.
        const ByteVector padding{'F', 'B', 3, 0, 0, 0, 0};
        append(bytes, std::uint32_t(0x04034b50));
        append(bytes, std::uint16_t(20));
        appendCommon(bytes, padding);
        bytes = bytes + bytesOfText(member.name) + padding + packed;

        append(directory, std::uint32_t(0x02014b50));
        append(directory, std::uint32_t(0x00140014));
        appendCommon(directory, extra);
        append(directory, std::uint16_t(0)); // comment
        append(directory, std::uint64_t(0)); // disk, attributes
        append(directory, wide ? 0xffffffffu : static_cast<std::uint32_t>(headerAt));
        directory = directory + bytesOfText(member.name) + extra;
    }
    const std::uint64_t directoryAt = bytes.size();
    bytes = bytes + directory;
    if (wide) {
        const std::uint64_t recordAt = bytes.size();
        append(bytes, std::uint32_t(0x06064b50));
        append(bytes, std::uint64_t(44));
        append(bytes, std::uint32_t(0x00140014));
        append(bytes, std::uint64_t(0)); // disks
        append(bytes, std::uint64_t(members.size()));
        append(bytes, std::uint64_t(members.size()));
        append(bytes, std::uint64_t(directory.size()));
        append(bytes, directoryAt);
        append(bytes, std::uint32_t(0x07064b50));
        append(bytes, std::uint32_t(0));
        append(bytes, recordAt);
        append(bytes, std::uint32_t(1));
    }
    append(bytes, std::uint32_t(0x06054b50));
    append(bytes, std::uint32_t(0)); // disks
    append(bytes, static_cast<std::uint16_t>(wide ? 0xffff : members.size()));
    append(bytes, static_cast<std::uint16_t>(wide ? 0xffff : members.size()));
    append(bytes, wide ? 0xffffffffu : static_cast<std::uint32_t>(directory.size()));
    append(bytes, wide ? 0xffffffffu : static_cast<std::uint32_t>(directoryAt));
    append(bytes, std::uint16_t(0));
    return bytes;
}

} // namespace halflens::test
