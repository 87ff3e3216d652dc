// SPDX-License-Identifier: BSD-3-Clause
// Attention rollout: the example of spec models 14.2, the reference rollouts, full matrix products.
#include "core/explain/attention_rollout.h"
#include "core/explain/seeded_generator.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <limits>

using namespace halflens;
using namespace halflens::test;

namespace {

const std::vector<AttentionMatrix>& exampleLayers()
{
    static const std::vector<AttentionMatrix> layers{
        {0.5F, 0.3F, 0.2F, 0.1F, 0.8F, 0.1F, 0.2F, 0.2F, 0.6F},
        {0.2F, 0.5F, 0.3F, 0.3F, 0.4F, 0.3F, 0.1F, 0.1F, 0.8F},
    };
    return layers;
}

} // namespace

class TstAttentionRollout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exampleOfSpecification();
    void matchesFullProducts_data();
    void matchesFullProducts();
    void reference_data();
    void reference();
    void headsAreAveraged();
    void mapOfTokens();
    void constantTokensGiveZeros();
    void badInput();
};

void TstAttentionRollout::exampleOfSpecification()
{
    const std::vector<float> tokens = rolloutTokens(exampleLayers(), 3).value();
    QCOMPARE(tokens.size(), std::size_t{2});
    QVERIFY(std::abs(tokens[0] - 0.33F) < 1e-6F);
    QVERIFY(std::abs(tokens[1] - 0.1925F) < 1e-6F);
    QVERIFY(std::abs(tokens[1] / tokens[0] - 0.5833F) < 5e-5F);
    const std::vector<float> last = lastLayerTokens(exampleLayers(), 3).value();
    QVERIFY((last == std::vector<float>{0.5F, 0.3F}));
}

void TstAttentionRollout::matchesFullProducts_data()
{
    QTest::addColumn<int>("layers");
    QTest::newRow("1") << 1;
    QTest::newRow("2") << 2;
    QTest::newRow("5") << 5;
}

void TstAttentionRollout::matchesFullProducts()
{
    QFETCH(int, layers);
    constexpr std::size_t Tokens = 7;
    SeededGenerator generator(3);
    std::vector<AttentionMatrix> attention;
    using Matrix = std::array<std::array<double, Tokens>, Tokens>;
    Matrix product{};
    for (std::size_t i = 0; i < Tokens; ++i)
        product[i][i] = 1;
    for (int layer = 0; layer < layers; ++layer) {
        AttentionMatrix matrix(Tokens * Tokens);
        for (float& value : matrix)
            value = static_cast<float>(generator.uniform());
        attention.push_back(matrix);
        Matrix step{};
        for (std::size_t i = 0; i < Tokens; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < Tokens; ++j) {
                step[i][j] = static_cast<double>(matrix[i * Tokens + j]) + (i == j ? 1 : 0);
                sum += step[i][j];
            }
            for (double& value : step[i])
                value /= sum;
        }
        Matrix next{};
        for (std::size_t i = 0; i < Tokens; ++i) {
            for (std::size_t j = 0; j < Tokens; ++j) {
                for (std::size_t k = 0; k < Tokens; ++k)
                    next[i][j] += step[i][k] * product[k][j];
            }
        }
        product = next;
    }
    const std::vector<float> found = rolloutTokens(attention, Tokens).value();
    for (std::size_t i = 1; i < Tokens; ++i)
        QVERIFY(std::abs(static_cast<double>(found[i - 1]) - product[0][i]) < 1e-7);
}

void TstAttentionRollout::reference_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("image");
    for (const char* image : {"a_384x512", "b_384x512", "c_500x500", "a_768x1024", "b_768x1024"})
        QTest::addRow("triq_resnet50 %s", image) << QStringLiteral("triq_resnet50") << QString::fromLatin1(image);
    for (const char* image : {"a_384x512", "b_384x512", "b_768x1024"})
        QTest::addRow("triq_vgg16 %s", image) << QStringLiteral("triq_vgg16") << QString::fromLatin1(image);
}

void TstAttentionRollout::reference()
{
    QFETCH(QString, folder);
    QFETCH(QString, image);
    const std::string name = folder.toStdString();
    HALFLENS_NEEDS_GOLDEN(name);
    const auto outputs = goldenFloat64(name);
    const std::string base = image.toStdString();
    const std::vector<double>& expected = outputs.at(base + ".rollout_cls");
    const std::vector<double>& heads = outputs.at(base + ".attention_mean_heads");
    const auto tokens = expected.size() + 1;
    QCOMPARE(heads.size(), 2 * tokens * tokens);
    const auto middle = heads.begin() + static_cast<std::ptrdiff_t>(tokens * tokens);
    const std::vector<AttentionMatrix> layers{AttentionMatrix(heads.begin(), middle),
                                              AttentionMatrix(middle, heads.end())};
    const std::vector<float> found = rolloutTokens(layers, static_cast<int>(tokens)).value();
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY(std::abs(static_cast<double>(found[i]) - expected[i]) < 1e-6);
    // The last layer's own CLS row is the mean of its heads' CLS rows.
    const std::vector<double>& clsHeads = outputs.at(base + ".attention_cls_heads");
    const std::vector<float> last = lastLayerTokens(layers, static_cast<int>(tokens)).value();
    for (std::size_t i = 0; i < last.size(); ++i) {
        double mean = 0;
        for (std::size_t head = 0; head < 8; ++head)
            mean += clsHeads[(8 + head) * tokens + i + 1] / 8;
        QVERIFY(std::abs(static_cast<double>(last[i]) - mean) < 1e-6);
    }
}

void TstAttentionRollout::headsAreAveraged()
{
    const std::vector<float> heads{1, 0, 0, 1, 0.5F, 0.5F, 0.25F, 0.75F};
    const AttentionMatrix mean = averageHeads(heads, 2, 2).value();
    QVERIFY((mean == AttentionMatrix{0.75F, 0.25F, 0.125F, 0.875F}));
    QCOMPARE(averageHeads(heads, 3, 2).error().code, ErrorCode::InvalidInput);
    QCOMPARE(averageHeads(heads, 0, 2).error().code, ErrorCode::InvalidInput);
    QCOMPARE(averageHeads({}, 1, 0).error().code, ErrorCode::InvalidInput);
}

void TstAttentionRollout::mapOfTokens()
{
    const std::vector<float> tokens{1, 2, 3, 5};
    const ScalarMap map = attentionMap(tokens, 2, 2, 2, 2).value();
    QVERIFY((map.values == std::vector<float>{0, 0.25F, 0.5F, 1}));
    const ScalarMap large = attentionMap(tokens, 2, 2, 8, 8).value();
    QCOMPARE(large.at(0, 0), 0.0F);
    QCOMPARE(large.at(7, 7), 1.0F);
    // Half a cell in, half-pixel centres: a quarter of the way from the left to the right cell.
    QVERIFY(std::abs(large.at(0, 2) - 0.25F * 0.125F) < 1e-6F);
    QVERIFY(allWithin(attentionMap(tokens, 4, 1, 30, 7).value(), 0, 1));
}

void TstAttentionRollout::constantTokensGiveZeros()
{
    const std::vector<float> tokens(6, 0.25F);
    QCOMPARE(attentionMap(tokens, 2, 3, 20, 30).value(), ScalarMap(20, 30));
    QCOMPARE(attentionMap(std::vector<float>(6), 2, 3, 20, 30).value(), ScalarMap(20, 30));
}

void TstAttentionRollout::badInput()
{
    QCOMPARE(rolloutTokens({}, 3).error().code, ErrorCode::InvalidInput);
    QCOMPARE(rolloutTokens(exampleLayers(), 4).error().code, ErrorCode::InvalidInput);
    QCOMPARE(lastLayerTokens(exampleLayers(), 1).error().code, ErrorCode::InvalidInput);
    std::vector<AttentionMatrix> broken = exampleLayers();
    broken[0][4] = std::numeric_limits<float>::quiet_NaN();
    QCOMPARE(rolloutTokens(broken, 3).error().code, ErrorCode::Model);
    broken[0][4] = -0.5F;
    QCOMPARE(rolloutTokens(broken, 3).error().code, ErrorCode::Model);
    QCOMPARE(attentionMap(std::vector<float>(5), 2, 3, 20, 30).error().code, ErrorCode::InvalidInput);
    QCOMPARE(attentionMap(std::vector<float>(6), 2, 3, 0, 30).error().code, ErrorCode::InvalidInput);
}

HALFLENS_TEST(TstAttentionRollout)
#include "tst_attention_rollout.moc"
