// SPDX-License-Identifier: BSD-3-Clause
// Reads groups, names and numbers of HDF5 weight files. Private to core/checkpoint.
//
// Own code rather than the HDF5 library: the library trusts what a file says about itself, and
// release 1.10 follows a single altered byte (the index of a variable-length string) out of its
// memory. This reader knows the classic format only, which is what h5py writes for Keras by default,
// and checks every position. The tests write their files with the library.
#pragma once

#include "core/checkpoint/hdf5_format.h"

#include <map>
#include <unordered_map>

namespace halflens::detail {

class Hdf5File {
public:
    /// `bytes` from the signature on, without the `userBlock` bytes before it; they must outlive the object.
    static Result<Hdf5File> open(std::span<const std::uint8_t> bytes, std::uint64_t userBlock = 0);

    Hdf5Address root() const { return m_root; }

    /// Header of the object at a path below `group`; "/" parts the names. Nothing: no such object.
    /// Links by name are refused: they can lead out of the file.
    Result<std::optional<Hdf5Address>> find(Hdf5Address group, std::string_view path);

    /// Strings of a scalar or one-dimensional attribute, fixed or variable length; an empty array of
    /// any type is an empty list. Nothing: no such attribute.
    Result<std::optional<std::vector<std::string>>> strings(Hdf5Address object, const std::string& attribute);

    /// Values of a dataset as float32.
    Result<Tensor> dataset(Hdf5Address object, const std::string& name, TensorBudget& budget);

private:
    struct Link {
        Hdf5Address header = 0;
        bool isSymbolic = false;
    };
    using Group = std::unordered_map<std::string_view, Link>;
    using HeapObjects = std::map<std::uint32_t, std::span<const std::uint8_t>>;

    explicit Hdf5File(std::span<const std::uint8_t> bytes)
        : m_bytes(bytes)
        , m_valueBytesLeft(4 * static_cast<std::uint64_t>(bytes.size())) // a weight may have several names
    { }
    /// Nothing: the object is no group.
    Result<const Group*> group(Hdf5Address header);
    Status readGroupNode(Hdf5Address node, int level, std::span<const std::uint8_t> names, Group& group);
    Status readSymbols(Hdf5Address node, std::span<const std::uint8_t> names, Group& group);
    Result<const HeapObjects*> heap(Hdf5Address collection);
    Result<std::string> variableString(std::span<const std::uint8_t> reference);

    Hdf5Bytes m_bytes;
    std::uint64_t m_valueBytesLeft; ///< stored bytes that may still be read as values
    Hdf5Address m_root = 0;
    std::map<Hdf5Address, Group> m_groups;
    std::map<Hdf5Address, HeapObjects> m_heaps;
};

} // namespace halflens::detail
