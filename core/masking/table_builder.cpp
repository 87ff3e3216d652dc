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

/// One token grid: its masks. Two: the exchanges of the first one's blocks for the second one's.
Result<std::vector<float>> fast(const TriqEncoder& encoder, const TokenGrid& tokens,
                                std::span<const std::vector<float>> embedded, TableKernel chosen,
                                const std::stop_token& stop)
{
    const detail::TriqKernel& kernel = detail::kernelFor(chosen);
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

/// For encoders of other sizes. `row` gives the output for a mask, from any thread.
template<class Row>
Result<std::vector<float>> maskByMask(const TriqEncoder& encoder, Row row, const std::stop_token& stop)
{
    const auto outputs = static_cast<std::size_t>(encoder.outputs());
    std::vector<float> rows(MaskCount * outputs);
    const bool finished = parallelFor(
        MaskCount,
        [&](int mask) {
            const Result<std::vector<float>> output = row(BlockMask(static_cast<std::uint32_t>(mask)));
            std::copy(output->begin(), output->end(),
                      rows.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(mask) * outputs));
        },
        stop);
    if (!finished)
        return cancelledError();
    return rows;
}

/// The table of `rows()`, a row a mask.
template<class Rows>
Result<std::shared_ptr<const MaskTable>> tableOf(const Predictor& predictor, const char* remedy, Rows rows)
{
    const TriqEncoder* encoder = predictor.attentionEncoder();
    if (!encoder)
        return Error{
            ErrorCode::Unsupported, "table", "the model " + predictor.info().id + " has no attention mask", remedy, {}};
    const auto begin = std::chrono::steady_clock::now();
    Result<std::vector<float>> filled = rows(*encoder);
    if (!filled)
        return std::move(filled).error();
    if (!std::all_of(filled->begin(), filled->end(), [](float v) { return std::isfinite(v); }))
        return Error{ErrorCode::Model,
                     "table",
                     "the network's predictions are not finite for this image",
                     "check the weights file; it may be damaged",
                     {}};
    auto table = std::make_shared<MaskTable>();
    table->outputs = encoder->outputs();
    table->rows = std::move(*filled);
    table->scale = predictor.info().scale;
    table->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::shared_ptr<const MaskTable>(std::move(table));
}

} // namespace

const detail::TriqKernel& detail::kernelFor(TableKernel kernel)
{
    if (kernel == TableKernel::Auto)
        kernel = widest();
#if defined(__x86_64__)
    if (kernel == TableKernel::Avx512)
        return triqKernelAvx512();
    if (kernel == TableKernel::Avx2)
        return triqKernelAvx2();
#endif
    return triqKernelGeneric();
}

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
    return detail::kernelFor(kernel).name;
}

Result<std::vector<float>> evaluateAllMasks(const TriqEncoder& encoder, const TokenGrid& tokens, std::stop_token stop,
                                            TableKernel kernel)
{
    const Result<std::vector<float>> embedded = embedTokens(encoder, tokens);
    if (!embedded)
        return embedded.error();
    return guarded("table", [&]() -> Result<std::vector<float>> {
        if (detail::fitsKernel(encoder))
            return fast(encoder, tokens, std::span(&*embedded, 1), kernel, stop);
        return maskByMask(
            encoder, [&](BlockMask mask) { return evaluate(encoder, tokens, mask); }, stop);
    });
}

Result<std::vector<float>> evaluateAllExchanges(const TriqEncoder& encoder, const TokenGrid& a, const TokenGrid& b,
                                                std::stop_token stop, TableKernel kernel)
{
    if (a.height != b.height || a.width != b.width)
        return Error{ErrorCode::InvalidInput,
                     "table",
                     "the two pictures give the network different numbers of tokens",
                     "compare pictures of the same size",
                     {}};
    std::vector<std::vector<float>> embedded;
    for (const TokenGrid* tokens : {&a, &b}) {
        Result<std::vector<float>> version = embedTokens(encoder, *tokens);
        if (!version)
            return version;
        embedded.push_back(*std::move(version));
    }
    return guarded("table", [&]() -> Result<std::vector<float>> {
        if (detail::fitsKernel(encoder))
            return fast(encoder, a, embedded, kernel, stop);
        return maskByMask(
            encoder, [&](BlockMask mask) { return evaluate(encoder, exchangeTokens(a, b, mask), BlockMask()); }, stop);
    });
}

TokenGrid exchangeTokens(const TokenGrid& a, const TokenGrid& b, BlockMask blocks)
{
    TokenGrid result = a;
    const auto channels = static_cast<std::size_t>(a.channels);
    for (int row = 0; row < a.height; ++row) {
        for (int column = 0; column < a.width; ++column) {
            if (!blocks.contains(blockOfToken(row, column, a.height, a.width)))
                continue;
            const std::size_t first = static_cast<std::size_t>(row * a.width + column) * channels;
            std::copy_n(b.values.data() + first, channels, result.values.data() + first);
        }
    }
    return result;
}

Result<std::shared_ptr<const MaskTable>> buildMaskTable(const Predictor& predictor, const Features& features,
                                                        std::stop_token stop)
{
    return tableOf(predictor, "use a TRIQ model, or hide pixels instead (--by zero)",
                   [&](const TriqEncoder& encoder) { return evaluateAllMasks(encoder, features.tokens, stop); });
}

Result<std::shared_ptr<const MaskTable>> buildExchangeTable(const Predictor& predictor, const Features& a,
                                                            const Features& b, std::stop_token stop)
{
    return tableOf(predictor, "use a TRIQ model, or exchange pixels instead (--by pixels)",
                   [&](const TriqEncoder& encoder) { return evaluateAllExchanges(encoder, a.tokens, b.tokens, stop); });
}

} // namespace halflens
