// SPDX-License-Identifier: BSD-3-Clause
// DBCNN against the numbers of its authors' own code and of pyiqa's, and S-CNN's test vector.
#include "core/families/dbcnn.h"
#include "core/nn/trunks.h"
#include "tests/golden/reference.h"
#include "tests/support/test_case.h"

using namespace halflens;

namespace {

constexpr const char* Authors = "dbcnn_authors";
constexpr const char* Pyiqa = "dbcnn_pyiqa";
constexpr double OfScore = 2e-4;

} // namespace

class TestGoldenFamiliesDbcnn : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fromImage_data() { rows(); }
    void fromImage();
    void zeroedInputs_data();
    void zeroedInputs();
    void scnnAlone();
    void scnnFileSaysWhatItIs();

private:
    static void rows();
    std::optional<test::Reference> m_reference;
};

void TestGoldenFamiliesDbcnn::rows()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("image");
    const auto row = [](const char* folder, const char* file, const char* image) {
        QTest::addRow("%s %s", file, image)
            << QString::fromLatin1(folder) << QString::fromLatin1(file) << QString::fromLatin1(image);
    };
    for (const char* image : {"a_384x512", "c_500x500", "f_385x513", "a_768x1024"})
        row(Authors, "dbcnn_authors.pth", image);
    for (const char* file : {"DBCNN_pyiqa_legacy.pth", "DBCNN_pyiqa_zip.pth"}) {
        for (const char* image : {"a_384x512", "c_500x500"})
            row(Pyiqa, file, image);
    }
}

#define PREPARE()                                                                                                      \
    QFETCH(QString, folder);                                                                                           \
    QFETCH(QString, file);                                                                                             \
    HALFLENS_WITH_REFERENCE(folder.toStdString(), file.toStdString())

void TestGoldenFamiliesDbcnn::fromImage()
{
    PREPARE();
    QFETCH(QString, image);
    const std::string name = image.toStdString() + "/";
    const auto input = test::referenceInput(image.toStdString(), reference.model->info().input);
    HALFLENS_VERIFY(input);
    const std::vector<std::string> maps{"c5", "scnn"};
    const auto features = reference.model->features(*input, {}, maps);
    HALFLENS_VERIFY(features);
    const auto& sizes = reference.values(name + "map_sizes"); // VGG, S-CNN, aligned; height, width
    const auto viewOf = [&](const std::string& map) {
        const std::array<int, 3>& shape = (*features)->mapShapes.at(map);
        return nn::MapView{{shape[0], shape[1], shape[2]}, (*features)->maps.at(map)};
    };
    const nn::MapView vgg = viewOf("c5");
    const nn::MapView scnnMap = viewOf("scnn");
    const nn::FeatureMap aligned = alignedCorners(scnnMap, vgg.size.height, vgg.size.width);
    std::size_t row = 0;
    for (const auto& [size, values, theirs] :
         {std::tuple{vgg.size, vgg.values, "vgg_mean"},
          {scnnMap.size, scnnMap.values, "scnn_mean"},
          {aligned.size, std::span<const float>(aligned.values), "scnn_aligned_mean"}}) {
        QCOMPARE(size.height, static_cast<int>(sizes[2 * row]));
        QCOMPARE(size.width, static_cast<int>(sizes[2 * row + 1]));
        const std::string differs = test::channelMeansDiffer(values, reference.values(name + theirs));
        QVERIFY2(differs.empty(), (std::string(theirs) + " " + differs).c_str());
        ++row;
    }
    if (reference.outputs.contains(name + "scnn_aligned_ch0_7")) {
        const auto& first = reference.values(name + "scnn_aligned_ch0_7");
        HALFLENS_COMPARE(std::span(aligned.values).first(first.size()), first, 3e-5);
    }
    if (reference.outputs.contains(name + "bilinear"))
        HALFLENS_COMPARE((*features)->pooled, reference.values(name + "bilinear"), 2e-7);

    const auto prediction = reference.model->predict(**features, BlockMask());
    HALFLENS_VERIFY(prediction);
    HALFLENS_COMPARE(prediction->output, reference.values(name + "score_full"), OfScore);
    // pyiqa puts out about 0..1, the authors' training keeps the labels' 0..100 (spec models 9.4).
    const double top = reference.folder == Pyiqa ? 1 : 100;
    // A file that does not tell its scale gets the likeliest one, and says so.
    const bool isTold = reference.model->info().notes.empty();
    QVERIFY(!isTold || std::abs(prediction->score5 - (1 + 4 * prediction->score / top)) < 1e-9);
}

void TestGoldenFamiliesDbcnn::zeroedInputs_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("file");
    QTest::addRow("authors") << QString::fromLatin1(Authors) << QStringLiteral("dbcnn_authors.pth");
    QTest::addRow("pyiqa") << QString::fromLatin1(Pyiqa) << QStringLiteral("DBCNN_pyiqa_zip.pth");
}

void TestGoldenFamiliesDbcnn::zeroedInputs()
{
    PREPARE();
    const InputSpec& spec = reference.model->info().input;
    const auto input = test::referenceInput("a_384x512", spec);
    HALFLENS_VERIFY(input);
    for (const bool important : {true, false}) {
        ModelInput zeroed = *input;
        fillBlocks(zeroed, important ? test::ImportantZeroed : test::ImportantZeroed.complement(), Fill::Zero,
                   spec.normalization);
        const auto prediction = reference.model->predict(zeroed, std::stop_token());
        HALFLENS_VERIFY(prediction);
        const std::string what = important ? "score_zero_0_1_2_5_6_9" : "score_zero_3_4_7_8_10_11";
        HALFLENS_COMPARE(prediction->output, reference.values("a_384x512/" + what), OfScore);
    }
}

void TestGoldenFamiliesDbcnn::scnnAlone()
{
    HALFLENS_NEEDS_GOLDEN(Authors);
    const auto path = test::goldenFile(Authors, "scnn.pkl");
    HALFLENS_VERIFY(path);
    const auto archive = readCheckpoint(*path);
    HALFLENS_VERIFY(archive);
    StateDict state;
    for (const NamedTensor& entry : archive->tensors)
        state[entry.name] = entry.tensor;
    const auto network = nn::InferenceForm::create(nn::scnn(), state, {});
    HALFLENS_VERIFY(network);
    // The input and the values of spec models 9.4.
    std::vector<float> input;
    for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 64; ++x)
                input.push_back(static_cast<float>((31 * c + 7 * y + 3 * x) % 64) / 32.F - 1.F);
        }
    }
    const auto maps = (*network)->run(input, 64, 64, {"scnn"});
    HALFLENS_VERIFY(maps);
    const nn::FeatureMap& map = maps->front();
    QVERIFY((map.size == nn::MapSize{128, 4, 4}));
    const auto at = [&](int channel, int row, int column) {
        return map.values[static_cast<std::size_t>(channel * 16 + row * 4 + column)];
    };
    const double mean = std::accumulate(map.values.begin(), map.values.end(), 0.0) / double(map.values.size());
    QVERIFY(std::abs(mean - 0.05566505) <= 1e-5);
    QVERIFY(std::abs(at(64, 3, 3) - 0.08527899F) <= 1e-5F);
    QVERIFY(std::abs(at(127, 2, 0) - 0.14877966F) <= 1e-5F);
    QVERIFY(std::abs(at(119, 0, 3) - 0.94539744F) <= 1e-5F);
    QCOMPARE(*std::max_element(map.values.begin(), map.values.end()), at(119, 0, 3));
    const auto positive = std::count_if(map.values.begin(), map.values.end(), [](float v) { return v > 0; });
    QVERIFY(std::abs(100.0 * double(positive) / double(map.values.size()) - 38.525) < 0.001);
}

void TestGoldenFamiliesDbcnn::scnnFileSaysWhatItIs()
{
    HALFLENS_NEEDS_GOLDEN(Authors);
    const auto path = test::goldenFile(Authors, "scnn.pkl");
    HALFLENS_VERIFY(path);
    const auto model = loadPublishedCheckpoint(*path);
    QVERIFY(!model.has_value());
    QCOMPARE(model.error().code, ErrorCode::Unsupported);
    QVERIFY(model.error().reason.find("S-CNN") != std::string::npos);
}

HALFLENS_TEST(TestGoldenFamiliesDbcnn)
#include "tst_golden_families_dbcnn.moc"
