// SPDX-License-Identifier: BSD-3-Clause
// `halflens panel` for figures of maps: Figs. 1 and 3 and free layouts.
#pragma once

#include "app/model_options.h"
#include "core/explain/explain_map.h"
#include "core/figure/figure_page.h"

namespace halflens {

struct MapPanelOptions {
    std::vector<std::string> files;
    std::filesystem::path output;
    std::string figure; ///< "1", "3" or a layout file
    std::string title;
    std::string caption;
    PageSetup page;
    ModelOptions models;
    ReportOptions report;
    double opacity = -1; ///< of maps over the photo; below 0: the figure's own
    bool imagesAsColumns = false;
    int samples = 0; ///< of LIME; 0: the package's
    std::string segments = "quickshift";
    bool colorBars = true;
};

/// Makes the figure and prints what is in it; an exit status.
int runMapPanel(const CommonOptions& common, const MapPanelOptions& options);

} // namespace halflens
