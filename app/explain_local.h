// SPDX-License-Identifier: BSD-3-Clause
// The methods of `halflens explain` finer than blocks: fine contributions and tiles.
#pragma once

#include "app/explain_maps.h"

namespace halflens {

/// Whether `method` is one of these.
bool isLocalMethod(const std::string& method);

/// Runs the method for every image and model and prints text, rows or JSON; an exit status. `map`: file for the values
/// of the one image and model, empty for none.
int runExplainLocal(const CommonOptions& common, const std::filesystem::path& map, const ExplainedFiles& asked);

} // namespace halflens
