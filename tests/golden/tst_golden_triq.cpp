// SPDX-License-Identifier: BSD-3-Clause
// TRIQ against the numbers of its authors' own code, for both trunks: the whole way from the image,
// the transformer alone, the head alone, and all 4096 masks.
#include "core/base/score.h"
#include "core/image/decode.h"
#include "core/image/model_input.h"
#include "core/masking/importance.h"
#include "core/masking/table_builder.h"
#include "core/predictor/triq_encoder.h"
#include "core/registry/registry.h"
#include "tests/golden/compare.h"
#include "tests/support/golden.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <map>

using namespace halflens;

namespace {

// "important_zeroed" and "trivial_zeroed" of the reference: fixed sets, not computed ones.
const BlockMask ImportantZeroed(1u << 0 | 1u << 1 | 1u << 2 | 1u << 5 | 1u << 6 | 1u << 9);

constexpr double Distributions = 1e-4;
constexpr double Scores = 2e-4;
constexpr double MaskedFromImage = 5e-4;
constexpr double MaskedScoresFromImage = 1e-3;
constexpr double ImportanceFromImage = 2e-4;
constexpr double TransformerAlone = 1e-5;
constexpr double HeadAlone = 1e-6;
constexpr double Attention = 1e-4;
constexpr double OfDeviation = 1e-3;

/// One reference case, loaded once for all rows that need it.
struct Case {
    std::string name;
    std::shared_ptr<const Predictor> model;
    StateDict outputs;
    nlohmann::json description;

    bool has(const std::string& tensor) const { return outputs.contains(tensor); }
    const std::vector<float>& values(const std::string& tensor) const { return outputs.at(tensor).values; }
};

Result<Case> load(const std::string& name)
{
    const auto description = test::goldenDescription(name);
    if (!description)
        return description.error();
    const std::string packed = description->at("checkpoint");
    const auto file = test::goldenFile(name, packed.substr(0, packed.rfind(".xz")));
    if (!file)
        return file.error();
    auto model = loadPublishedCheckpoint(*file);
    if (!model)
        return std::move(model).error();
    auto outputs = test::goldenOutputs(name);
    if (!outputs)
        return std::move(outputs).error();
    return Case{name, std::move(*model), std::move(*outputs), *description};
}

Result<ModelInput> inputOf(const std::string& image)
{
    const auto decoded = readImage(test::goldenFolder("images") / (image + ".png"));
    if (!decoded)
        return decoded.error();
    return toModelInput(**decoded, {});
}

/// The encoder made to start from stored tokens: they hold the positions already.
TriqEncoder fromEmbedded(TriqEncoder encoder, std::span<const float> embedded)
{
    encoder.qualityToken.assign(embedded.begin(), embedded.begin() + encoder.width);
    encoder.positionEmbedding.assign(embedded.size(), 0.F);
    return encoder;
}

TokenGrid gridOf(std::span<const float> embedded, int height, int width, int channels)
{
    const auto tokens = embedded.subspan(static_cast<std::size_t>(channels));
    return {height, width, channels, {tokens.begin(), tokens.end()}};
}

/// [layers][heads][N + 1][N + 1] of a trace in one piece, averaged over heads or the CLS rows only.
std::vector<float> meanOverHeads(const EncoderTrace& trace, std::size_t heads)
{
    std::vector<float> result;
    for (const std::vector<float>& layer : trace.attention) {
        const std::size_t cells = layer.size() / heads;
        for (std::size_t i = 0; i < cells; ++i) {
            double sum = 0;
            for (std::size_t head = 0; head < heads; ++head)
                sum += layer[head * cells + i];
            result.push_back(static_cast<float>(sum / static_cast<double>(heads)));
        }
    }
    return result;
}

std::vector<float> clsRows(const EncoderTrace& trace, std::size_t heads, std::size_t length)
{
    std::vector<float> result;
    for (const std::vector<float>& layer : trace.attention) {
        for (std::size_t head = 0; head < heads; ++head) {
            const auto row = layer.begin() + static_cast<std::ptrdiff_t>(head * length * length);
            result.insert(result.end(), row, row + static_cast<std::ptrdiff_t>(length));
        }
    }
    return result;
}

std::vector<float> joined(const std::vector<std::vector<float>>& parts)
{
    std::vector<float> result;
    for (const auto& part : parts)
        result.insert(result.end(), part.begin(), part.end());
    return result;
}

} // namespace

class TestGoldenTriq : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fromImage_data() { rows(false); }
    void fromImage();
    void zeroedInputs_data() { rows(false); }
    void zeroedInputs();
    void masksFromImage_data() { rows(true); }
    void masksFromImage();
    void transformerAlone_data() { rows(false); }
    void transformerAlone();
    void masksFromTokens_data() { rows(true); }
    void masksFromTokens();
    void headAlone_data() { rows(false); }
    void headAlone();

private:
    void rows(bool masked);
    /// The case of a row; null when loading it has failed, and the test function with it.
    const Case* prepare(const std::string& folder);
    /// Features of an image, C5 among them; computed once for all test functions.
    Result<std::shared_ptr<const Features>> features(const Case& reference, const std::string& image);

    std::map<std::string, Case> m_cases;
    std::map<std::string, std::shared_ptr<const Features>> m_features;
};

void TestGoldenTriq::rows(bool masked)
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("image");
    const auto row = [](const char* folder, const char* image) {
        QTest::addRow("%s %s", folder, image) << QString::fromLatin1(folder) << QString::fromLatin1(image);
    };
    row("triq_resnet50", "a_384x512");
    row("triq_resnet50", "c_500x500");
    row("triq_resnet50", "b_768x1024");
    if (!masked) {
        row("triq_resnet50", "b_384x512");
        row("triq_resnet50", "a_768x1024");
    }
    row("triq_vgg16", "a_384x512");
    row("triq_vgg16", "b_768x1024");
    if (!masked)
        row("triq_vgg16", "b_384x512");
}

const Case* TestGoldenTriq::prepare(const std::string& folder)
{
    const auto found = m_cases.find(folder);
    if (found != m_cases.end())
        return &found->second;
    auto loaded = load(folder);
    if (!loaded) {
        QTest::qFail(loaded.error().message().c_str(), __FILE__, __LINE__);
        return nullptr;
    }
    return &m_cases.emplace(folder, std::move(*loaded)).first->second;
}

Result<std::shared_ptr<const Features>> TestGoldenTriq::features(const Case& reference, const std::string& image)
{
    std::shared_ptr<const Features>& kept = m_features[reference.name + image];
    if (kept)
        return kept;
    const auto input = inputOf(image);
    if (!input)
        return input.error();
    const std::vector<std::string> wanted{"c5"};
    auto computed = reference.model->features(*input, {}, wanted);
    if (computed)
        kept = *computed;
    return computed;
}

// QSKIP must stand in the test function itself.
#define PREPARE()                                                                                                      \
    QFETCH(QString, folder);                                                                                           \
    QFETCH(QString, image);                                                                                            \
    HALFLENS_NEEDS_GOLDEN(folder.toStdString());                                                                       \
    const Case* const prepared = prepare(folder.toStdString());                                                        \
    if (!prepared)                                                                                                     \
        return;                                                                                                        \
    const Case& reference = *prepared;                                                                                 \
    const TriqEncoder& encoder = *reference.model->attentionEncoder();                                                 \
    const std::string name = image.toStdString();                                                                      \
    const std::string prefix = name + "."

void TestGoldenTriq::fromImage()
{
    PREPARE();
    const auto computed = features(reference, name);
    QVERIFY2(computed.has_value(), computed ? "" : computed.error().message().c_str());

    const std::array<int, 3> shape = (*computed)->mapShapes.at("c5");
    const std::span<const float> c5 = (*computed)->maps.at("c5");
    const auto& means = reference.values(prefix + "c5.channel_mean");
    const std::vector<float> ownMeans = test::channelMeans(c5, shape[0]);
    const double deviation = test::standardDeviation(c5);
    for (std::size_t c = 0; c < means.size(); ++c)
        QVERIFY2(std::abs(ownMeans[c] - means[c]) <= 1e-4 * deviation + 1e-4 * std::abs(means[c]),
                 std::to_string(c).c_str());
    const auto& first = reference.values(prefix + "c5.first16");
    QCOMPARE(toString(reference.outputs.at(prefix + "c5.first16").shape), toString(Shape{16, shape[1], shape[2]}));
    HALFLENS_COMPARE(c5.first(first.size()), first, OfDeviation * test::standardDeviation(first));

    const TokenGrid& tokens = (*computed)->tokens;
    const auto& size = reference.description["images"][name]["tokens"];
    QCOMPARE(tokens.height, size[0].get<int>());
    QCOMPARE(tokens.width, size[1].get<int>());
    const auto embedded = embedTokens(encoder, tokens);
    QVERIFY(embedded.has_value());
    const auto& tokens0 = reference.values(prefix + "tokens0");
    HALFLENS_COMPARE(*embedded, tokens0, OfDeviation * test::standardDeviation(tokens0));

    EncoderTrace trace;
    const auto traced = evaluate(encoder, tokens, {}, &trace);
    QVERIFY(traced.has_value());
    const auto& cls = reference.values(prefix + "cls_after_layer");
    HALFLENS_COMPARE(joined(trace.clsAfterLayer), cls, OfDeviation * test::standardDeviation(cls));
    const auto heads = static_cast<std::size_t>(encoder.heads);
    HALFLENS_COMPARE(meanOverHeads(trace, heads), reference.values(prefix + "attention_mean_heads"), Attention);
    const std::size_t length = tokens0.size() / static_cast<std::size_t>(encoder.width);
    HALFLENS_COMPARE(clsRows(trace, heads, length), reference.values(prefix + "attention_cls_heads"), Attention);

    const auto prediction = reference.model->predict(**computed, BlockMask());
    QVERIFY(prediction.has_value());
    HALFLENS_COMPARE(prediction->output, reference.values(prefix + "distribution"), Distributions);
    const double mos = reference.description["images"][name]["mos"];
    QVERIFY2(std::abs(prediction->score - mos) <= Scores, std::to_string(prediction->score).c_str());
    QCOMPARE(prediction->score5, prediction->score);
}

void TestGoldenTriq::zeroedInputs()
{
    PREPARE();
    const auto input = inputOf(name);
    QVERIFY2(input.has_value(), input ? "" : input.error().message().c_str());
    for (const bool important : {true, false}) {
        ModelInput zeroed = *input;
        fillBlocks(zeroed, important ? ImportantZeroed : ImportantZeroed.complement(), Fill::Zero,
                   Normalization::PlusMinusOne);
        const auto prediction = reference.model->predict(zeroed, std::stop_token());
        QVERIFY(prediction.has_value());
        const std::string which = important ? "important_zeroed" : "trivial_zeroed";
        HALFLENS_COMPARE(prediction->output, reference.values(prefix + which + ".distribution"), Distributions);
        const double mos = reference.description["images"][name][which + "_mos"];
        QVERIFY2(std::abs(prediction->score - mos) <= Scores, which.c_str());
    }
    Q_UNUSED(encoder);
}

void TestGoldenTriq::masksFromImage()
{
    PREPARE();
    const auto computed = features(reference, name);
    QVERIFY2(computed.has_value(), computed ? "" : computed.error().message().c_str());
    const auto table = buildMaskTable(*reference.model, **computed);
    QVERIFY2(table.has_value(), table ? "" : table.error().message().c_str());
    QVERIFY((*table)->exact);
    QCOMPARE((*table)->outputs, encoder.outputs());
    const auto& expected = reference.values(prefix + "masked_distributions");
    HALFLENS_COMPARE((*table)->rows, expected, MaskedFromImage);

    const auto grades = static_cast<std::size_t>(encoder.outputs());
    for (std::uint32_t mask = 0; mask < MaskCount; ++mask) {
        const double score = scoreOf(std::span(expected).subspan(mask * grades, grades));
        QVERIFY2(std::abs((*table)->score(BlockMask(mask)) - score) <= MaskedScoresFromImage,
                 std::to_string(mask).c_str());
    }
    const auto& dmos = reference.description["images"][name]["importance_dmos"];
    const Importance importance = computeImportance(**table);
    for (std::size_t b = 0; b < BlockCount; ++b)
        QVERIFY2(std::abs(importance.dmos[b] - dmos[b].get<double>()) <= ImportanceFromImage,
                 std::to_string(importance.dmos[b]).c_str());
}

void TestGoldenTriq::transformerAlone()
{
    PREPARE();
    const std::span<const float> embedded = reference.values(prefix + "tokens0");
    const auto& size = reference.description["images"][name]["tokens"];
    const TokenGrid tokens = gridOf(embedded, size[0], size[1], encoder.width);
    const TriqEncoder started = fromEmbedded(encoder, embedded);
    EncoderTrace trace;
    const auto output = evaluate(started, tokens, {}, &trace);
    QVERIFY2(output.has_value(), output ? "" : output.error().message().c_str());
    HALFLENS_COMPARE(*output, reference.values(prefix + "distribution"), TransformerAlone);
    HALFLENS_COMPARE(joined(trace.clsAfterLayer), reference.values(prefix + "cls_after_layer"), TransformerAlone);
    const auto heads = static_cast<std::size_t>(encoder.heads);
    const std::size_t length = embedded.size() / static_cast<std::size_t>(encoder.width);
    HALFLENS_COMPARE(meanOverHeads(trace, heads), reference.values(prefix + "attention_mean_heads"), TransformerAlone);
    HALFLENS_COMPARE(clsRows(trace, heads, length), reference.values(prefix + "attention_cls_heads"), TransformerAlone);
}

void TestGoldenTriq::masksFromTokens()
{
    PREPARE();
    const std::span<const float> embedded = reference.values(prefix + "tokens0");
    const auto& size = reference.description["images"][name]["tokens"];
    const TokenGrid tokens = gridOf(embedded, size[0], size[1], encoder.width);
    const TriqEncoder started = fromEmbedded(encoder, embedded);
    const auto& expected = reference.values(prefix + "masked_distributions");
    for (const TableKernel kernel : availableTableKernels()) {
        const auto rows = evaluateAllMasks(started, tokens, {}, kernel);
        QVERIFY2(rows.has_value(), toString(kernel).c_str());
        HALFLENS_COMPARE(*rows, expected, TransformerAlone);
    }
    // The plain evaluation for some masks: none, all, single blocks, halves.
    const auto grades = static_cast<std::size_t>(encoder.outputs());
    for (const std::uint32_t mask : {0u, 4095u, 1u, 2048u, 0b1001'1101'1000u, 0b0110'0010'0111u, 2047u, 4094u}) {
        const auto row = evaluate(started, tokens, BlockMask(mask));
        QVERIFY(row.has_value());
        HALFLENS_COMPARE(*row, std::span(expected).subspan(mask * grades, grades), TransformerAlone);
    }
}

void TestGoldenTriq::headAlone()
{
    PREPARE();
    const auto& cls = reference.values(prefix + "cls_after_layer");
    const auto width = static_cast<std::ptrdiff_t>(encoder.width);
    TriqEncoder head = encoder;
    head.layers.clear();
    head.qualityToken.assign(cls.begin() + width, cls.end());
    head.positionEmbedding.assign(2 * head.qualityToken.size(), 0.F);
    const TokenGrid one{1, 1, head.width, std::vector<float>(head.qualityToken.size())};
    const auto output = evaluate(head, one, {});
    QVERIFY(output.has_value());
    HALFLENS_COMPARE(*output, reference.values(prefix + "distribution"), HeadAlone);
}

HALFLENS_TEST(TestGoldenTriq)
#include "tst_golden_triq.moc"
