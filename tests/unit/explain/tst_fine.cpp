// SPDX-License-Identifier: BSD-3-Clause
// Contributions from random orders: exact where they must be, honest about their error elsewhere.
#include "core/base/parallel.h"
#include "core/explain/fine.h"
#include "core/explain/permutations.h"
#include "core/image/decode.h"
#include "core/masking/importance.h"
#include "core/registry/registry.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

using namespace halflens;

namespace {

constexpr ScoreScale Grades{1, 5};

/// A game by the set of players that take part.
using Game = std::function<double(std::uint64_t)>;

OrderedWorth ordered(Game game)
{
    return [game = std::move(game)](std::span<const int> order, int first, int last) {
        std::vector<double> worth;
        std::uint64_t set = 0;
        for (int step = 0; step <= last; ++step) {
            if (step > 0)
                set |= std::uint64_t{1} << order[static_cast<std::size_t>(step) - 1];
            if (step >= first)
                worth.push_back(game(set));
        }
        return worth;
    };
}

double additive(std::uint64_t set)
{
    double worth = 0.3;
    for (int player = 0; player < 48; ++player)
        worth += (set >> player & 1) != 0 ? 0.01 * (player - 20) : 0;
    return worth;
}

double pairWeight(int i, int j)
{
    return std::sin(7.0 * i + 3.0 * j) / 20;
}

double pairs(std::uint64_t set)
{
    double worth = additive(set);
    for (int i = 0; i < 48; ++i)
        for (int j = 0; j < i; ++j)
            worth += (set >> i & set >> j & 1) != 0 ? pairWeight(i, j) : 0;
    return worth;
}

double rough(std::uint64_t set)
{
    std::mt19937_64 random(set + 1);
    return static_cast<double>(random() >> 40) / (1 << 24);
}

double total(const FineContributions& fine)
{
    return std::accumulate(fine.values.begin(), fine.values.end(), 0.0);
}

FineOptions options(int permutations, std::uint64_t seed = 0)
{
    FineOptions result;
    result.permutations = permutations;
    result.seed = seed;
    return result;
}

} // namespace

class TestFine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { setThreadCount(static_cast<int>(std::thread::hardware_concurrency())); }
    void additiveFromOne();
    void pairsFromOnePair();
    void allOrdersOfFour();
    void fewPlayers_data();
    void fewPlayers();
    void errorIsHonest();
    void stopsWhenSettled();
    void threadsDoNotMatter();
    void grids();
    void map();
    void refuses();
};

void TestFine::additiveFromOne()
{
    const auto fine = fineContributions({6, 8}, ordered(additive), Grades, options(1));
    QVERIFY(fine.has_value());
    QCOMPARE(fine->permutations, 2); // rounded up to even
    for (int player = 0; player < 48; ++player)
        QVERIFY(std::abs(fine->values[static_cast<std::size_t>(player)] - 0.01 * (player - 20)) < 1e-12);
    QVERIFY(std::abs(total(*fine) - fine->sum) < 1e-12);
}

void TestFine::pairsFromOnePair()
{
    for (const std::uint64_t seed : {0, 1, 2}) {
        const auto fine = fineContributions({6, 8}, ordered(pairs), Grades, options(2, seed));
        QVERIFY(fine.has_value());
        for (int player = 0; player < 48; ++player) {
            double expected = 0.01 * (player - 20);
            for (int other = 0; other < 48; ++other)
                expected += other == player ? 0 : pairWeight(std::max(player, other), std::min(player, other)) / 2;
            QVERIFY(std::abs(fine->values[static_cast<std::size_t>(player)] - expected) < 1e-12);
        }
    }
}

void TestFine::allOrdersOfFour()
{
    std::vector<double> alone, without;
    for (int player = 0; player < 4; ++player) {
        alone.push_back(rough(1u << player));
        without.push_back(rough(15u ^ 1u << player));
    }
    OrderEstimate estimate(rough(0), rough(15), alone, without);
    std::vector<double> expected(4); // mean over all orders
    std::vector<int> order{0, 1, 2, 3};
    do {
        std::vector<double> forward(5), backward(5);
        for (std::size_t k = 0; k <= 4; ++k) {
            std::uint64_t front = 0, back = 0;
            for (std::size_t i = 0; i < k; ++i) {
                front |= 1u << order[i];
                back |= 1u << order[3 - i];
            }
            forward[k] = rough(front);
            backward[k] = rough(back);
            if (k > 0)
                expected[static_cast<std::size_t>(order[k - 1])] += (forward[k] - forward[k - 1]) / 24;
        }
        if (order.front() < order.back()) // its reverse is another of them
            estimate.addPair(order, forward, backward);
    } while (std::next_permutation(order.begin(), order.end()));
    QCOMPARE(estimate.pairs(), 12);
    for (std::size_t player = 0; player < 4; ++player)
        QVERIFY(std::abs(estimate.values()[player] - expected[player]) < 1e-12);
}

void TestFine::fewPlayers_data()
{
    QTest::addColumn<int>("players");
    for (const int players : {1, 2, 3})
        QTest::addRow("%d", players) << players;
}

void TestFine::fewPlayers()
{
    QFETCH(int, players);
    const auto fine = fineContributions({1, players}, ordered(rough), Grades, options(2000));
    QVERIFY(fine.has_value());
    std::vector<double> expected(static_cast<std::size_t>(players));
    std::vector<int> order(static_cast<std::size_t>(players));
    std::iota(order.begin(), order.end(), 0);
    int orders = 0;
    do {
        ++orders;
        std::uint64_t set = 0;
        for (const int player : order) {
            expected[static_cast<std::size_t>(player)] += rough(set | 1u << player) - rough(set);
            set |= 1u << player;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    for (std::size_t player = 0; player < expected.size(); ++player)
        QVERIFY(std::abs(fine->values[player] - expected[player] / orders) < (players < 3 ? 1e-12 : 0.05));
    QVERIFY(std::abs(total(*fine) - fine->sum) < 1e-12);
}

/// On the blocks of a photo, whose exact values are known.
void TestFine::errorIsHonest()
{
    const ModelRegistry registry = ModelRegistry::scan({HALFLENS_SOURCE_DIR "/models"});
    const auto model = loadModel(*registry.find(registry.defaultId()));
    const auto image = readImage(HALFLENS_SOURCE_DIR "/resources/samples/cat.png");
    const auto input = toModelInput(**image, (*model)->info().input);
    const auto features = (*model)->features(*input, {});
    const auto table = buildMaskTable(**model, **features);
    QVERIFY(table.has_value());
    const std::vector<double> worth = worthOfVisible(**table);
    const Shapley exact = computeShapley(worth);

    FineOptions blocks = options(2000, 1);
    blocks.cells = {3, 4};
    const auto shown = fineContributions(**model, **features, blocks);
    QVERIFY(shown.has_value());
    QVERIFY(std::abs(shown->sum - exact.sum) < 1e-5);

    double squares = 0;
    const OrderedWorth lookUp = ordered([&](std::uint64_t set) { return worth[set]; });
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto fine = fineContributions({3, 4}, lookUp, Grades, options(2000, seed));
        QVERIFY(fine.has_value());
        QVERIFY(std::abs(total(*fine) - exact.sum) < 1e-12);
        for (std::size_t block = 0; block < BlockCount; ++block) {
            const double ratio = (fine->values[block] - exact.values[block]) / fine->standardErrors[block];
            QVERIFY2(std::abs(ratio) <= 5, std::to_string(ratio).c_str());
            squares += ratio * ratio;
            if (seed == 1) // the network itself tells the same as its table
                QVERIFY(std::abs(fine->values[block] - shown->values[block]) < 1e-5);
        }
    }
    const double meanSquare = squares / (20 * BlockCount);
    QVERIFY2(meanSquare > 0.5 && meanSquare < 1.6, std::to_string(meanSquare).c_str());
}

void TestFine::stopsWhenSettled()
{
    FineOptions loose;
    loose.standardError = 0.05;
    std::vector<std::shared_ptr<const FineContributions>> published;
    FineSink sink;
    sink.publish = [&](std::shared_ptr<const FineContributions> fine) { published.push_back(std::move(fine)); };
    const auto early = fineContributions({2, 4}, ordered(rough), Grades, loose, {}, sink);
    QVERIFY(early.has_value() && early->settled);
    QVERIFY(*std::max_element(early->standardErrors.begin(), early->standardErrors.end()) <= 0.05);
    // First without any order, with no error known; then with one.
    QVERIFY(published.size() >= 2);
    QCOMPARE(published[0]->permutations, 0);
    QVERIFY(std::isinf(published[0]->standardErrors[0]) && !published[0]->isClear(0));
    QCOMPARE(published[1]->permutations, FirstPermutations);
    QVERIFY(!published[0]->settled);

    FineOptions strict;
    strict.standardError = 0.005;
    const auto late = fineContributions({2, 4}, ordered(rough), Grades, strict);
    QVERIFY(late->settled && late->permutations > 10 * early->permutations);
    // On a scale of 100 the same spread is a smaller part of a grade.
    const auto wide = fineContributions({2, 4}, ordered(rough), {0, 100}, strict);
    QVERIFY(wide->permutations < late->permutations);
    strict.standardError = 1e-6;
    const auto never = fineContributions({2, 4}, ordered(rough), Grades, strict);
    QVERIFY(!never->settled);
    QCOMPARE(never->permutations, MostPermutations);
}

void TestFine::threadsDoNotMatter()
{
    std::vector<double> first;
    for (const int threads : {1, 3, 2}) {
        setThreadCount(threads);
        const auto fine = fineContributions({3, 4}, ordered(rough), Grades, options(200, 5));
        if (first.empty())
            first = fine->values;
        QVERIFY(fine->values == first);
    }
    QVERIFY(fineContributions({3, 4}, ordered(rough), Grades, options(200, 6))->values != first);
}

void TestFine::grids()
{
    const auto tokens = [](int height, int width) {
        TokenGrid grid;
        grid.height = height;
        grid.width = width;
        return grid;
    };
    QCOMPARE(fineGrid({}, tokens(12, 16)), (CellGrid{6, 8}));
    QCOMPARE(fineGrid({}, tokens(16, 12)), (CellGrid{8, 6}));
    QCOMPARE(fineGrid({}, tokens(8, 8)), (CellGrid{6, 8}));
    QCOMPARE(fineGrid({}, tokens(4, 7)), (CellGrid{4, 7}));
}

void TestFine::map()
{
    FineContributions fine;
    fine.cells = {3, 4};
    for (int block = 0; block < BlockCount; ++block)
        fine.values.push_back(block);
    for (const auto& [height, width] : {std::pair{384, 512}, {500, 333}, {3, 4}, {7, 9}}) {
        const ScalarMap map = fineMap(fine, height, width);
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                QCOMPARE(map.at(y, x), static_cast<float>(blockAt(y, x, height, width).value));
    }
}

void TestFine::refuses()
{
    QVERIFY(!fineContributions({0, 4}, ordered(rough), Grades, {}).has_value());
    QVERIFY(!fineContributions({3, 4}, ordered(rough), Grades, options(-1)).has_value());
    QVERIFY(!fineContributions({3, 4}, ordered(rough), Grades, options(MostAskedPermutations + 1)).has_value());
    FineOptions wrong;
    wrong.standardError = std::nan("");
    QVERIFY(!fineContributions({3, 4}, ordered(rough), Grades, wrong).has_value());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(fineContributions({3, 4}, ordered(rough), Grades, {}, stop.get_token())));
}

HALFLENS_TEST(TestFine)
#include "tst_fine.moc"
