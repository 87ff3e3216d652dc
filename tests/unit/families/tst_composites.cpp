// SPDX-License-Identifier: BSD-3-Clause
// Composites put together from parts against whole passes.
#include "core/families/composite_maps.h"
#include "core/families/pooled_predictor.h"
#include "core/masking/composite_table.h"
#include "core/nn/trunks.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <atomic>
#include <cmath>
#include <random>

using namespace halflens;
using namespace halflens::nn;

namespace {

constexpr double Tolerance = 1e-6;

StateDict randomState(const Graph& graph, std::mt19937& random)
{
    StateDict state;
    for (const auto& [name, shape] : graph.parameters()) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        const bool isVariance = name.ends_with("running_var");
        const double reach =
            shape.size() > 1 ? std::sqrt(6.0 * static_cast<double>(shape[0]) / static_cast<double>(count)) : 0.3;
        std::uniform_real_distribution<float> values(isVariance ? 0.5F : static_cast<float>(-reach),
                                                     static_cast<float>(isVariance ? 2 : reach));
        Tensor tensor{shape, std::vector<float>(count)};
        for (float& value : tensor.values)
            value = values(random);
        state.emplace(name, std::move(tensor));
    }
    return state;
}

ModelInput randomInput(int height, int width, std::mt19937& random)
{
    ModelInput input;
    input.height = height;
    input.width = width;
    std::uniform_real_distribution<float> values(-1, 1);
    input.planes.resize(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    for (float& value : input.planes)
        value = values(random);
    return input;
}

/// The score is a mean over all cells of all maps, each with a weight of its own: one wrong cell of size 1 shifts it by
/// more than 1e-5, roundings do by less than 1e-7.
class MeanOfCells final : public ConvolutionalPredictor {
public:
    MeanOfCells(const Graph& graph, std::vector<std::string> maps, unsigned seed)
        : ConvolutionalPredictor(facts(), std::move(maps), form(graph, seed))
    { }

    mutable std::atomic<int> pools{0};

private:
    static ModelInfo facts()
    {
        ModelInfo info;
        info.outputs = 1;
        info.scale = {0, 1};
        return info;
    }
    static std::unique_ptr<InferenceForm> form(const Graph& graph, unsigned seed)
    {
        std::mt19937 random(seed);
        return std::move(*InferenceForm::create(graph, randomState(graph, random), {}));
    }
    Result<std::vector<float>> pool(std::span<const MapView> maps) const override
    {
        ++pools;
        double sum = 0;
        double weight = 1;
        for (const MapView& map : maps) {
            for (const float value : map.values)
                sum += static_cast<double>(value) * std::sin(weight++);
        }
        return std::vector{static_cast<float>(sum / weight)};
    }
    std::vector<float> head(std::span<const float> pooled) const override { return {pooled.begin(), pooled.end()}; }
    StateDict headState() const override { return {}; }
};

/// Strides 2 and 2, dilation, a residual sum, two kinds of pooling; a cell sees 39 pixels.
Graph smallTrunk()
{
    Graph graph;
    LayerId x = graph.activation(graph.convolution(graph.input(3), "a", 6, Window::square(3, 2, 1)), Activation::Relu);
    const LayerId y = graph.batchNorm(graph.convolution(x, "b", 6, Window::square(3, 1, 1)), "n", 1e-5);
    x = graph.activation(graph.add(x, y, 0.7), Activation::Relu6);
    x = graph.maxPool(x, Window::square(2, 2));
    Window wide = Window::square(3, 1, 2);
    wide.dilation = 2;
    x = graph.convolution(x, "c", 8, wide);
    graph.output("c2", graph.averagePool(x, Window::square(3, 1, 1)));
    graph.output("c1", y);
    return graph;
}

/// TensorFlow's padding, strides 2 and 2.
Graph sameTrunk()
{
    Graph graph;
    LayerId x = graph.convolution(graph.input(3), "a", 4, Window::sameSquare(5, 2));
    x = graph.convolution(graph.activation(x, Activation::Relu), "b", 5, Window::sameSquare(3, 2));
    graph.output("c2", x);
    return graph;
}

} // namespace

class TestComposites : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fields()
    {
        // By hand: VGG16's last map sees 196 pixels at stride 16, a maximum over two pixels before each stride.
        const auto vgg = receptiveField(dbcnnTrunk(), "c5", 384, 512);
        QVERIFY(vgg && vgg->holdsInParts);
        QCOMPARE(vgg->rows.stride, 16);
        QCOMPARE(vgg->rows.last - vgg->rows.first + 1, 196);
        QCOMPARE(vgg->rows, vgg->columns);
        Graph graph;
        LayerId x = graph.convolution(graph.input(3), "a", 4, {3, 5, 2, 1, 1, 2, 1, 2});
        x = graph.convolution(x, "b", 4, {1, 3, 1, 2, 0, 2, 0, 2});
        graph.output("y", x);
        const auto field = receptiveField(graph, "y", 20, 20);
        QVERIFY(field);
        QCOMPARE(field->rows, (Sight{2, -1, 1}));
        QCOMPARE(field->columns, (Sight{2, -6, 6}));
        QVERIFY(!receptiveField(graph, "z", 20, 20));
        // The padding depends on the size: parts hold where the size is a multiple of the stride.
        QVERIFY(receptiveField(sameTrunk(), "c2", 96, 128)->holdsInParts);
        QVERIFY(!receptiveField(sameTrunk(), "c2", 97, 128)->holdsInParts);
        Graph pyramid;
        const LayerId fine = pyramid.convolution(pyramid.input(3), "a", 4, Window::square(3, 1, 1));
        const LayerId coarse = pyramid.convolution(fine, "b", 4, Window::square(3, 2, 1));
        pyramid.output("p", pyramid.add(fine, pyramid.upsampleNearest(coarse, fine)));
        QVERIFY(!receptiveField(pyramid, "p", 20, 20));
    }

    void likeWholePasses_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<bool>("same");
        QTest::newRow("multiples") << 96 << 128 << false;
        QTest::newRow("odd sizes, portrait") << 139 << 101 << false;
        QTest::newRow("fields over three blocks") << 70 << 66 << false;
        QTest::newRow("same padding") << 96 << 64 << true;
    }
    void likeWholePasses()
    {
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(bool, same);
        std::mt19937 random(7);
        const MeanOfCells predictor(same ? sameTrunk() : smallTrunk(),
                                    same ? std::vector<std::string>{"c2"} : std::vector<std::string>{"c2", "c1"}, 3);
        const ModelInput a = randomInput(height, width, random);
        const ModelInput b = randomInput(height, width, random);
        for (const BlockMask players : {BlockMask::all(), BlockMask(0b0110'1001'0011)}) {
            const auto composites = predictor.composites(a, b, players);
            QVERIFY(composites);
            Crew crew(2);
            QVERIFY(composites->compute(crew, {}));
            for (int i = 0; i < 150; ++i) {
                const BlockMask mask(
                    static_cast<std::uint32_t>(i < 2 ? i * players.bits() : random() & players.bits()));
                ModelInput composite = a;
                copyBlocks(composite, b, mask);
                const double expected = predictor.predict(composite, {})->score;
                const double found = composites->predict(mask)->score;
                QVERIFY2(std::abs(found - expected) <= Tolerance,
                         qPrintable(QStringLiteral("mask %1: %2 for %3").arg(mask.bits()).arg(found).arg(expected)));
            }
        }
    }

    void notWhereItCannotBe()
    {
        std::mt19937 random(7);
        const MeanOfCells predictor(sameTrunk(), {"c2"}, 3);
        const ModelInput odd = randomInput(97, 130, random);
        QVERIFY(!predictor.composites(odd, odd, BlockMask::all()));
    }

    void tablesUseThem()
    {
        std::mt19937 random(11);
        const MeanOfCells predictor(smallTrunk(), {"c2", "c1"}, 5);
        const ModelInput a = randomInput(96, 128, random);
        const ModelInput b = randomInput(96, 128, random);
        const auto composites = predictor.composites(a, b, BlockMask::all());
        QVERIFY(composites->passes() > 1 && composites->passes() < 100);
        predictor.pools = 0;
        const auto table = fillCompositeTable(predictor, a, [&] { return b; }, {});
        QVERIFY(table && (*table)->exact);
        QCOMPARE(predictor.pools.load(), MaskCount);
        for (int i = 0; i < 100; ++i) {
            const BlockMask mask(static_cast<std::uint32_t>(random()));
            ModelInput composite = a;
            copyBlocks(composite, b, mask);
            const double expected = predictor.predict(composite, {})->score;
            QVERIFY(std::abs((*table)->score(mask) - expected) <= Tolerance);
        }
        // Few rows are not worth the parts: the same numbers to the last bit as whole passes.
        CompositeTableOptions few;
        few.samples = LeastSamples;
        QVERIFY(fillCompositeTable(
            predictor, a, [&] { return b; }, few));
        // Stopped while the parts are made: said as such.
        std::stop_source stop;
        stop.request_stop();
        Crew crew(2);
        QVERIFY(isCancelled(composites->compute(crew, stop.get_token())));
    }
};

HALFLENS_TEST(TestComposites)
#include "tst_composites.moc"
