// SPDX-License-Identifier: BSD-3-Clause
// The few HDF5 operations that a weight file needs, on a file held in memory. Private to
// core/checkpoint. The serial HDF5 library has one global state: hold hdf5Mutex() around all use.
#pragma once

#include "core/checkpoint/reader_support.h"

#include <hdf5.h>

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace halflens::detail {

std::mutex& hdf5Mutex();

/// Owns an HDF5 identifier.
class Hdf5Id {
public:
    using Close = herr_t (*)(hid_t);
    Hdf5Id() = default;
    Hdf5Id(hid_t id, Close close)
        : m_id(id)
        , m_close(close)
    { }
    Hdf5Id(Hdf5Id&& other) noexcept
        : m_id(std::exchange(other.m_id, H5I_INVALID_HID))
        , m_close(other.m_close)
    { }
    Hdf5Id& operator=(Hdf5Id&& other) noexcept
    {
        std::swap(m_id, other.m_id);
        std::swap(m_close, other.m_close);
        return *this;
    }
    ~Hdf5Id()
    {
        if (m_id >= 0)
            m_close(m_id);
    }
    explicit operator bool() const { return m_id >= 0; }
    hid_t get() const { return m_id; }

private:
    hid_t m_id = H5I_INVALID_HID;
    Close m_close = nullptr;
};

class Hdf5File {
public:
    /// `bytes` must outlive the object; they are used in place and never changed.
    static Result<Hdf5File> open(std::span<const std::uint8_t> bytes);

    /// The root group.
    Result<Hdf5Id> root() const;

    /// Opens the group or dataset at a path of hard links below `group`. Refuses soft and external
    /// links, which can lead out of the file. Nothing: there is no such link.
    Result<std::optional<Hdf5Id>> find(const Hdf5Id& group, const std::string& path) const;

    /// Strings of a scalar or one-dimensional attribute, fixed or variable length; an empty array of
    /// any type is an empty list. Nothing: no such attribute.
    Result<std::optional<std::vector<std::string>>> strings(const Hdf5Id& object, const std::string& attribute) const;

    /// Values of a dataset as float32.
    Result<Tensor> dataset(const Hdf5Id& object, const std::string& name, TensorBudget& budget) const;

private:
    Hdf5Id m_file;
    std::uint64_t m_bytes = 0;
};

} // namespace halflens::detail
