// SPDX-License-Identifier: BSD-3-Clause
// The part of the workspace that has results made: analyses, single masks, thumbnails.
#include "ui/state/workspace.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <utility>

namespace halflens {

void Workspace::prefetchAnalysis(std::uint64_t id, const std::shared_ptr<const Image>& image)
{
    if (!m_modelId.isEmpty() && !m_cache.find<Analysis>(analysisKey(*image, m_modelId.toStdString(), m_models)))
        m_engine.submit(analysisRequest(id, image, Lane::Prefetch), {});
}

void Workspace::analyzeCurrent()
{
    if (!m_current || !m_current->loaded() || m_modelId.isEmpty())
        return;
    if (const auto cached =
            m_cache.find<Analysis>(analysisKey(*m_current->loaded()->image, m_modelId.toStdString(), m_models))) {
        setAnalysis(*m_current, cached);
        sampleTable(FirstSamples);
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
    if (at(index) == m_current)
        sampleTable(FirstSamples);
    prefetchNeighbour();
}

bool Workspace::canTryAllMasks() const
{
    const Analysis* analysis = m_current ? m_current->analysis().get() : nullptr;
    return analysis && !analysis->tableNote.empty() && !(analysis->table && analysis->table->exact);
}

void Workspace::tryAllMasks()
{
    sampleTable(MaskCount);
}

/// In the lane that gives way to everything: a click on a block does not wait for a table.
void Workspace::sampleTable(int samples)
{
    if (!canTryAllMasks() || !m_current->loaded())
        return;
    const std::shared_ptr<const Analysis> analysis = m_current->analysis();
    if (analysis->table && analysis->table->samples >= samples)
        return;
    const std::uint64_t id = m_current->id();
    const auto take = [this, id](const Artifact& artifact) {
        const int index = indexOfId(id);
        const auto sampled = artifact.as<Analysis>();
        const bool isOfModel = index >= 0 && sampled && toQt(sampled->model.id) == m_modelId;
        if (isOfModel)
            setAnalysis(*at(index), sampled);
    };
    m_engine.submit({{id, Stage::Table},
                     Lane::Batch,
                     analysis->model.id + ' ' + std::to_string(samples),
                     [image = m_current->loaded()->image, analysis, samples, options = options(), &models = m_models,
                      &cache = m_cache](const JobContext& context) {
                         return sampledTableJob(*image, *analysis, samples, models, options, cache, context);
                     }},
                    {[this, take](const Outcome& outcome) {
                         if (outcome)
                             take(*outcome);
                         else if (outcome.error().code != ErrorCode::Unsupported)
                             Q_EMIT failed(outcome.error());
                     },
                     take});
}

/// A model without a table is asked for the mask that is shown, one forward pass each.
void Workspace::scoreMask()
{
    if (!m_current || !m_current->loaded() || !m_current->analysis() || m_current->analysis()->tableNote.empty())
        return;
    const BlockMask mask = m_current->mask();
    const std::uint64_t id = m_current->id();
    if (const auto known = m_current->scoreFor(mask); known && !known->isEstimate) {
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

AnalysisOptions Workspace::options() const
{
    AnalysisOptions options;
    options.epsilon = m_settings.number(setting::Epsilon);
    if (const Result<Indicator> indicator = indicatorFromString(m_settings.word(setting::Indicator).toStdString()))
        options.indicator = *indicator;
    return options;
}

/// Other options are look-ups in the tables that are there, done at once.
void Workspace::applyOptions()
{
    for (const auto& document : m_documents) {
        if (document->analysis())
            setAnalysis(*document, document->analysis());
    }
    Q_EMIT optionsChanged();
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
    const bool hasSource = document->loaded() || !document->path().isEmpty();
    if (!entry.image.isNull() || entry.asked || !hasSource)
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
