// SPDX-License-Identifier: BSD-3-Clause
// Fuzz target: PyTorch files, both forms. Bytes that begin like neither are run as the pickle of a
// zip file: a fuzzer cannot guess checksums.
#include "core/checkpoint/pickle_machine.h"
#include "core/checkpoint/torch_pickle.h"
#include "core/checkpoint/torch_tensors.h"

#include "tests/fuzz/checkpoint_fuzz.h"

using namespace halflens;

namespace {

/// Every storage there is zeros, up to a size.
Result<std::span<const std::uint8_t>> zeros(const detail::PickleValue& storage)
{
    static const std::vector<std::uint8_t> bytes(1 << 20);
    const auto wanted = static_cast<std::uint64_t>(storage.integer);
    if (wanted > bytes.size() / elementSize(storage.element))
        return detail::damaged("too large");
    return std::span(bytes).first(static_cast<std::size_t>(wanted) * elementSize(storage.element));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::span<const std::uint8_t> bytes(data, size);
    if (looksLikeZip(bytes)) {
        fuzz::check(parseTorchZip(bytes, fuzz::Limits));
        return 0;
    }
    fuzz::check(parseTorchLegacy(bytes, fuzz::Limits));
    detail::PickleMachine machine;
    detail::ByteReader reader(bytes);
    const auto root = machine.run(reader);
    if (root) {
        for (const char* key : {"", "a", "ema/deep/0"}) {
            detail::TensorBudget budget(fuzz::Limits, 1 << 20);
            fuzz::check(collectTensors(machine, *root, budget, zeros, key));
        }
    }
    return 0;
}
