// SPDX-License-Identifier: BSD-3-Clause
// The other reading of "frequency responses at each pixel": a local FFT (spec measures 2.1).
#pragma once

#include "core/measures/frequency.h"

namespace halflens {

/// One window of 64 x 64 per 16 x 16 cell, centred on the cell, the image mirrored beyond its
/// edges. Each window: its weighted mean is taken off, a periodic Hann window applied, and the
/// magnitudes of the cells of each band summed and divided by the sum of the window. The ten maps
/// are enlarged bilinearly to the image and summed with the sensitivity weights.
/// `grey`: not constant. Uses threadCount() threads.
Result<FrequencyResult> stftFrequency(const Field& grey, const FrequencyOptions& options, std::stop_token stop);

} // namespace halflens
