// SPDX-License-Identifier: BSD-3-Clause
// The session of the viewer: what it is, whether it is saved, and the copy for recovery.
#pragma once

#include "core/engine/request.h"
#include "core/session/session_files.h"
#include "ui/state/autosave.h"

#include <QHash>
#include <QObject>
#include <QStringList>
#include <QThreadPool>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace halflens {

struct Viewer;

/// GUI thread; nothing here waits for a disk but the end. Files are read on the engine and written by a thread of
/// their own, because saving must not stand behind an analysis. Pasted pictures have no file and are not kept.
class SessionService final : public QObject {
    Q_OBJECT

public:
    /// The parts of the viewer exist before this and outlive it.
    explicit SessionService(Viewer& viewer, QObject* parent = nullptr);
    ~SessionService() override; ///< writes what is being written to its end

    Session session() const; ///< what there is now
    const QString& file() const { return m_file; } ///< empty: it has none yet
    QString name() const; ///< of the file, without suffix
    /// Photos, masks, marks, notes or scenarios are others than in the file. False without a file.
    bool isModified() const { return m_isModified; }
    /// Work of a person would be lost: modified, or scenarios, marks or notes without a file.
    bool hasUnsavedWork() const;

    /// A session file or a figure in place of what is opened; failures come by Workspace::failed().
    void open(const QString& file);
    /// Ends what open() or recover() looks for; what there is stays.
    void cancelOpening();
    /// `then` runs when it is written; Workspace::failed() tells when it could not be.
    void save(const QString& file, std::function<void()> then = {});

    /// From now on each change is kept in `folder`, a moment after it; copies of dead programs are looked for there.
    void startRecovery(const QString& folder);
    const Leftover* leftover() const; ///< the newest copy nobody decided on; null: none
    void recover(); ///< that copy in place of what is opened
    void discardLeftover(); ///< it is deleted
    void postponeLeftover(); ///< it is offered again at the next start

    /// Hashes of all photos are known, so that they are found again under other names. For tests.
    bool isHashed() const { return m_unhashed.isEmpty(); }

Q_SIGNALS:
    void changed(); ///< name or modified
    void opened();
    void leftoverChanged();
    /// What became of the photos of a session that was opened: file names of those that are not there, and the number
    /// of those found by their content.
    void photosLookedFor(const QStringList& missing, int elsewhere);

private:
    static constexpr Slot HashSlot{0, Stage::Listing, -2};

    static std::vector<std::filesystem::path> foldersOf(const QStringList& files);
    void connectChanges();
    bool areScenariosNew() const;
    bool isAnyMarked() const;
    void workChanged();
    void lookChanged();
    void tick();
    void run(std::function<void()> work, std::function<void()> done);
    void lookFor(std::function<Result<OpenedSession>(const std::stop_token&)> find,
                 std::function<void(const OpenedSession&)> found);
    void giveBack();
    void apply(OpenedSession opened, const QString& file);
    void takeAdded(int first, int last);
    void beginVersions();
    void setSaved(const QString& file, std::optional<Session> session, bool modified);
    void hashPhotos();
    void hashSome();
    void writeHashes();
    void dropLeftover();

    Viewer& m_viewer;
    QString m_file;
    std::optional<Session> m_saved; ///< what the file holds, or what was opened; none: not known
    bool m_isModified = false;
    QHash<QString, SessionPhoto> m_facts; ///< by path: size and hash
    QHash<QString, SessionPhoto> m_coming; ///< photos of an opened session that are not in the list yet
    QHash<QString, bool> m_comingMissing;
    VersionsState m_comingVersions; ///< once the photo is there
    QStringList m_unhashed;
    QTimer m_timer;
    std::unique_ptr<Autosave> m_autosave;
    bool m_isWriting = false;
    bool m_hasTold = false; ///< that no copy for recovery can be written
    int m_saves = 0; ///< on their way to the disk
    std::vector<Leftover> m_leftovers;
    std::optional<Leftover> m_recovering; ///< while its photos are looked for
    std::optional<Leftover> m_recovered; ///< until a copy of this program holds it
    QThreadPool m_writer;
};

} // namespace halflens
