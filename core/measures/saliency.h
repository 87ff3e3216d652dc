// SPDX-License-Identifier: BSD-3-Clause
// Saliency by the spectral residual (spec measures 1).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/image/image.h"
#include "core/measures/field.h"

#include <compare>
#include <string>

namespace halflens {

enum class SaliencyMode {
    Hou, ///< longer side 64, aspect kept, Gaussian sigma 2.5 after squaring, min-max
    OpenCv ///< 64 x 64 8-bit grey, 5 x 5 Gaussian sigma 8 before squaring, divided by the maximum
};

struct SaliencyOptions {
    SaliencyMode mode = SaliencyMode::Hou;
    auto operator<=>(const SaliencyOptions&) const = default;
};

/// "hou", "opencv" and back. InvalidInput: another word.
std::string toString(SaliencyMode mode);
Result<SaliencyMode> saliencyModeFromString(const std::string& word);

/// H x W, 0..1, larger = more salient. An image without any structure gives zeros: nothing in it
/// stands out, and the phase of a constant means nothing. Any thread. InvalidInput: empty image.
Result<ScalarMap> saliency(const Image& image, const SaliencyOptions& options = {});

/// Intermediate results at working size, for tests against the steps of the specification.
struct SaliencySteps {
    Field grey; ///< step 1: reduced grey image, 0..1
    Field residual; ///< hou: step 4, s; opencv: |IDFT|
    Field smooth; ///< step 5; opencv: squared
};
SaliencySteps saliencySteps(const Image& image, const SaliencyOptions& options);

} // namespace halflens
