// SPDX-License-Identifier: BSD-3-Clause
// Records of the classic HDF5 file format (the "HDF5 File Format Specification", version 1.1):
// superblock 0 and 1, object headers of version 1, data types, data spaces. Private to core/checkpoint.
#pragma once

#include "core/checkpoint/byte_reader.h"
#include "core/checkpoint/reader_support.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace halflens::detail {

/// Position of a record in the file.
using Hdf5Address = std::uint64_t;

enum class Hdf5MessageType : std::uint16_t {
    Dataspace = 0x01,
    LinkInfo = 0x02,
    Datatype = 0x03,
    Link = 0x06,
    ExternalFiles = 0x07,
    Layout = 0x08,
    Filters = 0x0b,
    Attribute = 0x0c,
    Continuation = 0x10,
    SymbolTable = 0x11,
};

struct Hdf5Message {
    Hdf5MessageType type;
    bool isShared; ///< the data tell where else in the file the message lies
    std::span<const std::uint8_t> data;
};

struct Hdf5Header {
    std::vector<Hdf5Message> messages;
    const Hdf5Message* find(Hdf5MessageType type) const;
};

/// A number or string type; everything else is `Other`.
struct Hdf5Type {
    enum class Kind { Number, FixedString, VariableString, Other };
    Kind kind = Kind::Other;
    std::uint32_t bytes = 0;
    ElementType element = ElementType::Float32; ///< of a Number
    bool isBigEndian = false; ///< of a Number
    bool isSpacePadded = false; ///< of a FixedString
};

struct Hdf5Attribute {
    std::string_view name;
    Hdf5Type type;
    Shape shape;
    bool isNull = false; ///< a data space without any element
    std::span<const std::uint8_t> data;
};

struct Hdf5Superblock {
    Hdf5Address rootHeader = 0;
    Hdf5Address endOfFile = 0;
};

/// The bytes of a file, with a limit on how much of its structure is looked at: records may refer
/// to each other in circles, or to one record many times.
class Hdf5Bytes {
public:
    explicit Hdf5Bytes(std::span<const std::uint8_t> bytes)
        : m_bytes(bytes)
    { }
    std::size_t size() const { return m_bytes.size(); }
    /// From `address` to the end of the file; nothing when beyond.
    std::span<const std::uint8_t> from(Hdf5Address address) const;
    /// Exactly `count` bytes at `address`, or nothing.
    std::optional<std::span<const std::uint8_t>> range(Hdf5Address address, std::uint64_t count) const;
    /// False once the structure has become too large for a file of weights.
    bool spend(std::uint64_t units);

private:
    std::span<const std::uint8_t> m_bytes;
    std::uint64_t m_budget = 100'000'000;
};

Error hdf5Damaged(const std::string& what);
Error hdf5Unusual(const std::string& what);

/// Addresses count from the end of the user block, which is where `file` begins.
Result<Hdf5Superblock> readSuperblock(const Hdf5Bytes& file, std::uint64_t userBlock);
Result<Hdf5Header> readObjectHeader(Hdf5Bytes& file, Hdf5Address address);
Hdf5Type readDatatype(ByteReader data);
/// Nothing: damaged. A null data space sets `isNull`.
std::optional<Shape> readDataspace(ByteReader data, bool& isNull);
/// Nothing: damaged, or of a form weight files do not have.
std::optional<Hdf5Attribute> readAttribute(const Hdf5Message& message);

} // namespace halflens::detail
