// SPDX-License-Identifier: BSD-3-Clause
// The reference the fast quickshift must match label by label.
#pragma once

#include "core/explain/direct_quickshift.h"

namespace halflens::test {

inline Segmentation slowQuickshift(const Image& image, const QuickshiftOptions& options = {})
{
    return directQuickshift(image, options);
}

} // namespace halflens::test
