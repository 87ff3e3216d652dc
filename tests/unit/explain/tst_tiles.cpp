// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/tiles.h"
#include "core/image/decode.h"
#include "core/registry/registry.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <atomic>
#include <cmath>

using namespace halflens;

namespace {

InputSpec fitTo(int width, int height, bool turns = true)
{
    InputSpec spec;
    spec.policy = InputPolicy::Fit;
    spec.width = width;
    spec.height = height;
    spec.transposePortrait = turns;
    return spec;
}

/// The mean of the input's first plane: what a window shows, and nothing else.
class MeanPredictor final : public Predictor {
public:
    explicit MeanPredictor(const InputSpec& input)
    {
        m_info.outputs = 1;
        m_info.input = input;
    }
    using Predictor::predict;
    const ModelInfo& info() const override { return m_info; }
    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token,
                                                     std::span<const std::string>) const override
    {
        double sum = 0;
        const std::size_t pixels = input.planes.size() / 3;
        for (std::size_t i = 0; i < pixels; ++i)
            sum += input.planes[i];
        auto features = std::make_shared<Features>();
        features->pooled = {static_cast<float>(sum / static_cast<double>(pixels))};
        return std::shared_ptr<const Features>(std::move(features));
    }
    Result<Prediction> predict(const Features& features, BlockMask) const override
    {
        return toPrediction(features.pooled, m_info);
    }
    bool runsSideBySide() const override { return true; }

private:
    ModelInfo m_info;
};

/// Every pixel its own value.
Image ramp(int width, int height)
{
    Image image;
    image.width = width;
    image.height = height;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(static_cast<std::uint8_t>((7 * x + 3 * y) % 256));
    return image;
}

double plainMean(const Image& image, const PixelRect& rect)
{
    double sum = 0;
    for (int y = rect.y; y < rect.y + rect.height; ++y)
        for (int x = rect.x; x < rect.x + rect.width; ++x)
            sum += image.row(y)[3 * x] / 127.5 - 1;
    return sum / (rect.width * rect.height);
}

} // namespace

class TestTiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void grid();
    void smallPhotos();
    void windowsAreCutNotResized();
    void summary();
    void map();
    void coarseMap();
    void places();
    void alignedCopiesAgree();
    void blurredQuarterIsFound();
    void regions();
    void stops();
};

void TestTiles::grid()
{
    const auto grid = tileGrid(1024, 768, fitTo(512, 384));
    QVERIFY(grid.has_value());
    QCOMPARE(grid->columns, (std::vector{0, 256, 512}));
    QCOMPARE(grid->rows, (std::vector{0, 192, 384}));
    QCOMPARE(grid->strideX, 256);
    QCOMPARE(grid->rect(5), (PixelRect{512, 192, 512, 384}));
    // The last one ends at the edge.
    const auto uneven = tileGrid(1100, 390, fitTo(512, 384));
    QCOMPARE(uneven->columns, (std::vector{0, 256, 512, 588}));
    QCOMPARE(uneven->rows, (std::vector{0, 6}));
    // Standing photos: turned where the network turns.
    const auto standing = tileGrid(768, 1024, fitTo(512, 384));
    QCOMPARE(standing->windowWidth, 384);
    QCOMPARE(standing->columns, (std::vector{0, 192, 384}));
    QCOMPARE(tileGrid(768, 1024, fitTo(512, 384, false))->windowWidth, 512);
    QCOMPARE(tileGrid(512, 384, fitTo(512, 384))->count(), 1);
}

void TestTiles::smallPhotos()
{
    for (const auto& [width, height] : {std::pair{511, 384}, {512, 383}, {4000, 300}}) {
        const auto grid = tileGrid(width, height, fitTo(512, 384));
        QVERIFY(!grid && grid.error().code == ErrorCode::InvalidInput);
    }
    InputSpec native;
    const auto grid = tileGrid(4000, 3000, native);
    QVERIFY(!grid && grid.error().code == ErrorCode::Unsupported);
}

void TestTiles::windowsAreCutNotResized()
{
    const Image image = ramp(50, 31);
    const auto tiles = scoreTiles(image, MeanPredictor(fitTo(16, 12)));
    QVERIFY(tiles.has_value());
    QCOMPARE(static_cast<int>(tiles->scores.size()), tiles->grid.count());
    for (int tile = 0; tile < tiles->grid.count(); ++tile)
        QVERIFY(std::abs(tiles->scores[static_cast<std::size_t>(tile)] - plainMean(image, tiles->grid.rect(tile)))
                < 1e-6);
}

void TestTiles::summary()
{
    // Five windows in a row, each of one grey: 16 wide, half overlapping.
    Image image = ramp(48, 12);
    for (int y = 0; y < 12; ++y)
        for (int x = 0; x < 48; ++x)
            std::fill_n(image.rgb.begin() + 3 * (y * 48 + x), 3,
                        static_cast<std::uint8_t>(x < 16       ? 200
                                                      : x < 32 ? 0
                                                               : 100));
    const auto tiles = scoreTiles(image, MeanPredictor(fitTo(16, 12)));
    const auto value = [](double grey) { return grey / 127.5 - 1; };
    QCOMPARE(tiles->grid.count(), 5); // 200, 100, 0, 50, 100
    QVERIFY(std::abs(tiles->lowest - value(0)) < 1e-6);
    QVERIFY(std::abs(tiles->p5 - value(10)) < 1e-6);
    QVERIFY(std::abs(tiles->median - value(100)) < 1e-6);
    QVERIFY(std::abs(tiles->highest - value(200)) < 1e-6);
    QCOMPARE(tiles->lowestAt, (PixelRect{16, 0, 16, 12}));
}

void TestTiles::map()
{
    const Image image = ramp(53, 31);
    const auto tiles = scoreTiles(image, MeanPredictor(fitTo(16, 12)));
    const ScalarMap map = tileMap(tiles->grid, tiles->scores, 31, 53);
    for (int y = 0; y < 31; ++y) {
        for (int x = 0; x < 53; ++x) {
            double sum = 0;
            int count = 0;
            for (int tile = 0; tile < tiles->grid.count(); ++tile) {
                const PixelRect rect = tiles->grid.rect(tile);
                if (x < rect.x || x >= rect.x + rect.width || y < rect.y || y >= rect.y + rect.height)
                    continue;
                sum += tiles->scores[static_cast<std::size_t>(tile)];
                ++count;
            }
            QVERIFY(count > 0 && std::abs(map.at(y, x) - sum / count) < 1e-6);
        }
    }
}

/// A photo tiled from one picture of the network's input size.
/// Each value is that of the middle of its part, whatever the size.
void TestTiles::coarseMap()
{
    const TileGrid grid = *tileGrid(1100, 800, fitTo(512, 384));
    std::vector<double> scores(static_cast<std::size_t>(grid.count()));
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = static_cast<double>(i * i);
    scores[3] = std::nan("");
    const ScalarMap whole = tileMap(grid, scores, 800, 1100);
    const ScalarMap coarse = tileMap(grid, scores, 80, 110);
    for (int y = 0; y < 80; ++y)
        for (int x = 0; x < 110; ++x)
            QCOMPARE(coarse.at(y, x), whole.at(10 * y + 5, 10 * x + 5));
}

void TestTiles::places()
{
    const TileGrid grid = *tileGrid(3000, 3000, fitTo(100, 100));
    QCOMPARE(ninthOf(grid, {0, 0, 100, 100}), 0);
    QCOMPARE(ninthOf(grid, {1450, 0, 100, 100}), 1);
    QCOMPARE(ninthOf(grid, {2900, 1450, 100, 100}), 5);
    QCOMPARE(ninthOf(grid, {0, 2900, 100, 100}), 6);
    QCOMPARE(ninthOf(grid, {2900, 2900, 100, 100}), 8);
}

void TestTiles::alignedCopiesAgree()
{
    const ModelRegistry registry = ModelRegistry::scan({HALFLENS_SOURCE_DIR "/models"});
    const auto model = loadModel(*registry.find(registry.defaultId()));
    const Image piece = ramp(512, 384);
    Image image;
    image.width = 1024;
    image.height = 384;
    for (int y = 0; y < 384; ++y)
        for (int copy = 0; copy < 2; ++copy)
            image.rgb.insert(image.rgb.end(), piece.row(y), piece.row(y) + 3 * 512);
    const auto tiles = scoreTiles(image, **model);
    QVERIFY(tiles.has_value());
    QCOMPARE(tiles->grid.count(), 3);
    QCOMPARE(tiles->scores[0], tiles->scores[2]);
    const auto whole = (*model)->predict(*toModelInput(piece, (*model)->info().input), std::stop_token());
    QVERIFY(std::abs(tiles->scores[0] - whole->score) < 1e-5);
}

void TestTiles::blurredQuarterIsFound()
{
    const ModelRegistry registry = ModelRegistry::scan({HALFLENS_SOURCE_DIR "/models"});
    const auto model = loadModel(*registry.find(registry.defaultId()));
    // Four times the same sharp picture; the lower left one in squares of 8 pixels.
    const auto photo = readImage(HALFLENS_SOURCE_DIR "/resources/samples/coffee.png");
    QVERIFY(photo.has_value() && (*photo)->width >= 400 && (*photo)->height >= 300);
    Image image;
    image.width = 1024;
    image.height = 768;
    const auto mirrored = [](int at, int length) {
        return at % (2 * length) < length ? at % length : length - 1 - at % length;
    };
    for (int y = 0; y < 768; ++y) {
        for (int x = 0; x < 1024; ++x) {
            const bool coarse = y >= 384 && x < 512;
            const int row = mirrored(coarse ? y & ~7 : y, (*photo)->height);
            const int column = mirrored(coarse ? x & ~7 : x, (*photo)->width);
            const std::uint8_t* pixel = (*photo)->row(row) + 3 * column;
            image.rgb.insert(image.rgb.end(), pixel, pixel + 3);
        }
    }
    const auto tiles = scoreTiles(image, **model);
    QVERIFY(tiles.has_value());
    QCOMPARE(tiles->lowestAt, (PixelRect{0, 384, 512, 384}));
    QVERIFY(tiles->lowest < tiles->median && tiles->median < tiles->highest);
}

void TestTiles::regions()
{
    const Image image = ramp(20, 10);
    const auto part = cropped(image, {3, 2, 5, 4});
    QVERIFY(part.has_value());
    QCOMPARE(part->width, 5);
    QCOMPARE(part->rgb.size(), std::size_t{60});
    QCOMPARE(part->rgb[0], image.row(2)[9]);
    QCOMPARE(part->rgb[59], image.row(5)[3 * 7 + 2]);
    QVERIFY(!part->contentHash.empty() && part->contentHash != cropped(image, {3, 2, 4, 5})->contentHash);
    QVERIFY(cropped(image, {0, 0, 20, 10}).has_value());
    for (const PixelRect rect :
         {PixelRect{-1, 0, 5, 5}, PixelRect{0, -1, 5, 5}, PixelRect{16, 0, 5, 5}, PixelRect{0, 6, 5, 5},
          PixelRect{0, 0, 0, 5}, PixelRect{0, 0, 5, -2}, PixelRect{2147483647, 0, 2147483647, 1}})
        QVERIFY(!cropped(image, rect).has_value());
}

void TestTiles::stops()
{
    std::stop_source stop;
    TileSink sink;
    int told = 0;
    sink.progress = [&](int done, int) {
        told = done;
        stop.request_stop();
    };
    const auto tiles = scoreTiles(ramp(400, 300), MeanPredictor(fitTo(16, 12)), stop.get_token(), sink);
    QVERIFY(isCancelled(tiles));
    QVERIFY(told > 0);
}

HALFLENS_TEST(TestTiles)
#include "tst_tiles.moc"
