// SPDX-License-Identifier: BSD-3-Clause
// Assembles pickles, legacy PyTorch files and zip archives byte by byte for the tests.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace halflens::test {

using ByteVector = std::vector<std::uint8_t>;

template<class T> void append(ByteVector& bytes, T value)
{
    const auto* first = reinterpret_cast<const std::uint8_t*>(&value);
    bytes.insert(bytes.end(), first, first + sizeof(T));
}

ByteVector operator+(ByteVector left, const ByteVector& right);
ByteVector bytesOfText(const std::string& text);
/// The values one after the other, little-endian.
template<class T> ByteVector rawValues(const std::vector<T>& values)
{
    ByteVector bytes;
    for (const T value : values)
        append(bytes, value);
    return bytes;
}

/// A stream of pickle instructions; finish() adds the STOP.
class Pickle {
public:
    explicit Pickle(int protocol = 2);
    Pickle& op(int opcode);
    Pickle& raw(const ByteVector& bytes);
    Pickle& text(const std::string& text);
    Pickle& integer(std::int64_t value);
    Pickle& global(const std::string& module, const std::string& name);
    Pickle& tuple(const std::vector<std::int64_t>& values);
    /// The persistent identifier of a storage.
    Pickle& storage(const std::string& type, const std::string& key, std::int64_t count,
                    const std::string& device = "cpu");
    /// A whole tensor on a storage of its own.
    Pickle& tensor(const std::string& type, const std::string& key, std::int64_t count, std::int64_t offset,
                   const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides);
    ByteVector finish() const;

private:
    ByteVector m_bytes;
};

struct LegacyStorage {
    std::string key;
    std::int64_t count;
    ByteVector bytes;
};

/// Magic number, protocol, machine, the object pickle, keys, storages.
ByteVector legacyFile(const ByteVector& object, const std::vector<LegacyStorage>& storages, bool littleEndian = true);

struct ZipMember {
    std::string name;
    ByteVector bytes;
    bool deflated = false;
    bool wrongChecksum = false;
};

/// `wide`: with 64-bit fields for everything, as PyTorch writes them.
ByteVector zipFile(const std::vector<ZipMember>& members, bool wide = false);

} // namespace halflens::test
