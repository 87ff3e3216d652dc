// SPDX-License-Identifier: BSD-3-Clause
// The important half of the shown photo by the judge, which maps are compared with.
#pragma once

#include "core/analysis/analysis.h"
#include "ui/state/workspace.h"

#include <QObject>

#include <memory>
#include <optional>

namespace halflens {

/// GUI thread. The rule of halvesFrom() with HalvesOf::Judge, as `halflens measures` uses it, so that both name the
/// same blocks whichever model is chosen. Works only while somebody asks.
class Judge final : public QObject {
    Q_OBJECT

public:
    /// Outlives the judge.
    explicit Judge(Workspace& workspace, QObject* parent = nullptr);

    /// Has the shown photo judged, unless it is, or is being, or cannot be.
    void ask();
    /// What the halves are taken from, with its report; null while there is none.
    const std::shared_ptr<const Analysis>& verdict() const { return m_verdict; }
    const std::optional<Error>& error() const { return m_error; }

Q_SIGNALS:
    void changed();

private:
    void clear();

    Workspace& m_workspace;
    std::uint64_t m_document = 0; ///< that was asked for; 0: none
    std::shared_ptr<const Analysis> m_verdict;
    std::optional<Error> m_error;
};

} // namespace halflens
