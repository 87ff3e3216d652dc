// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/workspace.h"

#include "core/base/file.h"
#include "ui/state/text.h"

#include <vector>

namespace halflens {

namespace {

std::uint64_t cacheBytes(const Settings& settings)
{
    return static_cast<std::uint64_t>(settings.number(setting::CacheMegabytes)) << 20U;
}

} // namespace

Workspace::Workspace(ModelSource& models, Settings& settings, QObject* parent)
    : QObject(parent)
    , m_models(models)
    , m_cache(cacheBytes(settings))
    , m_scores(models, m_engine)
    , m_image(m_scores)
    , m_loader(m_engine, m_cache)
    , m_analyses(models, settings, m_image, m_scores, m_engine, m_cache)
    , m_thumbnails(m_engine, m_cache)
    , m_documents(m_image, m_loader, m_engine)
{
    connect(&settings, &Settings::changed, this, [this, &settings](const QString& key) {
        if (key == setting::CacheMegabytes)
            m_cache.setMaxBytes(cacheBytes(settings));
    });
    connect(&m_documents, &DocumentList::aboutToBeShown, &m_analyses,
            [this](Document* document) { m_analyses.prepare(*document); });
    connect(&m_documents, &DocumentList::prefetched, &m_analyses, &AnalysisService::prefetch);
    connect(&m_analyses, &AnalysisService::answered, &m_documents, &DocumentList::prefetchNeighbour);
    connect(&m_loader, &ImageLoader::loaded, &m_thumbnails,
            [this](std::uint64_t id, const std::shared_ptr<const LoadedImage>& image) {
                m_thumbnails.documentLoaded(id, *image);
            });
    connect(&m_documents, &DocumentList::aboutToBeRemoved, &m_thumbnails,
            [this](int index) { m_thumbnails.forget(at(index)->id()); });
    connect(&m_documents, &DocumentList::failed, this, &Workspace::failed);
    connect(&m_analyses, &AnalysisService::failed, this, &Workspace::failed);
    connect(&m_image, &CurrentImage::changed, this, &Workspace::currentChanged);
    connect(&m_analyses, &AnalysisService::modelChanged, this, &Workspace::modelChanged);
    connect(&m_analyses, &AnalysisService::optionsChanged, this, &Workspace::optionsChanged);
}

Workspace::~Workspace() = default;

void Workspace::cancelWork()
{
    m_documents.cancelWanted();
    m_analyses.cancel();
}

void Workspace::refresh()
{
    if (!m_documents.refresh())
        m_analyses.analyse();
}

Status Workspace::mayWrite(const QString& path) const
{
    std::vector<std::filesystem::path> photos;
    for (int i = 0; i < m_documents.count(); ++i)
        photos.push_back(toPath(m_documents.at(i)->path()));
    return refuseInputAsOutput({toPath(path)}, photos);
}

std::shared_ptr<const Image> Workspace::imageOf(const Document& document) const
{
    const auto loaded = document.loaded() ? document.loaded() : m_loader.find(document);
    return loaded ? loaded->image : nullptr;
}

std::shared_ptr<const Analysis> Workspace::analysisOf(const Document& document)
{
    if (document.imageHash().empty()) // never shown: no need to look at its file
        return nullptr;
    if (&document == current())
        return document.analysis();
    const std::shared_ptr<const Image> image = imageOf(document);
    return image ? m_analyses.find(*image) : nullptr;
}

} // namespace halflens
