// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/image_loader.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

namespace halflens {

ImageLoader::ImageLoader(EngineClient& engine, ResultCache& cache, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_cache(cache)
{ }

std::shared_ptr<const LoadedImage> ImageLoader::find(const Document& document) const
{
    if (document.path().isEmpty())
        return document.loaded();
    const CacheKey key = fileKey(document.path());
    if (document.loaded() && document.loaded()->file == key.content)
        return document.loaded();
    return m_cache.find<LoadedImage>(key);
}

void ImageLoader::load(const Document& document, Lane lane)
{
    const CacheKey key = fileKey(document.path());
    m_engine.submit(
        {{document.id(), Stage::Decode},
         lane,
         key.content,
         [path = toPath(document.path()), key, partial = m_partial.contains(document.path()),
          &cache = m_cache](const JobContext& context) { return decodeJob(path, key, partial, cache, context); }},
        handlers(document.id()));
}

void ImageLoader::convert(const Document& document, const QImage& image)
{
    m_engine.submit({{document.id(), Stage::Decode},
                     Lane::Interactive,
                     {},
                     [image](const JobContext& context) { return convertJob(image, context); }},
                    handlers(document.id()));
}

void ImageLoader::cancel(const Document& document)
{
    m_engine.cancel({document.id(), Stage::Decode});
}

EngineClient::Handlers ImageLoader::handlers(std::uint64_t document)
{
    return {[this, document](const Outcome& outcome) {
                if (outcome)
                    Q_EMIT loaded(document, outcome->as<LoadedImage>());
                else
                    Q_EMIT failed(document, outcome.error());
            },
            {}};
}

} // namespace halflens
