// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/hdf5_file.h"

#include <algorithm>

namespace halflens::detail {

namespace {

constexpr std::size_t MaxNameBytes = 4096;
constexpr int AnyLevel = -1;
constexpr std::uint32_t SymbolicLink = 2;
const char* const NoEnd = "its structure has no end";

/// Text of a fixed-length string: up to the first null, or without the spaces it is padded with.
std::string fixedString(std::string_view text, bool isSpacePadded)
{
    text = text.substr(0, text.find('\0'));
    if (isSpacePadded)
        text = text.substr(0, text.find_last_not_of(' ') + 1);
    return std::string(text);
}

std::optional<std::string_view> nameAt(std::span<const std::uint8_t> names, std::uint64_t offset)
{
    if (offset >= names.size())
        return std::nullopt;
    const auto rest = names.subspan(static_cast<std::size_t>(offset));
    const auto limit = rest.first(std::min(rest.size(), MaxNameBytes));
    const auto end = std::find(limit.begin(), limit.end(), std::uint8_t(0));
    if (end == limit.end())
        return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(limit.data()), static_cast<std::size_t>(end - limit.begin()));
}

} // namespace

Result<Hdf5File> Hdf5File::open(std::span<const std::uint8_t> bytes, std::uint64_t userBlock)
{
    Hdf5File file(bytes);
    const Result<Hdf5Superblock> superblock = readSuperblock(file.m_bytes, userBlock);
    if (!superblock)
        return superblock.error();
    file.m_root = superblock->rootHeader;
    return file;
}

Result<const Hdf5File::Group*> Hdf5File::group(Hdf5Address header)
{
    if (const auto known = m_groups.find(header); known != m_groups.end())
        return &known->second;
    const Result<Hdf5Header> object = readObjectHeader(m_bytes, header);
    if (!object)
        return object.error();
    const Hdf5Message* table = object->find(Hdf5MessageType::SymbolTable);
    if (table == nullptr) {
        if (object->find(Hdf5MessageType::LinkInfo) != nullptr || object->find(Hdf5MessageType::Link) != nullptr)
            return hdf5Unusual("groups of the newest internal format, or links to other files");
        return nullptr;
    }
    ByteReader message(table->data);
    const Hdf5Address tree = message.u64();
    ByteReader heap(m_bytes.from(message.u64()));
    if (message.failed() || heap.text(4) != "HEAP")
        return hdf5Damaged("a group has no list of names");
    heap.skip(4);
    const std::uint64_t nameBytes = heap.u64();
    heap.skip(8); // free list
    const Hdf5Address namesAt = heap.u64();
    const auto names = m_bytes.range(namesAt, nameBytes);
    if (heap.failed() || !names)
        return hdf5Damaged("the names of a group lie outside it");
    Group group;
    if (Status read = readGroupNode(tree, AnyLevel, *names, group); !read)
        return std::move(read).error();
    return &m_groups.emplace(header, std::move(group)).first->second;
}

/// A node of the tree of a group. Each level must be one below its parent's, so the depth is bounded;
/// the number of visits is bounded by Hdf5Bytes::spend().
Status Hdf5File::readGroupNode(Hdf5Address node, int level, std::span<const std::uint8_t> names, Group& group)
{
    ByteReader reader(m_bytes.from(node));
    const std::string_view signature = reader.text(4);
    const std::uint8_t kind = reader.u8();
    const int ownLevel = reader.u8();
    const std::uint16_t entries = reader.u16();
    reader.skip(16 + 8); // siblings, first key
    if (reader.failed() || signature != "TREE" || kind != 0 || (level != AnyLevel && ownLevel != level))
        return hdf5Damaged("the tree of a group is broken");
    for (int i = 0; i < entries; ++i) {
        const Hdf5Address child = reader.u64();
        reader.skip(8); // key
        if (reader.failed())
            return hdf5Damaged("the tree of a group is cut off");
        if (!m_bytes.spend(32))
            return hdf5Damaged(NoEnd);
        Status read =
            ownLevel == 0 ? readSymbols(child, names, group) : readGroupNode(child, ownLevel - 1, names, group);
        if (!read)
            return read;
    }
    return {};
}

Status Hdf5File::readSymbols(Hdf5Address node, std::span<const std::uint8_t> names, Group& group)
{
    ByteReader reader(m_bytes.from(node));
    const std::string_view signature = reader.text(4);
    reader.skip(2);
    const std::uint16_t symbols = reader.u16();
    if (reader.failed() || signature != "SNOD")
        return hdf5Damaged("the list of a group is broken");
    for (int i = 0; i < symbols; ++i) {
        const std::uint64_t nameOffset = reader.u64();
        const Hdf5Address header = reader.u64();
        const std::uint32_t cacheKind = reader.u32();
        reader.skip(4 + 16);
        const auto name = nameAt(names, nameOffset);
        if (reader.failed() || !name)
            return hdf5Damaged("the list of a group is cut off");
        if (!m_bytes.spend(64 + name->size()))
            return hdf5Damaged(NoEnd);
        group.emplace(*name, Link{header, cacheKind == SymbolicLink});
    }
    return {};
}

Result<std::optional<Hdf5Address>> Hdf5File::find(Hdf5Address group, std::string_view path)
{
    Hdf5Address current = group;
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (part.empty() || part == ".")
            continue;
        if (!m_bytes.spend(32))
            return hdf5Damaged(NoEnd);
        const auto members = this->group(current);
        if (!members)
            return members.error();
        if (*members == nullptr)
            return std::optional<Hdf5Address>();
        const auto link = (*members)->find(part);
        if (link == (*members)->end())
            return std::optional<Hdf5Address>();
        if (link->second.isSymbolic)
            return hdf5Unusual("a link by name, \"" + printable(part) + "\"");
        current = link->second.header;
    }
    return std::optional(current);
}

Result<const Hdf5File::HeapObjects*> Hdf5File::heap(Hdf5Address collection)
{
    if (const auto known = m_heaps.find(collection); known != m_heaps.end())
        return &known->second;
    constexpr std::uint64_t HeaderBytes = 16;
    ByteReader head(m_bytes.from(collection));
    const std::string_view signature = head.text(4);
    head.skip(4);
    const std::uint64_t size = head.u64();
    const auto all = m_bytes.range(collection, size);
    if (head.failed() || signature != "GCOL" || size < HeaderBytes || !all)
        return hdf5Damaged("a store of strings is broken");
    ByteReader reader(all->subspan(HeaderBytes));
    HeapObjects objects;
    while (reader.remaining() >= HeaderBytes) {
        const std::uint16_t index = reader.u16();
        reader.skip(6);
        const std::uint64_t bytes = reader.u64();
        if (index == 0) // the free rest
            break;
        const auto data = reader.take(bytes);
        reader.skip(std::min<std::uint64_t>((8 - bytes % 8) % 8, reader.remaining()));
        if (reader.failed())
            return hdf5Damaged("a store of strings is cut off");
        if (!m_bytes.spend(64))
            return hdf5Damaged(NoEnd);
        objects.emplace(index, data);
    }
    return &m_heaps.emplace(collection, std::move(objects)).first->second;
}

/// A variable-length string: its length, and the store and number under which the text lies.
Result<std::string> Hdf5File::variableString(std::span<const std::uint8_t> reference)
{
    ByteReader reader(reference);
    const std::uint32_t length = reader.u32();
    const Hdf5Address collection = reader.u64();
    const std::uint32_t index = reader.u32();
    if (length == 0)
        return std::string();
    const auto objects = heap(collection);
    if (!objects)
        return objects.error();
    const auto found = (*objects)->find(index);
    if (found == (*objects)->end() || found->second.size() < length || length > MaxNameBytes)
        return hdf5Damaged("a name is not where it should be");
    if (!m_bytes.spend(length))
        return hdf5Damaged(NoEnd);
    return fixedString({reinterpret_cast<const char*>(found->second.data()), length}, false);
}

Result<std::optional<std::vector<std::string>>> Hdf5File::strings(Hdf5Address object, const std::string& attribute)
{
    const Result<Hdf5Header> header = readObjectHeader(m_bytes, object);
    if (!header)
        return header.error();
    std::optional<Hdf5Attribute> found;
    for (const Hdf5Message& message : header->messages) {
        if (message.type != Hdf5MessageType::Attribute)
            continue;
        auto candidate = readAttribute(message);
        if (candidate && candidate->name == attribute) {
            found = std::move(candidate);
            break;
        }
    }
    if (!found)
        return std::optional<std::vector<std::string>>();

    const auto count = valueCount(found->shape);
    // A layer without weights has an empty array of float64 here, whatever the others have.
    if (found->isNull || count == std::uint64_t(0))
        return std::optional(std::vector<std::string>());
    const bool isVariable = found->type.kind == Hdf5Type::Kind::VariableString;
    if (!isVariable && found->type.kind != Hdf5Type::Kind::FixedString)
        return damaged("the attribute \"" + printable(attribute) + "\" is not a list of names");
    const std::size_t bytes = found->type.bytes;
    if (!count || found->shape.size() > 1 || *count > found->data.size() / bytes)
        return hdf5Damaged("the attribute \"" + printable(attribute) + "\" is cut off");
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto element = found->data.subspan(i * bytes, bytes);
        if (!m_bytes.spend(32 + bytes))
            return hdf5Damaged(NoEnd);
        if (!isVariable) {
            texts.push_back(
                fixedString({reinterpret_cast<const char*>(element.data()), bytes}, found->type.isSpacePadded));
            continue;
        }
        Result<std::string> text = variableString(element);
        if (!text)
            return std::move(text).error();
        texts.push_back(std::move(text).value());
    }
    return std::optional(std::move(texts));
}

} // namespace halflens::detail
