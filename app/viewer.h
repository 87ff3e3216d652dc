// SPDX-License-Identifier: BSD-3-Clause
// Starting the viewer: settings, theme, models, window.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

struct ViewerOptions {
    std::vector<std::string> files; ///< images and folders to open
    std::string model; ///< id to use this time; empty: the last one used
    std::string theme; ///< "system", "light" or "dark" for this time; empty: the setting
};

/// Opens the main window and runs the event loop; its exit status. `modelsFolder` is looked into before the others;
/// empty: none. There is a QApplication; GUI thread.
int runViewer(const ViewerOptions& options, const std::filesystem::path& modelsFolder);

} // namespace halflens
