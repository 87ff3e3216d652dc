// SPDX-License-Identifier: BSD-3-Clause
// `halflens panel --figure difference A B`.
#pragma once

#include "app/model_options.h"
#include "core/figure/difference_figure.h"
#include "core/figure/figure_page.h"

namespace halflens {

struct DifferencePanelOptions {
    std::vector<std::string> files; ///< A and B
    std::filesystem::path output;
    PageSetup page;
    const ModelOptions& models;
    double opacity = -1; ///< below 0: the figure's own
    bool colorBar = true;
    std::string title;
    std::string caption;
};

/// Makes the figure and prints what is in it; an exit status.
int runDifferencePanel(const CommonOptions& common, const DifferencePanelOptions& options);

} // namespace halflens
