// SPDX-License-Identifier: BSD-3-Clause
// Writes small HDF5 files for the tests of the Keras reader, in the forms Keras has used.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace halflens::test {

enum class NameKind { FixedNullPadded, FixedNullTerminated, FixedSpacePadded, VariableAscii, VariableUtf8 };

/// How a dataset is stored.
struct Storage {
    hid_t type = H5T_IEEE_F32LE;
    bool chunked = false;
    bool packed = false; ///< deflate, shuffle and checksum; implies chunked
    bool compact = false;
    bool checked = false; ///< a checksum alone; implies chunked
    bool external = false; ///< values in another file
    std::vector<hsize_t> chunk = {}; ///< half the extents when empty
};

/// An HDF5 file under construction; every call asserts success.
class Hdf5Writer {
public:
    explicit Hdf5Writer(const std::filesystem::path& path, bool latestFormat = false, hsize_t userBlock = 0);
    ~Hdf5Writer();
    Hdf5Writer(const Hdf5Writer&) = delete;
    Hdf5Writer& operator=(const Hdf5Writer&) = delete;

    /// Creates the group and those above it. "" is the root.
    void group(const std::string& path);
    /// String array attribute of the object at `path`; an empty list becomes an empty float64 array.
    void names(const std::string& path, const std::string& attribute, const std::vector<std::string>& values,
               NameKind kind);
    void scalarText(const std::string& path, const std::string& attribute, const std::string& value);
    void numbers(const std::string& path, const std::string& attribute, const std::vector<double>& values);
    /// Values first, first + 1, ... in row-major order. Groups on the way are created.
    void ramp(const std::string& path, const std::vector<hsize_t>& shape, double first, const Storage& storage = {});
    void hardLink(const std::string& path, const std::string& target);
    void softLink(const std::string& path, const std::string& target);
    void externalLink(const std::string& path, const std::string& file, const std::string& target);

    /// Weights-only file of two layers with weights and one without, as Keras lays them out.
    void sampleModel(const std::string& at, NameKind kind, const std::string& version, const Storage& storage = {});

private:
    hid_t m_file;
    std::filesystem::path m_path;
};

std::vector<std::uint8_t> bytesOf(const std::filesystem::path& path);

} // namespace halflens::test
