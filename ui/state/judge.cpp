// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/judge.h"

#include "core/analysis/halves.h"
#include "core/session/layers_state.h"

#include <utility>

namespace halflens {

namespace {

/// Beside the layers' maps and the selected rectangle.
Slot slotOf(std::uint64_t document)
{
    return {document, Stage::Map, LayerCount + 1};
}

} // namespace

Judge::Judge(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    connect(&workspace.image(), &CurrentImage::changed, this, &Judge::clear);
    connect(&workspace.image(), &CurrentImage::loadedChanged, this, &Judge::clear);
    connect(&workspace.analyses(), &AnalysisService::modelsChanged, this, &Judge::clear);
    connect(&workspace.analyses(), &AnalysisService::optionsChanged, this, &Judge::clear);
}

void Judge::ask()
{
    const auto loaded = m_workspace.image().loaded();
    if (!loaded || m_document != 0)
        return;
    m_document = m_workspace.current()->id();
    // The judge is mostly the chosen model, too: no job, which work of minutes would give way to.
    const std::string judge = m_workspace.models().defaultId();
    auto known = m_workspace.analyses().underOptions(
        m_workspace.cache().find<Analysis>(analysisKey(*loaded->image, judge, m_workspace.models())));
    if (known && known->by == HiddenBy::Attention && known->report) {
        m_verdict = std::move(known);
        return;
    }
    m_workspace.engine().submit(
        {slotOf(m_document),
         Lane::Visible,
         {},
         [image = loaded->image, indicator = m_workspace.options().indicator, &models = m_workspace.models(),
          &cache = m_workspace.cache()](const JobContext& context) -> Outcome {
             Result<std::shared_ptr<const Analysis>> halves =
                 halvesFrom(*image, HalvesOf::Judge, {}, indicator, models, cache, context);
             if (!halves)
                 return std::move(halves).error();
             return Artifact(*std::move(halves));
         }},
        {[this](const Outcome& outcome) {
             m_verdict = outcome ? outcome->as<Analysis>() : nullptr;
             m_error = outcome ? std::nullopt : std::optional(outcome.error());
             Q_EMIT changed();
         },
         {}});
}

void Judge::clear()
{
    if (m_document == 0)
        return;
    m_workspace.engine().cancel(slotOf(m_document));
    m_document = 0;
    m_verdict = nullptr;
    m_error.reset();
    Q_EMIT changed();
}

} // namespace halflens
