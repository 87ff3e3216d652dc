// SPDX-License-Identifier: BSD-3-Clause
// The made-up photo that measures, explainers and decoders are timed on.
#pragma once

#include "core/image/image.h"

namespace halflens {

/// Shading, soft and hard-edged shapes, fine texture and noise; the same pixels on every machine.
Image benchPhoto(int height = 768, int width = 1024);

} // namespace halflens
