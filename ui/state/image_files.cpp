// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/image_files.h"

#include "core/base/file_name.h"
#include "core/base/installation.h"
#include "core/image/decode.h"
#include "core/image/image_folder.h"

namespace halflens {

using namespace Qt::StringLiterals;

QStringList imageNameFilters()
{
    QStringList filters;
    for (const ImageFormat& format : imageFormats()) {
        for (const std::string& suffix : format.suffixes)
            filters << "*."_L1 + QString::fromStdString(suffix);
    }
    return filters;
}

QStringList expandPaths(const QStringList& paths)
{
    std::vector<std::string> arguments;
    for (const QString& path : paths)
        arguments.push_back(toFilePath(path).native());
    QStringList files;
    for (const std::filesystem::path& path : expandImagePaths(arguments)) {
        std::error_code failed;
        if (!std::filesystem::is_directory(path, failed))
            files << fromFilePath(std::filesystem::absolute(path).lexically_normal());
    }
    files.removeDuplicates();
    return files;
}

QString samplesFolder()
{
    const std::filesystem::path folder = dataFolder("samples");
    return folder.empty() || imagesInFolder(folder).empty() ? QString() : fromFilePath(folder);
}

} // namespace halflens
