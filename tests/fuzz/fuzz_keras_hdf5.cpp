// SPDX-License-Identifier: BSD-3-Clause
// Fuzz target: Keras HDF5 files.
#include "core/checkpoint/keras_hdf5.h"

#include "tests/fuzz/checkpoint_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    halflens::fuzz::check(halflens::parseKerasHdf5({data, size}, halflens::fuzz::Limits));
    return 0;
}
