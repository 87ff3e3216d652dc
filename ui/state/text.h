// SPDX-License-Identifier: BSD-3-Clause
// How numbers and names are written in the viewer, in one place.
#pragma once

#include "core/base/block.h"
#include "core/base/file_name.h"

#include <QString>

#include <filesystem>
#include <string>

namespace halflens {

inline QString toQt(const std::string& text)
{
    return QString::fromStdString(text);
}

/// A path as the file system layer wants it; Qt keeps file names in UTF-16.
inline std::filesystem::path toPath(const QString& path)
{
    return toFilePath(path);
}

/// "3.21", always two decimals, the minus sign a real one.
QString scoreText(double score);

/// "+0.12", "−0.07"; "±0.00" for what rounds to nothing.
QString changeText(double change);

/// "~" before a number that is an estimate, nothing before others.
QString estimateMark(bool isEstimate);

/// Blocks are numbered from 0, as in the commands and the files.
QString blockName(BlockIndex block);

/// "0.35 s", "60 ms".
QString durationText(double seconds);

} // namespace halflens
