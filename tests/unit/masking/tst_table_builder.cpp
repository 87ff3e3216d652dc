// SPDX-License-Identifier: BSD-3-Clause
// The mask table against a float64 transformer that masks the way the original does, for every
// kernel this machine can run.
#include "core/base/parallel.h"
#include "core/masking/table_builder.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/table_predictor.h"

#include <QTest>

#include <cmath>
#include <numeric>
#include <thread>

using namespace halflens;
using test::featuresOf;
using test::someMasks;
using test::TablePredictor;
using test::Tolerance;

namespace {

std::vector<std::uint32_t> allMasks()
{
    std::vector<std::uint32_t> masks(MaskCount);
    std::iota(masks.begin(), masks.end(), 0u);
    return masks;
}

/// Largest distance of `rows` from the reference over `masks`; infinite for what is not finite.
class Reference {
public:
    Reference(const TriqEncoder& encoder, const TokenGrid& tokens, std::vector<std::uint32_t> masks)
        : m_masks(std::move(masks))
        , m_rows(m_masks.size())
    {
        (void)parallelFor(static_cast<int>(m_masks.size()), [&](int i) {
            const auto at = static_cast<std::size_t>(i);
            m_rows[at] = test::evaluateMasked(encoder, tokens, m_masks[at]);
        });
    }

    double distance(const std::vector<float>& rows, std::uint32_t* where = nullptr) const
    {
        double largest = 0;
        for (std::size_t i = 0; i < m_masks.size(); ++i) {
            for (std::size_t o = 0; o < m_rows[i].size(); ++o) {
                const double d = std::abs(rows[m_masks[i] * m_rows[i].size() + o] - m_rows[i][o]);
                if (!(d <= largest)) {
                    largest = std::isnan(d) ? INFINITY : d;
                    if (where)
                        *where = m_masks[i];
                }
            }
        }
        return largest;
    }

    /// Largest difference between any two rows: a test in which nothing changes shows nothing.
    double spread() const
    {
        double largest = 0;
        for (const auto& row : m_rows)
            largest = std::max(largest, std::abs(row[0] - m_rows[0][0]));
        return largest;
    }

private:
    std::vector<std::uint32_t> m_masks;
    std::vector<std::vector<double>> m_rows;
};

/// Empty when all kernels and the plain evaluation agree with the reference.
std::string disagreement(const TriqEncoder& encoder, const TokenGrid& tokens, const Reference& reference,
                         double tolerance = Tolerance)
{
    for (const TableKernel kernel : availableTableKernels()) {
        const auto rows = evaluateAllMasks(encoder, tokens, {}, kernel);
        if (!rows)
            return toString(kernel) + ": " + rows.error().message();
        if (rows->size() != static_cast<std::size_t>(MaskCount * encoder.outputs()))
            return toString(kernel) + ": wrong size";
        std::uint32_t where = 0;
        const double distance = reference.distance(*rows, &where);
        if (qEnvironmentVariableIsSet("HALFLENS_SHOW_DIFFERENCES"))
            qInfo("%s: %g at mask %u", toString(kernel).c_str(), distance, where);
        if (distance > tolerance)
            return toString(kernel) + " is off by " + std::to_string(distance) + " at mask " + std::to_string(where);
    }
    return {};
}

} // namespace

class TestTableBuilder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { setThreadCount(static_cast<int>(std::thread::hardware_concurrency())); }
    void grids_data();
    void grids();
    void kernelsAgreeEverywhere();
    void farApartLogits_data();
    void farApartLogits();
    void oneOutput();
    void strongHead();
    void smallVariance();
    void otherSizes_data();
    void otherSizes();
    void bothLayersAreMasked();
    void plainEvaluation();
    void maskedTokensAreIrrelevant();
    void sameBytes();
    void stops_data();
    void stops();
    void refuses();
    void kernelNames();
    void maskTables();
};

void TestTableBuilder::grids_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("emptyBlocks");
    for (const auto& [height, width, empty] : std::initializer_list<std::array<int, 3>>{{12, 16, 0},
                                                                                        {16, 12, 0},
                                                                                        {8, 8, 0},
                                                                                        {8, 6, 0},
                                                                                        {8, 11, 0},
                                                                                        {17, 5, 0},
                                                                                        {3, 4, 0},
                                                                                        {2, 2, 8},
                                                                                        {1, 5, 8},
                                                                                        {5, 1, 9},
                                                                                        {1, 1, 11}})
        QTest::addRow("%dx%d", height, width) << height << width << empty;
}

void TestTableBuilder::grids()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, emptyBlocks);
    std::set<int> used;
    for (int row = 0; row < height; ++row) {
        for (int column = 0; column < width; ++column)
            used.insert(blockOfToken(row, column, height, width).value);
    }
    QCOMPARE(BlockCount - static_cast<int>(used.size()), emptyBlocks);
    const TriqEncoder encoder = test::randomEncoder(1);
    const TokenGrid tokens = test::randomTokens(2, height, width);
    const Reference reference(encoder, tokens,
                              height == 3 || height == 2 ? allMasks() : someMasks(height * width < 100 ? 60 : 36));
    QVERIFY(reference.spread() > 1e-3);
    const std::string problem = disagreement(encoder, tokens, reference);
    QVERIFY2(problem.empty(), problem.c_str());
}

void TestTableBuilder::kernelsAgreeEverywhere()
{
    const TriqEncoder encoder = test::randomEncoder(3);
    const TokenGrid tokens = test::randomTokens(4, 12, 16);
    const auto generic = evaluateAllMasks(encoder, tokens, {}, TableKernel::Generic);
    QVERIFY(generic.has_value());
    for (const TableKernel kernel : availableTableKernels()) {
        const auto rows = evaluateAllMasks(encoder, tokens, {}, kernel);
        QVERIFY(rows.has_value());
        for (std::size_t i = 0; i < rows->size(); ++i)
            QVERIFY2(std::abs((*rows)[i] - (*generic)[i]) <= Tolerance, toString(kernel).c_str());
    }
    for (std::size_t mask = 0; mask < MaskCount; ++mask) {
        const double sum = std::accumulate(generic->begin() + static_cast<std::ptrdiff_t>(5 * mask),
                                           generic->begin() + static_cast<std::ptrdiff_t>(5 * mask + 5), 0.0);
        QVERIFY(std::abs(sum - 1) < 1e-6);
    }
}

/// Sums scaled by a row's overall maximum are 0/0 once the block that holds it is masked.
void TestTableBuilder::farApartLogits_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<float>("query1");
    QTest::addColumn<float>("query2");
    QTest::addColumn<double>("tolerance");
    QTest::newRow("first layer, 12x16") << 12 << 16 << 100.F << 1.F << Tolerance;
    QTest::newRow("first layer, 3x4") << 3 << 4 << 100.F << 1.F << Tolerance;
    QTest::newRow("first layer, further") << 3 << 4 << 1000.F << 1.F << Tolerance;
    QTest::newRow("last layer, 12x16") << 12 << 16 << 1.F << 100.F << Tolerance;
    QTest::newRow("last layer, 3x4") << 3 << 4 << 1.F << 100.F << Tolerance;
    // Rounding in the first layer moves the last one's logits, which are a hundred times as strong.
    QTest::newRow("both, 8x8") << 8 << 8 << 100.F << 100.F << 10 * Tolerance;
    QTest::newRow("both, 2x2") << 2 << 2 << 100.F << 100.F << 10 * Tolerance;
}

void TestTableBuilder::farApartLogits()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(float, query1);
    QFETCH(float, query2);
    QFETCH(double, tolerance);
    test::EncoderRecipe recipe;
    recipe.query1 = query1;
    recipe.query2 = query2;
    const TriqEncoder encoder = test::randomEncoder(5, recipe);
    const TokenGrid tokens = test::randomTokens(6, height, width);
    const Reference reference(encoder, tokens, someMasks(height * width <= 12 ? 400 : 36));
    QVERIFY(reference.spread() > 1e-3);
    const std::string problem = disagreement(encoder, tokens, reference, tolerance);
    QVERIFY2(problem.empty(), problem.c_str());
}

void TestTableBuilder::oneOutput()
{
    test::EncoderRecipe recipe;
    recipe.outputs = 1;
    for (const auto& [height, width] : {std::pair{3, 4}, {8, 8}}) {
        const TriqEncoder encoder = test::randomEncoder(7, recipe);
        const TokenGrid tokens = test::randomTokens(8, height, width);
        const Reference reference(encoder, tokens, someMasks());
        QVERIFY(reference.spread() > 1e-3);
        const std::string problem = disagreement(encoder, tokens, reference);
        QVERIFY2(problem.empty(), problem.c_str());
    }
}

/// Large values in the head: GELU far out on both sides, grades near 0 and 1.
void TestTableBuilder::strongHead()
{
    test::EncoderRecipe recipe;
    recipe.head = 6;
    const TriqEncoder encoder = test::randomEncoder(9, recipe);
    const TokenGrid tokens = test::randomTokens(10, 3, 4);
    const std::string problem = disagreement(encoder, tokens, {encoder, tokens, someMasks(400)}, 5 * Tolerance);
    QVERIFY2(problem.empty(), problem.c_str());
}

/// Values so small that the eps of the layer norms decides.
void TestTableBuilder::smallVariance()
{
    test::EncoderRecipe recipe;
    recipe.branches = 1e-3F;
    recipe.tokens = 1e-3F;
    const TriqEncoder encoder = test::randomEncoder(11, recipe);
    const TokenGrid tokens = test::randomTokens(12, 3, 4, 32, 1e-3F);
    const std::string problem = disagreement(encoder, tokens, {encoder, tokens, someMasks()});
    QVERIFY2(problem.empty(), problem.c_str());
}

void TestTableBuilder::otherSizes_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("layers");
    QTest::addColumn<int>("hidden");
    QTest::addColumn<int>("headHidden");
    QTest::addColumn<int>("outputs");
    QTest::newRow("width 16") << 16 << 8 << 2 << 64 << 64 << 5;
    QTest::newRow("4 heads") << 32 << 4 << 2 << 64 << 64 << 5;
    QTest::newRow("1 layer") << 32 << 8 << 1 << 64 << 64 << 5;
    QTest::newRow("3 layers") << 32 << 8 << 3 << 64 << 64 << 5;
    QTest::newRow("48 hidden") << 32 << 8 << 2 << 48 << 64 << 5;
    QTest::newRow("head of 32") << 32 << 8 << 2 << 64 << 32 << 5;
    QTest::newRow("10 outputs") << 32 << 8 << 2 << 64 << 64 << 10;
    QTest::newRow("2 outputs") << 32 << 8 << 2 << 64 << 64 << 2;
}

void TestTableBuilder::otherSizes()
{
    QFETCH(int, width);
    QFETCH(int, heads);
    QFETCH(int, layers);
    QFETCH(int, hidden);
    QFETCH(int, headHidden);
    QFETCH(int, outputs);
    const TriqEncoder encoder =
        test::randomEncoder(13, {width, heads, layers, hidden, headHidden, outputs, 20, 1, 1, 1, 1, 1});
    const TokenGrid tokens = test::randomTokens(14, 1, width < 32 ? 4 : 1, width);
    const auto rows = evaluateAllMasks(encoder, tokens);
    QVERIFY(rows.has_value());
    const Reference reference(encoder, tokens, someMasks(200));
    QVERIFY(reference.spread() > 1e-3);
    QVERIFY(reference.distance(*rows) <= Tolerance);
}

void TestTableBuilder::bothLayersAreMasked()
{
    const TriqEncoder encoder = test::randomEncoder(15);
    const TokenGrid tokens = test::randomTokens(16, 8, 8);
    constexpr std::uint32_t Mask = 0b0110'0010'0111;
    const auto both = test::evaluateMasked(encoder, tokens, Mask);
    const auto first = test::evaluateMasked(encoder, tokens, Mask, 1);
    QVERIFY(std::abs(both[0] - first[0]) > 1e-3); // or this test could not tell
    const auto rows = evaluateAllMasks(encoder, tokens);
    QVERIFY(rows.has_value());
    QVERIFY(std::abs((*rows)[std::size_t{Mask} * 5] - both[0]) <= Tolerance);
    QVERIFY(std::abs(evaluate(encoder, tokens, BlockMask(Mask))->front() - both[0]) <= Tolerance);
}

void TestTableBuilder::plainEvaluation()
{
    const TriqEncoder encoder = test::randomEncoder(17);
    const TokenGrid tokens = test::randomTokens(18, 8, 11);
    const auto rows = evaluateAllMasks(encoder, tokens);
    QVERIFY(rows.has_value());
    for (const std::uint32_t mask : someMasks(40)) {
        const auto row = evaluate(encoder, tokens, BlockMask(mask));
        QVERIFY(row.has_value());
        for (std::size_t o = 0; o < 5; ++o)
            QVERIFY(std::abs((*row)[o] - (*rows)[mask * 5 + o]) <= Tolerance);
    }
}

void TestTableBuilder::maskedTokensAreIrrelevant()
{
    const TriqEncoder encoder = test::randomEncoder(19);
    const TokenGrid tokens = test::randomTokens(20, 8, 8);
    constexpr std::uint32_t Changed = 0b0000'1001'0100;
    TokenGrid other = tokens;
    for (int row = 0; row < 8; ++row) {
        for (int column = 0; column < 8; ++column) {
            if (!BlockMask(Changed).contains(blockOfToken(row, column, 8, 8)))
                continue;
            for (std::size_t i = 0; i < 32; ++i) {
                float& value = other.values[static_cast<std::size_t>(row * 8 + column) * 32 + i];
                value = value * -50 + 3;
            }
        }
    }
    for (const TableKernel kernel : availableTableKernels()) {
        const auto a = evaluateAllMasks(encoder, tokens, {}, kernel);
        const auto b = evaluateAllMasks(encoder, other, {}, kernel);
        QVERIFY(a.has_value() && b.has_value());
        int differing = 0;
        for (std::uint32_t mask = 0; mask < MaskCount; ++mask) {
            const bool same = std::equal(a->begin() + 5 * mask, a->begin() + 5 * mask + 5, b->begin() + 5 * mask);
            QVERIFY2(same || (mask & Changed) != Changed, (toString(kernel) + std::to_string(mask)).c_str());
            differing += same ? 0 : 1;
        }
        QVERIFY(differing > 3000);
    }
}

void TestTableBuilder::sameBytes()
{
    const TriqEncoder published = test::randomEncoder(21);
    const TokenGrid tokens = test::randomTokens(22, 12, 16);
    const TriqEncoder other = test::randomEncoder(21, {8, 8, 2, 8, 8, 5, 20, 1, 1, 1, 1, 1});
    const TokenGrid fewer = test::randomTokens(22, 1, 3, 8);
    std::map<TableKernel, std::vector<float>> first;
    std::vector<float> firstOther;
    for (const int threads : {1, 2, 3, 1}) {
        setThreadCount(threads);
        for (const TableKernel kernel : availableTableKernels()) {
            const auto rows = evaluateAllMasks(published, tokens, {}, kernel);
            QVERIFY(rows.has_value());
            if (first[kernel].empty())
                first[kernel] = *rows;
            QVERIFY(*rows == first[kernel]);
        }
        const auto rows = evaluateAllMasks(other, fewer);
        QVERIFY(rows.has_value());
        if (firstOther.empty())
            firstOther = *rows;
        QCOMPARE(*rows, firstOther);
    }
}

void TestTableBuilder::stops_data()
{
    QTest::addColumn<int>("width");
    QTest::newRow("fast") << 32;
    QTest::newRow("mask by mask") << 8;
}

void TestTableBuilder::stops()
{
    QFETCH(int, width);
    test::EncoderRecipe recipe;
    recipe.width = width;
    const TriqEncoder encoder = test::randomEncoder(23, recipe);
    const TokenGrid tokens = test::randomTokens(24, 1, 4, width);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled(evaluateAllMasks(encoder, tokens, stop.get_token())));
    const Features features = featuresOf(tokens);
    QVERIFY(isCancelled(buildMaskTable(TablePredictor(&encoder), features, stop.get_token())));
    // At any moment: cancelled, or whole.
    const auto whole = evaluateAllMasks(encoder, tokens);
    QVERIFY(whole.has_value());
    for (int i = 0; i < 5; ++i) {
        std::stop_source later;
        std::jthread stopper([&] { later.request_stop(); });
        const auto rows = evaluateAllMasks(encoder, tokens, later.get_token());
        QVERIFY(isCancelled(rows) || *rows == *whole);
    }
}

void TestTableBuilder::refuses()
{
    const TriqEncoder encoder = test::randomEncoder(25);
    const auto full = evaluateAllMasks(encoder, test::randomTokens(1, 14, 14)); // 196 > 192
    QVERIFY(!full);
    QCOMPARE(full.error().code, ErrorCode::Model);
    QVERIFY(full.error().reason.find("196") != std::string::npos);
    QVERIFY(full.error().reason.find("192") != std::string::npos);
    QVERIFY(!evaluateAllMasks(encoder, TokenGrid{}).has_value());
    QVERIFY(!evaluateAllMasks(encoder, test::randomTokens(1, 3, 4, 16)).has_value());

    const auto without = buildMaskTable(TablePredictor(nullptr), {});
    QVERIFY(!without);
    QCOMPARE(without.error().code, ErrorCode::Unsupported);
    QVERIFY(without.error().reason.find("made-up") != std::string::npos);

    TriqEncoder damaged = encoder;
    damaged.head1.bias[2] = std::numeric_limits<float>::quiet_NaN();
    const Features features = featuresOf(test::randomTokens(1, 3, 4));
    const auto notFinite = buildMaskTable(TablePredictor(&damaged), features);
    QVERIFY(!notFinite);
    QCOMPARE(notFinite.error().code, ErrorCode::Model);
}

void TestTableBuilder::kernelNames()
{
    const auto kernels = availableTableKernels();
    QVERIFY(!kernels.empty());
    QVERIFY(kernels.front() == TableKernel::Generic);
    qputenv("HALFLENS_TABLE_KERNEL", "generic");
    QCOMPARE(toString(TableKernel::Auto), std::string("generic"));
    const TriqEncoder encoder = test::randomEncoder(26);
    const TokenGrid tokens = test::randomTokens(27, 3, 4);
    QCOMPARE(evaluateAllMasks(encoder, tokens).value(),
             evaluateAllMasks(encoder, tokens, {}, TableKernel::Generic).value());
    qputenv("HALFLENS_TABLE_KERNEL", "abacus");
    QCOMPARE(toString(TableKernel::Auto), toString(kernels.back())); // what is not there is not used
    qunsetenv("HALFLENS_TABLE_KERNEL");
    QCOMPARE(toString(TableKernel::Auto), toString(kernels.back()));
}

void TestTableBuilder::maskTables()
{
    for (const int outputs : {5, 1}) {
        test::EncoderRecipe recipe;
        recipe.outputs = outputs;
        const TriqEncoder encoder = test::randomEncoder(28, recipe);
        const Features features = featuresOf(test::randomTokens(29, 3, 4));
        const auto table = buildMaskTable(TablePredictor(&encoder), features);
        QVERIFY(table.has_value());
        QCOMPARE((*table)->rows, evaluateAllMasks(encoder, features.tokens).value());
        QCOMPARE((*table)->outputs, outputs);
        QCOMPARE((*table)->scale, (ScoreScale{0, 100}));
        QVERIFY((*table)->exact && (*table)->samples == MaskCount && (*table)->standardError == 0);
        const auto row = (*table)->row(BlockMask(77));
        QCOMPARE(row.size(), static_cast<std::size_t>(outputs));
        QCOMPARE((*table)->score(BlockMask(77)), scoreOf(row));
        QCOMPARE((*table)->score5(BlockMask(77)), 1 + 4 * scoreOf(row) / 100);
    }
}

HALFLENS_TEST(TestTableBuilder)
#include "tst_table_builder.moc"
