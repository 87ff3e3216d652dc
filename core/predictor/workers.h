// SPDX-License-Identifier: BSD-3-Clause
// How many runs of one network go side by side.
#pragma once

#include "core/base/crew.h"
#include "core/base/parallel.h"
#include "core/predictor/model_types.h"

namespace halflens {

/// Workers for a Crew that runs `predictor` many times: all threads where it can run side by side, else one, whose runs
/// keep the threads inside.
inline int workersFor(const Predictor& predictor)
{
    return predictor.runsSideBySide() ? threadCount() : 1;
}

} // namespace halflens
