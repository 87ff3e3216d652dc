// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/image_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

bool comesBefore(const QString& a, const QString& b)
{
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < a.size() && j < b.size()) {
        if (a[i].isDigit() && b[j].isDigit()) {
            const auto runEnd = [](const QString& text, qsizetype at) {
                while (at < text.size() && text[at].isDigit())
                    ++at;
                return at;
            };
            const auto number = [](QStringView digits) {
                while (digits.size() > 1 && digits.front().digitValue() == 0)
                    digits = digits.mid(1);
                return digits;
            };
            const qsizetype iEnd = runEnd(a, i);
            const qsizetype jEnd = runEnd(b, j);
            const QStringView first = number(QStringView(a).mid(i, iEnd - i));
            const QStringView second = number(QStringView(b).mid(j, jEnd - j));
            if (first.size() != second.size())
                return first.size() < second.size();
            if (const int order = first.compare(second); order != 0)
                return order < 0;
            i = iEnd;
            j = jEnd;
            continue;
        }
        const QChar first = a[i++].toCaseFolded();
        const QChar second = b[j++].toCaseFolded();
        if (first != second)
            return first < second;
    }
    if (i < a.size() || j < b.size())
        return i == a.size();
    return a < b; // equal but for case or leading zeros: any fixed order
}

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
    std::sort(paths.begin(), paths.end(), comesBefore);
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
