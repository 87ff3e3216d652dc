// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/document.h"

#include "ui/state/mask_command.h"
#include "ui/state/text.h"

#include <QFileInfo>
#include <QSignalBlocker>

#include <algorithm>
#include <utility>
#include <vector>

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
    if (m_loaded)
        m_imageHash = m_loaded->image->contentHash;
    Q_EMIT loadedChanged();
}

void Document::setAnalysis(std::shared_ptr<const Analysis> analysis)
{
    if (analysis == m_analysis && !m_problem)
        return;
    m_problem.reset();
    m_analysis = std::move(analysis);
    Q_EMIT analysisChanged();
}

void Document::setProblem(const Error& problem)
{
    m_problem = problem;
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
        undoStack()->push(new MaskCommand(*this, m_mask, mask, label));
}

MaskHistory Document::history() const
{
    MaskHistory history;
    history.first = m_stroke ? m_stroke->before : m_mask;
    if (!m_undo || m_undo->count() == 0)
        return history;
    std::vector<const MaskCommand*> steps;
    int done = 0;
    for (int index = 0; index < m_undo->count(); ++index) {
        const auto* step = dynamic_cast<const MaskCommand*>(m_undo->command(index));
        if (!step)
            continue; // of a mark or a note
        steps.push_back(step);
        done += index < m_undo->index() ? 1 : 0;
    }
    const int count = static_cast<int>(steps.size());
    const int from = std::clamp(count - MaskHistory::MostSteps, 0, done);
    const int to = std::min(count, from + MaskHistory::MostSteps);
    for (int index = from; index < to; ++index) {
        const MaskCommand& step = *steps[static_cast<std::size_t>(index)];
        if (index == from)
            history.first = step.before();
        history.steps.push_back({step.after(), step.text().toStdString()});
    }
    history.done = done - from;
    return history;
}

void Document::restore(const MaskHistory& history)
{
    m_stroke.reset();
    const BlockMask before = m_mask;
    {
        const QSignalBlocker quiet(*this); // pushing a step does it
        undoStack()->clear();
        m_mask = history.first;
        for (const MaskStep& step : history.steps)
            undoStack()->push(new MaskCommand(*this, m_mask, step.hidden, toQt(step.label)));
        undoStack()->setIndex(history.done);
    }
    if (m_mask != before)
        Q_EMIT maskChanged();
}

void Document::setMarking(const PhotoMarking& marking)
{
    if (marking == m_marking)
        return;
    m_marking = marking;
    Q_EMIT markingChanged();
}

void Document::changeMarking(const PhotoMarking& marking, const QString& label, int edit)
{
    endStroke();
    if (marking != m_marking)
        undoStack()->push(new MarkCommand(*this, m_marking, marking, label, edit));
}

void Document::changeMark(PhotoMark mark)
{
    changeMarking({mark, m_marking.note}, mark == PhotoMark::None ? tr("No mark") : tr("Mark: %1").arg(markName(mark)),
                  0);
}

void Document::changeNote(const QString& note, int edit)
{
    changeMarking({m_marking.mark, note}, tr("Note"), edit);
}

void Document::setMissing(bool missing)
{
    if (missing == m_isMissing)
        return;
    m_isMissing = missing;
    Q_EMIT missingChanged();
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
        : (stroke.hides ? tr("Hide %1 blocks") : tr("Show %1 blocks")).arg(touched.count());
    undoStack()->push(new MaskCommand(*this, stroke.before, m_mask, label)); // redo() finds the mask set already
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

QUndoStack* Document::undoStack()
{
    if (!m_undo)
        m_undo = std::make_unique<QUndoStack>();
    return m_undo.get();
}

} // namespace halflens
