// SPDX-License-Identifier: BSD-3-Clause
// The Swin trunk in LibTorch against a slow evaluation token by token, and its gradients.
#include "core/families/torch/torch_swin_trunk.h"
#include "tests/support/test_case.h"
#include "tests/unit/nn/reference_swin.h"

#include <QTest>

#include <cmath>

using namespace halflens;
using torch_module::TorchSwinTrunk;

namespace {

StateDict prefixed(const StateDict& state)
{
    StateDict result;
    for (const auto& [name, tensor] : state)
        result["swin." + name] = tensor;
    return result;
}

} // namespace

class TestTorchSwin : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sameMaps_data();
    void sameMaps();
    void gradients();
    void droppedPaths();
    void refusals();
};

void TestTorchSwin::sameMaps_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("square, shifted windows") << 32 << 32;
    QTest::newRow("oblong: the last stage is one window high") << 16 << 48;
}

void TestTorchSwin::sameMaps()
{
    QFETCH(int, height);
    QFETCH(int, width);
    const test::SwinSize size{2, 8, {2, 2}, {2, 4}, 4, 2};
    const StateDict state = test::randomSwin(size, 7);
    const std::vector<float> input = test::randomInput(3, height, width, 8);
    const auto expected = test::evaluateSwinSlowly(size, state, input, height, width);
    const auto trunk = TorchSwinTrunk::create(prefixed(state));
    QVERIFY2(trunk.has_value(), trunk ? "" : trunk.error().message().c_str());
    QCOMPARE((*trunk)->parameters().size(), state.size());
    QVERIFY((*trunk)->state() == prefixed(state));
    const auto maps = (*trunk)->forward(torch_module::toTorch({{1, 3, height, width}, input}));
    QCOMPARE(maps.size(), expected.size());
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const at::Tensor map = maps[i].detach().contiguous();
        QVERIFY(map.sizes() == at::IntArrayRef({1, expected[i].channels, expected[i].height, expected[i].width}));
        double furthest = 0;
        for (std::size_t k = 0; k < expected[i].values.size(); ++k)
            furthest =
                std::max(furthest, std::abs(static_cast<double>(map.data_ptr<float>()[k]) - expected[i].values[k]));
        QVERIFY2(furthest < 1e-4, qPrintable(QString::number(furthest)));
    }
}

void TestTorchSwin::gradients()
{
    const test::SwinSize size{2, 8, {2, 2}, {2, 4}, 4, 2};
    const auto trunk = TorchSwinTrunk::create(prefixed(test::randomSwin(size, 7)));
    QVERIFY(trunk.has_value());
    const auto maps = (*trunk)->forward(torch_module::toTorch({{1, 3, 32, 32}, test::randomInput(3, 32, 32, 8)}));
    maps.back().square().sum().backward();
    for (const auto& [name, parameter] : (*trunk)->parameters()) {
        QVERIFY2(parameter.grad().defined(), name.c_str());
        QVERIFY2(parameter.grad().isfinite().all().item<bool>(), name.c_str());
    }
}

/// With every branch dropped only embedding, merging and the norms are left.
void TestTorchSwin::droppedPaths()
{
    const test::SwinSize size{2, 8, {2, 2}, {2, 4}, 4, 2};
    const auto trunk = TorchSwinTrunk::create(prefixed(test::randomSwin(size, 7)));
    const at::Tensor input = torch_module::toTorch({{1, 3, 32, 32}, test::randomInput(3, 32, 32, 8)});
    const at::Tensor plain = (*trunk)->forward(input).back();
    QVERIFY((*trunk)->forward(input, false, 0.9).back().equal(plain)); // in training only
    QVERIFY(!(*trunk)->forward(input, true, 0.9).back().equal(plain));
    QVERIFY((*trunk)->forward(input, true, 0).back().equal(plain));
}

void TestTorchSwin::refusals()
{
    QVERIFY(!TorchSwinTrunk::create({}).has_value());
    const test::SwinSize size{2, 8, {2, 2}, {2, 4}, 4, 2};
    StateDict state = prefixed(test::randomSwin(size, 7));
    const auto trunk = TorchSwinTrunk::create(state);
    QVERIFY_EXCEPTION_THROWN((*trunk)->forward(at::zeros({1, 3, 31, 32})), c10::Error);
    QVERIFY_EXCEPTION_THROWN((*trunk)->forward(at::zeros({1, 3, 36, 32})), c10::Error);
    state.erase("swin.layers.1.blocks.1.mlp.fc2.bias");
    const auto incomplete = TorchSwinTrunk::create(state);
    QVERIFY(!incomplete.has_value());
    QVERIFY(incomplete.error().code == ErrorCode::InvalidInput);
}

HALFLENS_TEST(TestTorchSwin)
#include "tst_torch_swin.moc"
