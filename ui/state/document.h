// SPDX-License-Identifier: BSD-3-Clause
// One opened image: immutable results, and what the user makes of it: mask, mark, note.
#pragma once

#include "core/analysis/analysis.h"
#include "core/base/block.h"
#include "core/session/mask_history.h"
#include "ui/state/image_pyramid.h"
#include "ui/state/photo_marking.h"

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace halflens {

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

    /// Hash of the pixels it was last shown with; empty: never shown.
    const std::string& imageHash() const { return m_imageHash; }

    /// By the chosen model; null while there is none, and while another image is shown.
    const std::shared_ptr<const Analysis>& analysis() const { return m_analysis; }
    void setAnalysis(std::shared_ptr<const Analysis> analysis); ///< what was wrong is not any more
    /// Why there is no more of an analysis than there is; nothing while it is well.
    const std::optional<Error>& problem() const { return m_problem; }
    void setProblem(const Error& problem); ///< tells as another analysis does

    BlockMask mask() const { return m_mask; } ///< hidden blocks
    /// One undoable step named `label`; nothing when the mask is that already.
    void changeMask(BlockMask mask, const QString& label);
    /// The mask with its undo steps, the newest MaskHistory::MostSteps of them, without those of marks and notes; a
    /// stroke counts when it has ended.
    MaskHistory history() const;
    void restore(const MaskHistory& history);

    const PhotoMarking& marking() const { return m_marking; }
    /// Undoable steps; nothing when it is that already. Notes of one `edit` are one step; 0: a step of its own.
    void changeMark(PhotoMark mark);
    void changeNote(const QString& note, int edit = 0);
    void setMarking(const PhotoMarking& marking); ///< no step: undo itself, and what a session had

    /// A session names it: it stays in the list when its file cannot be read.
    bool isKept() const { return m_isKept; }
    void keep() { m_isKept = true; }
    /// Its file was not there, or not readable, when it was last looked for.
    bool isMissing() const { return m_isMissing; }
    void setMissing(bool missing);

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

    QUndoStack* undoStack(); ///< made when first asked for: most images of a folder are never touched

Q_SIGNALS:
    void titleChanged();
    void loadedChanged();
    void analysisChanged();
    void maskChanged();
    void focusedBlockChanged();
    void missingChanged();
    void markingChanged();

private:
    friend class MaskCommand;
    struct Stroke {
        BlockMask before;
        bool hides = true;
    };

    void setMask(BlockMask mask);
    void changeMarking(const PhotoMarking& marking, const QString& label, int edit);

    std::uint64_t m_id;
    QString m_path;
    QString m_title;
    std::shared_ptr<const LoadedImage> m_loaded;
    std::string m_imageHash;
    std::shared_ptr<const Analysis> m_analysis;
    std::optional<Error> m_problem;
    BlockMask m_mask;
    bool m_isKept = false;
    bool m_isMissing = false;
    PhotoMarking m_marking;
    std::optional<Stroke> m_stroke;
    std::optional<BlockIndex> m_focused;
    std::unique_ptr<QUndoStack> m_undo;
};

} // namespace halflens
