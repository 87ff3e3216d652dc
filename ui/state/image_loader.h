// SPDX-License-Identifier: BSD-3-Clause
// From files and pasted pixels to images, in the background; what was read is kept as long as there is room.
#pragma once

#include "core/engine/result_cache.h"
#include "ui/state/document.h"
#include "ui/state/engine_client.h"

#include <QImage>
#include <QObject>
#include <QSet>

#include <cstdint>
#include <memory>

namespace halflens {

/// GUI thread.
class ImageLoader final : public QObject {
    Q_OBJECT

public:
    /// Both outlive the loader.
    ImageLoader(EngineClient& engine, ResultCache& cache, QObject* parent = nullptr);

    /// What is in use or in the cache, unless the file has changed since it was read. Null: has to be loaded.
    std::shared_ptr<const LoadedImage> find(const Document& document) const;

    /// Ends in loaded() or failed(), unless cancelled. The document has a file.
    void load(const Document& document, Lane lane);
    /// The same from pixels.
    void convert(const Document& document, const QImage& image);
    void cancel(const Document& document);
    /// From now on what there is of this incomplete file is read, the rest grey.
    void allowPartial(const QString& path) { m_partial.insert(path); }

Q_SIGNALS:
    void loaded(std::uint64_t document, const std::shared_ptr<const halflens::LoadedImage>& image);
    void failed(std::uint64_t document, const halflens::Error& error);

private:
    EngineClient::Handlers handlers(std::uint64_t document);

    EngineClient& m_engine;
    ResultCache& m_cache;
    QSet<QString> m_partial; ///< files the user wants to see though they are incomplete
};

} // namespace halflens
