// SPDX-License-Identifier: BSD-3-Clause
// Rows of mask tables on disk, so that hours of forward passes survive a kill and are never done twice.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/image/model_input.h"
#include "core/predictor/model_types.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace halflens {

/// What the rows of one table depend on: image, weights, fill, grid, and how the image was fed.
/// Empty when the image or the weights have no hash: such a table is not kept.
std::string tableKey(const std::string& imageHash, const ModelInfo& model, const ModelInput& input, Fill fill);

/// The same for exchanges of pixels between two images (spec measures 12), the first of them fed as `input`.
std::string exchangeKey(const std::string& imageA, const std::string& imageB, const ModelInfo& model,
                        const ModelInput& input);

/// One table in the cache. Writes are gathered and reach the disk within about a second of the next
/// call, so that a kill loses seconds of work. One thread at a time.
class CachedRows {
public:
    virtual ~CachedRows() = default;
    /// Calls found(mask, output) for each row there; damaged rows are left out.
    virtual void load(int outputs, const std::function<void(BlockMask, std::span<const float>)>& found) = 0;
    virtual void save(BlockMask mask, std::span<const float> output) = 0;
    virtual void flush() = 0; ///< also on destruction
};

/// A SQLite file in write-ahead mode; several processes may use it at once. Nothing here fails: a cache
/// that cannot be read is set aside and begun anew, one that cannot be written is done without.
/// Thread-safe but for the rows it hands out.
class TableCache {
public:
    static constexpr std::uint64_t DefaultMaxBytes = 256'000'000;

    /// HalfLens' folder in the user's cache folder; empty when there is none.
    static std::filesystem::path defaultFile();

    explicit TableCache(std::filesystem::path file = defaultFile(), std::uint64_t maxBytes = DefaultMaxBytes);
    ~TableCache();
    TableCache(const TableCache&) = delete;
    TableCache& operator=(const TableCache&) = delete;

    /// The table of `key`, now the most recently used; the longest unused ones are dropped while the
    /// file is too large. Null: no key, or the cache cannot be used; problem() says why. Must not
    /// outlive the cache.
    std::unique_ptr<CachedRows> open(const std::string& key);

    /// Why the cache does less than it should; empty when all is well.
    std::string problem() const;

private:
    class Database;
    std::unique_ptr<Database> m_database;
};

} // namespace halflens
