// SPDX-License-Identifier: BSD-3-Clause
// Grad-CAM by hand and against the reference maps; product with attention.
#include "core/explain/grad_cam.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"
#include "tests/unit/measures/test_images.h"

#include <QTest>

#include <limits>

using namespace halflens;
using namespace halflens::test;

namespace {

ScalarMap mapOf(int height, int width, const std::vector<float>& values)
{
    ScalarMap map(height, width);
    map.values = values;
    return map;
}

} // namespace

class TstGradCam : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void byHand();
    void signs_data();
    void signs();
    void enlargedBeforeDivision();
    void nothingPositiveStaysZero();
    void reference_data();
    void reference();
    void product();
    void badInput();
    void signNames();
};

void TstGradCam::byHand()
{
    const ChannelShape shape{2, 1, 2};
    const std::vector<float> gradients{1, 3, -2, 0};
    const std::vector<float> weights = gradCamWeights(gradients, shape).value();
    QVERIFY((weights == std::vector<float>{2, -1}));
    const std::vector<float> activations{1, 0.5F, 4, 0};
    const ScalarMap sum = gradCamSum(activations, shape, weights).value();
    QCOMPARE(sum, mapOf(1, 2, {-2, 1}));
}

void TstGradCam::signs_data()
{
    QTest::addColumn<int>("sign");
    QTest::addColumn<QList<float>>("expected");
    QTest::newRow("raises") << static_cast<int>(CamSign::Raises) << QList<float>{0, 1, 0};
    QTest::newRow("lowers") << static_cast<int>(CamSign::Lowers) << QList<float>{1, 0, 0.25F};
    QTest::newRow("both") << static_cast<int>(CamSign::Both) << QList<float>{1, 0.5F, 0.25F};
}

void TstGradCam::signs()
{
    QFETCH(int, sign);
    QFETCH(QList<float>, expected);
    const ScalarMap map = gradCamMap(mapOf(1, 3, {-4, 2, -1}), static_cast<CamSign>(sign), 1, 3).value();
    QCOMPARE(QList<float>(map.values.begin(), map.values.end()), expected);
}

void TstGradCam::enlargedBeforeDivision()
{
    // Two cells to three pixels: the middle one lies half way, the outer ones inside the clamped rim.
    const ScalarMap map = gradCamMap(mapOf(1, 2, {0, 8}), CamSign::Raises, 1, 3).value();
    QVERIFY(std::abs(map.at(0, 1) - 0.5F) < 1e-6F);
    QCOMPARE(map.at(0, 2), 1.0F);
    // To one pixel: the peak is averaged away before the division, which then gives 1.
    QCOMPARE(gradCamMap(mapOf(1, 2, {0, 8}), CamSign::Raises, 1, 1).value().at(0, 0), 1.0F);
}

void TstGradCam::nothingPositiveStaysZero()
{
    QCOMPARE(gradCamMap(mapOf(1, 2, {-1, -3}), CamSign::Raises, 5, 5).value(), ScalarMap(5, 5));
    QCOMPARE(gradCamMap(mapOf(1, 2, {0, 0}), CamSign::Both, 5, 5).value(), ScalarMap(5, 5));
}

void TstGradCam::reference_data()
{
    QTest::addColumn<QString>("network");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("koncept") << QStringLiteral("koncept") << 10 << 14;
    QTest::newRow("dbcnn") << QStringLiteral("dbcnn") << 24 << 32;
}

void TstGradCam::reference()
{
    HALFLENS_NEEDS_GOLDEN("gradcam");
    QFETCH(QString, network);
    QFETCH(int, height);
    QFETCH(int, width);
    const auto outputs = goldenFloat64("gradcam");
    const auto description = goldenDescription("gradcam");
    const std::string name = network.toStdString();
    const nlohmann::json& tolerance = description.value().at("tolerance");

    const std::vector<double>& raw = outputs.at(name + "/raw_cam");
    const ScalarMap sum = mapOf(height, width, std::vector<float>(raw.begin(), raw.end()));
    const ScalarMap map = gradCamMap(sum, CamSign::Raises, 384, 512).value();
    const std::vector<double>& expected = outputs.at(name + "/heatmap_grid64");
    const double allowed = tolerance.at(name + "_heatmap_abs");
    for (int i = 0; i < 64; ++i) {
        for (int j = 0; j < 64; ++j) {
            const auto found = static_cast<double>(map.at(i * 384 / 64, j * 512 / 64));
            QVERIFY(std::abs(found - expected[static_cast<std::size_t>(64 * i + j)]) < allowed);
        }
    }

    // The stored activations are channel means only: as a 1 x 1 map they must give the mean of the sum.
    const std::vector<double>& alpha = outputs.at(name + "/alpha");
    const std::vector<double>& means = outputs.at(name + "/map_mean");
    const std::vector<float> weights(alpha.begin(), alpha.end());
    const std::vector<float> activations(means.begin(), means.end());
    const ScalarMap one = gradCamSum(activations, {static_cast<int>(weights.size()), 1, 1}, weights).value();
    QVERIFY(std::abs(static_cast<double>(one.at(0, 0)) - meanOf(sum))
            < static_cast<double>(tolerance.at(name + "_raw_cam_abs")));
}

void TstGradCam::product()
{
    const ScalarMap found = productMap(mapOf(1, 3, {1, 0.5F, 0}), mapOf(1, 3, {0.25F, 1, 1})).value();
    QCOMPARE(found, mapOf(1, 3, {0.5F, 1, 0}));
    QCOMPARE(productMap(mapOf(1, 2, {1, 0}), mapOf(1, 2, {0, 1})).value(), ScalarMap(1, 2));
    QCOMPARE(productMap(mapOf(1, 2, {1, 0}), mapOf(2, 1, {0, 1})).error().code, ErrorCode::InvalidInput);
    QCOMPARE(productMap({}, {}).error().code, ErrorCode::InvalidInput);
}

void TstGradCam::badInput()
{
    const std::vector<float> four(4, 1.0F);
    const std::vector<float> broken{1, std::numeric_limits<float>::infinity(), 0, 0};
    QCOMPARE(gradCamWeights(four, {2, 1, 3}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gradCamWeights({}, {0, 0, 0}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gradCamWeights(broken, {2, 1, 2}).error().code, ErrorCode::Model);
    QCOMPARE(gradCamSum(four, {2, 1, 2}, four).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gradCamSum(broken, {2, 1, 2}, std::vector<float>{1, 1}).error().code, ErrorCode::Model);
    QCOMPARE(gradCamMap(ScalarMap(), CamSign::Raises, 3, 3).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gradCamMap(mapOf(2, 2, four), CamSign::Raises, 0, 3).error().code, ErrorCode::InvalidInput);
    QCOMPARE(gradCamMap(mapOf(2, 2, broken), CamSign::Raises, 3, 3).error().code, ErrorCode::Model);
}

void TstGradCam::signNames()
{
    for (const CamSign sign : {CamSign::Raises, CamSign::Lowers, CamSign::Both})
        QVERIFY(camSignFromString(toString(sign)).value() == sign);
    QVERIFY(!camSignFromString("up").has_value());
}

HALFLENS_TEST(TstGradCam)
#include "tst_grad_cam.moc"
