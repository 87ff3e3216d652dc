// SPDX-License-Identifier: BSD-3-Clause
// AIHIQnet against the numbers of its authors' own code: five grades on ResNet50, one on VGG16.
#include "core/base/score.h"
#include "core/families/aihiqnet.h"
#include "core/families/families.h"
#include "tests/golden/reference.h"
#include "tests/support/test_case.h"

using namespace halflens;

namespace {

constexpr double Distributions = 1e-4;
constexpr double Scores = 2e-4;
constexpr double OfDeviation = 1e-3;

constexpr const char* Resnet = "aihiq_resnet50_5";
constexpr const char* Vgg = "aihiq_vgg16_1";

std::string checkpointOf(const std::string& folder)
{
    return folder == Resnet ? "AIHIQ_resnet50_5.h5" : "AIHIQ_vgg16_1.h5";
}

} // namespace

class TestGoldenFamiliesAihiqnet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fromImage_data() { rows(); }
    void fromImage();
    void zeroedInputs_data() { rows(); }
    void zeroedInputs();
    void headsAlone_data();
    void headsAlone();
    void information();

private:
    static void rows();
    std::optional<test::Reference> m_reference;
};

void TestGoldenFamiliesAihiqnet::rows()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("image");
    for (const char* folder : {Resnet, Vgg}) {
        for (const char* image : {"a_384x512", "b_384x512", "c_500x500", "f_385x513", "a_768x1024"}) {
            if (folder == Resnet || std::string(image) != "a_768x1024")
                QTest::addRow("%s %s", folder, image) << QString::fromLatin1(folder) << QString::fromLatin1(image);
        }
    }
}

#define PREPARE()                                                                                                      \
    QFETCH(QString, folder);                                                                                           \
    HALFLENS_WITH_REFERENCE(folder.toStdString(), checkpointOf(folder.toStdString()))

void TestGoldenFamiliesAihiqnet::fromImage()
{
    PREPARE();
    QFETCH(QString, image);
    const std::string name = image.toStdString() + ".";
    const auto input = test::referenceInput(image.toStdString(), reference.model->info().input);
    HALFLENS_VERIFY(input);
    const std::vector<std::string> maps{"c2", "c3", "c4", "c5", "p2", "p3", "p4", "p5", "p6"};
    const auto features = reference.model->features(*input, {}, maps);
    HALFLENS_VERIFY(features);
    for (const std::string& map : maps) {
        const auto& shape = reference.values(name + map + ".shape"); // H, W, C
        const std::array<int, 3> own = (*features)->mapShapes.at(map);
        QCOMPARE(own[0], static_cast<int>(shape[2]));
        QCOMPARE(own[1], static_cast<int>(shape[0]));
        QCOMPARE(own[2], static_cast<int>(shape[1]));
        const std::string differs =
            test::channelMeansDiffer((*features)->maps.at(map), reference.values(name + map + ".channel_mean"));
        QVERIFY2(differs.empty(), (map + " " + differs).c_str());
    }
    const auto& first = reference.values(name + "p6.first8");
    const std::span<const float> p6 = (*features)->maps.at("p6");
    HALFLENS_COMPARE(p6.first(first.size()), first, OfDeviation * test::standardDeviation(p6));
    const auto& pooled = reference.values(name + "head_features");
    HALFLENS_COMPARE((*features)->pooled, pooled, OfDeviation * test::standardDeviation(pooled));

    const auto prediction = reference.model->predict(**features, BlockMask());
    HALFLENS_VERIFY(prediction);
    const auto& output = reference.values(name + "output");
    const bool graded = output.size() > 1;
    HALFLENS_COMPARE(prediction->output, output, graded ? Distributions : Scores);
    QVERIFY(std::abs(prediction->score - scoreOf(output)) <= Scores);
    QCOMPARE(prediction->score5, prediction->score);
    QVERIFY(!reference.model->predict(**features, BlockMask(1)).has_value());
}

void TestGoldenFamiliesAihiqnet::zeroedInputs()
{
    PREPARE();
    QFETCH(QString, image);
    const InputSpec& spec = reference.model->info().input;
    const auto input = test::referenceInput(image.toStdString(), spec);
    HALFLENS_VERIFY(input);
    for (const bool important : {true, false}) {
        ModelInput zeroed = *input;
        fillBlocks(zeroed, important ? test::ImportantZeroed : test::ImportantZeroed.complement(), Fill::Zero,
                   spec.normalization);
        const auto prediction = reference.model->predict(zeroed, std::stop_token());
        HALFLENS_VERIFY(prediction);
        const std::string what = important ? ".important_zeroed.output" : ".trivial_zeroed.output";
        const auto& output = reference.values(image.toStdString() + what);
        HALFLENS_COMPARE(prediction->output, output, output.size() > 1 ? Distributions : Scores);
        QVERIFY(std::abs(prediction->score - scoreOf(output)) <= Scores);
    }
}

void TestGoldenFamiliesAihiqnet::headsAlone_data()
{
    QTest::addColumn<QString>("folder");
    for (const char* folder : {Resnet, Vgg})
        QTest::addRow("%s", folder) << QString::fromLatin1(folder);
}

void TestGoldenFamiliesAihiqnet::headsAlone()
{
    PREPARE();
    const auto file = test::goldenFile(reference.folder, reference.file);
    HALFLENS_VERIFY(file);
    auto archive = readCheckpoint(*file);
    HALFLENS_VERIFY(archive);
    const auto weights = recogniseWeights(std::move(*archive));
    HALFLENS_VERIFY(weights);
    const auto heads = aihiqHeads(weights->state);
    const auto& features = reference.values("a_384x512.head_features");
    const auto& outputs = reference.values("a_384x512.head_outputs");
    const std::size_t width = features.size() / AihiqHeads;
    const std::size_t count = outputs.size() / AihiqHeads;
    for (std::size_t i = 0; i < AihiqHeads; ++i) {
        const auto output = evaluate(heads[i], std::span(features).subspan(i * width, width));
        HALFLENS_COMPARE(output, std::span(outputs).subspan(i * count, count), 5e-6);
    }
}

void TestGoldenFamiliesAihiqnet::information()
{
    HALFLENS_NEEDS_GOLDEN(Vgg);
    if (!test::provide(m_reference, Vgg, checkpointOf(Vgg)))
        return;
    const ModelInfo& info = m_reference->model->info();
    QCOMPARE(info.family, std::string("aihiqnet"));
    QCOMPARE(info.trunk, std::string("vgg16"));
    QCOMPARE(info.outputs, 1);
    QVERIFY(!info.masksAttention);
    QVERIFY(m_reference->model->attentionEncoder() == nullptr);
}

HALFLENS_TEST(TestGoldenFamiliesAihiqnet)
#include "tst_golden_families_aihiqnet.moc"
