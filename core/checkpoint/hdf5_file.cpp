// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/hdf5_file.h"

#include <hdf5_hl.h>

#include <array>

namespace halflens::detail {

namespace {

constexpr int MaxRank = 16;
/// Deflate makes data at most this many times smaller.
constexpr std::uint64_t MaxCompression = 1040;
constexpr std::uint64_t MaxChunkBytes = 256'000'000;
constexpr std::size_t MaxStrings = 100'000;

const char* const KeepStandard = "save the weights again with Keras, with its standard settings";

/// Text of a fixed-length string: up to the first null, or without the spaces it is padded with.
std::string fixedString(const char* text, std::size_t size, H5T_str_t padding)
{
    std::string_view view(text, size);
    view = view.substr(0, view.find('\0'));
    if (padding == H5T_STR_SPACEPAD)
        view = view.substr(0, view.find_last_not_of(' ') + 1);
    return std::string(view);
}

/// Types whose conversion to float32 is wanted; the library could convert stranger ones.
bool isPlainNumber(const Hdf5Id& type)
{
    const std::array accepted{H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_STD_I8LE,
                              H5T_STD_U8LE,   H5T_STD_I16LE,  H5T_STD_I32LE,  H5T_STD_I64LE};
    return std::any_of(accepted.begin(), accepted.end(), [&](hid_t known) { return H5Tequal(type.get(), known) > 0; });
}

Status checkFilters(const Hdf5Id& creation, const std::string& quoted)
{
    const int filters = H5Pget_nfilters(creation.get());
    for (int i = 0; i < filters; ++i) {
        unsigned flags = 0;
        std::size_t parameters = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(creation.get(), static_cast<unsigned>(i), &flags, &parameters, nullptr, 0, nullptr, nullptr);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
            return unsupported("the dataset " + quoted + " is packed with a filter that is not deflate", KeepStandard);
    }
    return filters < 0 ? Status(damaged("the dataset " + quoted + " has unreadable filters")) : Status();
}

/// Checks where and how the values are stored, before the library reads them.
Status checkStorage(const Hdf5Id& dataset, std::uint64_t bytes, std::uint64_t fileBytes, const std::string& quoted)
{
    const Hdf5Id creation(H5Dget_create_plist(dataset.get()), H5Pclose);
    if (!creation)
        return damaged("the dataset " + quoted + " has unreadable properties");
    if (Status filters = checkFilters(creation, quoted); !filters)
        return filters;
    const H5D_layout_t layout = H5Pget_layout(creation.get());
    const std::uint64_t stored = H5Dget_storage_size(dataset.get());
    const Error lying = damaged("the dataset " + quoted + " does not hold as many values as its shape says");
    if (stored > fileBytes)
        return lying;
    if (layout == H5D_CHUNKED) {
        std::array<hsize_t, MaxRank> chunk{};
        const int rank = H5Pget_chunk(creation.get(), MaxRank, chunk.data());
        std::uint64_t chunkBytes = 8;
        for (int i = 0; i < rank; ++i) {
            if (__builtin_mul_overflow(chunkBytes, chunk[static_cast<std::size_t>(i)], &chunkBytes)
                || chunkBytes > MaxChunkBytes)
                return unsupported("the dataset " + quoted + " is stored in pieces that are too large", KeepStandard);
        }
        return rank < 0 || bytes / MaxCompression > stored ? Status(lying) : Status();
    }
    if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT)
        return unsupported("the dataset " + quoted + " takes its values from elsewhere", KeepStandard);
    if (layout == H5D_CONTIGUOUS && H5Pget_external_count(creation.get()) != 0)
        return unsupported("the dataset " + quoted + " takes its values from another file", KeepStandard);
    return stored != bytes ? Status(lying) : Status();
}

} // namespace

std::mutex& hdf5Mutex()
{
    static std::mutex mutex;
    return mutex;
}

Result<Hdf5File> Hdf5File::open(std::span<const std::uint8_t> bytes)
{
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); // it would print to the terminal
    H5PLset_loading_state(0); // filters are never loaded from disk
    Hdf5File file;
    file.m_bytes = bytes.size();
    // Opened read-only and not released: the library leaves the buffer as it is.
    void* image = const_cast<std::uint8_t*>(bytes.data());
    file.m_file = Hdf5Id(
        H5LTopen_file_image(image, bytes.size(), H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE), H5Fclose);
    if (!file.m_file)
        return damaged("the HDF5 file cannot be opened");
    return file;
}

Result<Hdf5Id> Hdf5File::root() const
{
    Hdf5Id root(H5Gopen2(m_file.get(), "/", H5P_DEFAULT), H5Gclose);
    if (!root)
        return damaged("the root of the HDF5 file cannot be read");
    return root;
}

Result<std::optional<Hdf5Id>> Hdf5File::find(const Hdf5Id& group, const std::string& path) const
{
    Hdf5Id current;
    hid_t from = group.get();
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string part = path.substr(begin, end - begin);
        begin = end + 1;
        if (part.empty() || part == ".")
            continue;
        if (H5Iget_type(from) != H5I_GROUP)
            return std::optional<Hdf5Id>();
        H5L_info_t info;
        if (H5Lexists(from, part.c_str(), H5P_DEFAULT) <= 0 || H5Lget_info(from, part.c_str(), &info, H5P_DEFAULT) < 0)
            return std::optional<Hdf5Id>();
        if (info.type != H5L_TYPE_HARD)
            return unsupported("\"" + printable(path) + "\" is a link, perhaps out of the file", KeepStandard);
        Hdf5Id next(H5Oopen(from, part.c_str(), H5P_DEFAULT), H5Oclose);
        if (!next)
            return damaged("the HDF5 object \"" + printable(path) + "\" cannot be opened");
        current = std::move(next);
        from = current.get();
    }
    return current ? std::optional(std::move(current)) : std::nullopt;
}

Result<std::optional<std::vector<std::string>>> Hdf5File::strings(const Hdf5Id& object,
                                                                  const std::string& attribute) const
{
    const Error unreadable = damaged("the attribute \"" + printable(attribute) + "\" cannot be read");
    const htri_t exists = H5Aexists(object.get(), attribute.c_str());
    if (exists < 0)
        return unreadable;
    if (exists == 0)
        return std::optional<std::vector<std::string>>();
    const Hdf5Id opened(H5Aopen(object.get(), attribute.c_str(), H5P_DEFAULT), H5Aclose);
    const Hdf5Id type(opened ? H5Aget_type(opened.get()) : H5I_INVALID_HID, H5Tclose);
    const Hdf5Id space(opened ? H5Aget_space(opened.get()) : H5I_INVALID_HID, H5Sclose);
    if (!type || !space)
        return unreadable;
    const hssize_t points = H5Sget_simple_extent_npoints(space.get());
    if (points < 0)
        return unreadable;
    // A layer without weights has an empty array of float64 here, whatever the others have.
    if (points == 0)
        return std::optional(std::vector<std::string>());
    const auto count = static_cast<std::size_t>(points);
    if (H5Tget_class(type.get()) != H5T_STRING || H5Sget_simple_extent_ndims(space.get()) > 1 || count > MaxStrings)
        return damaged("the attribute \"" + printable(attribute) + "\" is not a list of names");

    std::vector<std::string> result;
    result.reserve(count);
    if (H5Tis_variable_str(type.get()) > 0) {
        const Hdf5Id memory(H5Tcopy(H5T_C_S1), H5Tclose);
        H5Tset_size(memory.get(), H5T_VARIABLE);
        H5Tset_cset(memory.get(), H5Tget_cset(type.get()));
        std::vector<char*> texts(count, nullptr);
        if (H5Aread(opened.get(), memory.get(), texts.data()) < 0)
            return unreadable;
        for (const char* text : texts)
            result.emplace_back(text == nullptr ? "" : text);
        H5Dvlen_reclaim(memory.get(), space.get(), H5P_DEFAULT, texts.data());
        return std::optional(std::move(result));
    }
    const std::size_t size = H5Tget_size(type.get());
    if (size == 0 || size > m_bytes / count)
        return unreadable;
    std::vector<char> texts(count * size);
    if (H5Aread(opened.get(), type.get(), texts.data()) < 0)
        return unreadable;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(fixedString(texts.data() + i * size, size, H5Tget_strpad(type.get())));
    return std::optional(std::move(result));
}

Result<Tensor> Hdf5File::dataset(const Hdf5Id& object, const std::string& name, TensorBudget& budget) const
{
    const std::string quoted = "\"" + printable(name) + "\"";
    if (H5Iget_type(object.get()) != H5I_DATASET)
        return damaged(quoted + " is not a dataset");
    const Hdf5Id type(H5Dget_type(object.get()), H5Tclose);
    const Hdf5Id space(H5Dget_space(object.get()), H5Sclose);
    if (!type || !space)
        return damaged("the dataset " + quoted + " cannot be read");
    if (!isPlainNumber(type))
        return unsupported("the dataset " + quoted + " does not hold plain numbers", KeepStandard);
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (H5Sget_simple_extent_type(space.get()) == H5S_NULL || rank < 0 || rank > MaxRank)
        return damaged("the dataset " + quoted + " has no proper shape");
    std::array<hsize_t, MaxRank> extents{};
    H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
    Tensor tensor;
    for (int i = 0; i < rank; ++i) // a value beyond int64 turns negative and is refused below
        tensor.shape.push_back(static_cast<std::int64_t>(extents[static_cast<std::size_t>(i)]));
    const Result<std::size_t> count = budget.take(name, tensor.shape);
    if (!count)
        return count.error();
    if (*count == 0)
        return tensor;
    if (Status stored = checkStorage(object, *count * H5Tget_size(type.get()), m_bytes, quoted); !stored)
        return std::move(stored).error();
    tensor.values.resize(*count);
    if (H5Dread(object.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.values.data()) < 0)
        return damaged("the values of the dataset " + quoted + " cannot be read");
    return tensor;
}

} // namespace halflens::detail
