// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/workspace.h"

#include "core/image/decode.h"
#include "ui/state/image_files.h"
#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <algorithm>
#include <utility>

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
    , m_settings(settings)
    , m_cache(cacheBytes(settings))
{
    const QString stored = settings.word(setting::Model);
    const std::vector<ModelEntry> entries = models.models();
    const bool isKnown =
        std::any_of(entries.begin(), entries.end(), [&](const ModelEntry& e) { return toQt(e.id) == stored; });
    m_modelId = isKnown ? stored : toQt(models.defaultId());
    connect(&settings, &Settings::changed, this, &Workspace::settingChanged);
}

Workspace::~Workspace() = default;

int Workspace::indexOf(const Document* document) const
{
    const auto it =
        std::find_if(m_documents.begin(), m_documents.end(), [&](const auto& d) { return d.get() == document; });
    return it == m_documents.end() ? -1 : static_cast<int>(it - m_documents.begin());
}

int Workspace::indexOfId(std::uint64_t id) const
{
    const auto it = std::find_if(m_documents.begin(), m_documents.end(), [&](const auto& d) { return d->id() == id; });
    return it == m_documents.end() ? -1 : static_cast<int>(it - m_documents.begin());
}

int Workspace::wantedIndex() const
{
    return m_wanted ? indexOfId(*m_wanted) : currentIndex();
}

/// Tells nobody yet: a folder of thousands is one piece of news.
Document* Workspace::add(const QString& path)
{
    m_documents.push_back(std::make_unique<Document>(m_nextId++, path));
    Document* document = m_documents.back().get();
    if (!path.isEmpty())
        m_byPath.insert(path, document);
    return document;
}

void Workspace::open(const QStringList& paths)
{
    const QStringList files = expandPaths(paths);
    if (files.isEmpty() && !paths.isEmpty()) {
        Q_EMIT failed({ErrorCode::InvalidInput, "open", "the folder has no images in it",
                       "open a folder with " + imageFormatNames() + " files", toPath(paths.front()).string()});
        return;
    }
    const int before = count();
    Document* first = nullptr;
    for (const QString& file : files) {
        Document* known = m_byPath.value(file);
        Document* document = known ? known : add(file);
        if (!first)
            first = document;
    }
    if (count() > before)
        Q_EMIT documentsAdded(before, count() - 1);
    if (first)
        want(first);
}

void Workspace::openImage(const QImage& image, const QString& title)
{
    if (image.isNull())
        return;
    Document* document = add({});
    document->setTitle(title);
    Q_EMIT documentsAdded(count() - 1, count() - 1);
    wantOnly(document);
    const std::uint64_t id = document->id();
    m_engine.submit({{id, Stage::Decode},
                     Lane::Interactive,
                     {},
                     [image](const JobContext& context) { return convertJob(image, context); }},
                    {[this, id](Outcome outcome) { loadArrived(id, std::move(outcome)); }, {}});
}

/// Whatever else was to be shown next is not any more.
void Workspace::wantOnly(Document* document)
{
    if (m_wanted && *m_wanted != document->id()) {
        const int index = indexOfId(*m_wanted);
        if (index >= 0 && !at(index)->path().isEmpty()) // a pasted image cannot be read again
            m_engine.cancel({*m_wanted, Stage::Decode});
    }
    m_wanted = document->id();
    Q_EMIT wantedChanged();
}

void Workspace::show(int index)
{
    if (index < 0 || index >= count())
        return;
    const int from = wantedIndex();
    if (from >= 0 && index != from)
        m_direction = index < from ? -1 : 1;
    want(at(index));
}

void Workspace::step(int by)
{
    if (count() > 0)
        show(std::clamp(wantedIndex() + by, 0, count() - 1));
}

void Workspace::want(Document* document)
{
    auto loaded = document->loaded();
    if (!loaded && !document->path().isEmpty())
        loaded = m_cache.find<LoadedImage>(fileKey(document->path()));
    if (loaded) {
        wantOnly(document);
        m_wanted.reset();
        document->setLoaded(std::move(loaded));
        makeCurrent(document);
        return;
    }
    wantOnly(document);
    if (!document->path().isEmpty()) // else it is on its way
        load(*document, Lane::Interactive);
}

void Workspace::load(Document& document, Lane lane)
{
    const CacheKey key = fileKey(document.path());
    const std::uint64_t id = document.id();
    m_engine.submit({{id, Stage::Decode},
                     lane,
                     key.content,
                     [path = toPath(document.path()), key, &cache = m_cache](const JobContext& context) {
                         return decodeJob(path, key, cache, context);
                     }},
                    {[this, id](Outcome outcome) { loadArrived(id, std::move(outcome)); }, {}});
}

void Workspace::loadArrived(std::uint64_t id, Outcome outcome)
{
    const int index = indexOfId(id);
    if (index < 0)
        return;
    Document* document = at(index);
    if (!outcome) {
        if (m_wanted == id) { // prefetched ones tell when they are asked for
            close(index);
            Q_EMIT failed(outcome.error());
        }
        return;
    }
    const auto loaded = outcome->as<LoadedImage>();
    const bool isPasted = document->path().isEmpty();
    if (isPasted) {
        document->setLoaded(loaded);
        Q_EMIT thumbnailChanged(index); // views may ask for it now
    }
    if (m_wanted == id) {
        m_wanted.reset();
        document->setLoaded(loaded);
        if (!isPasted)
            Q_EMIT opened(document->path());
        makeCurrent(document);
    } else {
        // Prefetched: the cache holds it. Its analysis may follow while nobody waits for anything.
        prefetchAnalysis(id, loaded->image);
    }
}

void Workspace::makeCurrent(Document* document)
{
    if (document == m_current) {
        Q_EMIT wantedChanged();
        return;
    }
    if (m_current) {
        m_engine.cancel({m_current->id(), Stage::Analysis});
        m_engine.cancel({m_current->id(), Stage::Table});
        m_engine.cancel({m_current->id(), Stage::MaskedScore});
        m_current->endStroke();
        m_current->disconnect(this);
        if (!m_current->path().isEmpty()) {
            m_current->setLoaded(nullptr); // the cache keeps it as long as there is room
        }
    }
    m_current = document;
    connect(m_current, &Document::maskChanged, this, &Workspace::scoreMask);
    Q_EMIT currentChanged();
    Q_EMIT wantedChanged();
    analyzeCurrent();
}

void Workspace::close(int index)
{
    if (index < 0 || index >= count())
        return;
    Document* document = at(index);
    m_engine.forget(document->id());
    if (m_wanted == document->id())
        m_wanted.reset();
    Q_EMIT documentAboutToBeRemoved(index);
    const std::unique_ptr<Document> removed = std::move(m_documents[static_cast<std::size_t>(index)]);
    m_documents.erase(m_documents.begin() + index);
    m_thumbnails.erase(removed->id());
    m_byPath.remove(removed->path());
    const bool wasCurrent = removed.get() == m_current;
    if (wasCurrent)
        m_current = nullptr;
    Q_EMIT documentRemoved(index);
    if (!wasCurrent) {
        Q_EMIT wantedChanged();
        return;
    }
    Q_EMIT currentChanged();
    Q_EMIT wantedChanged();
    if (count() > 0)
        want(at(std::min(index, count() - 1)));
}

void Workspace::cancelWork()
{
    if (m_wanted) {
        const std::uint64_t id = *std::exchange(m_wanted, std::nullopt);
        m_engine.cancel({id, Stage::Decode});
        const int index = indexOfId(id);
        if (index >= 0 && at(index)->path().isEmpty())
            close(index); // nothing is left of a pasted image that was not taken over
        Q_EMIT wantedChanged();
    }
    if (m_current) {
        m_engine.cancel({m_current->id(), Stage::Analysis});
        m_engine.cancel({m_current->id(), Stage::Table});
        m_engine.cancel({m_current->id(), Stage::MaskedScore});
    }
}

void Workspace::setModelId(const QString& id)
{
    if (id == m_modelId)
        return;
    m_modelId = id;
    m_settings.setValue(setting::Model, id);
    if (m_current)
        m_engine.cancel({m_current->id(), Stage::Table});
    Q_EMIT modelChanged();
    analyzeCurrent();
}

void Workspace::settingChanged(const QString& key)
{
    if (key == setting::Epsilon || key == setting::Indicator)
        applyOptions();
    else if (key == setting::CacheMegabytes)
        m_cache.setMaxBytes(cacheBytes(m_settings));
}

} // namespace halflens
