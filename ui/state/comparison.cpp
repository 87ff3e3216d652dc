// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/comparison.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <utility>

namespace halflens {

Comparison::Comparison(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    for (const ModelEntry& entry : workspace.models().models())
        m_models.emplace_back().entry = entry;
    const CurrentImage& image = workspace.image();
    connect(&image, &CurrentImage::changed, this, &Comparison::followImage);
    connect(&image, &CurrentImage::loadedChanged, this, &Comparison::followImage);
    connect(&image, &CurrentImage::analysisChanged, this, &Comparison::followAnalysis);
    connect(&image, &CurrentImage::maskChanged, this, &Comparison::askScores);
    connect(&workspace.analyses(), &AnalysisService::modelsChanged, this, &Comparison::reloadModels);
    connect(&workspace.analyses(), &AnalysisService::optionsChanged, this, &Comparison::followAnalysis);
    connect(&workspace.scores(), &ScoreBook::added, this,
            [this](std::uint64_t id, const std::string& model) { followScores(id, model, {}); });
    connect(&workspace.scores(), &ScoreBook::failed, this, &Comparison::followScores);
}

const Document* Comparison::document() const
{
    const Document* shown = m_workspace.current();
    return shown && shown->loaded() ? shown : nullptr;
}

bool Comparison::isShown(const ComparedModel& model) const
{
    return toQt(model.entry.id) == m_workspace.modelId();
}

std::optional<MaskedScore> Comparison::scoreFor(const ComparedModel& model, BlockMask mask) const
{
    return model.analysis ? m_workspace.scores().scoreFor(*model.analysis, mask) : std::nullopt;
}

void Comparison::reloadModels()
{
    stop();
    m_models.clear();
    for (const ModelEntry& entry : m_workspace.models().models())
        m_models.emplace_back().entry = entry;
    Q_EMIT modelsChanged(); // before any news of one of them
    fill();
}

void Comparison::followImage()
{
    stop();
    m_document = m_workspace.current() ? m_workspace.current()->id() : 0;
    bool hadResults = false;
    for (ComparedModel& model : m_models) {
        hadResults = hadResults || model.state != WorkState::Absent;
        ModelEntry entry = std::move(model.entry);
        model = {};
        model.entry = std::move(entry);
    }
    if (fill() || hadResults)
        Q_EMIT changed(AllModels, Change::Result);
}

/// The shown model's own result, and the others under other options.
void Comparison::followAnalysis()
{
    const Document* shown = document();
    if (!shown)
        return;
    const std::shared_ptr<const Analysis>& analysis = shown->analysis();
    bool isChanged = false;
    for (int index = 0; index < count(); ++index) {
        const ComparedModel& model = at(index);
        const bool isOfShown = analysis && analysis->model.id == model.entry.id;
        const bool isBetter = isOfShown && (analysis->report || (!analysis->tableNote.empty() && !model.analysis));
        if (isBetter)
            isChanged |= take(index, analysis, model.isEstimate ? model.important : std::nullopt);
        else if (model.analysis && model.analysis->table && model.analysis->options != m_workspace.options())
            isChanged |= take(index, model.analysis, std::nullopt);
    }
    if (m_on)
        isChanged |= fill(); // a half that has to be estimated still is
    if (isChanged)
        Q_EMIT changed(AllModels, Change::Result);
}

void Comparison::followScores(std::uint64_t id, const std::string& model, const std::optional<Error>& error)
{
    for (int index = 0; index < count(); ++index) {
        if (id != m_document || at(index).entry.id != model || isShown(at(index)))
            continue;
        if (error || at(index).state != WorkState::Failed)
            at(index).error = error;
        Q_EMIT changed(index, error ? Change::Result : Change::Score);
    }
}

void Comparison::setOn(bool on)
{
    if (on == m_on)
        return;
    m_on = on;
    const bool isChanged = on ? fill() : stop();
    Q_EMIT onChanged(on);
    if (isChanged)
        Q_EMIT changed(AllModels, Change::Result);
}

/// What the cache has, and requests for the rest while the comparison is on. Whether anything is new.
bool Comparison::fill()
{
    const Document* shown = document();
    if (!shown)
        return false;
    const Image& image = *shown->loaded()->image;
    bool isChanged = false;
    for (int index = 0; index < count(); ++index) {
        const ComparedModel& model = at(index);
        const ModelSource& source = m_workspace.models();
        if (const auto compared =
                m_workspace.cache().find<ComparedResult>(comparisonKey(image, model.entry.id, source)))
            isChanged |= take(index, compared->analysis, compared->important);
        else if (const auto known = m_workspace.cache().find<Analysis>(analysisKey(image, model.entry.id, source));
                 known && !model.analysis)
            isChanged |= take(index, known, std::nullopt);
        const bool isDone = model.analysis && model.important;
        if (m_on && !isDone && model.state != WorkState::Working && model.state != WorkState::Failed)
            ask(index);
    }
    askScores();
    return isChanged;
}

void Comparison::ask(int index)
{
    const Document* shown = document();
    if (!shown)
        return;
    at(index).state = WorkState::Working;
    at(index).fraction = -1;
    at(index).error.reset();
    m_workspace.engine().submit(
        {slotOf(index), Lane::Batch, at(index).entry.id,
         [image = shown->loaded()->image, entry = at(index).entry, &models = m_workspace.models(),
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
             Q_EMIT changed(index, Change::Result);
         },
         {},
         [this, index](const Progress& progress) {
             at(index).fraction = progress.fraction;
             Q_EMIT changed(index, Change::Progress);
         }});
    Q_EMIT changed(index, Change::Progress);
}

/// Whether it is new. An equal table under the options of now is not: its report is not made again.
bool Comparison::take(int index, std::shared_ptr<const Analysis> analysis, std::optional<BlockMask> estimate)
{
    ComparedModel& model = at(index);
    const auto& before = model.analysis;
    const bool isKnown =
        before && before->table && before->table == analysis->table && before->options == m_workspace.options();
    analysis = isKnown ? before : m_workspace.analyses().underOptions(std::move(analysis));
    const bool isEstimate = analysis->report ? !analysis->table->exact : estimate.has_value();
    const std::optional<BlockMask> important = analysis->report ? std::optional(analysis->report->important) : estimate;
    const bool isNew = before != analysis || model.important != important || model.isEstimate != isEstimate;
    model.analysis = std::move(analysis);
    model.important = important;
    model.isEstimate = isEstimate;
    if (model.state != WorkState::Working || model.important) // a half may still be on its way
        model.state = WorkState::Ready;
    return isNew;
}

/// Models without a table are asked for the mask that is shown, when somebody compares.
void Comparison::askScores()
{
    const Document* shown = document();
    if (!m_on || !shown)
        return;
    for (const ComparedModel& model : m_models) {
        if (model.analysis && !isShown(model)) // the shown one is asked with more haste
            m_workspace.scores().ask(*shown, *model.analysis, {shown->mask()}, Lane::Batch);
    }
}

void Comparison::retry(int index)
{
    if (index < 0 || index >= count() || at(index).state == WorkState::Working)
        return;
    ask(index);
}

/// Whether anything was on its way.
bool Comparison::stop()
{
    bool wasWorking = false;
    for (int index = 0; index < count(); ++index) {
        m_workspace.engine().cancel(slotOf(index));
        if (!isShown(at(index)))
            m_workspace.scores().giveUp(m_document, at(index).entry.id);
        if (at(index).state != WorkState::Working)
            continue;
        at(index).state = at(index).analysis ? WorkState::Ready : WorkState::Absent;
        wasWorking = true;
    }
    return wasWorking;
}

void Comparison::cancelWork()
{
    if (stop())
        Q_EMIT changed(AllModels, Change::Result);
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
