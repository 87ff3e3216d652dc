// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/head_gradient.h"

#include "core/base/parallel.h"
#include "core/families/torch_loader.h"

namespace halflens {

Result<HeadEvaluation> evaluateHead(const std::string& family, const std::string& trunk, const StateDict& state,
                                    const std::map<std::string, HeadMap>& maps, const std::string& differentiate)
{
    const auto& functions = torchFunctions();
    if (!functions)
        return functions.error();
    return (*functions)->evaluateHead(family, trunk, state, maps, differentiate, threadCount());
}

} // namespace halflens
