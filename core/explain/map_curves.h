// SPDX-License-Identifier: BSD-3-Clause
// Insertion and deletion curves of a map: its block means rank the blocks.
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/explain/removal_curves.h"
#include "core/predictor/model_types.h"

#include <stop_token>
#include <string>

namespace halflens {

struct MapCurves {
    RemovalCurves curves; ///< native score units
    std::string hiddenBy; ///< "attention" or "zero" (pixels after normalisation)
};

/// Blocks with the largest means come first. Models with the positional mask hide blocks from attention, in one
/// trunk pass; others run once for each of the 25 masks. Any thread, one call at a time per predictor.
/// InvalidInput: a map smaller than the grid; errors of the model; Cancelled.
Result<MapCurves> mapCurves(const Predictor& predictor, const Image& image, const ScalarMap& map,
                            std::stop_token stop = {});

} // namespace halflens
