// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/fine.h"

#include "core/base/parallel.h"
#include "core/explain/permutations.h"
#include "core/masking/mask_table.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <random>

namespace halflens {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int BatchPairs = 64; ///< between two looks at the error, and at stop

/// The order of pair number `pair`; std::shuffle is not the same everywhere, the engine's sequence is.
std::vector<int> orderOf(std::uint64_t seed, int pair, int players)
{
    std::mt19937_64 random(seed * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(pair));
    std::vector<int> order(static_cast<std::size_t>(players));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[random() % i]);
    return order;
}

class Estimation {
public:
    Estimation(CellGrid cells, const OrderedWorth& worth, const ScoreScale& scale, const FineOptions& options,
               std::stop_token stop, const FineSink& sink)
        : m_cells(cells)
        , m_players(cells.count())
        , m_worth(worth)
        , m_scale(scale)
        , m_options(options)
        , m_stop(std::move(stop))
        , m_sink(sink)
    { }

    Result<FineContributions> run()
    {
        Result<OrderEstimate> ends = knownEnds();
        if (!ends)
            return std::move(ends).error();
        OrderEstimate estimate = *std::move(ends);
        report(estimate);
        const int wanted = (m_options.permutations > 0 ? m_options.permutations + 1 : MostPermutations) / 2; // pairs
        while (estimate.pairs() < wanted && !hasSettled(estimate)) {
            const int batch = estimate.pairs() == 0 ? FirstPermutations / 2 : BatchPairs;
            if (Status added = addPairs(estimate, std::min(batch, wanted - estimate.pairs())); !added)
                return std::move(added).error();
            report(estimate);
        }
        return result(estimate);
    }

private:
    /// Nobody and everybody, each alone, all but each.
    Result<OrderEstimate> knownEnds() const
    {
        const auto players = static_cast<std::size_t>(m_players);
        std::vector<double> alone(players);
        std::vector<double> without(players);
        double none = 0;
        double all = 0;
        const auto play = [&](int player) {
            std::vector<int> order(players);
            std::iota(order.begin(), order.end(), 0);
            std::swap(order.front(), order[static_cast<std::size_t>(player)]);
            alone[static_cast<std::size_t>(player)] = m_worth(order, 1, 1).front();
            std::reverse(order.begin(), order.end()); // the player comes last
            without[static_cast<std::size_t>(player)] = m_worth(order, m_players - 1, m_players - 1).front();
            if (player == 0) {
                none = m_worth(order, 0, 0).front();
                all = m_worth(order, m_players, m_players).front();
            }
        };
        if (!parallelFor(m_players, play, m_stop))
            return cancelledError();
        return OrderEstimate(none, all, std::move(alone), std::move(without));
    }

    Status addPairs(OrderEstimate& estimate, int count) const
    {
        struct Pair {
            std::vector<int> order;
            std::vector<double> forward;
            std::vector<double> backward;
        };
        std::vector<Pair> pairs(static_cast<std::size_t>(count));
        const auto play = [&](int i) {
            Pair& pair = pairs[static_cast<std::size_t>(i)];
            pair.order = orderOf(m_options.seed, estimate.pairs() + i, m_players);
            pair.forward = between(pair.order);
            pair.backward = between({pair.order.rbegin(), pair.order.rend()});
        };
        if (!parallelFor(count, play, m_stop))
            return cancelledError();
        for (const Pair& pair : pairs)
            estimate.addPair(pair.order, pair.forward, pair.backward);
        return {};
    }

    /// Worth of the first 2..n - 2 players, at these places.
    std::vector<double> between(const std::vector<int>& order) const
    {
        std::vector<double> worth(order.size() + 1);
        if (m_players >= 4) {
            const std::vector<double> steps = m_worth(order, 2, m_players - 2);
            std::copy(steps.begin(), steps.end(), worth.begin() + 2);
        }
        return worth;
    }

    double largestError(const std::vector<double>& errors) const
    {
        return std::abs(changeOnFive(m_scale, *std::max_element(errors.begin(), errors.end())));
    }

    bool hasSettled(const OrderEstimate& estimate) const
    {
        return m_options.permutations == 0 && estimate.pairs() > 0
            && largestError(estimate.standardErrors()) <= m_options.standardError;
    }

    void report(const OrderEstimate& estimate)
    {
        if (m_sink.progress && estimate.pairs() > 0)
            m_sink.progress(2 * estimate.pairs(), largestError(estimate.standardErrors()));
        // The first two pictures at once; later ones a little apart.
        if (m_sink.publish && (estimate.pairs() <= FirstPermutations / 2 || secondsSince(m_lastPublish) > 0.2)) {
            m_sink.publish(std::make_shared<const FineContributions>(result(estimate)));
            m_lastPublish = Clock::now();
        }
    }

    FineContributions result(const OrderEstimate& estimate) const
    {
        FineContributions fine;
        fine.cells = m_cells;
        fine.values = estimate.values();
        fine.standardErrors = estimate.standardErrors();
        fine.sum = estimate.sum();
        fine.permutations = 2 * estimate.pairs();
        fine.settled = m_options.permutations > 0 ? fine.permutations >= m_options.permutations : hasSettled(estimate);
        fine.seconds = secondsSince(m_begin);
        return fine;
    }

    static double secondsSince(Clock::time_point begin)
    {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    }

    CellGrid m_cells;
    int m_players;
    const OrderedWorth& m_worth;
    ScoreScale m_scale;
    const FineOptions& m_options;
    std::stop_token m_stop;
    const FineSink& m_sink;
    Clock::time_point m_begin = Clock::now();
    Clock::time_point m_lastPublish = m_begin;
};

} // namespace

Result<FineContributions> fineContributions(CellGrid cells, const OrderedWorth& worth, const ScoreScale& scale,
                                            const FineOptions& options, std::stop_token stop, const FineSink& sink)
{
    const bool usable = cells.rows > 0 && cells.columns > 0 && options.permutations >= 0 && options.standardError > 0
        && options.permutations <= MostAskedPermutations;
    if (!usable)
        return Error{ErrorCode::InvalidInput,
                     "explain",
                     "fine contributions need cells, a standard error above 0 and at most "
                         + std::to_string(MostAskedPermutations) + " permutations",
                     "choose other options",
                     {}};
    return guarded("explain", [&] { return Estimation(cells, worth, scale, options, std::move(stop), sink).run(); });
}

CellGrid fineGrid(const FineOptions& options, const TokenGrid& tokens)
{
    const bool stands = tokens.height > tokens.width;
    const CellGrid& cells = options.cells;
    return {std::min(stands ? cells.columns : cells.rows, tokens.height),
            std::min(stands ? cells.rows : cells.columns, tokens.width)};
}

Result<FineContributions> fineContributions(const Predictor& predictor, const Features& features,
                                            const FineOptions& options, std::stop_token stop, const FineSink& sink)
{
    const TriqEncoder* encoder = predictor.attentionEncoder();
    if (!encoder)
        return Error{ErrorCode::Unsupported,
                     "explain",
                     predictor.info().id + " has no attention mask to hide cells with",
                     "use a TRIQ model, or another method",
                     {}};
    const Result<TokenChains> chains =
        TokenChains::create(*encoder, features.tokens, fineGrid(options, features.tokens));
    if (!chains)
        return chains.error();
    return fineContributions(
        chains->cells(),
        [&](std::span<const int> order, int first, int last) { return chains->scores(order, first, last); },
        predictor.info().scale, options, std::move(stop), sink);
}

ScalarMap paintCells(CellGrid cells, std::span<const double> values, int height, int width)
{
    // The cell of a position as blocks cut theirs: from floor(part * length / parts) on.
    const auto cellOf = [](int position, int parts, int length) {
        return static_cast<int>((static_cast<std::int64_t>(position) * parts + parts - 1) / length);
    };
    ScalarMap map(height, width);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const int cell = cellOf(y, cells.rows, height) * cells.columns + cellOf(x, cells.columns, width);
            map.row(y)[static_cast<std::size_t>(x)] = static_cast<float>(values[static_cast<std::size_t>(cell)]);
        }
    }
    return map;
}

ScalarMap fineMap(const FineContributions& fine, int height, int width)
{
    return paintCells(fine.cells, fine.values, height, width);
}

} // namespace halflens
