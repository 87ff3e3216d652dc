// SPDX-License-Identifier: BSD-3-Clause
// A selected rectangle of the shown photo and its own score by the chosen model.
#pragma once

#include "core/analysis/region.h"
#include "ui/state/work_state.h"
#include "ui/state/workspace.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace halflens {

/// GUI thread. The rectangle goes with its photo; another model scores it anew.
class RegionService final : public QObject {
    Q_OBJECT

public:
    /// Outlives the service.
    explicit RegionService(Workspace& workspace, QObject* parent = nullptr);

    static constexpr int LeastSide = 16; ///< pixels; less is no rectangle but a slip of the hand

    const std::optional<PixelRect>& rect() const { return m_rect; }
    /// Pixels of the upright photo, cut to it; too small ones are ignored.
    void select(PixelRect rect);
    void clear();
    void cancelWork();

    WorkState state() const { return m_state; }
    const std::shared_ptr<const RegionScore>& score() const { return m_score; } ///< null before it is there

    /// "3.41"; "…" while it is computed.
    QString label() const;
    /// All of it, to be copied; what went wrong where something did. Empty: nothing is selected.
    QString sentence() const;

Q_SIGNALS:
    void changed();

private:
    void submit();
    void submit(bool withTiles);
    void arrived(const Outcome& outcome, bool withTiles);
    bool holdsTiles() const; ///< more than one
    Slot slot() const;

    Workspace& m_workspace;
    std::uint64_t m_document = 0;
    std::optional<PixelRect> m_rect;
    WorkState m_state = WorkState::Absent;
    std::shared_ptr<const RegionScore> m_score;
    std::optional<Error> m_error;
    bool m_isTiling = false; ///< its tiles are on their way
};

} // namespace halflens
