// SPDX-License-Identifier: BSD-3-Clause
// The mask-table kernel for any machine.
#define HALFLENS_LANES 4
#define HALFLENS_OUTPUT_TILE 4
#define HALFLENS_GROUP_TILE 2
#include "core/masking/triq_chain_kernel_impl.h"

namespace halflens::detail {

const TriqKernel& triqKernelGeneric()
{
    static constexpr TriqKernel Kernel{"generic",    Lanes,         OutputTile,    prepareHead,
                                       evaluateTile, scratchFloats, evaluateChain, chainScratchFloats};
    return Kernel;
}

} // namespace halflens::detail
