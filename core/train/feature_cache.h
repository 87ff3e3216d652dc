// SPDX-License-Identifier: BSD-3-Clause
// Maps of the frozen part of a network on disk: one record of float16 values a photo, read through memory mapping.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace halflens::train {

enum class RecordState : std::uint8_t {
    Missing = 0,
    Upright = 1, ///< maps of the input as the recipe sizes it
    Turned = 2, ///< maps of the input with width and height swapped
    Broken = 3 ///< the photo cannot be read
};

/// One file KEY.f16 of `records` records, holes where nothing was written, and KEY.state beside it, one byte a
/// record, which is written after the record: a killed run goes on where it stopped.
class FeatureCache {
public:
    /// Opens or makes the files. `values` float16 values a record. Io: folder not writable, disk full.
    static Result<std::unique_ptr<FeatureCache>> open(const std::filesystem::path& folder, const std::string& key,
                                                      std::size_t records, std::size_t values);
    ~FeatureCache();
    FeatureCache(const FeatureCache&) = delete;
    FeatureCache& operator=(const FeatureCache&) = delete;

    RecordState state(std::size_t record) const;
    /// The values; meaningful for Upright and Turned. Any thread.
    std::span<const std::uint16_t> values(std::size_t record) const;
    /// Writes a record and then its state. `values` is empty for Broken. Io: disk full.
    Status write(std::size_t record, RecordState state, std::span<const std::uint16_t> values);

private:
    struct Private;
    explicit FeatureCache(std::unique_ptr<Private> d);
    std::unique_ptr<Private> m_d;
};

} // namespace halflens::train
