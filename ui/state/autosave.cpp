// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/autosave.h"

#include "core/base/file.h"
#include "ui/state/text.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUuid>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

const QString Suffix = u".halflens"_s;

/// Of the copy `file`. Taken: its program is gone.
std::shared_ptr<QLockFile> lockOf(const QString& file)
{
    auto lock = std::make_shared<QLockFile>(file.chopped(Suffix.size()) + u".lock"_s);
    lock->setStaleLockTime(0); // however long it runs, only a dead one has left its copy
    return lock;
}

} // namespace

Autosave::Autosave(const QString& folder)
    : m_folder(folder)
{
    if (folder.isEmpty() || !QDir().mkpath(folder))
        return;
    m_file = QDir(folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + Suffix);
    m_lock = std::make_unique<QLockFile>(m_file.chopped(Suffix.size()) + u".lock"_s);
    m_lock->setStaleLockTime(0);
    if (!m_lock->tryLock(0))
        m_lock.reset();
}

Autosave::~Autosave()
{
    if (isOn())
        clear();
}

Status Autosave::write(const Session& session) const
{
    return writeFileAtomically(toPath(m_file), toText(session));
}

void Autosave::clear() const
{
    QFile::remove(m_file);
}

std::vector<Leftover> Autosave::leftovers() const
{
    std::vector<Leftover> found;
    for (const QFileInfo& info : QDir(m_folder).entryInfoList({u'*' + Suffix}, QDir::Files, QDir::Time)) {
        Leftover leftover{info.filePath(), info.lastModified(), {}, lockOf(info.filePath())};
        if (leftover.file == m_file || !leftover.lock->tryLock(0))
            continue;
        const auto bytes = readFile(toPath(leftover.file), MaxSessionBytes);
        if (!bytes)
            continue;
        Result<Session> session = sessionFromText(std::string(bytes->begin(), bytes->end()));
        if (!session || session->photos.empty()) // of another version, perhaps: it stays
            continue;
        leftover.session = *std::move(session);
        found.push_back(std::move(leftover));
    }
    return found;
}

void Autosave::remove(const Leftover& leftover)
{
    QFile::remove(leftover.file);
    leftover.lock->unlock();
}

} // namespace halflens
