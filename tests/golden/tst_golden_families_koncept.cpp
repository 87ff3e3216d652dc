// SPDX-License-Identifier: BSD-3-Clause
// KonCept512 against the numbers of its authors' own code: the Keras original and the PyTorch port.
#include "core/families/families.h"
#include "core/families/koncept.h"
#include "tests/golden/reference.h"
#include "tests/support/test_case.h"

using namespace halflens;

namespace {

constexpr const char* Keras = "koncept_keras";
constexpr const char* Port = "koncept_port";
constexpr double OfScore = 2e-4;
constexpr double OfDeviation = 1e-3;

std::string checkpointOf(const std::string& folder)
{
    return folder == Keras ? "KonCept512.h5" : "KonCept512.pth";
}

/// Name of a value in the references, which the two folders spell differently.
std::string named(const std::string& folder, const std::string& image, const std::string& what)
{
    return folder == Keras ? image + "." + what : image.substr(0, 1) + "/" + what;
}

double allowed(double score)
{
    return OfScore * std::max(1.0, std::abs(score));
}

} // namespace

class TestGoldenFamiliesKoncept : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fromImage_data() { rows(); }
    void fromImage();
    void zeroedInputs_data() { rows(); }
    void zeroedInputs();
    void stagesAlone_data();
    void stagesAlone();
    void portSizes();

private:
    static void rows();
    std::optional<test::Reference> m_reference;
};

void TestGoldenFamiliesKoncept::rows()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("image");
    for (const char* image : {"a_384x512", "b_384x512", "c_500x500"})
        QTest::addRow("%s %s", Keras, image) << QString::fromLatin1(Keras) << QString::fromLatin1(image);
    for (const char* image : {"a_384x512", "b_384x512"})
        QTest::addRow("%s %s", Port, image) << QString::fromLatin1(Port) << QString::fromLatin1(image);
}

#define PREPARE()                                                                                                      \
    QFETCH(QString, folder);                                                                                           \
    const std::string caseName = folder.toStdString();                                                                 \
    HALFLENS_WITH_REFERENCE(caseName, checkpointOf(caseName))

void TestGoldenFamiliesKoncept::fromImage()
{
    PREPARE();
    QFETCH(QString, image);
    const std::string file = image.toStdString();
    const auto input = test::referenceInput(file, reference.model->info().input);
    HALFLENS_VERIFY(input);
    // Stage here, name in the reference.
    std::vector<std::pair<std::string, std::string>> stages{{"mixed_5b", "mixed_5b"}, {"block35_end", "block35_end"},
                                                            {"mixed_6a", "mixed_6a"}, {"block17_end", "block17_end"},
                                                            {"mixed_7a", "mixed_7a"}, {"c5", "conv_7b"}};
    if (caseName == Keras) {
        stages.emplace_back("block8_10_conv", "block8_end");
    } else {
        for (const char* stage :
             {"stem1", "stem2", "stem3", "stem4", "stem5", "stem_out", "block8_9_end", "block8_10_end"})
            stages.emplace_back(stage, stage);
    }
    std::vector<std::string> maps;
    for (const auto& [own, theirs] : stages)
        maps.push_back(own);
    const auto features = reference.model->features(*input, {}, maps);
    HALFLENS_VERIFY(features);
    for (const auto& [own, theirs] : stages) {
        const auto& means =
            reference.values(named(caseName, file, theirs + (caseName == Keras ? ".channel_mean" : "_mean")));
        const std::string differs = test::channelMeansDiffer((*features)->maps.at(own), means);
        QVERIFY2(differs.empty(), (own + " " + differs).c_str());
        if (caseName == Keras) {
            const auto& shape = reference.values(named(caseName, file, theirs + ".shape")); // H, W, C
            const std::array<int, 3> size = (*features)->mapShapes.at(own);
            QCOMPARE(size[1], static_cast<int>(shape[0]));
            QCOMPARE(size[2], static_cast<int>(shape[1]));
        }
    }
    if (caseName == Port && file == "a_384x512") {
        const auto& rows = reference.outputs.at("a/input_first_rows"); // 3 x 4 x 16
        for (std::size_t i = 0; i < rows.values.size(); ++i) {
            const std::size_t offset = i / 64 * 384 * 512 + i / 16 % 4 * 512 + i % 16;
            QVERIFY(std::abs(input->planes[offset] - rows.values[i]) <= 2e-7F);
        }
        const auto& map = reference.values("a/conv_7b_map");
        const std::span<const float> own = (*features)->maps.at("c5");
        HALFLENS_COMPARE(own.first(map.size()), map, OfDeviation * test::standardDeviation(own));
    }
    const auto& pooled = reference.values(named(caseName, file, caseName == Keras ? "gap" : "pooled"));
    HALFLENS_COMPARE((*features)->pooled, pooled, OfDeviation * test::standardDeviation(pooled));
    const auto prediction = reference.model->predict(**features, BlockMask());
    HALFLENS_VERIFY(prediction);
    const auto& score = reference.values(named(caseName, file, caseName == Keras ? "output" : "score_full"));
    HALFLENS_COMPARE(prediction->output, score, allowed(score[0]));
    QVERIFY(std::abs(prediction->score5 - (prediction->score + 29.2287) / 27.8174) < 1e-9);
}

void TestGoldenFamiliesKoncept::zeroedInputs()
{
    PREPARE();
    QFETCH(QString, image);
    const std::string file = image.toStdString();
    const InputSpec& spec = reference.model->info().input;
    const auto input = test::referenceInput(file, spec);
    HALFLENS_VERIFY(input);
    for (const bool important : {true, false}) {
        ModelInput zeroed = *input;
        fillBlocks(zeroed, important ? test::ImportantZeroed : test::ImportantZeroed.complement(), Fill::Zero,
                   spec.normalization);
        const auto prediction = reference.model->predict(zeroed, std::stop_token());
        HALFLENS_VERIFY(prediction);
        std::string what = important ? "score_zero_0_1_2_5_6_9" : "score_zero_3_4_7_8_10_11";
        if (caseName == Keras)
            what = important ? "important_zeroed.output" : "trivial_zeroed.output";
        const auto& score = reference.values(named(caseName, file, what));
        HALFLENS_COMPARE(prediction->output, score, allowed(score[0]));
    }
}

void TestGoldenFamiliesKoncept::stagesAlone_data()
{
    QTest::addColumn<QString>("folder");
    for (const char* folder : {Keras, Port})
        QTest::addRow("%s", folder) << QString::fromLatin1(folder);
}

void TestGoldenFamiliesKoncept::stagesAlone()
{
    PREPARE();
    const auto path = test::goldenFile(caseName, reference.file);
    HALFLENS_VERIFY(path);
    auto archive = readCheckpoint(*path);
    HALFLENS_VERIFY(archive);
    const auto weights = recogniseWeights(std::move(*archive));
    HALFLENS_VERIFY(weights);
    const KonceptHead head = konceptHead(konceptForm(weights->trunk), weights->state);
    const std::string image = "a_384x512";
    const auto& pooled = reference.values(named(caseName, image, caseName == Keras ? "gap" : "pooled"));
    std::vector<std::vector<float>> stages;
    evaluate(head, pooled, &stages);
    QCOMPARE(stages.size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string theirs = caseName == Keras ? "fc_bn" + std::to_string(i) : "fc" + std::to_string(2 + 4 * i);
        const auto& expected = reference.values(named(caseName, image, theirs));
        HALFLENS_COMPARE(stages[i], expected, OfDeviation * test::standardDeviation(expected));
    }
}

void TestGoldenFamiliesKoncept::portSizes()
{
    HALFLENS_NEEDS_GOLDEN(Port);
    if (!test::provide(m_reference, Port, checkpointOf(Port)))
        return;
    ModelInput input;
    for (const auto& [height, width, fits] : {std::tuple{299, 554, true}, {298, 400, false}, {400, 555, false}}) {
        input.height = height;
        input.width = width;
        input.planes.assign(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 0.F);
        const auto prediction = m_reference->model->predict(input, std::stop_token());
        QCOMPARE(prediction.has_value(), fits);
        if (!fits)
            QCOMPARE(prediction.error().code, ErrorCode::Model);
    }
}

HALFLENS_TEST(TestGoldenFamiliesKoncept)
#include "tst_golden_families_koncept.moc"
