// SPDX-License-Identifier: BSD-3-Clause
// Starting the viewer: settings, theme, models, window.
#pragma once

#include <QString>
#include <QStringList>

class QApplication;

namespace halflens {

struct ViewerOptions {
    QStringList files; ///< images and folders to open
    QString modelsFolder; ///< looked into before the others; empty: none
    QString model; ///< id to use this time; empty: the last one used
    QString theme; ///< "light" or "dark" for this time; empty: the setting
};

/// What the command line of a viewer start asks for. Prints and ends the program for --help,
/// --version and wrong usage, as QCommandLineParser does.
ViewerOptions viewerOptions(const QStringList& arguments);

/// Opens the main window and runs the event loop; its exit status.
int runViewer(QApplication& application, const ViewerOptions& options);
int runViewer(QApplication& application);

} // namespace halflens
