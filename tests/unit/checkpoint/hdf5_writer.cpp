// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/checkpoint/hdf5_writer.h"

#include <QtGlobal>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>

namespace halflens::test {

namespace {

void must(bool condition)
{
    if (!condition)
        qFatal("the HDF5 file of a test cannot be written");
}

hid_t stringType(NameKind kind, std::size_t length)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    const bool variable = kind == NameKind::VariableAscii || kind == NameKind::VariableUtf8;
    H5Tset_size(type, variable ? H5T_VARIABLE : length);
    H5Tset_strpad(type,
                  kind == NameKind::FixedNullPadded        ? H5T_STR_NULLPAD
                      : kind == NameKind::FixedSpacePadded ? H5T_STR_SPACEPAD
                                                           : H5T_STR_NULLTERM);
    H5Tset_cset(type, kind == NameKind::VariableUtf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII);
    return type;
}

} // namespace

Hdf5Writer::Hdf5Writer(const std::filesystem::path& path, bool latestFormat, hsize_t userBlock)
    : m_path(path)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (latestFormat)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_userblock(creation, userBlock);
    m_file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access);
    must(m_file >= 0);
    H5Pclose(creation);
    H5Pclose(access);
}

Hdf5Writer::~Hdf5Writer()
{
    H5Fclose(m_file);
}

void Hdf5Writer::group(const std::string& path)
{
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (!part.empty() && H5Lexists(m_file, part.c_str(), H5P_DEFAULT) <= 0) {
            const hid_t id = H5Gcreate2(m_file, part.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            must(id >= 0);
            H5Gclose(id);
        }
        if (end == std::string::npos)
            return;
    }
}

void Hdf5Writer::names(const std::string& path, const std::string& attribute, const std::vector<std::string>& values,
                       NameKind kind)
{
    if (values.empty())
        return numbers(path, attribute, {});
    std::size_t longest = 1;
    for (const std::string& value : values)
        longest = std::max(longest, value.size() + (kind == NameKind::FixedNullTerminated ? 1 : 0));
    const hid_t type = stringType(kind, longest);
    const hsize_t count = values.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t id = H5Acreate_by_name(m_file, path.empty() ? "/" : path.c_str(), attribute.c_str(), type, space,
                                       H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    must(id >= 0);
    if (H5Tis_variable_str(type) > 0) {
        std::vector<const char*> texts;
        for (const std::string& value : values)
            texts.push_back(value.c_str());
        must(H5Awrite(id, type, texts.data()) >= 0);
    } else {
        std::vector<char> texts(longest * values.size(), kind == NameKind::FixedSpacePadded ? ' ' : '\0');
        for (std::size_t i = 0; i < values.size(); ++i)
            std::memcpy(texts.data() + i * longest, values[i].data(), values[i].size());
        must(H5Awrite(id, type, texts.data()) >= 0);
    }
    H5Aclose(id);
    H5Sclose(space);
    H5Tclose(type);
}

void Hdf5Writer::scalarText(const std::string& path, const std::string& attribute, const std::string& value)
{
    const hid_t type = stringType(NameKind::VariableAscii, 0);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t id = H5Acreate_by_name(m_file, path.empty() ? "/" : path.c_str(), attribute.c_str(), type, space,
                                       H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const char* text = value.c_str();
    must(H5Awrite(id, type, static_cast<const void*>(&text)) >= 0);
    H5Aclose(id);
    H5Sclose(space);
    H5Tclose(type);
}

void Hdf5Writer::numbers(const std::string& path, const std::string& attribute, const std::vector<double>& values)
{
    const hsize_t count = values.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t id = H5Acreate_by_name(m_file, path.empty() ? "/" : path.c_str(), attribute.c_str(), H5T_IEEE_F64LE,
                                       space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    must(id >= 0);
    const double nothing = 0;
    must(H5Awrite(id, H5T_NATIVE_DOUBLE, values.empty() ? &nothing : values.data()) >= 0);
    H5Aclose(id);
    H5Sclose(space);
}

void Hdf5Writer::ramp(const std::string& path, const std::vector<hsize_t>& shape, double first, const Storage& storage)
{
    if (const std::size_t slash = path.rfind('/'); slash != std::string::npos)
        group(path.substr(0, slash));
    // Without an upper limit of the extents, chunks may be larger than the dataset.
    const std::vector<hsize_t> unlimited(shape.size(), H5S_UNLIMITED);
    const hid_t space = shape.empty() ? H5Screate(H5S_SCALAR)
                                      : H5Screate_simple(static_cast<int>(shape.size()), shape.data(),
                                                         storage.chunk.empty() ? nullptr : unlimited.data());
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (storage.chunked || storage.packed || storage.checked) {
        std::vector<hsize_t> chunk(shape.size());
        std::transform(shape.begin(), shape.end(), chunk.begin(), [](hsize_t n) { return (n + 1) / 2; });
        if (!storage.chunk.empty())
            chunk = storage.chunk;
        H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    }
    if (storage.checked)
        H5Pset_fletcher32(creation);
    if (storage.packed) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, 6);
        H5Pset_fletcher32(creation);
    }
    if (storage.compact)
        H5Pset_layout(creation, H5D_COMPACT);
    if (storage.external)
        H5Pset_external(creation, (m_path.parent_path() / "values.bin").c_str(), 0, H5F_UNLIMITED);
    const hid_t id = H5Dcreate2(m_file, path.c_str(), storage.type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    must(id >= 0);
    const hsize_t count =
        std::accumulate(shape.begin(), shape.end(), hsize_t(1), [](hsize_t a, hsize_t b) { return a * b; });
    std::vector<double> values(std::max<hsize_t>(count, 1));
    std::iota(values.begin(), values.end(), first);
    must(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    H5Dclose(id);
    H5Pclose(creation);
    H5Sclose(space);
}

void Hdf5Writer::hardLink(const std::string& path, const std::string& target)
{
    must(H5Lcreate_hard(m_file, target.c_str(), m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

void Hdf5Writer::softLink(const std::string& path, const std::string& target)
{
    must(H5Lcreate_soft(target.c_str(), m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

void Hdf5Writer::externalLink(const std::string& path, const std::string& file, const std::string& target)
{
    must(H5Lcreate_external(file.c_str(), target.c_str(), m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

void Hdf5Writer::sampleModel(const std::string& at, NameKind kind, const std::string& version, const Storage& storage)
{
    const std::string prefix = at.empty() ? "" : at + "/";
    group(at);
    scalarText(at, "backend", "tensorflow");
    scalarText(at, "keras_version", version);
    // Neither alphabetical nor in the order the groups are made: only the attribute tells the order.
    names(at, "layer_names", {"input_1", "z_conv", "a_block"}, kind);
    group(prefix + "a_block");
    names(prefix + "a_block", "weight_names",
          {"a_block/inner/dense/kernel:0", "a_block/inner/dense/bias:0", "pos_emb:0"}, kind);
    ramp(prefix + "a_block/a_block/inner/dense/kernel:0", {3, 2}, 100, storage);
    ramp(prefix + "a_block/a_block/inner/dense/bias:0", {2}, 200, storage);
    ramp(prefix + "a_block/pos_emb:0", {1, 5, 2}, 300, storage);
    group(prefix + "input_1");
    names(prefix + "input_1", "weight_names", {}, kind);
    group(prefix + "z_conv");
    names(prefix + "z_conv", "weight_names", {"z_conv/kernel:0", "z_conv/bias:0"}, kind);
    ramp(prefix + "z_conv/z_conv/kernel:0", {3, 3, 1, 4}, 0, storage);
    ramp(prefix + "z_conv/z_conv/bias:0", {4}, 50, storage);
}

std::vector<std::uint8_t> bytesOf(const std::filesystem::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    return {bytes.begin(), bytes.end()};
}

} // namespace halflens::test
