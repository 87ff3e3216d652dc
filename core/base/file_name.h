// SPDX-License-Identifier: BSD-3-Clause
// File names are bytes, Qt's strings are UTF-16: the way there and back loses nothing.
#pragma once

#include <QString>

#include <filesystem>

namespace halflens {

/// The name as text. Bytes that are no UTF-8 become lone surrogates U+DC80..U+DCFF, which toFilePath() turns back.
QString fromFilePath(const std::filesystem::path& path);

/// The bytes of a name: UTF-8, and what fromFilePath() kept apart as it was.
std::filesystem::path toFilePath(const QString& name);

/// The path a "file://" address names, anything else as it is. Addresses of other machines stay as they are.
std::filesystem::path fromArgument(const std::string& argument);

} // namespace halflens
