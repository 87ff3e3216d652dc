// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/matrix.h"

#include <cassert>
#include <cstddef>
#include <oneapi/dnnl/dnnl.hpp>

namespace halflens {

std::vector<float> timesTransposed(std::span<const float> a, std::span<const float> b, int rows, int columns, int inner)
{
    assert(a.size() == static_cast<std::size_t>(rows) * static_cast<std::size_t>(inner));
    assert(b.size() == static_cast<std::size_t>(columns) * static_cast<std::size_t>(inner));
    std::vector<float> result(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
    const dnnl::status status =
        dnnl::sgemm('N', 'T', rows, columns, inner, 1.F, a.data(), inner, b.data(), inner, 0.F, result.data(), columns);
    if (status != dnnl::status::success)
        throw dnnl::error(static_cast<dnnl_status_t>(status), "the matrix product failed");
    return result;
}

} // namespace halflens
