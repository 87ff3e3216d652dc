// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/registry: finds out what an imported copy is, and whether it works.
#pragma once

#include "core/registry/store.h"

namespace halflens::detail {

inline constexpr double CopyShare = 0.4; ///< of an import's progress

using Trial = ImportedModel::Trial;

Error importError(std::string reason, std::string remedy);

/// One pass over ramps. Model: the outputs are no numbers; errors of the predictor; Cancelled.
Result<Trial> tryOut(const Predictor& predictor, std::stop_token stop);

/// `found.manifest` has folder, weights file and hash; the rest of `found` is filled in. `file` is
/// what the user named. Errors of reading, recognising, building and running.
Status examine(ImportedModel& found, const std::filesystem::path& file, const ImportOptions& options,
               const std::stop_token& stop, const StoreProgress& progress);

} // namespace halflens::detail
