// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/document.h"

#include "ui/state/mask_command.h"
#include "ui/state/text.h"

#include <QFileInfo>

#include <utility>

namespace halflens {

Document::Document(std::uint64_t id, QString path, QObject* parent)
    : QObject(parent)
    , m_id(id)
    , m_path(std::move(path))
    , m_title(QFileInfo(m_path).fileName())
{ }

void Document::setTitle(const QString& title)
{
    if (title == m_title)
        return;
    m_title = title;
    Q_EMIT titleChanged();
}

void Document::setLoaded(std::shared_ptr<const LoadedImage> loaded)
{
    if (loaded == m_loaded)
        return;
    m_loaded = std::move(loaded);
    Q_EMIT loadedChanged();
}

void Document::setAnalysis(std::shared_ptr<const Analysis> analysis)
{
    if (analysis == m_analysis)
        return;
    if (!analysis || !m_analysis || analysis->model.id != m_analysis->model.id
        || analysis->imageHash != m_analysis->imageHash)
        m_scores.clear();
    m_analysis = std::move(analysis);
    Q_EMIT analysisChanged();
}

void Document::setMask(BlockMask mask)
{
    if (mask == m_mask)
        return;
    m_mask = mask;
    Q_EMIT maskChanged();
}

void Document::changeMask(BlockMask mask, const QString& label)
{
    endStroke();
    if (mask != m_mask)
        m_undo.push(new MaskCommand(*this, m_mask, mask, label));
}

void Document::beginStroke(BlockIndex first)
{
    endStroke();
    m_stroke = Stroke{m_mask, !m_mask.contains(first)};
    continueStroke(first);
}

void Document::continueStroke(BlockIndex block)
{
    if (m_stroke)
        setMask(m_stroke->hides ? m_mask.with(block) : m_mask.without(block));
}

void Document::endStroke()
{
    if (!m_stroke)
        return;
    const Stroke stroke = *std::exchange(m_stroke, std::nullopt);
    const BlockMask touched(static_cast<std::uint32_t>(stroke.before.bits() ^ m_mask.bits()));
    if (touched.isEmpty())
        return;
    const QString label = touched.count() == 1
        ? (stroke.hides ? tr("Hide %1") : tr("Show %1")).arg(blockName({std::countr_zero(touched.bits())}).toLower())
        : (stroke.hides ? tr("Hide %n block(s)", nullptr, touched.count())
                        : tr("Show %n block(s)", nullptr, touched.count()));
    m_undo.push(new MaskCommand(*this, stroke.before, m_mask, label)); // redo() finds the mask set already
}

void Document::cancelStroke()
{
    if (m_stroke)
        setMask(std::exchange(m_stroke, std::nullopt)->before);
}

void Document::setFocusedBlock(std::optional<BlockIndex> block)
{
    if (block == m_focused)
        return;
    m_focused = block;
    Q_EMIT focusedBlockChanged();
}

void Document::addScore(BlockMask mask, const Prediction& prediction)
{
    m_scores[mask] = prediction;
    Q_EMIT scoreAdded();
}

MaskedScore maskedScoreOf(const MaskTable& table, BlockMask mask)
{
    MaskedScore masked{table.score(mask), table.score5(mask), table.score5(mask) - table.score5(BlockMask()), {}};
    if (table.outputs > 1) {
        const auto row = table.row(mask);
        masked.grades.assign(row.begin(), row.end());
    }
    return masked;
}

std::optional<MaskedScore> Document::scoreFor(BlockMask mask) const
{
    if (!m_analysis)
        return std::nullopt;
    const MaskTable* table = m_analysis->table.get();
    if (table && table->exact)
        return maskedScoreOf(*table, mask);
    const auto it = m_scores.find(mask);
    if (!mask.isEmpty() && it == m_scores.end()) {
        if (!table)
            return std::nullopt;
        MaskedScore estimate = maskedScoreOf(*table, mask);
        estimate.isEstimate = true;
        return estimate;
    }
    const Prediction& prediction = mask.isEmpty() ? m_analysis->prediction : it->second;
    return MaskedScore{prediction.score, prediction.score5, prediction.score5 - m_analysis->prediction.score5,
                       prediction.hasDistribution() ? prediction.output : std::vector<float>()};
}

} // namespace halflens
