// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/recent_files.h"

#include <QFileInfo>

namespace halflens {

RecentFiles::RecentFiles(Settings& settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
{
    connect(&m_settings, &Settings::changed, this, [this](const QString& key) {
        if (key == setting::RecentFiles)
            Q_EMIT changed();
    });
}

QStringList RecentFiles::paths() const
{
    return m_settings.value(setting::RecentFiles).toStringList();
}

void RecentFiles::add(const QString& path)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList list = paths();
    list.removeAll(absolute);
    list.prepend(absolute);
    m_settings.setValue(setting::RecentFiles, list.mid(0, Limit));
}

void RecentFiles::remove(const QString& path)
{
    QStringList list = paths();
    list.removeAll(QFileInfo(path).absoluteFilePath());
    m_settings.setValue(setting::RecentFiles, list);
}

void RecentFiles::clear()
{
    m_settings.setValue(setting::RecentFiles, QStringList());
}

} // namespace halflens
