// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/nn: oneDNN's threads.
#pragma once

namespace halflens::nn::detail {

/// Tells the OpenMP runtime oneDNN works with to use threadCount() threads for the calling thread's
/// parallel regions. Cheap; call before every run, since the setting belongs to the calling thread.
void useWorkerThreads();

} // namespace halflens::nn::detail
