// SPDX-License-Identifier: BSD-3-Clause
// Block lists of the command line: anything accepted must survive printing and reading again.
#include "core/masking/block_set.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    const auto set = parseBlockSet({reinterpret_cast<const char*>(data), size});
    if (set && parseBlockSet(blocksToString(*set)).value() != *set)
        std::abort();
    return 0;
}
