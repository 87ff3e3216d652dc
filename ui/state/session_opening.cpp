// SPDX-License-Identifier: BSD-3-Clause
// Opening a session: finding its photos, and making the viewer what it tells of.
#include "ui/state/session_service.h"
#include "ui/state/text.h"
#include "ui/state/viewer.h"

#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr Slot OpenSlot{0, Stage::Listing, -1};

} // namespace

std::vector<std::filesystem::path> SessionService::foldersOf(const QStringList& files)
{
    std::vector<std::filesystem::path> folders;
    for (const QString& file : files) {
        const std::filesystem::path folder = toPath(file).parent_path();
        if (std::find(folders.begin(), folders.end(), folder) == folders.end())
            folders.push_back(folder);
    }
    return folders;
}

void SessionService::open(const QString& file)
{
    const QString absolute = QFileInfo(file).absoluteFilePath();
    lookFor([path = toPath(absolute), others = foldersOf(m_viewer.recent.paths())](
                const std::stop_token& stop) { return openSession(path, others, stop); },
            [this, absolute](const OpenedSession& opened) {
                apply(opened, opened.isFigure ? QString() : absolute);
                m_viewer.recent.add(absolute);
            });
}

/// On the engine: the disks of photos may be slow, and what is written must not wait for them.
void SessionService::lookFor(std::function<Result<OpenedSession>(const std::stop_token&)> find,
                             std::function<void(const OpenedSession&)> found)
{
    cancelOpening();
    m_viewer.workspace.engine().submit({OpenSlot,
                                        Lane::Interactive,
                                        {},
                                        [find = std::move(find)](const JobContext& context) -> Outcome {
                                            context.report(-1, "Looking for the photos of the session");
                                            Result<OpenedSession> opened = find(context.stop());
                                            if (!opened)
                                                return std::move(opened).error();
                                            return Artifact(std::make_shared<const OpenedSession>(*std::move(opened)));
                                        }},
                                       {[this, found = std::move(found)](const Outcome& outcome) {
                                            if (outcome) {
                                                found(*outcome->as<OpenedSession>());
                                                return;
                                            }
                                            giveBack();
                                            m_viewer.workspace.report(outcome.error());
                                        },
                                        {}});
}

void SessionService::cancelOpening()
{
    m_viewer.workspace.engine().cancel(OpenSlot);
    giveBack();
}

/// A copy that was to be recovered is offered again.
void SessionService::giveBack()
{
    if (!m_recovering)
        return;
    m_leftovers.insert(m_leftovers.begin(), *std::exchange(m_recovering, std::nullopt));
    Q_EMIT leftoverChanged();
}

void SessionService::apply(OpenedSession opened, const QString& file)
{
    m_viewer.workspace.engine().cancel(HashSlot); // of the session before
    m_unhashed.clear();
    m_viewer.versions.stop();
    Session& session = opened.session;
    m_facts.clear();
    m_coming.clear();
    m_comingMissing.clear();
    m_comingVersions = session.versions;
    if (opened.isMissing.empty() || opened.isMissing[static_cast<std::size_t>(session.place)])
        m_comingVersions = {}; // another photo will be shown
    QStringList files;
    QStringList missing;
    std::vector<SessionPhoto> photos; // each file once
    int place = 0;
    for (std::size_t i = 0; i < session.photos.size(); ++i) {
        const SessionPhoto& photo = session.photos[i];
        const QString path = fromFilePath(photo.path);
        if (!m_coming.contains(path)) {
            if (static_cast<int>(i) <= session.place)
                place = static_cast<int>(files.size());
            files << path;
            m_coming.insert(path, photo);
            m_comingMissing.insert(path, opened.isMissing[i]);
            if (opened.isMissing[i])
                missing << QFileInfo(path).fileName();
            photos.push_back(photo);
            SessionPhoto facts;
            facts.bytes = photo.bytes;
            facts.sha256 = photo.sha256;
            m_facts.insert(path, std::move(facts));
        }
    }
    session.photos = std::move(photos);
    if (opened.isFigure) { // which tells of no layers and no view
        const std::string model = session.viewer.model;
        session.viewer = m_viewer.state();
        session.viewer.model = model;
        session.viewer.image.clear();
    }
    m_viewer.restore(session.viewer);
    m_viewer.scenarios.restore(session.scenarios);
    const QString model = toQt(session.viewer.model);
    session.isModified = false;
    session.file.clear();
    setSaved(file, std::move(session), false);
    m_viewer.workspace.documents().replace(files, place);
    if (!model.isEmpty() && model != m_viewer.workspace.modelId())
        m_viewer.workspace.report({ErrorCode::InvalidInput,
                                   "session",
                                   tr("the model “%1” of the session is not installed").arg(model).toStdString(),
                                   tr("scores are by the model that is chosen now").toStdString(),
                                   {}});
    Q_EMIT photosLookedFor(missing, opened.elsewhere);
    setSaved(m_file, m_saved, false); // listing them was no work
    lookChanged();
    Q_EMIT this->opened();
}

/// Masks and the like of photos that come into the list from an opened session.
void SessionService::takeAdded(int first, int last)
{
    const bool isOpening = !m_coming.isEmpty();
    for (int i = first; i <= last && !m_coming.isEmpty(); ++i) {
        Document* document = m_viewer.workspace.at(i);
        const auto photo = m_coming.constFind(document->path());
        if (photo == m_coming.constEnd())
            continue;
        document->keep();
        document->restore(photo->masks);
        document->setMarking({photo->mark, toQt(photo->note)});
        document->setMissing(m_comingMissing.value(document->path()));
        m_coming.erase(photo);
    }
    if (isOpening)
        lookChanged();
    else
        workChanged();
}

void SessionService::beginVersions()
{
    lookChanged();
    if (!m_comingVersions.second.empty() && m_viewer.workspace.image().loaded())
        m_viewer.versions.restore(std::exchange(m_comingVersions, {}));
}

} // namespace halflens
