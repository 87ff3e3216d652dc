// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/file_watch.h"

#include "ui/state/text.h"

#include <QDir>
#include <QFileInfo>

#include <chrono>
#include <utility>

namespace halflens {

namespace {

constexpr std::chrono::milliseconds SettlingTime{300};

} // namespace

FileWatch::FileWatch(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    m_settling.setSingleShot(true);
    m_settling.setInterval(SettlingTime);
    connect(&m_settling, &QTimer::timeout, this, &FileWatch::settled);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, [this] { m_settling.start(); });
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] {
        const Document* document = m_workspace.current();
        // A file that was replaced is no longer watched; anything else in the folder does not matter.
        if (document && !m_watcher.files().contains(document->path()))
            m_settling.start();
    });
    connect(&workspace.image(), &CurrentImage::changed, this, &FileWatch::follow);
    connect(&workspace.image(), &CurrentImage::analysisChanged, this, &FileWatch::scored);
}

void FileWatch::follow()
{
    m_settling.stop();
    if (const QStringList watched = m_watcher.files() + m_watcher.directories(); !watched.isEmpty())
        m_watcher.removePaths(watched);
    watch();
    scored();
}

void FileWatch::watch()
{
    const Document* document = m_workspace.current();
    if (!document || document->path().isEmpty())
        return;
    const QFileInfo file(document->path());
    if (file.exists())
        m_watcher.addPath(document->path());
    if (file.dir().exists())
        m_watcher.addPath(file.path());
}

void FileWatch::settled()
{
    const Document* document = m_workspace.current();
    if (!document || !QFileInfo::exists(document->path()))
        return; // when it comes back its folder says so
    watch();
    m_workspace.documents().refresh();
}

void FileWatch::scored()
{
    const Document* document = m_workspace.current();
    const Analysis* analysis = m_workspace.image().analysis();
    if (!document || !analysis)
        return;
    const Scored now{document->id(), analysis->imageHash, analysis->model.id, analysis->prediction.score};
    const std::optional<Scored> before = std::exchange(m_last, now);
    if (!before || before->document != now.document || before->imageHash == now.imageHash)
        return;
    const QString text = tr("%1 has changed and was read again.").arg(document->title());
    Q_EMIT readAgain(before->model == now.model ? tr("%1 Score of the whole image %2, before %3 (%4).")
                                                      .arg(text, scoreText(now.score), scoreText(before->score),
                                                           changeText(now.score - before->score))
                                                : text);
}

} // namespace halflens
