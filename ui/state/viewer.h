// SPDX-License-Identifier: BSD-3-Clause
// Everything behind the window, put together in one place; widgets get a reference and own none of it.
#pragma once

#include "core/session/viewer_state.h"
#include "ui/state/comparison.h"
#include "ui/state/file_watch.h"
#include "ui/state/judge.h"
#include "ui/state/layer_stack.h"
#include "ui/state/layer_view.h"
#include "ui/state/map_service.h"
#include "ui/state/photo_list_model.h"
#include "ui/state/recent_files.h"
#include "ui/state/region_service.h"
#include "ui/state/scenario_book.h"
#include "ui/state/session_service.h"
#include "ui/state/settings.h"
#include "ui/state/shared_view.h"
#include "ui/state/version_service.h"
#include "ui/state/workspace.h"

#include <filesystem>

namespace halflens {

/// GUI thread. Outlives the widgets that look at it.
struct Viewer {
    /// Both outlive the viewer.
    /// `scores`: where scores of photos are kept; empty: for this run only.
    Viewer(ModelSource& models, Settings& settings, std::filesystem::path scores = {});

    /// What is shown now, as a value.
    ViewerState state() const;
    /// Shows that; an unknown model is ignored. The image is opened, and gets its mask at once.
    void restore(const ViewerState& state);

    Settings& settings;
    RecentFiles recent;
    Workspace workspace;
    FileWatch fileWatch;
    PhotoScores photoScores;
    PhotoListModel photos; ///< the order photos are gone through
    LayerStack layers;
    MapService maps;
    Judge judge;
    RegionService region;
    Comparison comparison;
    VersionService versions;
    LayerView layerView;
    SharedView view;
    ScenarioBook scenarios;
    SessionService session; ///< last: it looks at all others
};

} // namespace halflens
