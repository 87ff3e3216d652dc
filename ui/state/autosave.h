// SPDX-License-Identifier: BSD-3-Clause
// Copies of the session for recovery: one file of each running program, and those that dead ones left.
#pragma once

#include "core/session/session.h"

#include <QDateTime>
#include <QLockFile>
#include <QString>

#include <memory>
#include <vector>

namespace halflens {

/// A copy whose program is gone. While this lives, no other program takes it.
struct Leftover {
    QString file;
    QDateTime when; ///< it was written
    Session session;
    std::shared_ptr<QLockFile> lock;
};

/// A folder of pairs "<name>.halflens" and "<name>.lock". The lock names the process: the system tells whether it still
/// runs, so that a copy is offered after any end that was none, and only then.
class Autosave {
public:
    /// Makes the folder and a name of its own in it. Without it, or where it cannot be made, nothing is kept.
    explicit Autosave(const QString& folder);
    /// A clean end: what was kept is not needed any more.
    ~Autosave();
    Autosave(const Autosave&) = delete;
    Autosave& operator=(const Autosave&) = delete;

    bool isOn() const { return m_lock != nullptr; }
    /// Atomically; any thread, one call at a time. Io.
    Status write(const Session& session) const;
    void clear() const;

    /// Those of dead programs that can be read and hold photos, newest first. Any thread.
    std::vector<Leftover> leftovers() const;
    /// Nobody needs it any more.
    static void remove(const Leftover& leftover);

private:
    QString m_folder;
    QString m_file;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace halflens
