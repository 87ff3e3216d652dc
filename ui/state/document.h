// SPDX-License-Identifier: BSD-3-Clause
// One opened image: immutable results, and the mask the user edits.
#pragma once

#include "core/analysis/analysis.h"
#include "core/base/block.h"
#include "ui/state/image_pyramid.h"

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace halflens {

/// What the current mask means: a look-up in the mask table.
struct MaskedScore {
    double score = 0; ///< native units
    double score5 = 0; ///< 1..5
    double change5 = 0; ///< against the unmasked image
    std::vector<float> grades; ///< five probabilities, or empty
    bool isEstimate = false; ///< from other masks, until this one was tried
};

/// The look-up for one mask.
MaskedScore maskedScoreOf(const MaskTable& table, BlockMask mask);

/// GUI thread. Setters emit once, and only when something changed. Views read and own none of it.
class Document final : public QObject {
    Q_OBJECT

public:
    Document(std::uint64_t id, QString path, QObject* parent = nullptr);

    std::uint64_t id() const { return m_id; }
    const QString& path() const { return m_path; } ///< empty for pasted images
    const QString& title() const { return m_title; }
    void setTitle(const QString& title);

    const std::shared_ptr<const LoadedImage>& loaded() const { return m_loaded; }
    void setLoaded(std::shared_ptr<const LoadedImage> loaded);

    const std::shared_ptr<const Analysis>& analysis() const { return m_analysis; }
    void setAnalysis(std::shared_ptr<const Analysis> analysis);

    BlockMask mask() const { return m_mask; } ///< hidden blocks
    /// One undoable step named `label`; nothing when the mask is that already.
    void changeMask(BlockMask mask, const QString& label);

    /// A stroke turns the blocks it touches hidden, or visible, as its first block asks; it becomes
    /// one undoable step at its end. Undo and presets during a stroke end it first.
    void beginStroke(BlockIndex first);
    void continueStroke(BlockIndex block);
    void endStroke();
    void cancelStroke(); ///< back to the mask before it
    bool isStroking() const { return m_stroke.has_value(); }

    /// The block that keyboard, table and canvas share; nothing when none.
    std::optional<BlockIndex> focusedBlock() const { return m_focused; }
    void setFocusedBlock(std::optional<BlockIndex> block);

    QUndoStack* undoStack() { return &m_undo; }

    /// For any mask from the table; without one, for the whole image and the masks computed so far. A table
    /// of samples gives estimates of the others.
    std::optional<MaskedScore> scoreFor(BlockMask mask) const;
    /// A mask computed on its own, for models without a table. Forgotten with the analysis.
    void addScore(BlockMask mask, const Prediction& prediction);

Q_SIGNALS:
    void titleChanged();
    void loadedChanged();
    void analysisChanged();
    void maskChanged();
    void scoreAdded();
    void focusedBlockChanged();

private:
    friend class MaskCommand;
    struct Stroke {
        BlockMask before;
        bool hides = true;
    };

    void setMask(BlockMask mask);

    std::uint64_t m_id;
    QString m_path;
    QString m_title;
    std::shared_ptr<const LoadedImage> m_loaded;
    std::shared_ptr<const Analysis> m_analysis;
    BlockMask m_mask;
    std::optional<Stroke> m_stroke;
    std::optional<BlockIndex> m_focused;
    std::map<BlockMask, Prediction> m_scores;
    QUndoStack m_undo;
};

} // namespace halflens
