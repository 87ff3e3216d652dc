// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/composite_table.h"

#include "core/masking/importance.h"
#include "core/predictor/workers.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

namespace halflens {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double PublishShare = 10; ///< an estimate is made at most for this part of the time
/// Parts that serve all masks are made where they cost less than this part of the passes they replace.
constexpr double WorthSharing = 1.0 / 3;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// One filling of one table.
class Filling {
public:
    Filling(const Predictor& predictor, const ModelInput& input, const std::function<ModelInput()>& makeSource,
            const CompositeTableOptions& options, CachedRows* cache, std::stop_token stop, const TableSink& sink)
        : m_predictor(predictor)
        , m_input(input)
        , m_makeSource(makeSource)
        , m_options(options)
        , m_cache(cache)
        , m_stop(std::move(stop))
        , m_sink(sink)
        , m_table(predictor.info().outputs, predictor.info().scale, options.players)
    { }

    Result<std::shared_ptr<const MaskTable>> run()
    {
        if (m_cache) {
            m_cache->load(m_predictor.info().outputs, [&](BlockMask mask, std::span<const float> output) {
                if (std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); }))
                    m_stored[mask.bits()].assign(output.begin(), output.end());
            });
        }
        const std::vector<BlockMask> first = firstMasks(m_options.players);
        if (Status done = compute(first, first.size()); !done)
            return std::move(done).error();
        const std::array halves{halfOfSingles()};
        const std::vector<BlockMask> order = maskOrder(m_options.seed, halves, m_options.players);
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
        const int atOnce = m_crew.workers() > 1 ? 4 * m_crew.workers() : 1;
        for (std::size_t begin = 0; begin < masks.size() && m_table.count() < m_options.samples;) {
            // The first rows come at once, one pass each; the parts for all others may take longer than these.
            if (!m_mayShare && m_table.count() >= LeastSamples) {
                m_mayShare = true;
                if (Status done = share(masks.subspan(begin)); !done)
                    return done;
            }
            const int room = m_mayShare ? m_options.samples : std::min(m_options.samples, LeastSamples);
            const int wanted = std::min(room - m_table.count(), atOnce);
            const auto some = masks.subspan(begin, std::min(masks.size() - begin, static_cast<std::size_t>(wanted)));
            if (Status done = computeRows(some, begin, chosen); !done) {
                if (m_cache)
                    m_cache->flush();
                return done;
            }
            begin += some.size();
        }
        return {};
    }

    /// Makes the parts of composites where that pays. Decided by the rows wanted, not by those the cache knows, so that
    /// a table that was interrupted is computed in the very same way.
    Status share(std::span<const BlockMask> masks)
    {
        const auto rows = std::min(masks.size(), static_cast<std::size_t>(m_options.samples - m_table.count()));
        if (std::all_of(masks.begin(), masks.begin() + static_cast<std::ptrdiff_t>(rows),
                        [&](BlockMask m) { return isStored(m); }))
            return {};
        makeSource();
        m_composites = m_predictor.composites(m_input, m_source, m_options.players);
        if (!m_composites || m_composites->passes() > WorthSharing * static_cast<double>(rows)) {
            m_composites.reset();
            return {};
        }
        return m_composites->compute(m_crew, m_stop);
    }

    void makeSource()
    {
        if (m_source.planes.empty())
            m_source = m_makeSource();
    }

    /// Side by side; what is there when one fails or is stopped is kept.
    Status computeRows(std::span<const BlockMask> masks, std::size_t begin, std::size_t chosen)
    {
        if (m_stop.stop_requested())
            return cancelledError();
        std::vector<Result<std::vector<float>>> rows(masks.size(), cancelledError());
        const bool allKnown = std::all_of(masks.begin(), masks.end(), [&](BlockMask m) { return isStored(m); });
        if (!allKnown) // not before it is needed: a whole table may lie in the cache
            makeSource();
        (void)m_crew.run(
            static_cast<int>(masks.size()),
            [&](int i) {
                const auto at = static_cast<std::size_t>(i);
                rows[at] = isStored(masks[at]) ? m_stored[masks[at].bits()] : row(masks[at]);
                return rows[at].has_value();
            },
            m_stop);
        Status problem;
        for (std::size_t i = 0; i < masks.size(); ++i) {
            if (!rows[i]) {
                // A real error before the words that others were not begun because of it.
                if (problem || isCancelled(problem))
                    problem = std::move(rows[i]).error();
                continue;
            }
            if (m_cache && !isStored(masks[i]))
                m_cache->save(masks[i], *rows[i]);
            m_table.set(masks[i], *rows[i], begin + i >= chosen);
            if (m_sink.progress)
                m_sink.progress(m_table.count(), m_options.samples);
            publishNowAndThen();
        }
        return problem;
    }

    bool isStored(BlockMask mask) const { return !m_stored[mask.bits()].empty(); }

    Result<std::vector<float>> row(BlockMask mask) const
    {
        Result<Prediction> prediction = m_composites ? m_composites->predict(mask) : pass(mask);
        if (!prediction)
            return std::move(prediction).error();
        std::vector<float>& output = prediction->output;
        const bool fine = output.size() == static_cast<std::size_t>(m_predictor.info().outputs)
            && std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); });
        if (!fine)
            return Error{ErrorCode::Model,
                         "table",
                         "the network's prediction is not a number when blocks are " + m_options.doing,
                         m_options.remedy,
                         {}};
        return std::move(output);
    }

    Result<Prediction> pass(BlockMask mask) const
    {
        ModelInput composite = m_input;
        copyBlocks(composite, m_source, mask);
        return m_predictor.predict(composite, m_stop);
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

    /// The half of the players whose exchange alone changes the score most; ties to the smaller index.
    BlockMask halfOfSingles() const
    {
        std::vector<int> blocks = toList(m_options.players);
        const auto change = [&](int block) {
            return std::abs(m_table.score(BlockMask().with({block})) - m_table.score(BlockMask()));
        };
        std::stable_sort(blocks.begin(), blocks.end(), [&](int a, int b) { return change(a) > change(b); });
        BlockMask half;
        for (std::size_t i = 0; i < blocks.size() / 2; ++i)
            half = half.with({blocks[i]});
        return half;
    }

    const Predictor& m_predictor;
    const ModelInput& m_input;
    const std::function<ModelInput()>& m_makeSource;
    CompositeTableOptions m_options;
    CachedRows* m_cache;
    std::stop_token m_stop;
    const TableSink& m_sink;
    PartialTable m_table;
    std::vector<std::vector<float>> m_stored =
        std::vector<std::vector<float>>(MaskCount); ///< what the cache knows, wanted or not
    ModelInput m_source;
    std::unique_ptr<Composites> m_composites; ///< null: a pass a mask
    bool m_mayShare = false; ///< whether the parts were thought of
    Crew m_crew{workersFor(m_predictor)};
    Clock::time_point m_begin = Clock::now();
    Clock::time_point m_lastPublish = m_begin;
    double m_publishCost = 0;
};

} // namespace

Result<std::shared_ptr<const MaskTable>> fillCompositeTable(const Predictor& predictor, const ModelInput& input,
                                                            const std::function<ModelInput()>& makeSource,
                                                            const CompositeTableOptions& options, CachedRows* cache,
                                                            std::stop_token stop, const TableSink& sink)
{
    const int all = 1 << options.players.count();
    if (options.samples < std::min(LeastSamples, all) || options.samples > MaskCount)
        return Error{ErrorCode::InvalidInput,
                     "table",
                     "a table needs from " + std::to_string(LeastSamples) + " to " + std::to_string(MaskCount)
                         + " computed masks",
                     "choose another number of samples",
                     {}};
    CompositeTableOptions clipped = options;
    clipped.samples = std::min(options.samples, all);
    return guarded("table",
                   [&] { return Filling(predictor, input, makeSource, clipped, cache, std::move(stop), sink).run(); });
}

} // namespace halflens
