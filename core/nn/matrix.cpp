// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/matrix.h"

#include "core/nn/onednn.h"
#include "core/nn/worker_threads.h"

#include <cassert>
#include <cstddef>

namespace halflens::nn {

namespace {

std::vector<float> product(std::span<const float> a, std::span<const float> b, int rows, int columns, int inner,
                           bool transposed)
{
    assert(a.size() == static_cast<std::size_t>(rows) * static_cast<std::size_t>(inner));
    assert(b.size() == static_cast<std::size_t>(columns) * static_cast<std::size_t>(inner));
    detail::useWorkerThreads();
    std::vector<float> result(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
    const dnnl::status status = dnnl::sgemm('N', transposed ? 'T' : 'N', rows, columns, inner, 1.F, a.data(), inner,
                                            b.data(), transposed ? inner : columns, 0.F, result.data(), columns);
    if (status != dnnl::status::success)
        throw dnnl::error(static_cast<dnnl_status_t>(status), "the matrix product failed");
    return result;
}

} // namespace

std::vector<float> timesTransposed(std::span<const float> a, std::span<const float> b, int rows, int columns, int inner)
{
    return product(a, b, rows, columns, inner, true);
}

std::vector<float> times(std::span<const float> a, std::span<const float> b, int rows, int columns, int inner)
{
    return product(a, b, rows, columns, inner, false);
}

} // namespace halflens::nn
