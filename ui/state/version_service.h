// SPDX-License-Identifier: BSD-3-Clause
// The shown photo against a second version of it: what each model says, and which blocks come from the second.
#pragma once

#include "core/masking/difference.h"
#include "core/session/versions_state.h"
#include "ui/state/work_state.h"
#include "ui/state/workspace.h"

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <memory>
#include <optional>
#include <vector>

namespace halflens {

/// B as it was read and as it is shown.
struct SecondPhoto {
    std::shared_ptr<const Image> image; ///< what models are fed from
    std::shared_ptr<const LoadedImage> shown; ///< brought to the size of A
};

/// What one model says of the two versions.
struct VersionVerdict {
    ModelEntry entry;
    WorkState state = WorkState::Absent;
    double fraction = -1; ///< of the work, while it is known
    std::shared_ptr<const VersionComparison>
        comparison; ///< so far, while the state is Working; null before there is one
    std::optional<Error> error;
};

/// GUI thread. A is the shown photo: the comparison ends when another one is shown. All models are asked, the chosen
/// one first, with the options of `halflens compare`, so that the numbers are equal.
class VersionService final : public QObject {
    Q_OBJECT

public:
    /// Outlives the service.
    explicit VersionService(Workspace& workspace, QObject* parent = nullptr);

    void start(const QString& path);
    void start(const Document& second); ///< one of the opened photos
    void stop(); ///< back to the one photo

    bool isOn() const { return m_second != nullptr; } ///< B is there
    bool isReading() const { return m_isReading; } ///< B is on its way
    const std::shared_ptr<const LoadedImage>& first() const { return m_first; }
    const std::shared_ptr<const SecondPhoto>& second() const { return m_second; } ///< null: off
    QString firstName() const;
    const QString& secondName() const { return m_secondName; }
    QString sizeNote() const; ///< what was done to show B over A; empty: both have one size

    const std::vector<VersionVerdict>& verdicts() const { return m_verdicts; } ///< in the order of the model source
    const VersionVerdict* chosen() const; ///< of the chosen model; null: there is none
    const VersionComparison* comparison() const; ///< of the chosen model; null while it is not done
    const VersionComparison*
    soFar() const; ///< the same, or what follows from the rows there are; null while there is none
    void retry(int index); ///< after an error or a cancel
    void cancelWork(); ///< what is there stays

    BlockMask fromB() const { return m_state.fromB; } ///< blocks that are exchanged
    /// One undoable step named `label`; nothing when the blocks are those already.
    void changeFromB(BlockMask blocks, const QString& label);
    void beginStroke(BlockIndex first); ///< a stroke becomes one undoable step at its end
    void continueStroke(BlockIndex block);
    void endStroke();
    void cancelStroke();
    QUndoStack& undoStack() { return m_undo; }

    const VersionsState& state() const { return m_state; }
    /// Begins, or ends, the comparison it tells of.
    void restore(const VersionsState& state);
    void setView(VersionsView view);
    void setSplit(double share); ///< 0..1
    void setContributions(bool shown);

    BlockMask marked() const { return m_marked; } ///< blocks that are pointed at
    void setMarked(BlockMask blocks);

Q_SIGNALS:
    void onChanged(); ///< a comparison begins or ends
    void verdictsChanged();
    void fromBChanged();
    void viewChanged(); ///< how it is shown, marks among it

private:
    friend class ExchangeCommand;
    struct Stroke {
        BlockMask before;
        bool takes = true; ///< blocks of B, else gives them back
    };

    bool begin(const QString& name);
    void read(std::function<Outcome(const JobContext&)> load);
    void arrived(const Outcome& outcome);
    void askAll();
    void ask(int index);
    void stopWork();
    void setFromB(BlockMask blocks);
    bool isChosen(const VersionVerdict& verdict) const;
    Slot readSlot() const;
    Slot slotOf(int index) const;

    Workspace& m_workspace;
    std::uint64_t m_document = 0; ///< A's
    std::shared_ptr<const LoadedImage> m_first;
    std::shared_ptr<const SecondPhoto> m_second;
    QString m_secondName;
    bool m_isReading = false;
    std::vector<VersionVerdict> m_verdicts;
    VersionsState m_state;
    BlockMask m_marked;
    std::optional<Stroke> m_stroke;
    QUndoStack m_undo;
};

} // namespace halflens
