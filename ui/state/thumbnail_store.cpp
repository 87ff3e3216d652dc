// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/thumbnail_store.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <vector>

namespace halflens {

ThumbnailStore::ThumbnailStore(EngineClient& engine, ResultCache& cache, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_cache(cache)
{ }

QImage ThumbnailStore::thumbnail(const Document& document)
{
    const auto known = m_entries.find(document.id());
    if (known != m_entries.end()) {
        m_order.splice(m_order.begin(), m_order, known->second.place);
        return known->second.image;
    }
    if (document.path().isEmpty() && !document.loaded())
        return {}; // pasted, and on its way
    const CacheKey key = document.path().isEmpty() ? CacheKey() : fileKey(document.path());
    m_order.push_front(document.id());
    m_entries[document.id()] = {{}, key.content, true, m_order.begin()};
    ++m_pending;
    submit(document, key);
    dropSurplus();
    return {};
}

void ThumbnailStore::submit(const Document& document, const CacheKey& key)
{
    m_engine.submit({{document.id(), Stage::Thumbnail},
                     Lane::Prefetch,
                     {},
                     [path = toPath(document.path()), key, loaded = document.loaded(), &cache = m_cache](
                         const JobContext& context) { return thumbnailJob(path, key, loaded, cache, context); }},
                    {[this, id = document.id()](const Outcome& outcome) { arrived(id, outcome); }, {}});
}

void ThumbnailStore::arrived(std::uint64_t document, const Outcome& outcome)
{
    const auto it = m_entries.find(document);
    if (it == m_entries.end())
        return;
    it->second.isPending = false;
    --m_pending;
    if (!outcome)
        return; // a file that cannot be read says so when it is opened
    it->second.image = *outcome->as<QImage>();
    m_bytes += it->second.image.sizeInBytes();
    dropSurplus();
    Q_EMIT changed(document);
}

/// What was looked at longest ago goes first; what is dropped is made again when it is looked at.
void ThumbnailStore::dropSurplus()
{
    while (m_bytes > MaxBytes && m_order.size() > 1)
        forget(m_order.back());
    std::vector<std::uint64_t> surplus;
    for (auto it = m_order.rbegin(); it != m_order.rend() && m_pending > MaxPending + surplus.size(); ++it) {
        if (m_entries.at(*it).isPending)
            surplus.push_back(*it);
    }
    for (const std::uint64_t document : surplus)
        forget(document);
}

void ThumbnailStore::forget(std::uint64_t document)
{
    const auto it = m_entries.find(document);
    if (it == m_entries.end())
        return;
    if (it->second.isPending) {
        m_engine.cancel({document, Stage::Thumbnail});
        --m_pending;
    }
    m_bytes -= it->second.image.sizeInBytes();
    m_order.erase(it->second.place);
    m_entries.erase(it);
}

void ThumbnailStore::documentLoaded(std::uint64_t document, const LoadedImage& image)
{
    const auto it = m_entries.find(document);
    if (it != m_entries.end() && it->second.file == image.file)
        return;
    forget(document);
    Q_EMIT changed(document);
}

} // namespace halflens
