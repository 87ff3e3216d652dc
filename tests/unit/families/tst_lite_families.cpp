// SPDX-License-Identifier: BSD-3-Clause
// The families on the small trunks of the default pack, with made-up weights.
#include "core/families/aihiqnet.h"
#include "core/families/dbcnn.h"
#include "core/families/koncept.h"
#include "core/families/swin_iqa.h"
#include "core/nn/trunks.h"
#include "tests/support/test_case.h"

#include <QTest>
#include <cmath>
#include <numeric>
#include <random>

using namespace halflens;

namespace {

std::int64_t countOf(const Shape& shape)
{
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// Values that keep activations moderate: small weights, running variances of one.
StateDict madeUp(const std::map<std::string, Shape>& shapes)
{
    std::mt19937 generator(7); // its stream is fixed by the standard
    StateDict state;
    for (const auto& [name, shape] : shapes) {
        const std::int64_t count = countOf(shape);
        const std::int64_t fanIn =
            shape.empty() ? 1 : std::max<std::int64_t>(count / std::max<std::int64_t>(shape[0], 1), 1);
        Tensor tensor{shape, std::vector<float>(static_cast<std::size_t>(count))};
        const bool isOne = name.ends_with("running_var") || (shape.size() == 1 && name.ends_with("weight"));
        for (float& value : tensor.values) {
            const double uniform = static_cast<double>(generator()) / 4294967296.0 - 0.5;
            value = isOne ? 1.F : static_cast<float>(3.4 * uniform / std::sqrt(static_cast<double>(fanIn)));
        }
        state[name] = std::move(tensor);
    }
    return state;
}

ModelInput madeUpInput(int height, int width)
{
    ModelInput input;
    input.height = height;
    input.width = width;
    for (int i = 0; i < 3 * height * width; ++i)
        input.planes.push_back(static_cast<float>(std::sin(0.01 * i) + 0.3 * std::sin(0.37 * i)));
    return input;
}

void keep(StateDict& state, const std::string& name, Shape shape)
{
    const auto count = static_cast<std::size_t>(countOf(shape));
    state[name] = Tensor{std::move(shape), std::vector<float>(count)};
}

} // namespace

class TestLiteFamilies : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void trunks();
    void aihiqnet();
    void koncept();
    void dbcnn();
    void swinStartsFromTheStem();
    void objectness();

private:
    static double score(const Predictor& predictor, int height, int width);
};

double TestLiteFamilies::score(const Predictor& predictor, int height, int width)
{
    const auto prediction = predictor.predict(madeUpInput(height, width), {});
    if (!prediction) {
        QTest::qFail(prediction.error().message().c_str(), __FILE__, __LINE__);
        return 0;
    }
    return prediction->score;
}

void TestLiteFamilies::trunks()
{
    const nn::Graph stride16 = nn::efficientNetLite0Stride16();
    const auto sizes = stride16.sizes(384, 512);
    QVERIFY(sizes.has_value());
    const nn::MapSize c5 = (*sizes)[static_cast<std::size_t>(stride16.outputs().at("c5").value)];
    QVERIFY((c5 == nn::MapSize{112, 24, 32}));
    // The cut trunk computes what the whole one computes up to there.
    const nn::Graph whole = nn::efficientNetLite0();
    const StateDict state = madeUp(whole.parameters());
    StateDict cut;
    for (const auto& [name, shape] : stride16.parameters())
        cut[name] = state.at(name);
    const ModelInput input = madeUpInput(64, 96);
    const auto a = (*nn::InferenceForm::create(whole, state, {}))->run(input.planes, 64, 96, {"c4"});
    const auto b = (*nn::InferenceForm::create(stride16, cut, {}))->run(input.planes, 64, 96, {"c5"});
    QVERIFY(a.has_value() && b.has_value());
    QVERIFY(a->front().values == b->front().values);
}

void TestLiteFamilies::aihiqnet()
{
    StateDict sizes;
    keep(sizes, "aihiq.fpn_P6.bias", {24});
    keep(sizes, "aihiq.heads.0.output.bias", {5});
    const auto shapes = aihiqParameters("efficientnet-lite0", sizes);
    QVERIFY(shapes.has_value());
    const auto model = AihiqnetFamily.make({"aihiqnet", "efficientnet-lite0", madeUp(*shapes), {}, {}}, {});
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    const double landscape = score(**model, 96, 128);
    QVERIFY(landscape > 1 && landscape < 5);
    QVERIFY(score(**model, 128, 96) != landscape);
}

void TestLiteFamilies::koncept()
{
    StateDict sizes;
    for (int i = 0; i < 3; ++i)
        keep(sizes, "koncept.fc" + std::to_string(i) + ".bias", {32 >> i});
    const auto shapes = konceptParameters("efficientnet-lite0", sizes);
    QVERIFY(shapes.has_value());
    const auto model = KonceptFamily.make({"koncept", "efficientnet-lite0", madeUp(*shapes), {}, {}}, {});
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    QVERIFY(std::isfinite(score(**model, 96, 128)));
}

void TestLiteFamilies::dbcnn()
{
    const auto shapes = dbcnnParameters("efficientnet-lite0-scnn");
    QVERIFY(shapes.has_value());
    QVERIFY((shapes->at("dbcnn.fc.weight") == Shape{1, 112LL * 128}));
    const auto model = DbcnnFamily.make({"dbcnn", "efficientnet-lite0-scnn", madeUp(*shapes), {}, {}}, {});
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    QVERIFY(std::isfinite(score(**model, 96, 128))); // the linear maps of the trunk would give roots of negatives
}

void TestLiteFamilies::swinStartsFromTheStem()
{
    nn::SwinConfig config;
    config.width = 16;
    config.patch = 1;
    config.channels = 112;
    config.stages = {{2, 2, 4, 32}, {2, 4, 4, 64}};
    StateDict sizes;
    for (const auto& [name, shape] : nn::swinParameters(config))
        keep(sizes, "swin." + name, shape);
    keep(sizes, "trunk._conv_stem.weight", {32, 3, 3, 3});
    keep(sizes, "ca.bias", {8});
    keep(sizes, "head.0.bias", {12});
    keep(sizes, "head.3.bias", {5});
    const auto shapes = swinIqaParameters(sizes);
    QVERIFY2(shapes.has_value(), shapes ? "" : shapes.error().message().c_str());
    const StateDict state = madeUp(*shapes);
    const auto model = SwinIqaFamily.make({"swin-iqa", "efficientnet-lite0-swin", state, {}, {}}, {});
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());

    // The same by hand: stem, transformer, head.
    const ModelInput input = madeUpInput(128, 128);
    const auto early = (*nn::InferenceForm::create(nn::efficientNetLite0Stride16(), state, "trunk."))
                           ->run(input.planes, input.height, input.width, {"c5"});
    QVERIFY(early.has_value());
    const auto transformer = nn::SwinTrunk::create(state, "swin.");
    QVERIFY(transformer.has_value());
    const nn::FeatureMap& map = early->front();
    const auto stages = (*transformer)->run(map.values, map.size.height, map.size.width, {"f1", "f2"});
    QVERIFY(stages.has_value());
    const SwinIqaHead head = swinIqaHead(state);
    std::vector<float> pooled = poolStage(head, 0, (*stages)[0]);
    const std::vector<float> second = poolStage(head, 1, (*stages)[1]);
    pooled.insert(pooled.end(), second.begin(), second.end());
    const auto prediction = (*model)->predict(input, {});
    QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message().c_str());
    QVERIFY(prediction->output == evaluate(head, pooled));

    const auto odd = (*model)->predict(madeUpInput(80, 128), {});
    QVERIFY(!odd.has_value());
    QVERIFY(odd.error().code == ErrorCode::Model);
}

void TestLiteFamilies::objectness()
{
    const nn::Graph graph = nn::objectnessGraph();
    const ModelInput input = madeUpInput(64, 96);
    const auto form = nn::InferenceForm::create(graph, madeUp(graph.parameters()), {});
    QVERIFY2(form.has_value(), form ? "" : form.error().message().c_str());
    const auto maps = (*form)->run(input.planes, 64, 96, {"objectness"});
    QVERIFY(maps.has_value());
    QVERIFY((maps->front().size == nn::MapSize{1, 16, 24}));
}

HALFLENS_TEST(TestLiteFamilies)
#include "tst_lite_families.moc"
