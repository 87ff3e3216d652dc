// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/tensor.h"

namespace halflens {

std::string toString(const Shape& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

} // namespace halflens
