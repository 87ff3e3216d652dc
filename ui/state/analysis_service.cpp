// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/analysis_service.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace halflens {

AnalysisService::AnalysisService(ModelSource& models, Settings& settings, CurrentImage& current, ScoreBook& scores,
                                 EngineClient& engine, ResultCache& cache, QObject* parent)
    : QObject(parent)
    , m_models(models)
    , m_settings(settings)
    , m_current(current)
    , m_scores(scores)
    , m_engine(engine)
    , m_cache(cache)
{
    const QString stored = settings.word(setting::Model);
    const std::vector<ModelEntry> entries = models.models();
    const bool isKnown =
        std::any_of(entries.begin(), entries.end(), [&](const ModelEntry& e) { return toQt(e.id) == stored; });
    m_modelId = isKnown ? stored : toQt(models.defaultId());
    connect(&current, &CurrentImage::changed, this, &AnalysisService::followImage);
    connect(&current, &CurrentImage::loadedChanged, this, &AnalysisService::followImage);
    connect(&current, &CurrentImage::maskChanged, this, &AnalysisService::scoreMask);
    connect(&scores, &ScoreBook::failed, this, &AnalysisService::followScores);
    connect(&settings, &Settings::changed, this, [this](const QString& key) {
        if (key != setting::Epsilon && key != setting::Indicator)
            return;
        if (const Document* document = m_current.document(); document && document->analysis())
            setAnalysis(document->analysis()); // look-ups in the table that is there, done at once
        Q_EMIT optionsChanged();
    });
}

AnalysisOptions AnalysisService::options() const
{
    AnalysisOptions options;
    options.epsilon = m_settings.number(setting::Epsilon);
    if (const Result<Indicator> indicator = indicatorFromString(m_settings.word(setting::Indicator).toStdString()))
        options.indicator = *indicator;
    return options;
}

std::shared_ptr<const Analysis> AnalysisService::underOptions(std::shared_ptr<const Analysis> analysis,
                                                              std::optional<Error>* problem) const
{
    if (!analysis || !analysis->table || analysis->options == options())
        return analysis;
    Result<std::shared_ptr<const Analysis>> changed = withOptions(*analysis, options());
    if (!changed && problem)
        *problem = changed.error();
    return changed ? *std::move(changed) : analysis;
}

std::shared_ptr<const Analysis> AnalysisService::find(const Image& image)
{
    if (m_modelId.isEmpty())
        return nullptr;
    const CacheKey key = analysisKey(image, m_modelId.toStdString(), m_models);
    const auto known = m_cache.find<Analysis>(key);
    auto analysis = underOptions(known);
    if (analysis != known)
        m_cache.insert(key, analysis, byteSize(*analysis)); // made anew once, not at every look
    return analysis;
}

void AnalysisService::prepare(Document& document)
{
    document.setAnalysis(find(*document.loaded()->image));
}

void AnalysisService::prefetch(std::uint64_t document, const std::shared_ptr<const Image>& image)
{
    if (document == m_document)
        return; // it came on screen while it was on its way: its answer is waited for
    if (!m_modelId.isEmpty() && !m_cache.find<Analysis>(analysisKey(*image, m_modelId.toStdString(), m_models)))
        m_engine.submit(request(document, image, Lane::Prefetch), {});
}

void AnalysisService::followImage()
{
    cancel();
    m_document = m_current.document() ? m_current.document()->id() : 0;
    analyse();
}

void AnalysisService::cancel()
{
    for (const Stage stage : {Stage::Analysis, Stage::Table})
        m_engine.cancel({m_document, stage});
    m_scores.giveUp(m_document);
}

void AnalysisService::analyse()
{
    Document* document = m_current.document();
    if (!document || !document->loaded() || m_modelId.isEmpty())
        return;
    const std::shared_ptr<const Image> image = document->loaded()->image;
    if (auto known = find(*image)) {
        setAnalysis(std::move(known));
        sampleTable(FirstSamples);
        Q_EMIT answered();
        return;
    }
    const Analysis* before = document->analysis().get();
    if (before && (toQt(before->model.id) != m_modelId || before->imageHash != image->contentHash))
        document->setAnalysis(nullptr);
    document->setAnalysis(document->analysis()); // after an error it is being computed again
    m_engine.submit(request(m_document, image, Lane::Visible),
                    {[this](Outcome outcome) { arrived(std::move(outcome)); },
                     [this](const Artifact& partial) { m_current.document()->setAnalysis(partial.as<Analysis>()); }});
}

Request AnalysisService::request(std::uint64_t document, const std::shared_ptr<const Image>& image, Lane lane)
{
    return {{document, Stage::Analysis},
            lane,
            m_modelId.toStdString(),
            [image, modelId = m_modelId.toStdString(), &models = m_models, options = options(), &cache = m_cache](
                const JobContext& context) { return analysisJob(*image, modelId, models, options, cache, context); }};
}

/// Of the shown image: requests of another are cancelled when it goes.
void AnalysisService::arrived(Outcome outcome)
{
    if (!outcome) {
        m_current.document()->setProblem(outcome.error());
        fail(outcome.error());
        return;
    }
    setAnalysis(outcome->as<Analysis>());
    sampleTable(FirstSamples);
    Q_EMIT answered();
}

void AnalysisService::setAnalysis(std::shared_ptr<const Analysis> analysis)
{
    std::optional<Error> problem;
    m_current.document()->setAnalysis(underOptions(std::move(analysis), &problem));
    if (problem)
        fail(*problem);
    scoreMask();
}

void AnalysisService::fail(const Error& error)
{
    Q_EMIT failed(Error(error).withFile(m_current.document()->title().toStdString()));
}

bool AnalysisService::canTryAllMasks() const
{
    const Analysis* analysis = m_current.analysis();
    return analysis && !analysis->tableNote.empty() && !(analysis->table && analysis->table->exact);
}

void AnalysisService::tryAllMasks()
{
    sampleTable(MaskCount);
}

/// In the lane that gives way to everything: a click on a block does not wait for a table.
void AnalysisService::sampleTable(int samples)
{
    const Document* document = m_current.document();
    if (!canTryAllMasks() || !document->loaded())
        return;
    const std::shared_ptr<const Analysis> analysis = document->analysis();
    if (analysis->table && analysis->table->samples >= samples)
        return;
    const auto take = [this](const Artifact& artifact) {
        const auto sampled = artifact.as<Analysis>();
        if (sampled && toQt(sampled->model.id) == m_modelId)
            setAnalysis(sampled);
    };
    m_engine.submit({{m_document, Stage::Table},
                     Lane::Batch,
                     analysis->model.id + ' ' + std::to_string(samples),
                     [image = document->loaded()->image, analysis, samples, options = options(), &models = m_models,
                      &cache = m_cache](const JobContext& context) {
                         return sampledTableJob(*image, *analysis, samples, models, options, cache, context);
                     }},
                    {[this, take](const Outcome& outcome) {
                         if (outcome)
                             take(*outcome);
                         else if (outcome.error().code != ErrorCode::Unsupported)
                             fail(outcome.error());
                     },
                     take});
}

/// A model without a table is asked for the mask that is shown, one forward pass each.
void AnalysisService::scoreMask()
{
    const Document* document = m_current.document();
    const Analysis* analysis = m_current.analysis();
    if (analysis && document->loaded() && !analysis->tableNote.empty())
        m_scores.ask(*document, *analysis, {document->mask()}, Lane::Interactive);
}

void AnalysisService::followScores(std::uint64_t document, const std::string& model, const Error& error)
{
    if (m_current.is(document) && toQt(model) == m_modelId)
        fail(error);
}

void AnalysisService::setModelId(const QString& id)
{
    if (id == m_modelId)
        return;
    const QString before = std::exchange(m_modelId, id);
    m_settings.setValue(setting::Model, id);
    for (const Stage stage : {Stage::Analysis, Stage::Table})
        m_engine.cancel({m_document, stage});
    m_scores.giveUp(m_document, before.toStdString());
    Q_EMIT modelChanged();
    analyse();
}

void AnalysisService::reloadModels()
{
    std::set<std::string> ids;
    for (ModelEntry& entry : m_models.models())
        ids.insert(std::move(entry.id));
    if (!ids.contains(m_modelId.toStdString()))
        setModelId(toQt(m_models.defaultId()));
    Q_EMIT modelsChanged();
}

} // namespace halflens
