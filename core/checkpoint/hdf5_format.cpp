// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/hdf5_format.h"

#include <algorithm>
#include <array>

namespace halflens::detail {

namespace {

constexpr std::size_t MaxRank = 32;

/// Reads the messages of one block of an object header; continuation blocks are queued.
Status readBlock(Hdf5Bytes& file, std::span<const std::uint8_t> block, std::uint32_t& left, Hdf5Header& header,
                 std::vector<std::pair<Hdf5Address, std::uint64_t>>& continuations)
{
    ByteReader reader(block);
    while (left > 0 && reader.remaining() >= 8) {
        const auto type = static_cast<Hdf5MessageType>(reader.u16());
        const std::uint16_t size = reader.u16();
        const std::uint8_t flags = reader.u8();
        reader.skip(3);
        const auto data = reader.take(size);
        if (reader.failed())
            return hdf5Damaged("an object header ends within a message");
        if (!file.spend(8))
            return hdf5Damaged("its structure has no end");
        --left;
        if (type == Hdf5MessageType::Continuation) {
            ByteReader where(data);
            const Hdf5Address address = where.u64();
            continuations.emplace_back(address, where.u64());
        } else {
            header.messages.push_back({type, (flags & 2) != 0, data});
        }
    }
    return {};
}

Hdf5Type readInteger(std::uint32_t bits, std::uint32_t bytes, ByteReader& data)
{
    Hdf5Type type{.bytes = bytes, .isBigEndian = (bits & 1) != 0};
    const std::uint16_t offset = data.u16();
    const std::uint16_t precision = data.u16();
    const bool isSigned = (bits & 8) != 0;
    if (data.failed() || offset != 0 || precision != 8 * bytes || (!isSigned && bytes != 1))
        return type;
    switch (bytes) {
    case 1:
        type.element = isSigned ? ElementType::Int8 : ElementType::UInt8;
        break;
    case 2:
        type.element = ElementType::Int16;
        break;
    case 4:
        type.element = ElementType::Int32;
        break;
    case 8:
        type.element = ElementType::Int64;
        break;
    default:
        return type;
    }
    type.kind = Hdf5Type::Kind::Number;
    return type;
}

/// Layout of an IEEE number in bits, as a float type message gives it.
struct FloatLayout {
    std::uint16_t precision;
    std::uint8_t exponentAt, exponentBits, fractionBits;
    std::uint32_t bias;
    ElementType element;
};

Hdf5Type readFloat(std::uint32_t bits, std::uint32_t bytes, ByteReader& data)
{
    static constexpr std::array Layouts{
        FloatLayout{16, 10, 5, 10, 15, ElementType::Float16},
        FloatLayout{32, 23, 8, 23, 127, ElementType::Float32},
        FloatLayout{64, 52, 11, 52, 1023, ElementType::Float64},
    };
    Hdf5Type type{.bytes = bytes, .isBigEndian = (bits & 1) != 0};
    const std::uint16_t offset = data.u16();
    const std::uint16_t precision = data.u16();
    const std::uint8_t exponentAt = data.u8();
    const std::uint8_t exponentBits = data.u8();
    const std::uint8_t fractionAt = data.u8();
    const std::uint8_t fractionBits = data.u8();
    const std::uint32_t bias = data.u32();
    const bool isVax = (bits & 0x40) != 0;
    const bool hasImpliedOne = (bits >> 4 & 3) == 2;
    if (data.failed() || isVax || !hasImpliedOne || offset != 0 || fractionAt != 0 || precision != 8 * bytes
        || (bits >> 8 & 0xff) != precision - 1u)
        return type;
    for (const FloatLayout& layout : Layouts) {
        if (precision == layout.precision && exponentAt == layout.exponentAt && exponentBits == layout.exponentBits
            && fractionBits == layout.fractionBits && bias == layout.bias) {
            type.kind = Hdf5Type::Kind::Number;
            type.element = layout.element;
        }
    }
    return type;
}

} // namespace

Error hdf5Damaged(const std::string& what)
{
    return damaged("the HDF5 file is damaged: " + what);
}

Error hdf5Unusual(const std::string& what)
{
    return unsupported("this HDF5 file has " + what, "save the weights again with Keras, with its standard settings");
}

const Hdf5Message* Hdf5Header::find(Hdf5MessageType type) const
{
    const auto found =
        std::find_if(messages.begin(), messages.end(), [&](const Hdf5Message& m) { return m.type == type; });
    return found == messages.end() ? nullptr : &*found;
}

std::span<const std::uint8_t> Hdf5Bytes::from(Hdf5Address address) const
{
    return address < m_bytes.size() ? m_bytes.subspan(static_cast<std::size_t>(address))
                                    : std::span<const std::uint8_t>();
}

std::optional<std::span<const std::uint8_t>> Hdf5Bytes::range(Hdf5Address address, std::uint64_t count) const
{
    if (address > m_bytes.size() || count > m_bytes.size() - address)
        return std::nullopt;
    return m_bytes.subspan(static_cast<std::size_t>(address), static_cast<std::size_t>(count));
}

bool Hdf5Bytes::spend(std::uint64_t units)
{
    if (units > m_budget)
        m_budget = 0;
    else
        m_budget -= units;
    return m_budget > 0;
}

Result<Hdf5Superblock> readSuperblock(const Hdf5Bytes& file, std::uint64_t userBlock)
{
    ByteReader reader(file.from(0));
    reader.skip(8); // signature
    const std::uint8_t version = reader.u8();
    reader.skip(4);
    const std::uint8_t offsetBytes = reader.u8();
    const std::uint8_t lengthBytes = reader.u8();
    if (reader.failed())
        return hdf5Damaged("it is too short");
    if (version > 1)
        return hdf5Unusual("the newest internal format (superblock " + std::to_string(version) + ")");
    if (offsetBytes != 8 || lengthBytes != 8)
        return hdf5Unusual("addresses that are not 8 bytes long");
    reader.skip(version == 0 ? 9 : 13); // sizes of tree nodes, flags
    const Hdf5Address base = reader.u64();
    reader.skip(8); // free space
    Hdf5Superblock superblock;
    superblock.endOfFile = reader.u64();
    reader.skip(16); // driver information; name of the root
    superblock.rootHeader = reader.u64();
    if (reader.failed())
        return hdf5Damaged("it is too short");
    if (base != userBlock)
        return hdf5Unusual("a user block of another size than it says");
    const std::uint64_t size = userBlock + file.size(); // this one address counts from the very beginning
    if (superblock.endOfFile > size) {
        return hdf5Damaged("it has " + std::to_string(size) + " of its " + std::to_string(superblock.endOfFile)
                           + " bytes");
    }
    return superblock;
}

Result<Hdf5Header> readObjectHeader(Hdf5Bytes& file, Hdf5Address address)
{
    ByteReader reader(file.from(address));
    const std::uint8_t version = reader.u8();
    reader.skip(1);
    std::uint32_t left = reader.u16();
    reader.skip(4); // reference count
    const std::uint32_t size = reader.u32();
    reader.skip(4); // alignment
    const auto first = reader.take(size);
    if (reader.failed())
        return hdf5Damaged("an object header lies outside it");
    if (version != 1)
        return version == 'O' ? hdf5Unusual("the newest internal format (object headers)")
                              : hdf5Damaged("something else lies where an object header should");
    Hdf5Header header;
    std::vector<std::pair<Hdf5Address, std::uint64_t>> continuations;
    if (Status read = readBlock(file, first, left, header, continuations); !read)
        return std::move(read).error();
    for (std::size_t i = 0; i < continuations.size() && left > 0; ++i) {
        const auto block = file.range(continuations[i].first, continuations[i].second);
        if (!block)
            return hdf5Damaged("part of an object header lies outside it");
        if (Status read = readBlock(file, *block, left, header, continuations); !read)
            return std::move(read).error();
    }
    return header;
}

Hdf5Type readDatatype(ByteReader data)
{
    const std::uint8_t classAndVersion = data.u8();
    std::uint32_t bits = data.u8();
    bits |= static_cast<std::uint32_t>(data.u16()) << 8;
    const std::uint32_t bytes = data.u32();
    Hdf5Type type{.bytes = bytes};
    if (data.failed() || bytes == 0)
        return type;
    switch (classAndVersion & 0x0f) {
    case 0:
        return readInteger(bits, bytes, data);
    case 1:
        return readFloat(bits, bytes, data);
    case 3:
        type.kind = Hdf5Type::Kind::FixedString;
        type.isSpacePadded = (bits & 0x0f) == 2;
        return type;
    case 9:
        if ((bits & 0x0f) == 1 && bytes == 16)
            type.kind = Hdf5Type::Kind::VariableString;
        return type;
    default:
        return type;
    }
}

std::optional<Shape> readDataspace(ByteReader data, bool& isNull)
{
    const std::uint8_t version = data.u8();
    const std::uint8_t rank = data.u8();
    data.skip(1); // flags: whether maximum extents follow
    const std::uint8_t kind = data.u8();
    if (version == 1)
        data.skip(4);
    else if (version != 2)
        return std::nullopt;
    isNull = version == 2 && kind == 2;
    if (data.failed() || rank > MaxRank)
        return std::nullopt;
    Shape shape;
    for (int i = 0; i < rank; ++i)
        shape.push_back(data.read<std::int64_t>()); // beyond int64: negative, refused by valueCount()
    if (data.failed())
        return std::nullopt;
    return shape;
}

std::optional<Hdf5Attribute> readAttribute(const Hdf5Message& message)
{
    ByteReader reader(message.data);
    const std::uint8_t version = reader.u8();
    const std::uint8_t flags = reader.u8();
    const std::uint16_t nameBytes = reader.u16();
    const std::uint16_t typeBytes = reader.u16();
    const std::uint16_t spaceBytes = reader.u16();
    if (version == 3)
        reader.skip(1); // character set of the name
    // Version 1 pads each part to a multiple of eight.
    const auto padded = [&](std::uint32_t size) { return version == 1 ? (size + 7u) / 8u * 8u : size; };
    const std::string_view name = reader.text(padded(nameBytes));
    const ByteReader type(reader.take(padded(typeBytes)));
    const ByteReader space(reader.take(padded(spaceBytes)));
    const bool isShared = version != 1 && (flags & 3) != 0;
    if (reader.failed() || version < 1 || version > 3 || isShared || message.isShared)
        return std::nullopt;
    Hdf5Attribute attribute;
    attribute.name = name.substr(0, name.find('\0'));
    attribute.type = readDatatype(type);
    const auto shape = readDataspace(space, attribute.isNull);
    if (!shape)
        return std::nullopt;
    attribute.shape = *shape;
    attribute.data = reader.take(reader.remaining());
    return attribute;
}

} // namespace halflens::detail
