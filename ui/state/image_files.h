// SPDX-License-Identifier: BSD-3-Clause
// Which files the viewer opens, and where the samples lie.
#pragma once

#include <QString>
#include <QStringList>

namespace halflens {

/// "*.png", "*.jpg", ... for dialogs and folder listings. What a file really is, its content tells.
QStringList imageNameFilters();

/// Order of file names as people expect it: photo 2 before photo 10, case ignored. Not by the
/// locale's rules, which know no numbers in some environments.
bool comesBefore(const QString& a, const QString& b);

/// The images directly inside a folder, in that order.
QStringList imagesInFolder(const QString& folder);

/// Files as they are, folders replaced by their images, without doubles. Other things stay in the
/// list: opening them tells the user what is wrong.
QStringList expandPaths(const QStringList& paths);

/// Folder of the sample images: beside the installation, else in the source tree of a build.
/// Empty when there is none.
QString samplesFolder();

} // namespace halflens
