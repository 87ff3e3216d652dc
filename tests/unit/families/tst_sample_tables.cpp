// SPDX-License-Identifier: BSD-3-Clause
// What must hold for the tables of real photos: the samples that come with the program, seen by its default model.
#include "core/image/decode.h"
#include "core/masking/difference.h"
#include "core/masking/importance.h"
#include "core/masking/orders.h"
#include "core/masking/table_builder.h"
#include "core/registry/registry.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/deciding_sets_checks.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace halflens;
using namespace halflens::test;

class TestSampleTables : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void tables_data();
    void tables();
    void comparison();

private:
    std::shared_ptr<const Predictor> m_model;
};

void TestSampleTables::initTestCase()
{
    const ModelRegistry registry = ModelRegistry::scan({HALFLENS_SOURCE_DIR "/models"});
    const Manifest* manifest = registry.find(registry.defaultId());
    QVERIFY(manifest);
    const auto model = loadModel(*manifest);
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    m_model = *model;
}

void TestSampleTables::tables_data()
{
    QTest::addColumn<QByteArray>("photo");
    for (const char* photo : {"cat.png", "coffee.png", "rocket.jpg"})
        QTest::newRow(photo) << QByteArray(photo);
}

void TestSampleTables::tables()
{
    QFETCH(QByteArray, photo);
    const auto image = readImage(HALFLENS_SOURCE_DIR "/resources/samples/" + photo.toStdString());
    QVERIFY(image.has_value());
    const auto input = toModelInput(**image, m_model->info().input);
    QVERIFY(input.has_value());
    const auto features = m_model->features(*input, {});
    QVERIFY(features.has_value());
    const auto built = buildMaskTable(*m_model, **features);
    QVERIFY(built.has_value());
    const MaskTable& table = **built;

    for (const double epsilon : {0.03, 0.05, 0.1, 0.3}) {
        const auto sets = decidingSets(table, epsilon);
        QVERIFY(sets.has_value());
        const std::string problem = dualityProblem(*sets);
        QVERIFY2(problem.empty(), (problem + " at " + std::to_string(epsilon)).c_str());
        const Enough luckiest = howMuchIsEnough(table, epsilon);
        QVERIFY(luckiest.visible >= 1);
        QVERIFY(sets->keep.count() >= luckiest.visible);
        // The line at the number of blocks that are enough is the worst of those blocks.
        const std::vector<CurvePoint> curve = enoughCurve(table);
        QCOMPARE(curve[static_cast<std::size_t>(BlockCount - sets->keep.count())].guaranteed, sets->worst);
    }

    const Shapley shapley = computeShapley(table);
    QVERIFY(std::abs(std::accumulate(shapley.values.begin(), shapley.values.end(), 0.0) - shapley.sum) < 1e-12);
    const Orders orders = computeOrders(table);
    QVERIFY(std::abs(std::accumulate(orders.shares.begin(), orders.shares.end(), 0.0) - 1) < 1e-12);
    QVERIFY(orders.shares[0] > 0.2 && orders.shares[0] < 1);
}

/// A photo at the network's input size, and a copy with one damaged block.
void TestSampleTables::comparison()
{
    Image clean;
    clean.width = 512;
    clean.height = 384;
    const auto photo = readImage(HALFLENS_SOURCE_DIR "/resources/samples/coffee.png");
    QVERIFY(photo.has_value());
    for (int y = 0; y < clean.height; ++y) {
        for (int x = 0; x < clean.width; ++x) {
            const auto at = static_cast<std::size_t>(y * (*photo)->height / clean.height * (*photo)->width
                                                     + x * (*photo)->width / clean.width);
            clean.rgb.insert(clean.rgb.end(), (*photo)->rgb.begin() + static_cast<std::ptrdiff_t>(3 * at),
                             (*photo)->rgb.begin() + static_cast<std::ptrdiff_t>(3 * at + 3));
        }
    }
    Image damaged = clean;
    constexpr BlockIndex Damaged{6};
    const BlockRect rect = blockRect(Damaged, clean.height, clean.width);
    for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) { // squares of 8 pixels
            const auto from = static_cast<std::size_t>(3 * ((y & ~7) * clean.width + (x & ~7)));
            std::copy_n(clean.rgb.data() + from, 3, damaged.rgb.data() + 3 * (y * clean.width + x));
        }
    }
    for (const ExchangeBy by : {ExchangeBy::Pixels, ExchangeBy::Tokens}) {
        VersionComparisonOptions options;
        options.by = by;
        const auto result = compareVersions(clean, damaged, *m_model, options);
        QVERIFY2(result.has_value(), result ? "" : result.error().message().c_str());
        QCOMPARE(result->differing, BlockMask().with(Damaged));
        QVERIFY(result->table->exact);
        const Difference& difference = result->difference;
        const BlockValues& values = difference.shapley.values;
        QVERIFY(difference.change < -0.02);
        QVERIFY(std::abs(std::accumulate(values.begin(), values.end(), 0.0) - difference.change) < 1e-12);
        if (by == ExchangeBy::Pixels) {
            for (int block = 0; block < BlockCount; ++block)
                QCOMPARE(values[static_cast<std::size_t>(block)] != 0, block == Damaged.value);
            QVERIFY(!difference.leak);
        } else {
            QVERIFY(*difference.leak > 0 && *difference.leak < 1);
            QCOMPARE(std::min_element(values.begin(), values.end()) - values.begin(), std::ptrdiff_t{Damaged.value});
        }
        // Both ends are the plain predictions.
        for (const auto& [image, row] : {std::pair{&clean, BlockMask()}, {&damaged, BlockMask::all()}}) {
            const auto input = toModelInput(*image, m_model->info().input);
            const auto prediction = m_model->predict(*input, std::stop_token());
            QVERIFY(std::abs(prediction->score - result->table->score(row)) < 1e-6);
        }
        const auto same = compareVersions(clean, clean, *m_model, options);
        QVERIFY(same.has_value());
        QCOMPARE(same->difference.shapley.values, BlockValues{});
        QCOMPARE(same->difference.change, 0.0);
    }
}

HALFLENS_TEST(TestSampleTables)
#include "tst_sample_tables.moc"
