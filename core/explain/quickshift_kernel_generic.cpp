// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/quickshift_kernel_impl.h"

namespace halflens::detail {

void addPairsGeneric(ColourRun a, ColourRun b, std::size_t count, double scale, double spatial, double* toA,
                     double* toB)
{
    addPairs(a, b, count, scale, spatial, toA, toB);
}

AddPairs bestAddPairs()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return addPairsAvx2;
#endif
    return addPairsGeneric;
}

} // namespace halflens::detail
