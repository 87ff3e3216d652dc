// SPDX-License-Identifier: BSD-3-Clause
// The made-up photo that measures, explainers and decoders are timed on.
#pragma once

#include "core/base/result.h"
#include "core/image/image.h"
#include "core/predictor/model_types.h"

#include <memory>

namespace halflens {

/// Shading, soft and hard-edged shapes, fine texture and noise; the same pixels on every machine.
Image benchPhoto(int height = 768, int width = 1024);

/// The default model. Model: there is none; errors of its files.
Result<std::shared_ptr<const Predictor>> benchModel();

} // namespace halflens
