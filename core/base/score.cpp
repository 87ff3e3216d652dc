// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/score.h"

namespace halflens {

double scoreOf(std::span<const float> output)
{
    if (output.size() == 1)
        return static_cast<double>(output.front());
    double sum = 0;
    for (std::size_t k = 0; k < output.size(); ++k)
        sum += static_cast<double>(k + 1) * static_cast<double>(output[k]);
    return sum;
}

} // namespace halflens
