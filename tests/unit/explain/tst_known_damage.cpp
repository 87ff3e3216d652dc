// SPDX-License-Identifier: BSD-3-Clause
// Damage as it is defined, blame that points at it, and the numbers around it.
#include "core/explain/known_damage.h"
#include "core/image/decode.h"
#include "core/image/encode_jpeg.h"
#include "core/measures/objectness.h"
#include "core/registry/registry.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace halflens;

namespace {

Image flat(int width, int height, std::uint8_t level)
{
    Image image;
    image.width = width;
    image.height = height;
    image.rgb.assign(static_cast<std::size_t>(3 * width * height), level);
    return image;
}

double deviation(const Image& image, double mean)
{
    double squares = 0;
    for (const std::uint8_t value : image.rgb)
        squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(image.rgb.size()));
}

} // namespace

class TestKnownDamage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void blur();
    void noise();
    void jpeg();
    void dark();
    void onlyTheRegionChanges();
    void placesDependOnNamesOnly();
    void standingPhotos();
    void auc();
    void leak();
    void damagedBlocksAreBlamed();
    void modelsWithoutAttention();
    void words();
};

void TestKnownDamage::blur()
{
    // One white line on black: what the Gaussian leaves of it, by its definition.
    Image image = flat(101, 9, 0);
    for (int y = 0; y < 9; ++y)
        std::fill_n(image.rgb.begin() + 3 * (y * 101 + 50), 3, std::uint8_t{255});
    for (const bool full : {true, false}) {
        const double sigma = full ? 4 : 2;
        const auto radius = static_cast<int>(std::ceil(3 * sigma));
        double sum = 0;
        for (int i = -radius; i <= radius; ++i)
            sum += std::exp(-i * i / (2 * sigma * sigma));
        const auto blurred = damagedWhole(image, DamageKind::Blur, full, 0);
        QVERIFY(blurred.has_value());
        for (int x = 0; x < 101; ++x) {
            const int distance = std::abs(x - 50);
            const double expected =
                distance > radius ? 0 : std::round(255 * std::exp(-distance * distance / (2 * sigma * sigma)) / sum);
            QCOMPARE(static_cast<double>(blurred->row(4)[3 * x]), expected);
        }
    }
}

void TestKnownDamage::noise()
{
    const Image image = flat(200, 100, 128);
    const auto full = damagedWhole(image, DamageKind::Noise, true, 7);
    const auto half = damagedWhole(image, DamageKind::Noise, false, 7);
    QVERIFY(std::abs(deviation(*full, 128) - 30) < 0.5);
    QVERIFY(std::abs(deviation(*half, 128) - 15) < 0.25);
    QVERIFY(full->rgb == damagedWhole(image, DamageKind::Noise, true, 7)->rgb);
    QVERIFY(full->rgb != damagedWhole(image, DamageKind::Noise, true, 8)->rgb);
    QVERIFY(full->rgb[0] != full->rgb[1] || full->rgb[1] != full->rgb[2]); // channels apart
    const auto clipped = damagedWhole(flat(50, 50, 250), DamageKind::Noise, true, 7);
    QVERIFY(std::count(clipped->rgb.begin(), clipped->rgb.end(), 255) > 2000);
}

void TestKnownDamage::jpeg()
{
    const auto photo = readImage(HALFLENS_SOURCE_DIR "/resources/samples/cat.png");
    QVERIFY(photo.has_value());
    const auto full = damagedWhole(**photo, DamageKind::Jpeg, true, 0);
    const auto half = damagedWhole(**photo, DamageKind::Jpeg, false, 0);
    QVERIFY(full.has_value() && half.has_value());
    QCOMPARE(full->width, (*photo)->width);
    const auto distance = [&](const Image& image) {
        double squares = 0;
        for (std::size_t i = 0; i < image.rgb.size(); ++i)
            squares += std::pow(image.rgb[i] - (*photo)->rgb[i], 2);
        return squares;
    };
    QVERIFY(distance(*full) > 1.2 * distance(*half) && distance(*half) > 0);
    // The coder's own tables: luminance's first entry, 16 at quality 50, is scaled by 50 / quality, and the chroma
    // planes are half as wide and high (sampling 2x2, 1x1, 1x1).
    const auto bytes = encodeJpeg(**photo, 6);
    QVERIFY(bytes.has_value());
    const std::vector<int> quantisation{0xff, 0xdb};
    const auto tables = std::search(bytes->begin(), bytes->end(), quantisation.begin(), quantisation.end());
    QVERIFY(tables != bytes->end());
    QCOMPARE(static_cast<int>(*(tables + 5)), 133);
    const std::vector<int> frame{0xff, 0xc0};
    const auto start = std::search(bytes->begin(), bytes->end(), frame.begin(), frame.end());
    QVERIFY(start != bytes->end());
    QCOMPARE(static_cast<int>(*(start + 11)), 0x22);
    QCOMPARE(static_cast<int>(*(start + 14)), 0x11);
    for (const int quality : {0, 101})
        QVERIFY(!encodeJpeg(**photo, quality).has_value());
    QVERIFY(!encodeJpeg(Image(), 50).has_value());
    QVERIFY(!encodeJpeg(flat(70'000, 1, 0), 50).has_value()); // more than JPEG can hold
}

void TestKnownDamage::dark()
{
    // sRGB 188 is 0.5029 of the light; times 2^-2.5 = 0.0889: 84; times 2^-1.25 = 0.2114: 127.
    QCOMPARE(static_cast<int>(damagedWhole(flat(2, 2, 188), DamageKind::Dark, true, 0)->rgb[0]), 84);
    QCOMPARE(static_cast<int>(damagedWhole(flat(2, 2, 188), DamageKind::Dark, false, 0)->rgb[0]), 127);
    QCOMPARE(static_cast<int>(damagedWhole(flat(2, 2, 0), DamageKind::Dark, true, 0)->rgb[0]), 0);
    QCOMPARE(static_cast<int>(damagedWhole(flat(2, 2, 10), DamageKind::Dark, true, 0)->rgb[0]), 2); // the straight part
}

void TestKnownDamage::onlyTheRegionChanges()
{
    const auto photo = readImage(HALFLENS_SOURCE_DIR "/resources/samples/rocket.jpg");
    QVERIFY(photo.has_value());
    for (const DamageKind kind : AllDamageKinds) {
        for (const DamageRegion region : {DamageRegion::Square, DamageRegion::Single}) {
            const auto result = damagePhoto(**photo, "rocket.jpg", {kind, region, true}, 3);
            QVERIFY(result.has_value());
            QCOMPARE(result->clean.width, 512);
            QCOMPARE(result->clean.height, 384);
            QCOMPARE(result->region.count(), region == DamageRegion::Square ? 4 : 1);
            int changed = 0;
            for (int y = 0; y < 384; ++y) {
                for (int x = 0; x < 512; ++x) {
                    const bool differs = !std::equal(result->clean.row(y) + 3 * x, result->clean.row(y) + 3 * x + 3,
                                                     result->damaged.row(y) + 3 * x);
                    QVERIFY(!differs || result->region.contains(blockAt(y, x, 384, 512)));
                    changed += differs ? 1 : 0;
                }
            }
            QVERIFY(changed > 1000);
        }
    }
}

void TestKnownDamage::placesDependOnNamesOnly()
{
    const Image photo = flat(512, 384, 100);
    const auto place = [&](const std::string& name, DamageKind kind, DamageRegion region, std::uint64_t seed) {
        return damagePhoto(photo, name, {kind, region, true}, seed)->region;
    };
    QCOMPARE(place("a.png", DamageKind::Dark, DamageRegion::Single, 1),
             place("/some/folder/a.png", DamageKind::Dark, DamageRegion::Single, 1));
    QCOMPARE(damagePhoto(photo, "a.png", {DamageKind::Dark, DamageRegion::Single, false}, 1)->region,
             place("a.png", DamageKind::Dark, DamageRegion::Single, 1));
    std::set<BlockMask> singles, squares, kinds;
    for (int i = 0; i < 200; ++i) {
        singles.insert(place(std::to_string(i), DamageKind::Dark, DamageRegion::Single, 1));
        squares.insert(place("a.png", DamageKind::Dark, DamageRegion::Square, static_cast<std::uint64_t>(i)));
    }
    QCOMPARE(singles.size(), std::size_t{12});
    QCOMPARE(squares.size(), std::size_t{6});
    for (const BlockMask square : squares) {
        const std::uint32_t corner = 0b110011;
        bool found = false;
        for (const int shift : {0, 1, 2, 4, 5, 6})
            found = found || square == BlockMask(corner << shift);
        QVERIFY(found);
    }
}

void TestKnownDamage::standingPhotos()
{
    const auto result = damagePhoto(flat(300, 400, 100), "a", {}, 0);
    QCOMPARE(result->clean.width, 384);
    QCOMPARE(result->clean.height, 512);
    QVERIFY(!damagePhoto(Image(), "a", {}, 0).has_value());
}

void TestKnownDamage::auc()
{
    BlockValues blame{};
    const BlockMask damaged = BlockMask().with({3}).with({4});
    QCOMPARE(blameAuc(blame, damaged), 0.5); // all alike
    blame[3] = blame[4] = 1;
    QCOMPARE(blameAuc(blame, damaged), 1.0);
    blame[0] = 2; // above both: 2 of 20 pairs
    QCOMPARE(blameAuc(blame, damaged), 0.9);
    blame[0] = 1; // a tie with both
    QCOMPARE(blameAuc(blame, damaged), 0.95);
    blame.fill(1);
    blame[3] = blame[4] = 0;
    QCOMPARE(blameAuc(blame, damaged), 0.0);
}

void TestKnownDamage::leak()
{
    const std::vector<DamageScores> photos{{4, 3.5, 3.75, 3, 3.875}, {4, 3, 3.75, 3, 3.5}};
    QCOMPARE(leakOf(photos), std::optional(0.25)); // (0.125 + 0.25) / (0.5 + 1)
    QVERIFY(photos[0].rises());
    const std::vector<DamageScores> same{{4, 4, 3, 3, 3}};
    QVERIFY(!leakOf(same) && !same[0].rises());
}

void TestKnownDamage::damagedBlocksAreBlamed()
{
    const ModelRegistry registry = ModelRegistry::scan({HALFLENS_SOURCE_DIR "/models"});
    const auto model = loadModel(*registry.find(registry.defaultId()));
    const auto photo = readImage(HALFLENS_SOURCE_DIR "/resources/samples/coffee.png");
    QVERIFY(model.has_value() && photo.has_value());
    const auto damaged = damagePhoto(**photo, "coffee.png", {DamageKind::Jpeg, DamageRegion::Square, true}, 0);
    QVERIFY(damaged.has_value());
    const MinimumBarrierObjectness objectness;
    BlameOptions options;
    options.limeSamples = 100;
    auto blames = blameBlocks(**model, damaged->damaged, options);
    QVERIFY2(blames.has_value(), blames ? "" : blames.error().message().c_str());
    const auto measures = blameByMeasures(damaged->damaged, &objectness);
    QVERIFY2(measures.has_value(), measures ? "" : measures.error().message().c_str());
    blames->insert(blames->end(), measures->begin(), measures->end());
    QCOMPARE(static_cast<int>(blames->size()), ExplainerCount); // the default model has them all
    for (std::size_t i = 0; i < blames->size(); ++i)
        QCOMPARE(static_cast<std::size_t>((*blames)[i].explainer), i); // in their order
    const auto aucOf = [&](Explainer explainer) {
        return blameAuc((*blames)[static_cast<std::size_t>(explainer)].blocks, damaged->region);
    };
    for (const Explainer explainer :
         {Explainer::Shapley, Explainer::Banzhaf, Explainer::Occlusion, Explainer::Lime, Explainer::Fine})
        QVERIFY2(aucOf(explainer) > 0.7, toString(explainer).c_str());

    const auto scores = damageScores(**model, *damaged);
    QVERIFY(scores.has_value());
    QVERIFY(scores->damaged < scores->clean && scores->rises());
    QVERIFY(scores->onlyDamaged < scores->hidden);
    const double leak = *leakOf(std::span(&*scores, 1));
    QVERIFY(leak > 0 && leak < 1);
}

void TestKnownDamage::modelsWithoutAttention()
{
    const ModelRegistry registry = ModelRegistry::scan({HALFLENS_SOURCE_DIR "/models"});
    const auto model = loadModel(*registry.find("lite-koncept"));
    const auto damaged = damagePhoto(flat(512, 384, 90), "flat", {DamageKind::Noise, DamageRegion::Single, true}, 0);
    BlameOptions options;
    const auto namesOf = [](const Result<std::vector<Blame>>& blames) {
        std::set<Explainer> asked;
        for (const Blame& blame : *blames)
            asked.insert(blame.explainer);
        return asked;
    };
    std::set expected{Explainer::Occlusion, Explainer::GradCamNegative, Explainer::GradCamPositive};
    for (const int samples : {0, 20}) { // none: LIME is not asked
        options.limeSamples = samples;
        if (samples > 0)
            expected.insert(Explainer::Lime);
        const auto blames = blameBlocks(**model, damaged->damaged, options);
        QVERIFY2(blames.has_value(), blames ? "" : blames.error().message().c_str());
        QCOMPARE(namesOf(blames), expected);
    }
    const auto measures = blameByMeasures(damaged->damaged, nullptr);
    QVERIFY(measures.has_value());
    QCOMPARE(namesOf(measures), (std::set{Explainer::Saliency, Explainer::Frequency}));
    // Pixels set to zero leave nothing of what stood there.
    const auto scores = damageScores(**model, *damaged);
    QVERIFY(std::abs(scores->hidden - scores->cleanHidden) < 1e-6);
}

void TestKnownDamage::words()
{
    QCOMPARE(toString(DamageKind::Dark), std::string("dark"));
    QCOMPARE(toString(DamageRegion::Square), std::string("2x2"));
    QCOMPARE(strengthWord({DamageKind::Blur, DamageRegion::Single, false}), std::string("half"));
    QCOMPARE(toString(Explainer::GradCamNegative), std::string("gradcam_negative"));
    QCOMPARE(toString(Explainer::Averaged), std::string("averaged"));
}

HALFLENS_TEST(TestKnownDamage)
#include "tst_known_damage.moc"
