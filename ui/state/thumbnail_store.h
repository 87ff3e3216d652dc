// SPDX-License-Identifier: BSD-3-Clause
// Small pictures of the opened images: made when somebody asks, and dropped when they were not looked at for long.
#pragma once

#include "core/engine/result_cache.h"
#include "ui/state/document.h"
#include "ui/state/engine_client.h"

#include <QImage>
#include <QObject>

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

namespace halflens {

/// GUI thread. Takes at most MaxBytes, about 300 pictures.
class ThumbnailStore final : public QObject {
    Q_OBJECT

public:
    static constexpr qint64 MaxBytes = 64LL << 20U;
    static constexpr std::size_t MaxPending = 48; ///< the oldest wishes of a long scroll are dropped

    /// Both outlive the store.
    ThumbnailStore(EngineClient& engine, ResultCache& cache, QObject* parent = nullptr);

    /// Null until it is there; changed() follows. A file that cannot be read has none.
    QImage thumbnail(const Document& document);
    /// The document was read: a picture of what the file was before goes, and one can be had now.
    void documentLoaded(std::uint64_t document, const LoadedImage& image);
    void forget(std::uint64_t document);

    qint64 bytes() const { return m_bytes; }

Q_SIGNALS:
    void changed(std::uint64_t document);

private:
    struct Entry {
        QImage image;
        std::string file; ///< LoadedImage::file
        bool isPending = true;
        std::list<std::uint64_t>::iterator place;
    };

    void submit(const Document& document, const CacheKey& key);
    void arrived(std::uint64_t document, const Outcome& outcome);
    void dropSurplus();

    EngineClient& m_engine;
    ResultCache& m_cache;
    std::unordered_map<std::uint64_t, Entry> m_entries;
    std::list<std::uint64_t> m_order; ///< looked at last, first
    std::size_t m_pending = 0;
    qint64 m_bytes = 0;
};

} // namespace halflens
