// SPDX-License-Identifier: BSD-3-Clause
// From a photo to the input of a training sample: the view, made as inference makes its input.
#pragma once

#include "core/base/result.h"
#include "core/image/image.h"
#include "core/image/model_input.h"
#include "core/train/recipe.h"

#include <string>

namespace halflens::train {

/// The input a model is fed in `view` of `image`. Fit without `portrait` is what toModelInput() makes of
/// `spec`; crops are spec.width x spec.height (swapped in portrait) at the photo's scale, grown where the
/// photo is smaller. `x`, `y` place a random crop. Any thread. InvalidInput: empty image, unknown size.
Result<ModelInput> viewInput(const Image& image, const InputSpec& spec, const ViewRecipe& view, double x = 0.5,
                             double y = 0.5);

/// The part of the photo a view shows, as an 8-bit image of the input's size; the same geometry, for masks.
Result<Image> viewPixels(const Image& image, const InputSpec& spec, const ViewRecipe& view, double x = 0.5,
                         double y = 0.5);

/// Short name of a view, unique for what it shows: "fit", "fit-flip", "crop-0-0.5-portrait".
std::string viewName(const ViewRecipe& view);

} // namespace halflens::train
