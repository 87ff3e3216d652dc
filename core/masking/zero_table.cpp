// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/zero_table.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

namespace halflens {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double PublishShare = 10; ///< an estimate is made at most for this part of the time

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// One filling of one table.
class Filling {
public:
    Filling(const Predictor& predictor, const ModelInput& input, const ZeroTableOptions& options, CachedRows* cache,
            std::stop_token stop, const ZeroTableSink& sink)
        : m_predictor(predictor)
        , m_input(input)
        , m_options(options)
        , m_cache(cache)
        , m_stop(std::move(stop))
        , m_sink(sink)
        , m_table(predictor.info().outputs, predictor.info().scale)
    { }

    Result<std::shared_ptr<const MaskTable>> run()
    {
        if (m_cache) {
            m_cache->load(m_predictor.info().outputs, [&](BlockMask mask, std::span<const float> output) {
                if (std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); }))
                    m_stored[mask.bits()].assign(output.begin(), output.end());
            });
        }
        const std::vector<BlockMask> first = firstMasks();
        if (Status done = compute(first, first.size()); !done)
            return std::move(done).error();
        const std::array halves{halfOfSingles()};
        const std::vector<BlockMask> order = maskOrder(m_options.seed, halves);
        if (Status done = compute(std::span(order).subspan(first.size()), 2 * halves.size()); !done)
            return std::move(done).error();
        if (m_cache)
            m_cache->flush();
        return m_table.table(secondsSince(m_begin));
    }

private:
    /// Masks in order until there are enough; those after the first `chosen` were drawn at random.
    Status compute(std::span<const BlockMask> masks, std::size_t chosen)
    {
        for (std::size_t i = 0; i < masks.size() && m_table.count() < m_options.samples; ++i) {
            if (m_stop.stop_requested()) {
                if (m_cache)
                    m_cache->flush();
                return cancelledError();
            }
            if (Status row = computeRow(masks[i], i >= chosen); !row)
                return row;
            if (m_sink.progress)
                m_sink.progress(m_table.count(), m_options.samples);
            publishNowAndThen();
        }
        return {};
    }

    Status computeRow(BlockMask mask, bool sampled)
    {
        if (const std::vector<float>& stored = m_stored[mask.bits()]; !stored.empty()) {
            m_table.set(mask, stored, sampled);
            return {};
        }
        if (m_source.planes.empty()) // not before it is needed: a whole table may lie in the cache
            m_source = fillSource(m_input, m_options.fill, m_predictor.info().input);
        ModelInput filled = m_input;
        copyBlocks(filled, m_source, mask);
        Result<Prediction> prediction = m_predictor.predict(filled, m_stop);
        if (!prediction)
            return std::move(prediction).error();
        const std::vector<float>& output = prediction->output;
        const bool fine = output.size() == static_cast<std::size_t>(m_predictor.info().outputs)
            && std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); });
        if (!fine)
            return Error{ErrorCode::Model,
                         "table",
                         "the network's prediction is not a number when blocks are hidden",
                         "try another fill",
                         {}};
        m_table.set(mask, output, sampled);
        if (m_cache)
            m_cache->save(mask, output);
        return {};
    }

    void publishNowAndThen()
    {
        if (!m_sink.publish || m_table.count() < LeastSamples || m_table.count() >= m_options.samples
            || secondsSince(m_lastPublish) < std::max(m_sink.publishSeconds, PublishShare * m_publishCost))
            return;
        const auto begin = Clock::now();
        m_sink.publish(m_table.table(secondsSince(m_begin)));
        m_publishCost = secondsSince(begin);
        m_lastPublish = Clock::now();
    }

    /// The six blocks whose absence alone changes the score most; ties to the smaller index.
    BlockMask halfOfSingles() const
    {
        std::array<int, BlockCount> blocks{};
        std::iota(blocks.begin(), blocks.end(), 0);
        const auto change = [&](int block) {
            return std::abs(m_table.score(BlockMask().with({block})) - m_table.score(BlockMask()));
        };
        std::stable_sort(blocks.begin(), blocks.end(), [&](int a, int b) { return change(a) > change(b); });
        BlockMask half;
        for (int i = 0; i < HalfSize; ++i)
            half = half.with({blocks[static_cast<std::size_t>(i)]});
        return half;
    }

    const Predictor& m_predictor;
    const ModelInput& m_input;
    const ZeroTableOptions& m_options;
    CachedRows* m_cache;
    std::stop_token m_stop;
    const ZeroTableSink& m_sink;
    PartialTable m_table;
    std::vector<std::vector<float>> m_stored = std::vector<std::vector<float>>(MaskCount); ///< what the cache knows, wanted or not
    ModelInput m_source;
    Clock::time_point m_begin = Clock::now();
    Clock::time_point m_lastPublish = m_begin;
    double m_publishCost = 0;
};

} // namespace

Result<Prediction> predictFilled(const Predictor& predictor, const ModelInput& input, BlockMask blocks, Fill fill,
                                 std::stop_token stop)
{
    if (blocks.isEmpty())
        return predictor.predict(input, stop);
    ModelInput filled = input;
    fillBlocks(filled, blocks, fill, predictor.info().input);
    return predictor.predict(filled, stop);
}

Result<std::shared_ptr<const MaskTable>> fillZeroTable(const Predictor& predictor, const ModelInput& input,
                                                       const ZeroTableOptions& options, CachedRows* cache,
                                                       std::stop_token stop, const ZeroTableSink& sink)
{
    if (options.samples < LeastSamples || options.samples > MaskCount)
        return Error{ErrorCode::InvalidInput,
                     "table",
                     "a table needs from " + std::to_string(LeastSamples) + " to " + std::to_string(MaskCount)
                         + " computed masks",
                     "choose another number of samples",
                     {}};
    return guarded("table", [&] { return Filling(predictor, input, options, cache, std::move(stop), sink).run(); });
}

Result<std::shared_ptr<const MaskTable>> buildZeroTable(const Predictor& predictor, const ModelInput& input, Fill fill,
                                                        std::stop_token stop, const std::function<void(int)>& progress)
{
    ZeroTableSink sink;
    if (progress)
        sink.progress = [&](int done, int) { progress(done); };
    ZeroTableOptions options;
    options.fill = fill;
    return fillZeroTable(predictor, input, options, nullptr, std::move(stop), sink);
}

} // namespace halflens
