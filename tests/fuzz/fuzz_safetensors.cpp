// SPDX-License-Identifier: BSD-3-Clause
// Fuzz target: safetensors files.
#include "core/checkpoint/safetensors.h"

#include "tests/fuzz/checkpoint_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    halflens::fuzz::check(halflens::parseSafetensors({data, size}, halflens::fuzz::Limits));
    return 0;
}
