// SPDX-License-Identifier: BSD-3-Clause
// Which files the viewer opens, and where the samples lie.
#pragma once

#include <QString>
#include <QStringList>

namespace halflens {

/// "*.png", "*.jpg", ... for dialogs and folder listings. What a file really is, its content tells.
QStringList imageNameFilters();

/// Absolute paths of expandImagePaths(), without folders that have no images.
QStringList expandPaths(const QStringList& paths);

/// Folder of the sample images: beside the installation, else in the source tree of a build.
/// Empty when there is none.
QString samplesFolder();

} // namespace halflens
