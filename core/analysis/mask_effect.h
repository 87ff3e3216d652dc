// SPDX-License-Identifier: BSD-3-Clause
// What hiding the same blocks does to many photos.
#pragma once

#include "core/analysis/model_source.h"
#include "core/base/block.h"
#include "core/base/result.h"
#include "core/image/image.h"

#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace halflens {

/// Scores of one photo, 1..5.
struct MaskEffect {
    double whole = 0;
    double masked = 0; ///< with the blocks hidden
    double change() const { return masked - whole; }
};

/// Hides by attention where the model has a mask for it, else by zero, as the viewer does. One pass of the trunk, or
/// two. Worker thread. Errors of the model; Cancelled.
Result<MaskEffect> maskEffect(const Image& image, const std::string& modelId, BlockMask hidden, ModelSource& models,
                              const std::stop_token& stop);

/// Of many photos.
struct MaskEffects {
    int photos = 0;
    double mean = 0; ///< change on the 1..5 scale; 0 without photos
    std::optional<double> deviation; ///< sample standard deviation (n - 1) of the changes; of two photos or more
    std::optional<double> plcc; ///< Pearson's correlation of whole and masked scores, where it is defined
};
MaskEffects summarize(std::span<const MaskEffect> effects);

} // namespace halflens
