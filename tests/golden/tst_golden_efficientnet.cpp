// SPDX-License-Identifier: BSD-3-Clause
// EfficientNet-Lite0 with its ImageNet weights against activations of an independent implementation:
// padding, eps, ReLU6 and skips are only right together.
#include "core/checkpoint/tensor_archive.h"
#include "core/image/decode.h"
#include "core/image/model_input.h"
#include "core/nn/inference_form.h"
#include "core/nn/trunks.h"
#include "tests/golden/compare.h"
#include "tests/support/golden.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;

namespace {

constexpr double OfDeviation = 1e-4;

std::filesystem::path weightsFolder()
{
    return test::goldenFolder({}).parent_path().parent_path() / "weights";
}

Result<StateDict> readState(const char* file)
{
    auto archive = readCheckpoint(weightsFolder() / file);
    if (!archive)
        return std::move(archive).error();
    StateDict state;
    for (NamedTensor& named : archive->tensors)
        state[named.name] = std::move(named.tensor);
    return state;
}

/// The trunk with the classifier's last convolution, as the reference has it.
nn::Graph withHead()
{
    nn::Graph graph = nn::efficientNetLite0();
    nn::LayerId x = graph.convolution(graph.outputs().at("c5"), "_conv_head", 1280, nn::Window::square(1), false);
    x = graph.batchNorm(x, "_bn1", 1e-3);
    graph.output("head", graph.activation(x, nn::Activation::Relu6));
    return graph;
}

} // namespace

class TestGoldenEfficientNet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void activations_data();
    void activations();
};

void TestGoldenEfficientNet::activations_data()
{
    QTest::addColumn<QString>("image");
    QTest::newRow("even sizes") << QStringLiteral("a_384x512");
    QTest::newRow("square, odd maps") << QStringLiteral("e_224x224");
}

void TestGoldenEfficientNet::activations()
{
    QFETCH(QString, image);
    HALFLENS_NEEDS_GOLDEN("images");
    if (!std::filesystem::exists(weightsFolder() / "efficientnet_lite0.safetensors"))
        QSKIP("SKIPPED: the EfficientNet-Lite0 start weights are not on this machine");
    const auto state = readState("efficientnet_lite0.safetensors");
    QVERIFY2(state.has_value(), state ? "" : state.error().message().c_str());
    const auto expected = readState("efficientnet_lite0_check.safetensors");
    QVERIFY2(expected.has_value(), expected ? "" : expected.error().message().c_str());

    const auto decoded = readImage(test::goldenFolder("images") / (image.toStdString() + ".png"));
    QVERIFY2(decoded.has_value(), decoded ? "" : decoded.error().message().c_str());
    const auto input = toModelInput(**decoded, {});
    QVERIFY(input.has_value());
    const auto form = nn::InferenceForm::create(withHead(), *state, {});
    QVERIFY2(form.has_value(), form ? "" : form.error().message().c_str());
    const std::vector<std::string> names{"stem",   "stage0", "stage1", "stage2", "stage3",
                                         "stage4", "stage5", "stage6", "head"};
    const auto maps = (*form)->run(input->planes, input->height, input->width, names);
    QVERIFY2(maps.has_value(), maps ? "" : maps.error().message().c_str());

    const std::string prefix = image.toStdString() + ".";
    for (std::size_t i = 0; i < names.size(); ++i) {
        const nn::FeatureMap& map = (*maps)[i];
        HALFLENS_COMPARE(test::channelMeans(map.values, map.size.channels),
                         expected->at(prefix + names[i] + ".channel_mean").values,
                         OfDeviation * test::standardDeviation(map.values));
    }
    const Tensor& last = expected->at(prefix + "stage6.map");
    const nn::MapSize size = (*maps)[7].size;
    QCOMPARE(toString(last.shape), toString(Shape{size.channels, size.height, size.width}));
    HALFLENS_COMPARE((*maps)[7].values, last.values, OfDeviation * test::standardDeviation(last.values));

    const std::vector<float> pooled = test::channelMeans(maps->back().values, 1280);
    const std::vector<float>& weight = state->at("_fc.weight").values;
    std::vector<float> logits;
    for (std::size_t c = 0; c < 1000; ++c) {
        double sum = state->at("_fc.bias").values[c];
        for (std::size_t i = 0; i < pooled.size(); ++i)
            sum += static_cast<double>(weight[c * pooled.size() + i]) * pooled[i];
        logits.push_back(static_cast<float>(sum));
    }
    const std::vector<float>& reference = expected->at(prefix + "logits").values;
    HALFLENS_COMPARE(logits, reference, OfDeviation * test::standardDeviation(reference));
}

HALFLENS_TEST(TestGoldenEfficientNet)
#include "tst_golden_efficientnet.moc"
