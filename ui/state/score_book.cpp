// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/score_book.h"

#include "ui/state/image_jobs.h"

#include <algorithm>
#include <iterator>

namespace halflens {

ScoreBook::ScoreBook(ModelSource& models, EngineClient& engine, QObject* parent)
    : QObject(parent)
    , m_models(models)
    , m_engine(engine)
{ }

ScoreBook::Page ScoreBook::pageOf(const Analysis& analysis)
{
    return {analysis.imageHash, analysis.model.id, analysis.model.weightsHash};
}

std::optional<MaskedScore> ScoreBook::scoreFor(const Analysis& analysis, BlockMask hidden) const
{
    static const TriedMasks None;
    const auto page = m_pages.find(pageOf(analysis));
    return maskedScoreOf(hidden, analysis.prediction, analysis.table.get(),
                         page == m_pages.end() ? None : page->second);
}

/// A slot for each mask: several can be on their way side by side.
Slot ScoreBook::slotOf(const Asker& asker, BlockMask hidden)
{
    const int number = m_numbers.try_emplace(asker.second, static_cast<int>(m_numbers.size())).first->second;
    return {asker.first, Stage::MaskedScore, number * MaskCount + static_cast<int>(hidden.bits())};
}

void ScoreBook::ask(const Document& document, const Analysis& analysis, const std::vector<BlockMask>& masks, Lane lane)
{
    const Asker asker{document.id(), analysis.model.id};
    std::set<BlockMask> wanted;
    for (const BlockMask mask : masks) {
        if (const auto known = scoreFor(analysis, mask); !known || known->isEstimate)
            wanted.insert(mask);
    }
    const std::set<BlockMask> asked = m_asked[asker];
    std::set<BlockMask> surplus;
    std::set_difference(asked.begin(), asked.end(), wanted.begin(), wanted.end(),
                        std::inserter(surplus, surplus.end()));
    cancel(asker, surplus);
    for (const BlockMask mask : wanted) {
        if (!asked.contains(mask))
            submit(asker, document, analysis, mask, lane);
    }
    m_asked[asker] = std::move(wanted);
}

void ScoreBook::submit(const Asker& asker, const Document& document, const Analysis& analysis, BlockMask hidden,
                       Lane lane)
{
    m_engine.submit({slotOf(asker, hidden),
                     lane,
                     {},
                     [image = document.loaded()->image, id = asker.second, hidden, &models = m_models](
                         const JobContext& context) { return maskedScoreJob(*image, id, hidden, models, context); }},
                    {[this, asker, page = pageOf(analysis), hidden](const Outcome& outcome) {
                         m_asked[asker].erase(hidden);
                         if (!outcome) {
                             Q_EMIT failed(asker.first, asker.second, outcome.error());
                             return;
                         }
                         m_pages[page][hidden] = *outcome->as<Prediction>();
                         Q_EMIT added(asker.first, asker.second);
                     },
                     {}});
}

void ScoreBook::cancel(const Asker& asker, const std::set<BlockMask>& masks)
{
    for (const BlockMask mask : masks)
        m_engine.cancel(slotOf(asker, mask));
}

void ScoreBook::giveUp(std::uint64_t document, const std::string& model)
{
    if (const auto node = m_asked.extract({document, model}))
        cancel(node.key(), node.mapped());
}

void ScoreBook::giveUp(std::uint64_t document)
{
    for (auto it = m_asked.lower_bound({document, {}}); it != m_asked.end() && it->first.first == document;) {
        cancel(it->first, it->second);
        it = m_asked.erase(it);
    }
}

} // namespace halflens
