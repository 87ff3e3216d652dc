// SPDX-License-Identifier: BSD-3-Clause
// The mask-table kernel for AVX512 machines.
#if defined(__x86_64__)
#define HALFLENS_LANES 16
#define HALFLENS_OUTPUT_TILE 8
#define HALFLENS_GROUP_TILE 3
#include "core/masking/triq_chain_kernel_impl.h"

namespace halflens::detail {

const TriqKernel& triqKernelAvx512()
{
    static constexpr TriqKernel Kernel{"avx512",     Lanes,         OutputTile,    prepareHead,
                                       evaluateTile, scratchFloats, evaluateChain, chainScratchFloats};
    return Kernel;
}

} // namespace halflens::detail
#endif
