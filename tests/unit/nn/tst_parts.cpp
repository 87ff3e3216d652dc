// SPDX-License-Identifier: BSD-3-Clause
// A network that looks at blocks: where its parts lie, that they are what the plain network makes of each block alone,
// and that nothing crosses a border.
#include "core/nn/inference_form.h"
#include "core/nn/parts.h"
#include "core/nn/trunks.h"
#include "tests/support/test_case.h"
#include "tests/unit/nn/reference_network.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace halflens;
using namespace halflens::nn;
using namespace halflens::test;

namespace {

struct Planes {
    int height = 0;
    int width = 0;
    std::vector<float> values;

    Planes crop(const BlockRect& part) const
    {
        Planes result{part.bottom - part.top, part.right - part.left, {}};
        for (int c = 0; c < 3; ++c) {
            for (int y = part.top; y < part.bottom; ++y) {
                const auto row = values.begin() + static_cast<std::ptrdiff_t>(c * height + y) * width;
                result.values.insert(result.values.end(), row + part.left, row + part.right);
            }
        }
        return result;
    }
};

Planes noise(int height, int width)
{
    return {height, width, randomInput(3, height, width, 1)};
}

std::unique_ptr<InferenceForm> form(const Graph& graph)
{
    auto made = InferenceForm::create(graph, randomState(graph, 7), {});
    return made ? *std::move(made) : nullptr;
}

std::vector<FeatureMap> run(InferenceForm& network, const Planes& input, const std::vector<std::string>& maps)
{
    auto result = network.run(input.values, input.height, input.width, maps);
    return result ? *std::move(result) : std::vector<FeatureMap>();
}

/// Values of `part`, whose first cell lies at (top, left) of `whole`, that are others there.
int differing(const FeatureMap& whole, const FeatureMap& part, int top, int left)
{
    const auto at = [](const FeatureMap& map, int channel, int row, int column) {
        return map.values[static_cast<std::size_t>((channel * map.size.height + row) * map.size.width + column)];
    };
    float largest = 0;
    for (const float value : part.values)
        largest = std::max(largest, std::abs(value));
    int count = 0;
    for (int c = 0; c < part.size.channels; ++c) {
        for (int y = 0; y < part.size.height; ++y) {
            for (int x = 0; x < part.size.width; ++x) {
                const bool isInside = top + y < whole.size.height && left + x < whole.size.width;
                if (!isInside || std::abs(at(whole, c, top + y, left + x) - at(part, c, y, x)) > 1e-5F * largest)
                    ++count;
            }
        }
    }
    return count;
}

} // namespace

class TestParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sizes_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("parts");
        QTest::newRow("canonical") << 384 << 512 << 12;
        QTest::newRow("portrait, pooled") << 512 << 384 << 12;
        QTest::newRow("nothing divides") << 389 << 517 << 12;
        QTest::newRow("two rows of tokens, three columns") << 64 << 96 << 6;
        QTest::newRow("one token") << 20 << 20 << 1;
    }

    void holdTheTokensOfTheirBlocks_data() { sizes_data(); }
    void holdTheTokensOfTheirBlocks()
    {
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(int, parts);
        const Graph graph = efficientNetLite0Blocks();
        const Result<std::vector<BlockRect>> found = blockParts(graph, height, width);
        QVERIFY(found.has_value());
        QCOMPARE(static_cast<int>(found->size()), parts);
        const LayerId c5 = graph.outputs().at("c5");
        QCOMPARE(graph.stride(c5), 32);
        const MapSize map = (*graph.sizes(height, width))[static_cast<std::size_t>(c5.value)];
        const MapSize tokens = tokenGridSize(map);
        const int pixels = 32 * (map.height / tokens.height);
        int strangers = 0;
        std::vector<int> covered(static_cast<std::size_t>(height * width), 0);
        for (const BlockRect& part : *found) {
            const int firstRow = part.top / pixels;
            const int firstColumn = part.left / pixels;
            const BlockIndex block = blockOfToken(firstRow, firstColumn, tokens.height, tokens.width);
            for (int y = part.top; y < part.bottom; ++y) {
                for (int x = part.left; x < part.right; ++x) {
                    ++covered[static_cast<std::size_t>(y * width + x)];
                    const int row = std::min(y / pixels, tokens.height - 1); // odd cells at the end are no token
                    const int column = std::min(x / pixels, tokens.width - 1);
                    strangers += blockOfToken(row, column, tokens.height, tokens.width) != block ? 1 : 0;
                }
            }
        }
        QCOMPARE(strangers, 0);
        QVERIFY(std::ranges::all_of(covered, [](int times) { return times == 1; }));
    }

    void areWhatThePlainNetworkMakesOfThem_data() { sizes_data(); }
    void areWhatThePlainNetworkMakesOfThem()
    {
        QFETCH(int, height);
        QFETCH(int, width);
        const std::vector<std::string> names{"stage1", "c4", "c5"};
        const Graph graph = efficientNetLite0Blocks();
        const auto whole = form(graph);
        const auto plain = form(efficientNetLite0Narrow());
        const Planes input = noise(height, width);
        const std::vector<BlockRect> parts = *blockParts(graph, height, width);
        const std::vector<FeatureMap> maps = run(*whole, input, names);
        QCOMPARE(maps.size(), names.size());
        const std::vector<FeatureMap> again = run(*whole, input, names); // by the plans of the first time
        for (std::size_t m = 0; m < names.size(); ++m)
            QVERIFY(again[m].values == maps[m].values);
        int wrong = 0;
        for (const BlockRect& part : parts) {
            const std::vector<FeatureMap> alone = run(*plain, input.crop(part), names);
            QCOMPARE(alone.size(), names.size());
            for (std::size_t m = 0; m < names.size(); ++m) {
                const int stride = graph.stride(graph.outputs().at(names[m]));
                wrong += differing(maps[m], alone[m], part.top / stride, part.left / stride);
            }
        }
        QCOMPARE(wrong, 0);
    }

    void nothingCrossesABorder_data() { sizes_data(); }
    void nothingCrossesABorder()
    {
        QFETCH(int, height);
        QFETCH(int, width);
        const Graph graph = efficientNetLite0Blocks();
        const auto network = form(graph);
        Planes input = noise(height, width);
        const FeatureMap before = run(*network, input, {"c5"}).front();
        const std::vector<BlockRect> parts = *blockParts(graph, height, width);
        const BlockRect changed = parts[parts.size() / 2];
        for (int c = 0; c < 3; ++c) {
            for (int y = changed.top; y < changed.bottom; ++y) {
                for (int x = changed.left; x < changed.right; ++x)
                    input.values[static_cast<std::size_t>((c * height + y) * width + x)] *= -1;
            }
        }
        const FeatureMap after = run(*network, input, {"c5"}).front();
        int differ = 0;
        int crossed = 0;
        for (int y = 0; y < before.size.height; ++y) {
            for (int x = 0; x < before.size.width; ++x) {
                const bool inside = y * 32 >= changed.top && y * 32 < changed.bottom && x * 32 >= changed.left
                    && x * 32 < changed.right;
                for (int c = 0; c < before.size.channels; ++c) {
                    const auto at = static_cast<std::size_t>((c * before.size.height + y) * before.size.width + x);
                    if (inside)
                        differ += before.values[at] != after.values[at] ? 1 : 0;
                    else
                        crossed += before.values[at] != after.values[at] ? 1 : 0; // not by a bit
                }
            }
        }
        QVERIFY(differ > 0);
        QCOMPARE(crossed, 0);
    }

    void refusesWhatIsNoImage() { QVERIFY(!blockParts(efficientNetLite0Blocks(), 0, 512).has_value()); }
};

HALFLENS_TEST(TestParts)
#include "tst_parts.moc"
