// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/result_cache.h"

#include <utility>

namespace halflens {

Artifact ResultCache::lookUp(const CacheKey& key)
{
    const std::scoped_lock lock(m_mutex);
    const auto it = m_index.find(key);
    if (it == m_index.end())
        return {};
    m_entries.splice(m_entries.begin(), m_entries, it->second);
    return it->second->value;
}

void ResultCache::insert(const CacheKey& key, Artifact value, std::uint64_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    if (const auto it = m_index.find(key); it != m_index.end()) {
        m_bytes -= it->second->bytes;
        m_entries.erase(it->second);
        m_index.erase(it);
    }
    if (bytes > m_maxBytes)
        return;
    m_entries.push_front({key, std::move(value), bytes});
    m_index[key] = m_entries.begin();
    m_bytes += bytes;
    evictLocked();
}

void ResultCache::evictLocked()
{
    while (m_bytes > m_maxBytes) {
        m_bytes -= m_entries.back().bytes;
        m_index.erase(m_entries.back().key);
        m_entries.pop_back();
    }
}

void ResultCache::clear()
{
    const std::scoped_lock lock(m_mutex);
    m_index.clear();
    m_entries.clear();
    m_bytes = 0;
}

void ResultCache::setMaxBytes(std::uint64_t maxBytes)
{
    const std::scoped_lock lock(m_mutex);
    m_maxBytes = maxBytes;
    evictLocked();
}

std::uint64_t ResultCache::bytes() const
{
    const std::scoped_lock lock(m_mutex);
    return m_bytes;
}

std::size_t ResultCache::count() const
{
    const std::scoped_lock lock(m_mutex);
    return m_entries.size();
}

} // namespace halflens
