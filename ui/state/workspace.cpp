// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/workspace.h"

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

int Workspace::indexOfPath(const QString& path) const
{
    const auto it =
        std::find_if(m_documents.begin(), m_documents.end(), [&](const auto& d) { return d->path() == path; });
    return it == m_documents.end() ? -1 : static_cast<int>(it - m_documents.begin());
}

int Workspace::wantedIndex() const
{
    return m_wanted ? indexOfId(*m_wanted) : currentIndex();
}

Document* Workspace::add(const QString& path)
{
    m_documents.push_back(std::make_unique<Document>(m_nextId++, path));
    Q_EMIT documentAdded(count() - 1);
    return m_documents.back().get();
}

void Workspace::open(const QStringList& paths)
{
    const QStringList files = expandPaths(paths);
    if (files.isEmpty() && !paths.isEmpty()) {
        Q_EMIT failed({ErrorCode::InvalidInput, "open", "the folder has no images in it",
                       "open a folder with PNG, JPEG, TIFF, WebP, BMP or PNM files", paths.front().toStdString()});
        return;
    }
    Document* first = nullptr;
    for (const QString& file : files) {
        const int known = indexOfPath(file);
        Document* document = known >= 0 ? at(known) : add(file);
        if (!first)
            first = document;
    }
    if (first)
        want(first);
}

void Workspace::openImage(const QImage& image, const QString& title)
{
    if (image.isNull())
        return;
    auto loaded = std::make_shared<LoadedImage>();
    loaded->image = fromQImage(image);
    loaded->pyramid = ImagePyramid::build(loaded->image);
    Document* document = add({});
    document->setTitle(title);
    document->setLoaded(std::move(loaded));
    makeCurrent(document);
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
    if (m_wanted && *m_wanted != document->id())
        m_engine.cancel({*m_wanted, Stage::Decode});
    if (document == m_current || document->loaded()) {
        m_wanted.reset();
        makeCurrent(document);
        return;
    }
    if (const auto cached = m_cache.find<LoadedImage>(fileKey(document->path()))) {
        m_wanted.reset();
        document->setLoaded(cached);
        makeCurrent(document);
        return;
    }
    m_wanted = document->id();
    Q_EMIT wantedChanged();
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
    if (m_wanted == id) {
        m_wanted.reset();
        document->setLoaded(loaded);
        Q_EMIT opened(document->path());
        makeCurrent(document);
    } else {
        // Prefetched: the cache holds it. Its analysis may follow while nobody waits for anything.
        prefetchAnalysis(id, loaded->image);
    }
}

void Workspace::prefetchAnalysis(std::uint64_t id, const std::shared_ptr<const Image>& image)
{
    if (!m_modelId.isEmpty() && !m_cache.find<Analysis>(analysisKey(*image, m_modelId.toStdString())))
        m_engine.submit(analysisRequest(id, image, Lane::Prefetch), {});
}

void Workspace::makeCurrent(Document* document)
{
    if (document == m_current) {
        Q_EMIT wantedChanged();
        return;
    }
    if (m_current) {
        m_engine.cancel({m_current->id(), Stage::Analysis});
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

void Workspace::analyzeCurrent()
{
    if (!m_current || !m_current->loaded() || m_modelId.isEmpty())
        return;
    if (const auto cached = m_cache.find<Analysis>(analysisKey(*m_current->loaded()->image, m_modelId.toStdString()))) {
        setAnalysis(*m_current, cached);
        prefetchNeighbour();
        return;
    }
    const bool isOfAnotherModel = m_current->analysis() && toQt(m_current->analysis()->model.id) != m_modelId;
    if (isOfAnotherModel)
        m_current->setAnalysis(nullptr);
    const std::uint64_t id = m_current->id();
    m_engine.submit(analysisRequest(id, m_current->loaded()->image, Lane::Visible),
                    {[this, id](Outcome outcome) { analysisArrived(id, std::move(outcome)); },
                     [this, id](const Artifact& partial) {
                         if (m_current && m_current->id() == id)
                             m_current->setAnalysis(partial.as<Analysis>());
                     }});
}

Request Workspace::analysisRequest(std::uint64_t id, const std::shared_ptr<const Image>& image, Lane lane)
{
    return {{id, Stage::Analysis},
            lane,
            m_modelId.toStdString(),
            [image, modelId = m_modelId.toStdString(), &models = m_models, options = options(), &cache = m_cache](
                const JobContext& context) { return analysisJob(*image, modelId, models, options, cache, context); }};
}

void Workspace::analysisArrived(std::uint64_t id, Outcome outcome)
{
    const int index = indexOfId(id);
    if (index < 0)
        return;
    if (!outcome) {
        Q_EMIT failed(Error(outcome.error()).withFile(at(index)->title().toStdString()));
        return;
    }
    setAnalysis(*at(index), outcome->as<Analysis>());
    prefetchNeighbour();
}

/// A model without a table is asked for the mask that is shown, one forward pass each.
void Workspace::scoreMask()
{
    if (!m_current || !m_current->loaded() || !m_current->analysis() || m_current->analysis()->tableNote.empty())
        return;
    const BlockMask mask = m_current->mask();
    const std::uint64_t id = m_current->id();
    if (m_current->scoreFor(mask)) {
        m_engine.cancel({id, Stage::MaskedScore});
        return;
    }
    m_engine.submit(
        {{id, Stage::MaskedScore},
         Lane::Interactive,
         {},
         [image = m_current->loaded()->image, modelId = m_current->analysis()->model.id, mask, &models = m_models](
             const JobContext& context) { return maskedScoreJob(*image, modelId, mask, models, context); }},
        {[this, id, mask](const Outcome& outcome) {
             const int index = indexOfId(id);
             if (index < 0)
                 return;
             if (outcome)
                 at(index)->addScore(mask, *outcome->as<Prediction>());
             else
                 Q_EMIT failed(Error(outcome.error()).withFile(at(index)->title().toStdString()));
         },
         {}});
}

/// With the report under the options of now, whichever it was made with.
void Workspace::setAnalysis(Document& document, std::shared_ptr<const Analysis> analysis)
{
    if (analysis->table && analysis->options != options()) {
        Result<std::shared_ptr<const Analysis>> changed = withOptions(*analysis, options());
        if (changed)
            analysis = *std::move(changed);
        else if (&document == m_current)
            Q_EMIT failed(changed.error());
    }
    document.setAnalysis(std::move(analysis));
    if (&document == m_current)
        scoreMask();
}

void Workspace::retryAnalysis()
{
    analyzeCurrent();
}

void Workspace::prefetchNeighbour()
{
    const int index = currentIndex() + m_direction;
    if (m_wanted || index < 0 || index >= count() || at(index)->loaded())
        return;
    if (!m_cache.find<LoadedImage>(fileKey(at(index)->path())))
        load(*at(index), Lane::Prefetch);
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
        Q_EMIT wantedChanged();
    }
    if (m_current) {
        m_engine.cancel({m_current->id(), Stage::Analysis});
        m_engine.cancel({m_current->id(), Stage::MaskedScore});
    }
}

void Workspace::setModelId(const QString& id)
{
    if (id == m_modelId)
        return;
    m_modelId = id;
    m_settings.setValue(setting::Model, id);
    Q_EMIT modelChanged();
    analyzeCurrent();
}

AnalysisOptions Workspace::options() const
{
    AnalysisOptions options;
    options.epsilon = m_settings.number(setting::Epsilon);
    if (const Result<Indicator> indicator = indicatorFromString(m_settings.word(setting::Indicator).toStdString()))
        options.indicator = *indicator;
    return options;
}

void Workspace::settingChanged(const QString& key)
{
    if (key == setting::Epsilon || key == setting::Indicator)
        applyOptions();
    else if (key == setting::CacheMegabytes)
        m_cache.setMaxBytes(cacheBytes(m_settings));
}

/// Other options are look-ups in the tables that are there, done at once.
void Workspace::applyOptions()
{
    for (const auto& document : m_documents) {
        if (document->analysis())
            setAnalysis(*document, document->analysis());
    }
}

std::shared_ptr<const Image> Workspace::imageOf(const Document& document)
{
    const auto loaded = document.loaded() ? document.loaded() : m_cache.find<LoadedImage>(fileKey(document.path()));
    return loaded ? loaded->image : nullptr;
}

QImage Workspace::thumbnail(int index)
{
    Document* document = at(index);
    Thumbnail& entry = m_thumbnails[document->id()];
    if (!entry.image.isNull() || entry.asked)
        return entry.image;
    entry.asked = true;
    const std::uint64_t id = document->id();
    const CacheKey key = fileKey(document->path());
    m_engine.submit({{id, Stage::Thumbnail},
                     Lane::Prefetch,
                     "thumbnail",
                     [path = toPath(document->path()), key, loaded = document->loaded(), &cache = m_cache](
                         const JobContext& context) { return thumbnailJob(path, key, loaded, cache, context); }},
                    {[this, id](const Outcome& outcome) {
                         const int at = indexOfId(id);
                         if (at < 0 || !outcome)
                             return; // a file that cannot be read says so when it is opened
                         m_thumbnails[id].image = *outcome->as<QImage>();
                         Q_EMIT thumbnailChanged(at);
                     },
                     {}});
    return {};
}

} // namespace halflens
