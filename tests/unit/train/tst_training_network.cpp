// SPDX-License-Identifier: BSD-3-Clause
// The training form in LibTorch: forward as inference computes it, derivatives against finite
// differences, losses and optimiser by hand.
#include "core/base/random_stream.h"
#include "core/families/torch/torch_head.h"
#include "core/nn/inference_form.h"
#include "core/nn/trunks.h"
#include "core/train_networks/torch/depthwise.h"
#include "core/train_networks/torch/graph_form.h"
#include "core/train_networks/torch/optimizer.h"
#include "core/train_networks/torch/training_losses.h"
#include "core/train_networks/training_setup.h"
#include "tests/support/test_case.h"

#include <ATen/core/grad_mode.h>
#include <QTest>
#include <cmath>

using namespace halflens;
using namespace halflens::train;
using namespace halflens::torch_module;

namespace {

/// Weights that keep maps in a sensible range.
StateDict randomState(const nn::Graph& graph)
{
    StateDict state;
    RandomStream stream(4, RandomPurpose::Init);
    for (const auto& [name, shape] : graph.parameters()) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        const double in = shape.size() == 4 ? static_cast<double>(shape[1] * shape[2] * shape[3]) : 1;
        Tensor tensor{shape, {}};
        for (std::size_t i = 0; i < count; ++i) {
            const bool positive = name.ends_with(".running_var") || (shape.size() == 1 && name.ends_with(".weight"));
            const double value = positive ? 0.6 + 0.8 * stream.uniform()
                : shape.size() == 4       ? std::sqrt(2 / in) * stream.normal()
                                          : 0.2 * stream.normal();
            tensor.values.push_back(static_cast<float>(value));
        }
        state[name] = std::move(tensor);
    }
    return state;
}

TensorMap trainable(const GraphForm& form, const StateDict& state)
{
    TensorMap tensors;
    for (const auto& [name, shape] : form.parameters()) {
        const std::string plain = name.starts_with("trunk.") ? name.substr(6) : name;
        tensors[name] = toTorch(state.at(plain));
        if (name.find("running") == std::string::npos)
            tensors[name].set_requires_grad(true);
    }
    return tensors;
}

at::Tensor image(std::int64_t height, std::int64_t width)
{
    at::manual_seed(3);
    return at::randn({1, height, width, 3}).permute({0, 3, 1, 2});
}

double largestDifference(const at::Tensor& a, const at::Tensor& b)
{
    return ((a - b).abs().max() / b.abs().max()).item<double>();
}

} // namespace

class TestTrainingNetwork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithInference_data()
    {
        QTest::addColumn<QString>("trunk");
        QTest::addColumn<QString>("output");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::newRow("EfficientNet-Lite0") << QStringLiteral("efficientnet-lite0") << QStringLiteral("c5") << 64 << 96;
        QTest::newRow("odd size") << QStringLiteral("efficientnet-lite0") << QStringLiteral("c5") << 67 << 45;
        QTest::newRow("by blocks") << QStringLiteral("efficientnet-lite0-blocks") << QStringLiteral("c5") << 96 << 128;
        QTest::newRow("by blocks of several sizes")
            << QStringLiteral("efficientnet-lite0-blocks") << QStringLiteral("c5") << 256 << 192;
        QTest::newRow("ResNet50") << QStringLiteral("resnet50") << QStringLiteral("c3") << 64 << 64;
        QTest::newRow("VGG16") << QStringLiteral("vgg16") << QStringLiteral("c3") << 32 << 48;
        QTest::newRow("InceptionResNetV2")
            << QStringLiteral("inceptionresnetv2") << QStringLiteral("mixed_5b") << 80 << 96;
    }
    void agreesWithInference()
    {
        QFETCH(QString, trunk);
        QFETCH(QString, output);
        QFETCH(int, height);
        QFETCH(int, width);
        const nn::Graph graph = *nn::trunkByName(trunk.toStdString());
        const StateDict state = randomState(graph);
        const Result<GraphCut> cut = cutGraph(graph, {output.toStdString()}, "");
        const GraphForm form(graph, *cut, {});
        const at::Tensor input = image(height, width);
        const at::Tensor trained = form.forward({input}, trainable(form, state), true).front();

        const auto inference = nn::InferenceForm::create(graph, state, {});
        QVERIFY(inference.has_value());
        const at::Tensor planes = input.contiguous();
        const auto maps = (*inference)
                              ->run({planes.data_ptr<float>(), static_cast<std::size_t>(planes.numel())}, height, width,
                                    {output.toStdString()});
        QVERIFY(maps.has_value());
        const nn::MapSize& size = maps->front().size;
        const at::Tensor expected = at::from_blob(const_cast<float*>(maps->front().values.data()),
                                                  {1, size.channels, size.height, size.width}, at::kFloat);
        QVERIFY(trained.sizes() == expected.sizes());
        QVERIFY2(largestDifference(trained, expected) < 1e-4,
                 qPrintable(QString::number(largestDifference(trained, expected))));
    }

    void stopsWhereItIsCut_data()
    {
        QTest::addColumn<QString>("trunk");
        QTest::newRow("whole") << QStringLiteral("efficientnet-lite0");
        QTest::newRow("by blocks") << QStringLiteral("efficientnet-lite0-blocks");
    }
    void stopsWhereItIsCut()
    {
        QFETCH(QString, trunk);
        const nn::Graph graph = *nn::trunkByName(trunk.toStdString());
        const StateDict state = randomState(graph);
        const at::Tensor input = image(96, 128);
        const GraphForm whole(graph, *cutGraph(graph, {"c5"}, ""), {});
        const GraphForm early(graph, *cutGraph(graph, {"stage2"}, ""), {});
        const GraphForm late(graph, *cutGraph(graph, {"c5"}, "stage2"), {});
        QVERIFY(late.parameters().size() < whole.parameters().size());
        const at::Tensor map = early.forward({input}, trainable(early, state), false).front();
        const at::Tensor joined = late.forward({map}, trainable(late, state), false).front();
        QVERIFY(largestDifference(joined, whole.forward({input}, trainable(whole, state), false).front()) < 1e-6);
    }

    void derivativesAgreeWithDifferences()
    {
        // A small network with everything the derivative passes: same padding, depthwise window, folded norm, sum.
        nn::Graph graph;
        const nn::LayerId input = graph.input(3);
        nn::LayerId x = graph.convolution(input, "a", 16, nn::Window::sameSquare(3, 2), false);
        x = graph.activation(graph.batchNorm(x, "an", 1e-3), nn::Activation::Relu6);
        nn::LayerId y = graph.convolution(x, "d", 16, nn::Window::sameSquare(5), false, 16);
        y = graph.batchNorm(y, "dn", 1e-3);
        x = graph.add(x, y);
        x = graph.averagePool(x, nn::Window::sameSquare(3, 2));
        graph.output("out", graph.convolution(x, "b", 2, nn::Window::square(1)));
        const StateDict state = randomState(graph);
        const GraphForm form(graph, *cutGraph(graph, {"out"}, ""), {});
        TensorMap tensors = trainable(form, state);
        const at::Tensor in = image(11, 14);
        const auto loss = [&] { return form.forward({in}, tensors, true).front().square().sum(); };
        loss().backward();
        for (auto& [name, tensor] : tensors) {
            if (!tensor.requires_grad())
                continue;
            QVERIFY2(tensor.grad().defined(), name.c_str());
            const at::NoGradGuard noGradient;
            const at::Tensor flat = tensor.view({-1});
            const at::Tensor gradient = tensor.grad().reshape({-1});
            for (std::int64_t i = 0; i < std::min<std::int64_t>(flat.numel(), 5); ++i) {
                constexpr float Step = 2e-3F;
                const float kept = flat[i].item<float>();
                flat[i] = kept + Step;
                const double above = loss().item<double>();
                flat[i] = kept - Step;
                const double below = loss().item<double>();
                flat[i] = kept;
                const double expected = (above - below) / (2 * static_cast<double>(Step));
                const double found = gradient[i].item<double>();
                QVERIFY2(std::abs(found - expected) < 0.02 * std::abs(expected) + 0.05,
                         qPrintable(
                             QStringLiteral("%1: %2, %3").arg(QString::fromStdString(name)).arg(found).arg(expected)));
            }
        }
    }

    void depthwiseGradients_data()
    {
        QTest::addColumn<int>("window");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("padding");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::newRow("3") << 3 << 1 << 1 << 7 << 9;
        QTest::newRow("5") << 5 << 1 << 2 << 8 << 6;
        QTest::newRow("5, stride 2") << 5 << 2 << 0 << 11 << 13;
        QTest::newRow("3, stride 2, padded") << 3 << 2 << 1 << 8 << 9;
        QTest::newRow("wider than the map") << 5 << 1 << 2 << 2 << 3;
        QTest::newRow("one column") << 5 << 1 << 2 << 4 << 1;
    }
    void depthwiseGradients()
    {
        QFETCH(int, window);
        QFETCH(int, stride);
        QFETCH(int, padding);
        QFETCH(int, height);
        QFETCH(int, width);
        at::manual_seed(1);
        constexpr std::int64_t Channels = 80;
        const auto leaf = [](const at::Tensor& tensor) { return tensor.detach().clone().requires_grad_(true); };
        const at::Tensor input = at::randn({2, height, width, Channels}).permute({0, 3, 1, 2});
        const at::Tensor weight = at::randn({Channels, 1, window, window});
        const at::Tensor bias = at::randn({Channels});
        std::array<std::vector<at::Tensor>, 2> leaves;
        std::array<at::Tensor, 2> results;
        for (std::size_t own = 0; own < 2; ++own) {
            leaves[own] = {leaf(input), leaf(weight), leaf(bias)};
            const std::vector<at::Tensor>& l = leaves[own];
            QVERIFY(suitsDepthwise(l[0], l[1], Channels, 1));
            results[own] = own == 1 ? depthwise(l[0], l[1], l[2], stride, padding, padding)
                                    : at::conv2d(l[0], l[1], l[2], stride, padding, 1, Channels);
            (results[own] * at::sin(results[own].detach() * 3)).sum().backward();
        }
        QVERIFY(largestDifference(results[1], results[0]) < 1e-6);
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(largestDifference(leaves[1][i].grad(), leaves[0][i].grad()) < 1e-5);
    }

    void losses()
    {
        const auto value = [](const at::Tensor& tensor) { return tensor.item<double>(); };
        const at::Tensor logits = at::log(at::tensor({0.1F, 0.2F, 0.4F, 0.2F, 0.1F})).unsqueeze(0);
        QVERIFY(std::abs(value(scores5(logits, {})) - 3) < 1e-6);
        const at::Tensor one = at::tensor({0.F, 0.F, 1.F, 0.F, 0.F}).unsqueeze(0);
        QVERIFY(std::abs(value(crossEntropy(logits, one)) + std::log(0.4)) < 1e-6);
        QVERIFY(std::abs(value(scores5(at::full({1, 1}, 50.F), {0, 100})) - 3) < 1e-6);

        const at::Tensor a = at::tensor({2.F, 3.F, 4.F, 3.5F, 2.5F});
        const at::Tensor b = at::tensor({3.F, 2.6F, 3.4F, 2.7F, 2.9F});
        QVERIFY(std::abs(value(plccLoss(a, b)) - (1 - 0.304605)) < 1e-5);
        const at::Tensor flat = at::ones({3}).requires_grad_(true);
        plccLoss(flat, at::tensor({1.F, 2.F, 3.F})).backward();
        QVERIFY(at::isfinite(flat.grad()).all().item<bool>());
        QCOMPARE(value(plccLoss(at::ones({1}), at::ones({1}))), 0.0);

        // Gaps 1 and -0.5 against a margin of 0.2: losses 0 and 0.7.
        QVERIFY(std::abs(value(rankLoss(a, {{1, 0}, {0, 4}}, 0.2)) - 0.35) < 1e-6);
        QCOMPARE(value(rankLoss(a, {}, 0.2)), 0.0);
        QCOMPARE(opinionPairs(at::tensor({1.F, 1.2F, 2.F})), (std::vector<std::pair<int, int>>{{2, 0}, {2, 1}}));

        const at::Tensor map = at::zeros({1, 1, 2}); // probability one half everywhere
        const at::Tensor target = at::tensor({1.F, 0.F}).view({1, 1, 2});
        QVERIFY(std::abs(value(binaryCrossEntropy(map, target)) - std::log(2)) < 1e-6);
        QVERIFY(std::abs(value(softIouLoss(map, target)) - (1 - 0.5 / 1.5)) < 1e-6);
    }

    void optimiserByHand()
    {
        OptimizerRecipe recipe;
        recipe.weightDecay = 0.1;
        recipe.clip = 0;
        recipe.beta1 = 0.9;
        recipe.beta2 = 0.99;
        Optimizer optimizer(recipe);
        at::Tensor matrix = at::full({1, 1}, 2.F).requires_grad_(true);
        at::Tensor vector = at::full({1}, 2.F).requires_grad_(true);
        optimizer.add("m", matrix, 1);
        optimizer.add("v", vector, 0.5);
        (matrix.sum() * 3 + vector.sum() * 4).backward();
        QVERIFY(std::abs(optimizer.gradientNorm() - 5) < 1e-6);
        optimizer.step(0.01, 5, 0.75);
        // The first step of Adam is the rate against the gradient's sign; only the matrix decays.
        QVERIFY(std::abs(matrix.item<double>() - (2 * (1 - 0.01 * 0.1) - 0.01)) < 1e-6);
        QVERIFY(std::abs(vector.item<double>() - (2 - 0.005)) < 1e-6);
        QVERIFY(!matrix.grad().defined());
        QVERIFY(std::abs(optimizer.averages().at("v").item<double>() - (2 - 0.25 * 0.005)) < 1e-6);
        const float live = vector.item<float>();
        optimizer.swapAverages();
        QVERIFY(vector.item<float>() > live);
        optimizer.swapAverages();
        QCOMPARE(vector.item<float>(), live);
    }

    void recalibratesTheLastLayer()
    {
        StateDict state;
        state["dbcnn.fc.weight"] = {{1, 2}, {2, 4}};
        state["dbcnn.fc.bias"] = {{1}, {10}};
        state["scnn.0.bias"] = {{1}, {7}};
        recalibrate(state, {10, 50}, 2, -1);
        const std::vector<float>& weight = state["dbcnn.fc.weight"].values;
        // Features 3 and 1 gave 20, grade 2 of 10..50; grade 2 * 2 - 1 is 30.
        QCOMPARE(3 * weight[0] + 1 * weight[1] + state["dbcnn.fc.bias"].values[0], 30.F);
        QCOMPARE(state["scnn.0.bias"].values[0], 7.F);
    }

    void networksStartFromRecipes_data()
    {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("trunk");
        QTest::addColumn<int>("outputs");
        const auto row = [](const char* family, const char* trunk, int outputs) {
            QTest::newRow(family) << QString::fromLatin1(family) << QString::fromLatin1(trunk) << outputs;
        };
        row("triq", "efficientnet-lite0", 5);
        row("aihiqnet", "efficientnet-lite0", 5);
        row("koncept", "efficientnet-lite0", 1);
        row("dbcnn", "efficientnet-lite0-scnn", 1);
        row("swin-iqa", "efficientnet-lite0-swin", 5);
    }
    void networksStartFromRecipes()
    {
        QFETCH(QString, family);
        QFETCH(QString, trunk);
        QFETCH(int, outputs);
        Recipe recipe;
        recipe.family = family.toStdString();
        recipe.trunk.name = trunk.toStdString();
        recipe.trunk.freezeUntil = "all";
        recipe.head.outputs = outputs;
        recipe.input = {InputPolicy::Fit, 128, 96, true, Normalization::PlusMinusOne};
        recipe.head.swinWindows = {3, 3};
        const Result<TrainingSetup> setup = prepareTraining(recipe, {}, 3.25);
        QVERIFY2(setup.has_value(), setup ? "" : setup.error().message().c_str());
        QVERIFY(setup->cut.boundary.size() == setup->cut.wanted.size());
        const Result<TrainingSetup> again = prepareTraining(recipe, {}, 3.25);
        QVERIFY(setup->state == again->state);
        if (outputs == 1) {
            const std::string name = family == QLatin1String("koncept") ? "koncept.out.bias" : "dbcnn.fc.bias";
            QCOMPARE(setup->state.at(name).values[0], 3.25F);
        }
        if (family != QLatin1String("swin-iqa")) {
            const auto head = TorchHead::create(recipe.family, recipe.trunk.name, setup->state);
            QVERIFY2(head.has_value(), head ? "" : head.error().message().c_str());
            QCOMPARE((*head)->outputs(), outputs);
        }
    }

    /// 160 x 128 on H/32 leaves 5 x 4 tokens, whichever way it stands.
    void tooFewPositions()
    {
        Recipe recipe;
        recipe.family = "triq";
        recipe.trunk.name = "efficientnet-lite0";
        recipe.trunk.freezeUntil = "all";
        recipe.input = {InputPolicy::Fit, 160, 128, true, Normalization::PlusMinusOne};
        recipe.head.positions = 20;
        const Result<TrainingSetup> setup = prepareTraining(recipe, {}, 3.25);
        QVERIFY(!setup);
        QVERIFY2(setup.error().reason.find("need 21") != std::string::npos, setup.error().reason.c_str());
        recipe.head.positions = 21;
        QVERIFY(prepareTraining(recipe, {}, 3.25).has_value());
    }
};

HALFLENS_TEST(TestTrainingNetwork)
#include "tst_training_network.moc"
