// SPDX-License-Identifier: BSD-3-Clause
// The mask-table kernel for AVX2 machines.
#if defined(__x86_64__)
#define HALFLENS_LANES 8
#define HALFLENS_OUTPUT_TILE 4
#define HALFLENS_GROUP_TILE 3
#include "core/masking/triq_chain_kernel_impl.h"

namespace halflens::detail {

const TriqKernel& triqKernelAvx2()
{
    static constexpr TriqKernel Kernel{"avx2",       Lanes,         OutputTile,    prepareHead,
                                       evaluateTile, scratchFloats, evaluateChain, chainScratchFloats};
    return Kernel;
}

} // namespace halflens::detail
#endif
