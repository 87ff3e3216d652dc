// SPDX-License-Identifier: BSD-3-Clause
// Which files are meant by names of files, folders and addresses.
#pragma once

#include <QString>

#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

/// Order of file names as people expect it: photo 2 before photo 10, case ignored. Not by the
/// locale's rules, which know no numbers in some environments.
bool comesBefore(const QString& a, const QString& b);

/// The images directly inside a folder, in that order: files with a suffix of imageFormats(), whatever its case, and
/// files without suffix that start as an image does. Hidden files are left out. Empty when the folder cannot be read.
std::vector<std::filesystem::path> imagesInFolder(const std::filesystem::path& folder);

/// Folders replaced by their images, "file://" addresses by paths. Other things stay in the list, and
/// so do folders without images: opening them tells what is wrong.
std::vector<std::filesystem::path> expandImagePaths(const std::vector<std::string>& arguments);

} // namespace halflens
