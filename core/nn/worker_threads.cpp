// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/worker_threads.h"

#include "core/base/parallel.h"

// Declared here because the header belongs to one compiler's OpenMP, while oneDNN is linked with
// GCC's runtime whatever compiler builds this.
extern "C" void omp_set_num_threads(int count); // NOLINT(readability-identifier-naming)

namespace halflens::nn::detail {

void useWorkerThreads()
{
    omp_set_num_threads(threadCount());
}

} // namespace halflens::nn::detail
