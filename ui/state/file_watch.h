// SPDX-License-Identifier: BSD-3-Clause
// Analysts save in another program and look here: the shown photo is read again when its file changes.
#pragma once

#include "ui/state/workspace.h"

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include <cstdint>
#include <optional>
#include <string>

namespace halflens {

/// GUI thread. Watches the file of the shown photo alone.
class FileWatch final : public QObject {
    Q_OBJECT

public:
    /// `workspace` outlives this.
    explicit FileWatch(Workspace& workspace, QObject* parent = nullptr);

Q_SIGNALS:
    /// The shown photo has other pixels than before, by itself or after F5: a sentence with the score of the whole
    /// image by the chosen model, now and before.
    void readAgain(const QString& text);

private:
    void follow();
    void watch();
    void settled();
    void scored();

    struct Scored {
        std::uint64_t document = 0;
        std::string imageHash;
        std::string model;
        double score = 0; ///< native
    };

    Workspace& m_workspace;
    QFileSystemWatcher m_watcher;
    QTimer m_settling; ///< programs write a file in several steps, or beside it and rename
    std::optional<Scored> m_last;
};

} // namespace halflens
