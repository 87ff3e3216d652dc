// SPDX-License-Identifier: BSD-3-Clause
// Grad-CAM from our own derivatives, and attention rollout, against the authors' networks with autograd.
#include "core/explain/attention_rollout.h"
#include "core/explain/explain_map.h"
#include "core/predictor/triq_encoder.h"
#include "tests/golden/reference.h"
#include "tests/support/golden_float64.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

double largestOf(std::span<const double> values)
{
    double largest = 0;
    for (const double v : values)
        largest = std::max(largest, std::abs(v));
    return largest;
}

double furthest(std::span<const float> found, std::span<const double> expected)
{
    if (found.size() != expected.size())
        return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(found[i]) - expected[i]));
    return largest;
}

std::vector<double> wide(const std::vector<float>& values)
{
    return {values.begin(), values.end()};
}

struct Cam {
    std::vector<float> alpha;
    ScalarMap sum;
};

Result<Cam> camOf(const Predictor& model, const ModelInput& input)
{
    const Result<MapGradient> gradient = model.gradient(input, {});
    if (!gradient)
        return gradient.error();
    const ChannelShape shape{gradient->shape[0], gradient->shape[1], gradient->shape[2]};
    Result<std::vector<float>> alpha = gradCamWeights(gradient->gradient, shape);
    if (!alpha)
        return std::move(alpha).error();
    Result<ScalarMap> sum = gradCamSum(gradient->activations, shape, *alpha);
    if (!sum)
        return std::move(sum).error();
    return Cam{*std::move(alpha), *std::move(sum)};
}

} // namespace

class TestGoldenGradients : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void triq_data();
    void triq();
    void rollout_data();
    void rollout();
    void others_data();
    void others();
};

void TestGoldenGradients::triq_data()
{
    QTest::addColumn<QByteArray>("trunk");
    QTest::newRow("resnet50") << QByteArray("resnet50");
    QTest::newRow("vgg16") << QByteArray("vgg16");
}

void TestGoldenGradients::triq()
{
    HALFLENS_NEEDS_GOLDEN("triq_resnet50");
    QFETCH(QByteArray, trunk);
    const std::string name = "TRIQ_" + trunk.toStdString();
    const auto reference = loadReference("triq_" + trunk.toStdString(), name + ".h5");
    HALFLENS_VERIFY(reference);
    const auto input = referenceInput("a_384x512", reference->model->info().input);
    HALFLENS_VERIFY(input);
    const auto cam = camOf(*reference->model, *input);
    HALFLENS_VERIFY(cam);
    constexpr double OfLargest = 5e-3; // as the reference states
    const std::vector<double> alpha = wide(reference->values("a_384x512.gradcam.alpha"));
    QVERIFY(furthest(cam->alpha, alpha) < OfLargest * largestOf(alpha));
    const std::vector<double> sum = wide(reference->values("a_384x512.gradcam.cam_before_relu"));
    QVERIFY(furthest(cam->sum.values, sum) < OfLargest * largestOf(sum));
}

void TestGoldenGradients::rollout_data()
{
    QTest::addColumn<QByteArray>("image");
    for (const char* image : {"a_384x512", "b_384x512", "c_500x500", "a_768x1024"})
        QTest::newRow(image) << QByteArray(image);
}

void TestGoldenGradients::rollout()
{
    HALFLENS_NEEDS_GOLDEN("triq_resnet50");
    QFETCH(QByteArray, image);
    static std::optional<Reference> reference;
    QVERIFY(provide(reference, "triq_resnet50", "TRIQ_resnet50.h5"));
    const auto input = referenceInput(image.toStdString(), reference->model->info().input);
    HALFLENS_VERIFY(input);
    const auto features = reference->model->features(*input, {});
    HALFLENS_VERIFY(features);
    const TriqEncoder& encoder = *reference->model->attentionEncoder();
    EncoderTrace trace;
    const auto output = evaluate(encoder, (*features)->tokens, BlockMask(), &trace);
    HALFLENS_VERIFY(output);
    const int length = (*features)->tokens.height * (*features)->tokens.width + 1;
    std::vector<AttentionMatrix> layers;
    for (const auto& heads : trace.attention)
        layers.push_back(averageHeads(heads, encoder.heads, length).value());
    const auto found = rolloutTokens(layers, length);
    HALFLENS_VERIFY(found);
    QVERIFY(furthest(*found, wide(reference->values(image.toStdString() + ".rollout_cls"))) < 1e-4);
}

void TestGoldenGradients::others_data()
{
    QTest::addColumn<QByteArray>("network");
    QTest::addColumn<QByteArray>("folder");
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("koncept") << QByteArray("koncept") << QByteArray("koncept_port") << QByteArray("KonCept512.pth");
    QTest::newRow("dbcnn") << QByteArray("dbcnn") << QByteArray("dbcnn_authors") << QByteArray("dbcnn_authors.pth");
}

void TestGoldenGradients::others()
{
    HALFLENS_NEEDS_GOLDEN("gradcam");
    QFETCH(QByteArray, network);
    QFETCH(QByteArray, folder);
    QFETCH(QByteArray, file);
    const std::string name = network.toStdString();
    const auto reference = loadReference(folder.toStdString(), file.toStdString());
    HALFLENS_VERIFY(reference);
    const auto outputs = goldenFloat64("gradcam");
    const nlohmann::json tolerance = goldenDescription("gradcam").value().at("tolerance");
    const auto input = referenceInput("a_384x512", reference->model->info().input);
    HALFLENS_VERIFY(input);
    const auto cam = camOf(*reference->model, *input);
    HALFLENS_VERIFY(cam);
    const std::vector<double>& alpha = outputs.at(name + "/alpha");
    QVERIFY(furthest(cam->alpha, alpha) < 5e-3 * largestOf(alpha));
    QVERIFY(furthest(cam->sum.values, outputs.at(name + "/raw_cam"))
            < tolerance.at(name + "_raw_cam_abs").get<double>());

    const auto image = readImage(goldenFolder("images") / "a_384x512.png");
    HALFLENS_VERIFY(image);
    MapRequest request;
    request.kind = MapKind::GradCam;
    const auto explained = explainMap(*reference->model, **image, request);
    HALFLENS_VERIFY(explained);
    QCOMPARE(explained->layer, std::string("c5"));
    const std::vector<double>& expected = outputs.at(name + "/heatmap_grid64");
    const double allowed = tolerance.at(name + "_heatmap_abs");
    for (int i = 0; i < 64; ++i) {
        for (int j = 0; j < 64; ++j) {
            const auto found = static_cast<double>(explained->map.at(i * 384 / 64, j * 512 / 64));
            QVERIFY(std::abs(found - expected[static_cast<std::size_t>(64 * i + j)]) < allowed);
        }
    }
}

HALFLENS_TEST(TestGoldenGradients)
#include "tst_golden_gradients.moc"
