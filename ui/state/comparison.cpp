// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/comparison.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <utility>

namespace halflens {

namespace {

MaskedScore maskedScore(const Prediction& prediction, const Prediction& whole)
{
    return {prediction.score, prediction.score5, prediction.score5 - whole.score5,
            prediction.hasDistribution() ? prediction.output : std::vector<float>()};
}

} // namespace

std::optional<MaskedScore> ComparedModel::scoreFor(BlockMask mask) const
{
    if (!analysis)
        return std::nullopt;
    if (analysis->table && analysis->table->exact)
        return maskedScoreOf(*analysis->table, mask);
    if (mask.isEmpty())
        return maskedScore(analysis->prediction, analysis->prediction);
    if (const auto it = scores.find(mask); it != scores.end())
        return maskedScore(it->second, analysis->prediction);
    if (!analysis->table)
        return std::nullopt;
    MaskedScore estimate = maskedScoreOf(*analysis->table, mask);
    estimate.isEstimate = true;
    return estimate;
}

Comparison::Comparison(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    for (const ModelEntry& entry : workspace.models().models())
        m_models.emplace_back().entry = entry;
    connect(&workspace, &Workspace::currentChanged, this, &Comparison::followDocument);
    connect(&workspace, &Workspace::optionsChanged, this, &Comparison::followAnalysis);
}

void Comparison::reloadModels()
{
    stop();
    m_models.clear();
    for (const ModelEntry& entry : m_workspace.models().models())
        m_models.emplace_back().entry = entry;
    fill();
    Q_EMIT changed(); // the list is another one even where no image is open
}

void Comparison::followDocument()
{
    Document* document = m_workspace.current();
    const std::uint64_t now = document ? document->id() : 0;
    if (now == m_document)
        return;
    stop();
    m_document = now;
    for (ComparedModel& model : m_models) {
        ModelEntry entry = std::move(model.entry);
        model = {};
        model.entry = std::move(entry);
    }
    if (document) {
        connect(document, &Document::analysisChanged, this, &Comparison::followAnalysis, Qt::UniqueConnection);
        connect(document, &Document::maskChanged, this, &Comparison::askScores, Qt::UniqueConnection);
        connect(document, &Document::scoreAdded, this, &Comparison::changed, Qt::UniqueConnection);
    }
    // Later, so that the score of the shown model is asked for first.
    QMetaObject::invokeMethod(this, &Comparison::fill, Qt::QueuedConnection);
    Q_EMIT changed();
}

/// The shown model's own result, and the others under other options.
void Comparison::followAnalysis()
{
    const Document* document = m_workspace.current();
    if (!document || document->id() != m_document)
        return;
    for (int index = 0; index < count(); ++index) {
        ComparedModel& model = at(index);
        const auto& shown = document->analysis();
        const bool isShown = shown && shown->model.id == model.entry.id;
        const bool isBetter = isShown && (shown->report || (!shown->tableNote.empty() && !model.analysis));
        if (isBetter && shown != model.analysis)
            take(index, shown, model.isEstimate ? model.important : std::nullopt);
        else if (model.analysis && model.analysis->table && model.analysis->options != m_workspace.options())
            take(index, model.analysis, std::nullopt);
    }
    if (m_on)
        fill(); // a half that has to be estimated still is
    Q_EMIT changed();
}

void Comparison::setOn(bool on)
{
    if (on == m_on)
        return;
    m_on = on;
    if (on)
        fill();
    else
        stop();
    Q_EMIT onChanged(on);
    Q_EMIT changed();
}

/// What the cache has, and requests for the rest while the comparison is on.
void Comparison::fill()
{
    const Document* document = m_workspace.current();
    if (!document || document->id() != m_document || !document->loaded())
        return;
    const Image& image = *document->loaded()->image;
    for (int index = 0; index < count(); ++index) {
        ComparedModel& model = at(index);
        if (const auto compared =
                m_workspace.cache().find<ComparedResult>(comparisonKey(image, model.entry.id, m_workspace.models())))
            take(index, compared->analysis, compared->important);
        else if (const auto known =
                     m_workspace.cache().find<Analysis>(analysisKey(image, model.entry.id, m_workspace.models()));
                 known && !model.analysis)
            take(index, known, std::nullopt);
        const bool isDone = model.analysis && model.important;
        if (m_on && !isDone && model.state != WorkState::Working && model.state != WorkState::Failed)
            ask(index);
    }
    askScores();
    Q_EMIT changed();
}

void Comparison::ask(int index)
{
    const Document* document = m_workspace.current();
    if (!document || document->id() != m_document || !document->loaded())
        return;
    at(index).state = WorkState::Working;
    at(index).fraction = -1;
    at(index).error.reset();
    m_workspace.engine().submit(
        {slotOf(Stage::Comparison, index), Lane::Batch, at(index).entry.id,
         [image = document->loaded()->image, entry = at(index).entry, &models = m_workspace.models(),
          options = m_workspace.options(), &cache = m_workspace.cache()](const JobContext& context) {
             return comparisonJob(*image, entry, models, options, cache, context);
         }},
        {[this, index](const Outcome& outcome) {
             if (outcome) {
                 const auto result = outcome->as<ComparedResult>();
                 take(index, result->analysis, result->important);
                 askScores();
             } else {
                 at(index).state = WorkState::Failed;
                 at(index).error = outcome.error();
             }
             Q_EMIT changed();
         },
         {},
         [this, index](const Progress& progress) {
             at(index).fraction = progress.fraction;
             Q_EMIT changed();
         }});
}

void Comparison::take(int index, std::shared_ptr<const Analysis> analysis, std::optional<BlockMask> estimate)
{
    ComparedModel& model = at(index);
    if (analysis->table && analysis->options != m_workspace.options()) {
        if (Result<std::shared_ptr<const Analysis>> changed = withOptions(*analysis, m_workspace.options()))
            analysis = *std::move(changed);
    }
    model.analysis = std::move(analysis);
    model.isEstimate = model.analysis->report ? !model.analysis->table->exact : estimate.has_value();
    model.important = model.analysis->report ? std::optional(model.analysis->report->important) : estimate;
    if (model.state != WorkState::Working || model.important) // a half may still be on its way
        model.state = WorkState::Ready;
}

/// Models without a table are asked for the mask that is shown, when somebody compares.
void Comparison::askScores()
{
    const Document* document = m_workspace.current();
    if (!m_on || !document || document->id() != m_document || !document->loaded()) {
        Q_EMIT changed();
        return;
    }
    const BlockMask mask = document->mask();
    for (int index = 0; index < count(); ++index) {
        const ComparedModel& model = at(index);
        const bool isShown = toQt(model.entry.id) == m_workspace.modelId(); // the document asks for it
        if (!model.analysis || isShown)
            continue;
        if (const auto known = model.scoreFor(mask); known && !known->isEstimate) {
            m_workspace.engine().cancel(slotOf(Stage::ComparedScore, index));
            continue;
        }
        m_workspace.engine().submit(
            {slotOf(Stage::ComparedScore, index),
             Lane::Batch,
             {},
             [image = document->loaded()->image, id = model.entry.id, mask, &models = m_workspace.models()](
                 const JobContext& context) { return maskedScoreJob(*image, id, mask, models, context); }},
            {[this, index, mask](const Outcome& outcome) {
                 if (outcome)
                     at(index).scores[mask] = *outcome->as<Prediction>();
                 else
                     at(index).error = outcome.error();
                 Q_EMIT changed();
             },
             {}});
    }
    Q_EMIT changed();
}

void Comparison::retry(int index)
{
    if (index < 0 || index >= count() || at(index).state == WorkState::Working)
        return;
    at(index).error.reset();
    ask(index);
    Q_EMIT changed();
}

void Comparison::stop()
{
    for (int index = 0; index < count(); ++index) {
        m_workspace.engine().cancel(slotOf(Stage::Comparison, index));
        m_workspace.engine().cancel(slotOf(Stage::ComparedScore, index));
        if (at(index).state == WorkState::Working)
            at(index).state = at(index).analysis ? WorkState::Ready : WorkState::Absent;
    }
}

void Comparison::cancelWork()
{
    stop();
    Q_EMIT changed();
}

Agreement Comparison::agreement() const
{
    Agreement agreement;
    for (const ComparedModel& model : m_models) {
        if (model.important)
            agreement.add(*model.important, model.isEstimate);
    }
    return agreement;
}

} // namespace halflens
