// SPDX-License-Identifier: BSD-3-Clause
// The heads in LibTorch against the program's own, and derivatives of the score against differences,
// on made-up weights of every family.
#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/families.h"
#include "core/families/head_gradient.h"
#include "core/families/koncept.h"
#include "core/families/swin_iqa.h"
#include "core/families/triq.h"
#include "core/nn/trunks.h"
#include "tests/support/test_case.h"
#include "tests/unit/families/made_up_families.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace halflens;

namespace {

ModelInput inputOf(const test::MadeUpFamily& made)
{
    return test::madeUpInput(made.height, made.width);
}

std::map<std::string, HeadMap> viewed(const Features& features)
{
    std::map<std::string, HeadMap> maps;
    for (const auto& [name, values] : features.maps)
        maps[name] = {features.mapShapes.at(name), values};
    return maps;
}

double scoreOfOutput(const std::vector<float>& output)
{
    return scoreOf(output);
}

} // namespace

class TestTorchHeads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sameOutput_data() { families(); }
    void sameOutput();
    void derivative_data() { families(); }
    void derivative();
    void gradientOfPredictor_data() { families(); }
    void gradientOfPredictor();
    void portOfKoncept();
    void refusals();

private:
    static void families();
};

void TestTorchHeads::families()
{
    QTest::addColumn<QByteArray>("name");
    for (const std::string& name : test::madeUpFamilyNames())
        QTest::newRow(name.c_str()) << QByteArray::fromStdString(name);
}

void TestTorchHeads::sameOutput()
{
    QFETCH(QByteArray, name);
    const test::MadeUpFamily made = test::madeUpFamily(name.toStdString());
    const auto predictor = makePredictor(made.weights, {});
    QVERIFY2(predictor.has_value(), predictor ? "" : predictor.error().message().c_str());
    const auto features = (*predictor)->features(inputOf(made), {}, made.headMaps);
    QVERIFY2(features.has_value(), features ? "" : features.error().message().c_str());
    const auto expected = (*predictor)->predict(**features, BlockMask());
    QVERIFY(expected.has_value());
    const auto found = evaluateHead(made.weights.family, made.weights.trunk, made.weights.state, viewed(**features));
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    QCOMPARE(found->output.size(), expected->output.size());
    QVERIFY(found->gradient.empty());
    for (std::size_t i = 0; i < expected->output.size(); ++i) {
        const float scale = std::max(1.F, std::abs(expected->output[i]));
        QVERIFY2(std::abs(found->output[i] - expected->output[i]) < 1e-4F * scale,
                 qPrintable(QStringLiteral("%1: %2, %3").arg(i).arg(found->output[i]).arg(expected->output[i])));
    }
}

/// The change of the score along a direction, and against it, tells the derivative.
void TestTorchHeads::derivative()
{
    QFETCH(QByteArray, name);
    const test::MadeUpFamily made = test::madeUpFamily(name.toStdString());
    const auto predictor = makePredictor(made.weights, {});
    QVERIFY(predictor.has_value());
    const auto features = (*predictor)->features(inputOf(made), {}, made.headMaps);
    QVERIFY(features.has_value());
    std::map<std::string, HeadMap> maps = viewed(**features);
    const std::string map = made.gradientMap;
    std::map<std::string, std::vector<float>> lifted;
    if (made.weights.family == "dbcnn") { // roots of products: away from zero, where differences tell nothing
        for (auto& [key, view] : maps) {
            for (const float v : view.values)
                lifted[key].push_back(v + 0.2F);
            view.values = lifted[key];
        }
    }
    const auto evaluate = [&](const std::string& differentiate) {
        return evaluateHead(made.weights.family, made.weights.trunk, made.weights.state, maps, differentiate);
    };
    const auto at = evaluate(map);
    QVERIFY2(at.has_value(), at ? "" : at.error().message().c_str());
    const std::vector<float> values(maps[map].values.begin(), maps[map].values.end());
    QCOMPARE(at->gradient.size(), values.size());

    for (unsigned seed = 1; seed <= 3; ++seed) {
        // Directions with a part along the gradient: a random one alone would change next to nothing.
        std::vector<float> direction = test::randomInput(1, 1, static_cast<int>(values.size()), seed);
        double norm = 0;
        for (const float g : at->gradient)
            norm += static_cast<double>(g) * static_cast<double>(g);
        QVERIFY(norm > 0);
        for (std::size_t i = 0; i < direction.size(); ++i)
            direction[i] = 0.3F * direction[i]
                + at->gradient[i] / static_cast<float>(std::sqrt(norm / static_cast<double>(values.size())));
        double expected = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            expected += static_cast<double>(at->gradient[i]) * static_cast<double>(direction[i]);
        // A step that changes the score by a thousandth: fewer bends of rectifiers lie within.
        const auto step = static_cast<float>(std::min(0.02, 1e-3 / std::abs(expected)));
        std::vector<float> moved(values.size());
        std::array<double, 2> scores{};
        for (const int sign : {-1, 1}) {
            for (std::size_t i = 0; i < values.size(); ++i)
                moved[i] = values[i] + static_cast<float>(sign) * step * direction[i];
            maps[map].values = moved;
            const auto there = evaluate({});
            QVERIFY(there.has_value());
            scores[sign > 0 ? 1 : 0] = scoreOfOutput(there->output);
        }
        maps[map].values = values;
        const double found = (scores[1] - scores[0]) / (2 * static_cast<double>(step));
        QVERIFY2(std::abs(found - expected) < 0.03 * std::abs(expected),
                 qPrintable(QStringLiteral("differences %1, derivative %2").arg(found).arg(expected)));
    }
}

/// The same through the predictor, whose head state is made from its inference form.
void TestTorchHeads::gradientOfPredictor()
{
    QFETCH(QByteArray, name);
    const test::MadeUpFamily made = test::madeUpFamily(name.toStdString());
    const auto predictor = makePredictor(made.weights, {});
    QVERIFY(predictor.has_value());
    const auto features = (*predictor)->features(inputOf(made), {}, made.headMaps);
    QVERIFY(features.has_value());
    const auto expected =
        evaluateHead(made.weights.family, made.weights.trunk, made.weights.state, viewed(**features), made.gradientMap);
    QVERIFY(expected.has_value());
    const auto found = (*predictor)->gradient(inputOf(made), {});
    QVERIFY2(found.has_value(), found ? "" : found.error().message().c_str());
    QCOMPARE(found->map, made.gradientMap);
    QVERIFY(found->shape == (*features)->mapShapes.at(made.gradientMap));
    QVERIFY(found->activations == (*features)->maps.at(made.gradientMap));
    QVERIFY(std::abs(found->prediction.score - scoreOf(expected->output))
            < 1e-4 * std::max(1.0, std::abs(found->prediction.score)));
    float largest = 0;
    for (const float g : expected->gradient)
        largest = std::max(largest, std::abs(g));
    QVERIFY(largest > 0);
    for (std::size_t i = 0; i < found->gradient.size(); ++i)
        QVERIFY(std::abs(found->gradient[i] - expected->gradient[i]) < 1e-4F * largest);

    QVERIFY(!(*predictor)->gradient(inputOf(made), {}, "no such map").has_value());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(isCancelled((*predictor)->gradient(inputOf(made), stop.get_token())));
}

/// The port of KonCept averages the top left corner only; its batch norms have another epsilon.
void TestTorchHeads::portOfKoncept()
{
    const test::MadeUpFamily made = test::madeUpFamily("koncept");
    const std::vector<float> values = test::randomInput(made.channels, 9, 11, 5);
    const nn::MapView map{{made.channels, 9, 11}, values};
    for (const auto& [trunk, form] :
         {std::pair("inceptionresnetv2", KonceptForm::Keras), std::pair("inceptionresnetv2-port", KonceptForm::Port)}) {
        const auto pooled = poolKoncept(form, map);
        QVERIFY(pooled.has_value());
        const float expected = evaluate(konceptHead(form, made.weights.state), *pooled);
        const auto found =
            evaluateHead("koncept", trunk, made.weights.state, {{"c5", {{made.channels, 9, 11}, values}}});
        QVERIFY(found.has_value());
        QVERIFY(std::abs(found->output.front() - expected) < 1e-4F);
    }
}

void TestTorchHeads::refusals()
{
    const test::MadeUpFamily made = test::madeUpFamily("koncept");
    const std::vector<float> values(static_cast<std::size_t>(made.channels) * 4, 0.5F);
    const std::map<std::string, HeadMap> maps{{"c5", {{made.channels, 2, 2}, values}}};
    const auto evaluate = [&](const std::string& family, const StateDict& state,
                              const std::map<std::string, HeadMap>& given, const std::string& by = {}) {
        const auto result = evaluateHead(family, made.weights.trunk, state, given, by);
        return result ? std::optional<ErrorCode>() : result.error().code;
    };
    const StateDict& state = made.weights.state;
    QVERIFY(!evaluate("koncept", state, maps).has_value());
    QVERIFY(evaluate("no such family", state, maps) == ErrorCode::Unsupported);
    QVERIFY(evaluate("triq", state, maps) == ErrorCode::InvalidInput);
    QVERIFY(evaluate("koncept", state, {}) == ErrorCode::InvalidInput);
    QVERIFY(evaluate("koncept", state, maps, "c4") == ErrorCode::InvalidInput);
    QVERIFY(evaluate("koncept", state, {{"c5", {{made.channels, 2, 3}, values}}}) == ErrorCode::InvalidInput);
    QVERIFY(evaluate("koncept", state, {{"c5", {{0, 0, 0}, {}}}}) == ErrorCode::InvalidInput);
    StateDict damaged = state;
    damaged.erase("koncept.fc1.bias");
    QVERIFY(evaluate("koncept", damaged, maps) == ErrorCode::InvalidInput);
    damaged = state;
    damaged["koncept.fc1.weight"].shape = {static_cast<std::int64_t>(damaged["koncept.fc1.weight"].values.size())};
    QVERIFY(evaluate("koncept", damaged, maps) == ErrorCode::InvalidInput);
    // Channels that do not suit the weights are LibTorch's to notice.
    QVERIFY(evaluate("koncept", state, {{"c5", {{made.channels / 2, 2, 4}, values}}}).has_value());
}

HALFLENS_TEST(TestTorchHeads)
#include "tst_torch_heads.moc"
