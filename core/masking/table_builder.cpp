// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/table_builder.h"

#include "core/base/parallel.h"
#include "core/masking/triq_table.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace halflens {

namespace {

const detail::TriqKernel& kernelFor(TableKernel kernel)
{
#if defined(__x86_64__)
    if (kernel == TableKernel::Avx512)
        return detail::triqKernelAvx512();
    if (kernel == TableKernel::Avx2)
        return detail::triqKernelAvx2();
#endif
    return detail::triqKernelGeneric();
}

TableKernel widest()
{
    const std::vector<TableKernel> available = availableTableKernels();
    if (const char* wanted = std::getenv("HALFLENS_TABLE_KERNEL")) {
        const auto named = std::find_if(available.begin(), available.end(),
                                        [&](TableKernel kernel) { return toString(kernel) == wanted; });
        if (named != available.end())
            return *named;
    }
    return available.back();
}

Result<std::vector<float>> fast(const TriqEncoder& encoder, const TokenGrid& tokens, const std::vector<float>& embedded,
                                const detail::TriqKernel& kernel, const std::stop_token& stop)
{
    const detail::TriqTable table(encoder, tokens, embedded, kernel);
    const detail::TriqTableData& data = table.data();
    if (!parallelFor(
            detail::Heads, [&](int head) { kernel.prepareHead(data, head); }, stop))
        return cancelledError();
    std::vector<float> rows(static_cast<std::size_t>(MaskCount) * static_cast<std::size_t>(encoder.outputs()));
    const int tiles = detail::Subsets / kernel.lanes;
    // One item is one setting of blocks 6..11: the parts of that half then stay in the cache.
    const auto evaluateHigh = [&](int high) {
        thread_local detail::AlignedFloats scratch;
        if (scratch.size() < kernel.scratchFloats(data))
            scratch = detail::AlignedFloats(kernel.scratchFloats(data));
        for (int tile = 0; tile < tiles && !stop.stop_requested(); ++tile)
            kernel.evaluateTile(data, high, tile, rows.data(), scratch.data());
    };
    if (!parallelFor(detail::Subsets, evaluateHigh, stop) || stop.stop_requested())
        return cancelledError();
    return rows;
}

Result<std::vector<float>> maskByMask(const TriqEncoder& encoder, const TokenGrid& tokens, const std::stop_token& stop)
{
    const auto outputs = static_cast<std::size_t>(encoder.outputs());
    std::vector<float> rows(MaskCount * outputs);
    const bool finished = parallelFor(
        MaskCount,
        [&](int mask) {
            const Result<std::vector<float>> row =
                evaluate(encoder, tokens, BlockMask(static_cast<std::uint32_t>(mask)));
            std::copy(row->begin(), row->end(),
                      rows.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(mask) * outputs));
        },
        stop);
    if (!finished)
        return cancelledError();
    return rows;
}

} // namespace

std::vector<TableKernel> availableTableKernels()
{
    std::vector<TableKernel> kernels{TableKernel::Generic};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        kernels.push_back(TableKernel::Avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw"))
        kernels.push_back(TableKernel::Avx512);
#endif
    return kernels;
}

std::string toString(TableKernel kernel)
{
    return kernelFor(kernel == TableKernel::Auto ? widest() : kernel).name;
}

Result<std::vector<float>> evaluateAllMasks(const TriqEncoder& encoder, const TokenGrid& tokens, std::stop_token stop,
                                            TableKernel kernel)
{
    const Result<std::vector<float>> embedded = embedTokens(encoder, tokens);
    if (!embedded)
        return embedded.error();
    return guarded("table", [&]() -> Result<std::vector<float>> {
        if (!detail::fitsKernel(encoder))
            return maskByMask(encoder, tokens, stop);
        return fast(encoder, tokens, *embedded, kernelFor(kernel == TableKernel::Auto ? widest() : kernel), stop);
    });
}

Result<std::shared_ptr<const MaskTable>> buildMaskTable(const Predictor& predictor, const Features& features,
                                                        std::stop_token stop)
{
    const TriqEncoder* encoder = predictor.attentionEncoder();
    if (!encoder)
        return Error{ErrorCode::Unsupported,
                     "table",
                     "the model " + predictor.info().id + " has no attention mask",
                     "use a TRIQ model, or hide pixels instead (--by zero)",
                     {}};
    const auto begin = std::chrono::steady_clock::now();
    Result<std::vector<float>> rows = evaluateAllMasks(*encoder, features.tokens, stop);
    if (!rows)
        return std::move(rows).error();
    if (!std::all_of(rows->begin(), rows->end(), [](float v) { return std::isfinite(v); }))
        return Error{ErrorCode::Model,
                     "table",
                     "the network's predictions are not finite for this image",
                     "check the weights file; it may be damaged",
                     {}};
    auto table = std::make_shared<MaskTable>();
    table->outputs = encoder->outputs();
    table->rows = std::move(*rows);
    table->scale = predictor.info().scale;
    table->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::shared_ptr<const MaskTable>(std::move(table));
}

} // namespace halflens
