// SPDX-License-Identifier: BSD-3-Clause
// The Swin transformer trunk against timm and Microsoft's class: Swin-T at 224 and Swin-B at 384.
#include "core/families/swin_iqa.h"
#include "tests/golden/reference.h"
#include "tests/support/test_case.h"

using namespace halflens;

class TestGoldenFamiliesSwin : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void trunk_data();
    void trunk();
    void startWeightsSayWhatTheyAre();
};

void TestGoldenFamiliesSwin::trunk_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("image");
    QTest::addRow("tiny") << QStringLiteral("swin_t") << QStringLiteral("swin_tiny_patch4_window7_224.pth")
                          << QStringLiteral("e_224x224");
    QTest::addRow("base") << QStringLiteral("swin_b384") << QStringLiteral("swin_base_patch4_window12_384.pth")
                          << QStringLiteral("d_384x384");
}

void TestGoldenFamiliesSwin::trunk()
{
    QFETCH(QString, folder);
    QFETCH(QString, file);
    QFETCH(QString, image);
    HALFLENS_NEEDS_GOLDEN(folder.toStdString());
    const auto path = test::goldenFile(folder.toStdString(), file.toStdString());
    HALFLENS_VERIFY(path);
    const auto outputs = test::goldenOutputs(folder.toStdString());
    HALFLENS_VERIFY(outputs);
    const auto description = test::goldenDescription(folder.toStdString());
    HALFLENS_VERIFY(description);
    const auto allowed = [&](const std::string& what) { return (*description)["tolerance"][what].get<double>(); };

    std::unique_ptr<nn::SwinTrunk> trunk;
    StateDict classifier;
    {
        const auto archive = readCheckpoint(*path);
        HALFLENS_VERIFY(archive);
        for (const NamedTensor& entry : archive->tensors) {
            if (entry.name.starts_with("head."))
                classifier[entry.name] = entry.tensor;
        }
        const StateDict state = swinStartWeights(*archive);
        auto created = nn::SwinTrunk::create(state, {});
        HALFLENS_VERIFY(created);
        trunk = std::move(*created);
        // Nothing but the trunk is left, and nothing is missing.
        QVERIFY(compare(nn::swinParameters(trunk->config()), state).isClean());
    }
    std::int64_t values = 0;
    for (const auto& [name, shape] : nn::swinParameters(trunk->config()))
        values += std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
    QCOMPARE(values, (*description)["checkpoint"]["trunk_parameters"].get<std::int64_t>());

    InputSpec spec;
    spec.normalization = Normalization::ImageNetUnit;
    const auto input = test::referenceInput(image.toStdString(), spec);
    HALFLENS_VERIFY(input);
    const auto maps = trunk->run(input->planes, input->height, input->width, {"f1", "f2", "f3", "f4"});
    HALFLENS_VERIFY(maps);
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string name = "F" + std::to_string(i + 1);
        const nn::MapView& map = (*maps)[i];
        const auto& shape = (*description)["float32_vs_float64"][name]["shape"];
        QCOMPARE(map.size.channels, shape[0].get<int>());
        QCOMPARE(map.size.channels, trunk->channels(static_cast<int>(i)));
        QCOMPARE(map.size.height, shape[1].get<int>());
        QCOMPARE(map.size.width, shape[2].get<int>());
        HALFLENS_COMPARE(test::channelMeans(map.values, map.size.channels), outputs->at(name + "_mean").values,
                         allowed(name + "_mean_abs"));
        const std::vector<std::string> stored{"_ch0_3", "_ch0_7", "_ch0_15", "_map"};
        const auto& first = outputs->at(name + stored[i]).values;
        HALFLENS_COMPARE(map.values.first(first.size()), first, allowed(name + "_abs"));
    }
    const DenseWeights head = denseWeights(classifier, "head");
    const std::vector<float> pooled = test::channelMeans((*maps)[3].values, (*maps)[3].size.channels);
    HALFLENS_COMPARE(evaluate(head, pooled), outputs->at("logits").values, allowed("logits_abs"));
}

void TestGoldenFamiliesSwin::startWeightsSayWhatTheyAre()
{
    HALFLENS_NEEDS_GOLDEN("swin_t");
    const auto path = test::goldenFile("swin_t", "swin_tiny_patch4_window7_224.pth");
    HALFLENS_VERIFY(path);
    const auto model = loadPublishedCheckpoint(*path);
    QVERIFY(!model.has_value());
    QCOMPARE(model.error().code, ErrorCode::Unsupported);
    QVERIFY(model.error().reason.find("Swin") != std::string::npos);
    QCOMPARE(model.error().file, path->string());
}

HALFLENS_TEST(TestGoldenFamiliesSwin)
#include "tst_golden_families_swin.moc"
