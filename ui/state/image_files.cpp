// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/image_files.h"

#include <QCollator>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

QStringList imageNameFilters()
{
    return {u"*.png"_s,  u"*.jpg"_s, u"*.jpeg"_s, u"*.jpe"_s, u"*.tif"_s, u"*.tiff"_s,
            u"*.webp"_s, u"*.bmp"_s, u"*.ppm"_s,  u"*.pgm"_s, u"*.pnm"_s, u"*.pbm"_s};
}

QStringList imagesInFolder(const QString& folder)
{
    const QFileInfoList entries =
        QDir(folder).entryInfoList(imageNameFilters(), QDir::Files | QDir::Readable, QDir::NoSort);
    QStringList paths;
    for (const QFileInfo& entry : entries)
        paths << entry.absoluteFilePath();
    QCollator collator;
    collator.setNumericMode(true);
    collator.setCaseSensitivity(Qt::CaseInsensitive);
    std::sort(paths.begin(), paths.end(), [&](const QString& a, const QString& b) {
        const int order = collator.compare(a, b);
        return order != 0 ? order < 0 : a < b;
    });
    return paths;
}

QStringList expandPaths(const QStringList& paths)
{
    QStringList files;
    for (const QString& path : paths) {
        const QFileInfo info(path);
        if (info.isDir())
            files << imagesInFolder(path);
        else
            files << info.absoluteFilePath();
    }
    files.removeDuplicates();
    return files;
}

QString samplesFolder()
{
    const QStringList candidates{QCoreApplication::applicationDirPath() + "/../share/halflens/samples"_L1,
                                 QStringLiteral(HALFLENS_SOURCE_DIR) + "/resources/samples"_L1};
    for (const QString& candidate : candidates) {
        if (!imagesInFolder(candidate).isEmpty())
            return QDir(candidate).canonicalPath();
    }
    return {};
}

} // namespace halflens
