// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/quickshift_kernel_impl.h"

#if defined(__x86_64__)

namespace halflens::detail {

void addPairsAvx2(ColourRun a, ColourRun b, std::size_t count, double scale, double spatial, double* toA, double* toB)
{
    addPairs(a, b, count, scale, spatial, toA, toB);
}

} // namespace halflens::detail

#endif
