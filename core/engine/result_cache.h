// SPDX-License-Identifier: BSD-3-Clause
// Results kept for later, bounded by their bytes, the least recently used leaving first.
#pragma once

#include "core/engine/artifact.h"
#include "core/engine/request.h"

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace halflens {

/// Everything a result depends on: two equal keys mean byte-identical results.
struct CacheKey {
    std::string content; ///< Image::contentHash, or what stands for a file before it is read
    Stage stage = Stage::Decode;
    std::string parameters; ///< the parameter struct in words; empty when there is none
    std::string model; ///< its id and its weights; empty where no model takes part
    // The check takes the zero that comparisons are rewritten with for a pointer.
    auto operator<=>(const CacheKey&) const = default; // NOLINT(modernize-use-nullptr)
};

/// Thread-safe. Values are shared and immutable: an evicted one lives on while somebody holds it.
class ResultCache {
public:
    explicit ResultCache(std::uint64_t maxBytes)
        : m_maxBytes(maxBytes)
    { }

    /// The value, now the most recently used; null when absent or of another type.
    template<class T> std::shared_ptr<const T> find(const CacheKey& key) { return lookUp(key).as<T>(); }

    /// Stores a value that takes about `bytes`, replacing an older one. One that is larger than
    /// the whole cache is not kept.
    void insert(const CacheKey& key, Artifact value, std::uint64_t bytes);

    void clear();
    void setMaxBytes(std::uint64_t maxBytes);
    std::uint64_t bytes() const;
    std::size_t count() const;

private:
    struct Entry {
        CacheKey key;
        Artifact value;
        std::uint64_t bytes = 0;
    };

    Artifact lookUp(const CacheKey& key);
    void evictLocked();

    mutable std::mutex m_mutex;
    std::uint64_t m_maxBytes;
    std::uint64_t m_bytes = 0;
    std::list<Entry> m_entries; ///< most recently used first
    std::map<CacheKey, std::list<Entry>::iterator> m_index;
};

} // namespace halflens
