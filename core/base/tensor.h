// SPDX-License-Identifier: BSD-3-Clause
// Plain float32 tensors and dictionaries of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace halflens {

using Shape = std::vector<std::int64_t>;

/// "[64, 3, 7, 7]".
std::string toString(const Shape& shape);

/// Row-major float32 values.
struct Tensor {
    Shape shape;
    std::vector<float> values;
    bool operator==(const Tensor&) const = default;
};

/// Tensors by the names a network gives its parameters.
using StateDict = std::map<std::string, Tensor>;

} // namespace halflens
