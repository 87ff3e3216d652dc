// SPDX-License-Identifier: BSD-3-Clause
// Where the values of an HDF5 dataset lie, and their way into a tensor.
#include "core/checkpoint/hdf5_file.h"
#include "core/checkpoint/hdf5_filters.h"

#include <algorithm>

namespace halflens::detail {

namespace {

enum LayoutClass : std::uint8_t { Compact = 0, Contiguous = 1, Chunked = 2 };

constexpr int AnyLevel = -1;

using Bytes = std::span<const std::uint8_t>;

/// Bytes to float32; big-endian elements are turned round on the way.
void convert(const Hdf5Type& type, Bytes bytes, std::span<float> out)
{
    if (!type.isBigEndian || type.bytes == 1)
        return convertElements(type.element, bytes, out);
    std::vector<std::uint8_t> turned(bytes.begin(), bytes.end());
    for (std::size_t i = 0; i + type.bytes <= turned.size(); i += type.bytes)
        std::reverse(turned.begin() + static_cast<std::ptrdiff_t>(i),
                     turned.begin() + static_cast<std::ptrdiff_t>(i + type.bytes));
    convertElements(type.element, turned, out);
}

/// Reads a dataset stored as a grid of equal boxes, found through a tree.
class ChunkReader {
public:
    ChunkReader(Hdf5Bytes& file, std::uint64_t& bytesLeft, const Hdf5Type& type, const Hdf5Pipeline& pipeline,
                Shape chunk, Tensor& tensor)
        : m_file(file)
        , m_bytesLeft(bytesLeft)
        , m_type(type)
        , m_pipeline(pipeline)
        , m_chunk(std::move(chunk))
        , m_tensor(tensor)
    {
        m_chunkValues = static_cast<std::size_t>(valueCount(m_chunk).value_or(0));
        m_counts.resize(m_chunk.size());
        for (std::size_t d = 0; d < m_chunk.size(); ++d)
            m_counts[d] = (tensor.shape[d] + m_chunk[d] - 1) / m_chunk[d];
    }

    Status read(Hdf5Address tree)
    {
        const std::uint64_t expected = valueCount(m_counts).value_or(0);
        // Each part needs a key in the tree, so the file bounds their number; and parts may stick out of
        // the dataset, but what sticks out must not be much more than the dataset itself.
        constexpr std::uint64_t Spare = 1 << 20;
        if (expected > m_file.size() / 16 || expected * m_chunkValues > 4 * m_tensor.values.size() + Spare)
            return hdf5Damaged("a dataset claims more parts than fit");
        m_seen.resize(static_cast<std::size_t>(expected));
        if (Status done = readNode(tree, AnyLevel); !done)
            return done;
        if (std::find(m_seen.begin(), m_seen.end(), false) != m_seen.end())
            return hdf5Damaged("parts of a dataset are missing");
        return {};
    }

private:
    Status readNode(Hdf5Address node, int level)
    {
        ByteReader reader(m_file.from(node));
        const std::string_view signature = reader.text(4);
        const std::uint8_t kind = reader.u8();
        const int ownLevel = reader.u8();
        const std::uint16_t entries = reader.u16();
        reader.skip(16); // siblings
        if (reader.failed() || signature != "TREE" || kind != 1 || (level != AnyLevel && ownLevel != level))
            return hdf5Damaged("the tree of a dataset is broken");
        for (int i = 0; i < entries; ++i) {
            const std::uint32_t bytes = reader.u32();
            const std::uint32_t skipped = reader.u32();
            Shape corner;
            for (std::size_t d = 0; d < m_chunk.size(); ++d)
                corner.push_back(reader.read<std::int64_t>());
            reader.skip(8); // the same for the bytes of an element: always 0
            const Hdf5Address child = reader.u64();
            if (reader.failed())
                return hdf5Damaged("the tree of a dataset is cut off");
            if (!m_file.spend(64))
                return hdf5Damaged("its structure has no end");
            Status done = ownLevel == 0 ? readChunk(child, bytes, skipped, corner) : readNode(child, ownLevel - 1);
            if (!done)
                return done;
        }
        return {};
    }

    Status readChunk(Hdf5Address address, std::uint32_t bytes, std::uint32_t skipped, const Shape& corner)
    {
        std::size_t number = 0;
        for (std::size_t d = 0; d < corner.size(); ++d) {
            if (corner[d] < 0 || corner[d] >= m_tensor.shape[d] || corner[d] % m_chunk[d] != 0)
                return hdf5Damaged("a part lies outside its dataset");
            number = number * static_cast<std::size_t>(m_counts[d]) + static_cast<std::size_t>(corner[d] / m_chunk[d]);
        }
        const auto packed = m_file.range(address, bytes);
        if (!packed || m_seen[number] || bytes > m_bytesLeft)
            return hdf5Damaged("a part of a dataset is broken");
        m_bytesLeft -= bytes;
        m_seen[number] = true;
        const auto plain = unpackChunk(*packed, m_pipeline, skipped, m_type.bytes, m_chunkValues * m_type.bytes);
        if (!plain)
            return plain.error();
        std::vector<float> values(m_chunkValues);
        convert(m_type, *plain, values);
        place(values, corner);
        return {};
    }

    /// Copies a box row by row; what sticks out of the dataset is left out.
    void place(const std::vector<float>& values, const Shape& corner)
    {
        const std::size_t rank = m_chunk.size();
        Shape at(rank, 0); // position within the box; the last entry stays 0
        const std::int64_t length = std::min(m_chunk[rank - 1], m_tensor.shape[rank - 1] - corner[rank - 1]);
        for (std::size_t from = 0; from < values.size(); from += static_cast<std::size_t>(m_chunk[rank - 1])) {
            std::int64_t to = 0;
            bool isInside = true;
            for (std::size_t d = 0; d < rank; ++d) {
                isInside = isInside && corner[d] + at[d] < m_tensor.shape[d];
                to = to * m_tensor.shape[d] + corner[d] + at[d];
            }
            if (isInside) {
                std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(from), length,
                            m_tensor.values.begin() + static_cast<std::ptrdiff_t>(to));
            }
            for (std::size_t d = rank - 1; d-- > 0;) {
                if (++at[d] < m_chunk[d])
                    break;
                at[d] = 0;
            }
        }
    }

    Hdf5Bytes& m_file;
    std::uint64_t& m_bytesLeft;
    const Hdf5Type& m_type;
    const Hdf5Pipeline& m_pipeline;
    Shape m_chunk;
    Shape m_counts;
    std::size_t m_chunkValues = 0;
    std::vector<bool> m_seen;
    Tensor& m_tensor;
};

Status readChunked(Hdf5Bytes& file, std::uint64_t& bytesLeft, const Hdf5Header& header, const Hdf5Type& type,
                   ByteReader layout, Tensor& tensor)
{
    const std::uint8_t dimensions = layout.u8(); // one more than the rank: the bytes of an element
    const Hdf5Address tree = layout.u64();
    Shape chunk;
    for (int i = 0; i + 1 < dimensions; ++i)
        chunk.push_back(layout.u32());
    const std::uint32_t elementBytes = layout.u32();
    const auto chunkValues = valueCount(chunk);
    if (layout.failed() || chunk.empty() || chunk.size() != tensor.shape.size() || elementBytes != type.bytes
        || !chunkValues || *chunkValues == 0)
        return hdf5Damaged("the parts of a dataset have no proper shape");
    if (*chunkValues > UINT32_MAX / type.bytes) // the format's own limit
        return hdf5Damaged("the parts of a dataset are too large");
    Hdf5Pipeline pipeline;
    if (const Hdf5Message* filters = header.find(Hdf5MessageType::Filters)) {
        const auto read = readPipeline(ByteReader(filters->data));
        if (!read || filters->isShared)
            return hdf5Damaged("the packing of a dataset is unreadable");
        pipeline = *read;
    }
    return ChunkReader(file, bytesLeft, type, pipeline, chunk, tensor).read(tree);
}

/// The bytes of values stored in one piece. Nothing: there is no such piece of that size.
std::optional<Bytes> onePiece(const Hdf5Bytes& file, LayoutClass kind, ByteReader layout, std::uint64_t bytes)
{
    if (kind == Compact) {
        const std::uint16_t size = layout.u16();
        const Bytes data = layout.take(size);
        return size == bytes && !layout.failed() ? std::optional(data) : std::nullopt;
    }
    const Hdf5Address address = layout.u64();
    const std::uint64_t size = layout.u64();
    if (layout.failed() || size != bytes)
        return std::nullopt;
    return file.range(address, bytes);
}

} // namespace

Result<Tensor> Hdf5File::dataset(Hdf5Address object, const std::string& name, TensorBudget& budget)
{
    const std::string quoted = "\"" + printable(name) + "\"";
    const Result<Hdf5Header> header = readObjectHeader(m_bytes, object);
    if (!header)
        return header.error();
    const Hdf5Message* typeMessage = header->find(Hdf5MessageType::Datatype);
    const Hdf5Message* spaceMessage = header->find(Hdf5MessageType::Dataspace);
    const Hdf5Message* layoutMessage = header->find(Hdf5MessageType::Layout);
    if (typeMessage == nullptr || spaceMessage == nullptr || layoutMessage == nullptr)
        return hdf5Damaged(quoted + " is not a dataset");
    const Hdf5Type type = readDatatype(ByteReader(typeMessage->data));
    if (typeMessage->isShared || type.kind != Hdf5Type::Kind::Number)
        return hdf5Unusual("a dataset that does not hold plain numbers, " + quoted);
    bool isNull = false;
    const auto shape = readDataspace(ByteReader(spaceMessage->data), isNull);
    if (spaceMessage->isShared || !shape || isNull)
        return hdf5Damaged("the dataset " + quoted + " has no proper shape");
    if (header->find(Hdf5MessageType::ExternalFiles) != nullptr)
        return hdf5Unusual("a dataset with values in another file, " + quoted);

    ByteReader layout(layoutMessage->data);
    const std::uint8_t version = layout.u8();
    const auto kind = static_cast<LayoutClass>(layout.u8());
    if (layout.failed() || layoutMessage->isShared || version != 3 || kind > Chunked)
        return hdf5Unusual("a dataset in an unusual arrangement, " + quoted);

    const Result<std::size_t> count = budget.take(name, *shape);
    if (!count)
        return count.error();
    Tensor tensor{*shape, {}};
    if (*count == 0)
        return tensor;
    const std::uint64_t bytes = *count * type.bytes;
    if (kind == Chunked) {
        if (bytes / MaxDeflate > m_bytes.size())
            return hdf5Damaged("the dataset " + quoted + " claims more values than the file can hold");
        tensor.values.resize(*count);
        if (Status read = readChunked(m_bytes, m_valueBytesLeft, *header, type, layout, tensor); !read)
            return std::move(read).error();
        return tensor;
    }
    const auto data = onePiece(m_bytes, kind, layout, bytes);
    if (!data)
        return hdf5Damaged("the dataset " + quoted + " does not hold as many values as its shape says");
    if (bytes > m_valueBytesLeft)
        return hdf5Damaged("one dataset stands under too many names, " + quoted);
    m_valueBytesLeft -= bytes;
    tensor.values.resize(*count);
    convert(type, *data, tensor.values);
    return tensor;
}

} // namespace halflens::detail
