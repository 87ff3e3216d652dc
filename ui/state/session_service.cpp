// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/session_service.h"

#include "core/base/file.h"
#include "ui/state/text.h"
#include "ui/state/viewer.h"

#include <QFileInfo>

#include <algorithm>
#include <tuple>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int TickMs = 1000; ///< from a change to its copy: what a kill may cost
constexpr int HashedAtOnce = 4;

} // namespace

SessionService::SessionService(Viewer& viewer, QObject* parent)
    : QObject(parent)
    , m_viewer(viewer)
    , m_timer(this)
{
    m_writer.setMaxThreadCount(1); // in the order they were asked for
    m_timer.setSingleShot(true);
    m_timer.setInterval(TickMs);
    connect(&m_timer, &QTimer::timeout, this, &SessionService::tick);
    connectChanges();
}

SessionService::~SessionService()
{
    m_writer.waitForDone();
}

void SessionService::connectChanges()
{
    const Workspace& workspace = m_viewer.workspace;
    const DocumentList& documents = m_viewer.workspace.documents();
    connect(&documents, &DocumentList::added, this, &SessionService::takeAdded);
    connect(&documents, &DocumentList::removed, this, &SessionService::workChanged);
    connect(&documents, &DocumentList::markingChanged, this, [this] {
        if (m_coming.isEmpty())
            workChanged();
        else
            lookChanged(); // those of the session that is opened
    });
    connect(&documents, &DocumentList::wantedChanged, this, &SessionService::lookChanged);
    const CurrentImage& image = m_viewer.workspace.image();
    connect(&image, &CurrentImage::maskChanged, this, &SessionService::workChanged);
    connect(&image, &CurrentImage::changed, this, &SessionService::beginVersions);
    connect(&m_viewer.scenarios, &ScenarioBook::changed, this, [this] {
        if (areScenariosNew())
            workChanged();
        else
            lookChanged(); // a score came in
    });
    connect(&workspace, &Workspace::modelChanged, this, &SessionService::lookChanged);
    for (auto signal : {&LayerStack::currentChanged, &LayerStack::parametersChanged})
        connect(&m_viewer.layers, signal, this, &SessionService::lookChanged);
    connect(&m_viewer.layers, &LayerStack::lookChanged, this, &SessionService::lookChanged);
    connect(&m_viewer.layers, &LayerStack::onChanged, this, &SessionService::lookChanged);
    connect(&m_viewer.view, &SharedView::changed, this, &SessionService::lookChanged);
    connect(&m_viewer.comparison, &Comparison::onChanged, this, &SessionService::lookChanged);
    for (auto signal : {&VersionService::onChanged, &VersionService::fromBChanged, &VersionService::viewChanged})
        connect(&m_viewer.versions, signal, this, &SessionService::lookChanged);
}

QString SessionService::name() const
{
    return QFileInfo(m_file).completeBaseName();
}

Session SessionService::session() const
{
    Session session;
    session.viewer = m_viewer.state();
    session.viewer.image.clear();
    session.viewer.mask = {};
    session.versions = m_viewer.versions.isOn() ? m_viewer.versions.state() : VersionsState();
    const Workspace& workspace = m_viewer.workspace;
    const int wanted = workspace.wantedIndex();
    for (int i = 0; i < workspace.count(); ++i) {
        const Document* document = workspace.at(i);
        if (document->path().isEmpty())
            continue;
        if (i <= wanted)
            session.place = static_cast<int>(session.photos.size());
        SessionPhoto photo = m_facts.value(document->path());
        photo.path = toPath(document->path());
        photo.masks = document->history();
        photo.mark = document->marking().mark;
        photo.note = document->marking().note.toStdString();
        session.photos.push_back(std::move(photo));
    }
    session.scenarios = m_viewer.scenarios.scenarios();
    return session;
}

bool SessionService::hasUnsavedWork() const
{
    if (!m_file.isEmpty())
        return m_isModified;
    return areScenariosNew() || isAnyMarked();
}

bool SessionService::isAnyMarked() const
{
    for (int i = 0; i < m_viewer.workspace.count(); ++i) {
        const Document& document = *m_viewer.workspace.at(i);
        if (!document.path().isEmpty() && !document.marking().isEmpty())
            return true;
    }
    return false;
}

bool SessionService::areScenariosNew() const
{
    Session now;
    now.scenarios = m_viewer.scenarios.scenarios();
    Session before;
    if (m_saved)
        before.scenarios = m_saved->scenarios;
    return !isSameWork(now, before);
}

void SessionService::workChanged()
{
    if (!m_file.isEmpty() && !m_isModified) {
        m_isModified = true; // tick() takes it back where it comes to the same
        Q_EMIT changed();
    }
    lookChanged();
}

void SessionService::lookChanged()
{
    if (!m_timer.isActive() && (m_autosave || !m_file.isEmpty()))
        m_timer.start();
}

void SessionService::tick()
{
    if (m_isWriting || m_viewer.workspace.documents().isListing()) {
        m_timer.start();
        return;
    }
    Session now = session();
    if (m_saved && !m_file.isEmpty() && std::exchange(m_isModified, !isSameWork(now, *m_saved)) != m_isModified)
        Q_EMIT changed();
    if (!m_autosave || !m_autosave->isOn())
        return;
    now.file = toPath(m_file);
    now.isModified = hasUnsavedWork();
    m_isWriting = true;
    auto status = std::make_shared<Status>();
    run(
        [autosave = m_autosave.get(), now = std::move(now), status] {
            if (now.photos.empty())
                autosave->clear();
            else
                *status = autosave->write(now);
        },
        [this, status, recovered = std::exchange(m_recovered, std::nullopt)] {
            m_isWriting = false;
            if (*status && recovered)
                Autosave::remove(*recovered); // this program's copy holds it now
            else if (recovered)
                m_recovered = recovered;
            if (!*status && !std::exchange(m_hasTold, true)) // once: it would be every second
                m_viewer.workspace.report(
                    {ErrorCode::Io,
                     "session",
                     tr("no copy for recovery can be kept: ").toStdString() + status->error().reason,
                     tr("save the session in time").toStdString(),
                     {}});
        });
}

/// `work` on the writing thread, `done` here afterwards, unless this is gone by then.
void SessionService::run(std::function<void()> work, std::function<void()> done)
{
    m_writer.start([this, work = std::move(work), done = std::move(done)] {
        work();
        QMetaObject::invokeMethod(this, done, Qt::QueuedConnection); // the destructor waits for this
    });
}

void SessionService::save(const QString& file, std::function<void()> then)
{
    m_viewer.workspace.documents().finishListing();
    const QString absolute = QFileInfo(file).absoluteFilePath();
    auto status = std::make_shared<Status>();
    auto kept = std::make_shared<const Session>(session());
    ++m_saves;
    run([path = toPath(absolute), kept, status] { *status = writeSession(path, *kept); },
        [this, absolute, kept, status, then = std::move(then)] {
            --m_saves;
            if (!*status) {
                m_viewer.workspace.report(Error(status->error()).withFile(absolute.toStdString()));
                return;
            }
            setSaved(absolute, *kept, !isSameWork(session(), *kept));
            m_viewer.recent.add(absolute);
            hashPhotos();
            lookChanged(); // the copy for recovery names the file
            if (then)
                then();
        });
}

void SessionService::setSaved(const QString& file, std::optional<Session> session, bool modified)
{
    m_file = file;
    m_saved = std::move(session);
    m_isModified = modified;
    Q_EMIT changed();
}

void SessionService::hashPhotos()
{
    m_unhashed.clear();
    bool isNew = false;
    for (const SessionPhoto& photo : m_saved->photos) {
        const QString path = fromFilePath(photo.path);
        if (m_facts.value(path).sha256.empty())
            m_unhashed << path;
        else
            isNew = isNew || photo.sha256.empty();
    }
    if (!m_unhashed.isEmpty())
        hashSome();
    else if (isNew)
        writeHashes();
}

/// A few at a time, as long as nobody wants anything else of the engine; at the end the file is written once more.
void SessionService::hashSome()
{
    const QStringList files = m_unhashed.mid(0, HashedAtOnce);
    using Hashes = std::vector<std::pair<std::int64_t, std::string>>;
    m_viewer.workspace.engine().submit(
        {HashSlot,
         Lane::Idle,
         {},
         [files](const JobContext& context) -> Outcome {
             auto hashes = std::make_shared<Hashes>();
             for (const QString& file : files) {
                 if (context.isStopped())
                     return cancelledError();
                 std::error_code failed;
                 const auto size = std::filesystem::file_size(toPath(file), failed);
                 const Result<std::string> hash = sha256HexOfFile(toPath(file));
                 hashes->emplace_back(hash && !failed ? static_cast<std::int64_t>(size) : -1,
                                      hash && !failed ? *hash : std::string());
             }
             return Artifact(std::shared_ptr<const Hashes>(std::move(hashes)));
         }},
        {[this, files](const Outcome& outcome) {
             if (!outcome || !m_saved)
                 return;
             const auto hashes = outcome->as<Hashes>();
             for (qsizetype i = 0; i < files.size(); ++i) {
                 SessionPhoto& facts = m_facts[files.at(i)];
                 std::tie(facts.bytes, facts.sha256) = (*hashes)[static_cast<std::size_t>(i)];
                 m_unhashed.removeOne(files.at(i));
             }
             if (!m_unhashed.isEmpty())
                 hashSome();
             else if (m_saves == 0) // else it is on its way to the file already, and what is known would undo it
                 writeHashes();
         },
         {}});
}

void SessionService::writeHashes()
{
    for (SessionPhoto& photo : m_saved->photos) {
        const SessionPhoto facts = m_facts.value(fromFilePath(photo.path));
        photo.bytes = facts.bytes;
        photo.sha256 = facts.sha256;
    }
    run([path = toPath(m_file), kept = *m_saved] { (void)writeSession(path, kept); }, [] {});
}

void SessionService::startRecovery(const QString& folder)
{
    m_autosave = std::make_unique<Autosave>(folder);
    auto found = std::make_shared<std::vector<Leftover>>();
    run([autosave = m_autosave.get(), found] { *found = autosave->leftovers(); },
        [this, found] {
            m_leftovers = std::move(*found);
            if (!m_leftovers.empty())
                Q_EMIT leftoverChanged();
        });
    lookChanged();
}

const Leftover* SessionService::leftover() const
{
    return m_leftovers.empty() ? nullptr : &m_leftovers.front();
}

void SessionService::dropLeftover()
{
    m_leftovers.erase(m_leftovers.begin());
    Q_EMIT leftoverChanged();
}

void SessionService::discardLeftover()
{
    Autosave::remove(m_leftovers.front());
    dropLeftover();
}

void SessionService::postponeLeftover()
{
    m_leftovers.front().lock->unlock();
    dropLeftover();
}

void SessionService::recover()
{
    const Leftover chosen = m_leftovers.front();
    m_leftovers.erase(m_leftovers.begin());
    lookFor(
        [session = chosen.session,
         others = foldersOf(m_viewer.recent.paths())](const std::stop_token& stop) -> Result<OpenedSession> {
            OpenedSession opened = findPhotos(session, session.file.parent_path(), others, stop);
            if (stop.stop_requested())
                return cancelledError();
            return opened;
        },
        [this](const OpenedSession& opened) {
            m_recovered = std::exchange(m_recovering, std::nullopt);
            const QString file = fromFilePath(opened.session.file);
            apply(opened, file);
            if (opened.session.isModified) { // what the file itself holds nobody knows here
                m_saved.reset();
                m_isModified = !file.isEmpty();
            }
            Q_EMIT changed();
        });
    m_recovering = chosen;
    Q_EMIT leftoverChanged();
}

} // namespace halflens
