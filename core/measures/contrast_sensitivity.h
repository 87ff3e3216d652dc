// SPDX-License-Identifier: BSD-3-Clause
// Contrast sensitivity of the eye against spatial frequency (spec measures 2.4).
#pragma once

#include "core/base/result.h"

#include <string>

namespace halflens {

enum class ContrastSensitivity {
    MannosSakrison, ///< 1974; peaks at mid frequencies
    Barten ///< closed formula of SPIE 5294 (2004) at 100 cd/m2, 10.24 degrees; falls over the ten bands
};

/// "mannos-sakrison", "barten" and back. InvalidInput: another word.
std::string toString(ContrastSensitivity curve);
Result<ContrastSensitivity> contrastSensitivityFromString(const std::string& word);

/// Sensitivity at `cpd` >= 0 cycles per degree, > 0; the unit is the formula's own.
double sensitivity(ContrastSensitivity curve, double cpd);

struct SensitivityPeak {
    double cpd = 0;
    double value = 0;
};
SensitivityPeak sensitivityPeak(ContrastSensitivity curve);

} // namespace halflens
