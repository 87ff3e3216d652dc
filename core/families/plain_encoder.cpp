// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/plain_encoder.h"

#include "core/base/parallel.h"
#include "core/families/torch_loader.h"

namespace halflens {

Result<std::vector<float>> evaluateMasksPlain(const TriqEncoder& encoder, const TokenGrid& tokens,
                                              std::span<const BlockMask> masks, int batch, std::stop_token stop)
{
    const auto& functions = torchFunctions();
    if (!functions)
        return functions.error();
    return (*functions)->evaluateMasks(encoder, tokens, masks, batch, threadCount(), stop);
}

} // namespace halflens
