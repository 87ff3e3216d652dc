// SPDX-License-Identifier: BSD-3-Clause
// The fused, blocked inference form against a slow float64 evaluation of the same graph.
#include "core/base/parallel.h"
#include "core/nn/inference_form.h"
#include "core/nn/trunks.h"
#include "tests/support/test_case.h"
#include "tests/unit/nn/reference_network.h"

#include <QTest>

#include <cmath>
#include <random>
#include <thread>

using namespace halflens;
using namespace halflens::nn;

namespace {

using Outputs = std::vector<std::string>;

LayerId relu(Graph& graph, LayerId x)
{
    return graph.activation(x, Activation::Relu);
}

struct NamedGraph {
    const char* name;
    void (*build)(Graph& graph); ///< gives outputs to what is to be compared
};

// One feature of the format each; channel counts are no multiples of a vector on purpose.
const NamedGraph Graphs[] = {
    {"asymmetric padding 3x3",
     [](Graph& g) { g.output("y", g.convolution(g.input(3), "c", 5, Window::sameSquare(3, 2))); }},
    {"asymmetric padding 5x5",
     [](Graph& g) { g.output("y", g.convolution(g.input(3), "c", 16, Window::sameSquare(5, 2))); }},
    {"explicit padding",
     [](Graph& g) {
         g.output("y", g.convolution(g.input(3), "c", 8, {3, 5, 2, 1, 2, 0, 1, 3}));
     }},
    {"valid, stride 3", [](Graph& g) { g.output("y", g.convolution(g.input(2), "c", 7, Window::square(4, 3))); }},
    {"1x1 stride 2", [](Graph& g) { g.output("y", g.convolution(g.input(20), "c", 33, Window::square(1, 2))); }},
    {"1x7 and 7x1",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 9, {1, 7, 1, 1, 0, 0, 0, 0, true});
         g.output("y", g.convolution(x, "b", 4, {7, 1, 1, 1, 0, 0, 0, 0, true}));
     }},
    {"dilation",
     [](Graph& g) {
         Window window = Window::sameSquare(3);
         window.dilation = 2;
         g.output("y", g.convolution(g.input(3), "c", 6, window));
     }},
    {"dilation, explicit, strided",
     [](Graph& g) {
         g.output("y", g.convolution(g.input(4), "c", 16, {3, 2, 2, 3, 3, 1, 0, 4}));
     }},
    {"depthwise",
     [](Graph& g) { g.output("y", g.convolution(g.input(24), "c", 24, Window::sameSquare(3, 2), false, 24)); }},
    {"depthwise, odd channels",
     [](Graph& g) { g.output("y", g.convolution(g.input(13), "c", 13, Window::sameSquare(5), true, 13)); }},
    {"depthwise, two per channel",
     [](Graph& g) { g.output("y", g.convolution(g.input(6), "c", 12, Window::sameSquare(3), true, 6)); }},
    {"groups", [](Graph& g) { g.output("y", g.convolution(g.input(8), "c", 12, Window::sameSquare(3), true, 4)); }},
    {"no bias", [](Graph& g) { g.output("y", g.convolution(g.input(3), "c", 5, Window::square(3), false)); }},
    {"batch norm with and without gamma",
     [](Graph& g) {
         LayerId x = g.batchNorm(g.convolution(g.input(3), "c", 10, Window::square(3)), "n", 1e-3, false);
         x = g.batchNorm(g.convolution(x, "d", 6, Window::square(1), false), "m", 1e-3, true);
         g.output("y", g.batchNorm(x, "again", 1e-5, false));
     }},
    {"ReLU6 cuts at 6",
     [](Graph& g) {
         LayerId x = g.batchNorm(g.convolution(g.input(3), "c", 10, Window::square(3)), "n", 1e-5);
         for (int i = 0; i < 4; ++i)
             x = g.add(x, x, 1.5); // grows well above 6
         g.output("alone", g.activation(x, Activation::Relu6));
         x = g.convolution(x, "d", 6, Window::square(1));
         g.output("fused", g.activation(x, Activation::Relu6));
     }},
    {"residual in place",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 20, Window::square(1)));
         const LayerId y = relu(g, g.convolution(x, "b", 20, Window::sameSquare(3)));
         g.output("y", relu(g, g.add(x, g.convolution(y, "c", 20, Window::square(1)))));
     }},
    {"residual needed later",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 20, Window::square(1)));
         const LayerId y = relu(g, g.convolution(x, "b", 20, Window::sameSquare(3)));
         const LayerId sum = relu(g, g.add(x, g.convolution(y, "c", 20, Window::square(1))));
         g.output("y", g.concat({sum, x, y}));
     }},
    {"residual is an output",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 17, Window::square(1)));
         g.output("x", x);
         const LayerId y = g.convolution(x, "b", 17, Window::sameSquare(3));
         g.output("y", g.add(x, g.convolution(y, "c", 17, Window::square(1))));
     }},
    {"residual is the convolution's own input",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 17, Window::square(1));
         g.output("y", relu(g, g.add(x, g.convolution(x, "b", 17, Window::sameSquare(3)))));
     }},
    {"residual is the network's input",
     [](Graph& g) {
         const LayerId in = g.input(5);
         const LayerId x = relu(g, g.convolution(in, "a", 9, Window::sameSquare(3)));
         g.output("y", g.add(in, g.convolution(x, "b", 5, Window::sameSquare(3))));
     }},
    {"convolution as first operand",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 8, Window::square(1));
         const LayerId y = relu(g, g.convolution(x, "b", 8, Window::square(1)));
         g.output("y", relu(g, g.add(g.convolution(y, "c", 8, Window::square(1)), x)));
     }},
    {"scaled residual, as in Inception",
     [](Graph& g) {
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 32, Window::square(1)));
         const LayerId up =
             g.convolution(relu(g, g.convolution(x, "b", 8, Window::square(1))), "c", 32, Window::square(1));
         const LayerId sum = relu(g, g.add(x, up, 0.17));
         g.output("y", g.add(sum, g.batchNorm(g.convolution(sum, "d", 32, Window::square(1)), "n", 1e-3), 0.1));
     }},
    {"scale that no convolution can take",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 8, Window::square(1));
         const LayerId y = g.maxPool(x, Window::sameSquare(3));
         g.output("y", relu(g, g.add(g.convolution(x, "b", 8, Window::square(1)), y, -0.3)));
     }},
    {"sum with itself",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 8, Window::square(1));
         g.output("y", g.add(x, x, 0.5));
     }},
    {"two branches summed",
     [](Graph& g) {
         const LayerId in = g.input(3);
         const LayerId a = g.convolution(in, "a", 11, Window::sameSquare(3, 2));
         const LayerId b = g.batchNorm(g.convolution(in, "b", 11, Window::square(1, 2)), "n", 1e-5);
         g.output("y", relu(g, g.add(a, b)));
     }},
    {"concat",
     [](Graph& g) {
         const LayerId in = g.input(3);
         const LayerId a = relu(g, g.convolution(in, "a", 5, Window::sameSquare(3)));
         const LayerId b = g.convolution(in, "b", 7, Window::square(1));
         const LayerId c = g.maxPool(in, Window::sameSquare(3));
         const LayerId all = g.concat({a, b, c, in});
         g.output("all", all);
         g.output("y", g.concat({g.convolution(all, "d", 16, Window::square(1)), a}));
     }},
    {"average pooling counts real pixels only",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 10, Window::square(1));
         g.output("same", g.averagePool(x, Window::sameSquare(3)));
         g.output("strided", g.averagePool(x, Window::square(3, 2, 1)));
         g.output("valid", g.averagePool(x, Window::square(2, 2)));
     }},
    {"max pooling pads with nothing",
     [](Graph& g) {
         // All values negative: a padding of zeros would win.
         const LayerId x = relu(g, g.convolution(g.input(3), "a", 10, Window::square(1)));
         const LayerId y = g.add(x, g.add(x, x, 2), -1); // -2 x
         g.output("padded", g.maxPool(y, Window::square(3, 2, 1)));
         g.output("same", g.maxPool(y, Window::sameSquare(3, 2)));
     }},
    {"activations on their own",
     [](Graph& g) {
         const LayerId x = g.convolution(g.input(3), "a", 10, Window::square(1));
         g.output("conv", x);
         const LayerId y = relu(g, x);
         g.output("pool", g.activation(g.averagePool(y, Window::square(2)), Activation::Relu6));
         g.output("joined", relu(g, g.concat({x, y})));
     }},
    {"upsampling",
     [](Graph& g) {
         const LayerId in = g.input(3);
         const LayerId a = g.convolution(in, "a", 16, Window::sameSquare(3));
         const LayerId b = g.convolution(relu(g, a), "b", 16, Window::sameSquare(3, 2));
         g.output("blocked", g.add(a, g.upsampleNearest(b, a)));
         g.output("plain", g.upsampleNearest(g.maxPool(in, Window::sameSquare(3, 3)), in));
         g.output("smaller", g.upsampleNearest(g.convolution(in, "c", 5, Window::square(1)), b));
         g.output("same", relu(g, g.upsampleNearest(a, a)));
     }},
    {"several outputs, the input among them",
     [](Graph& g) {
         const LayerId in = g.input(3);
         g.output("in", in);
         LayerId x = relu(g, g.convolution(in, "a", 8, Window::sameSquare(3, 2)));
         g.output("first", x);
         x = g.maxPool(x, Window::square(2, 1));
         g.output("second", x);
         g.output("third", relu(g, g.convolution(x, "b", 30, Window::square(1))));
     }},
};

/// A random network of `count` layers: anything may follow anything it fits.
Graph randomGraph(unsigned seed, int count)
{
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Graph g;
    std::vector<LayerId> usable{g.input(3)};
    std::vector<int> level{0}; // maps of one level have one size
    const auto keep = [&](LayerId id, int at) {
        usable.push_back(id);
        level.push_back(at);
    };
    for (int i = 0; i < count; ++i) {
        const std::size_t from = static_cast<std::size_t>(pick(static_cast<int>(usable.size())));
        const LayerId x = usable[from];
        const int at = level[from];
        const std::string name = "l" + std::to_string(i);
        std::vector<LayerId> peers;
        for (std::size_t j = 0; j < usable.size(); ++j) {
            if (level[j] == at)
                peers.push_back(usable[j]);
        }
        const LayerId peer = peers[static_cast<std::size_t>(pick(static_cast<int>(peers.size())))];
        const bool down = at == 0 && pick(4) == 0;
        const int stride = down ? 2 : 1;
        switch (pick(9)) {
        case 0:
        case 1:
        case 2: {
            const bool depthwise = pick(3) == 0;
            const int channels = depthwise ? g.channels(x) : pick(2) == 0 ? g.channels(peer) : 1 + pick(20);
            LayerId y = g.convolution(x, name, channels, Window::sameSquare(1 + 2 * pick(3), stride), pick(2) == 0,
                                      depthwise ? channels : 1);
            if (pick(2) == 0)
                y = g.batchNorm(y, name + "n", 1e-3, pick(2) == 0);
            if (!down && pick(2) == 0 && g.channels(peer) == channels)
                y = pick(2) == 0 ? g.add(peer, y, pick(2) == 0 ? 1 : 0.2) : g.add(y, peer, pick(2) == 0 ? 1 : 0.2);
            if (pick(2) == 0)
                y = g.activation(y, pick(2) == 0 ? Activation::Relu : Activation::Relu6);
            keep(y, down ? 1 : at);
            break;
        }
        case 3:
            keep(g.activation(x, Activation::Relu), at);
            break;
        case 4:
            keep(g.maxPool(x, Window::sameSquare(3, stride)), down ? 1 : at);
            break;
        case 5:
            keep(g.averagePool(x, Window::sameSquare(3, stride)), down ? 1 : at);
            break;
        case 6:
            if (g.channels(peer) == g.channels(x))
                keep(g.add(x, peer, pick(2) == 0 ? 1 : 0.5), at);
            break;
        case 7: {
            const std::size_t like = static_cast<std::size_t>(pick(static_cast<int>(usable.size())));
            keep(g.upsampleNearest(x, usable[like]), level[like]);
            break;
        }
        default:
            if (g.channels(peer) + g.channels(x) < 60)
                keep(g.concat({x, peer}), at);
        }
    }
    g.output("last", usable.back());
    for (int i = 0; i < 3; ++i)
        g.output("o" + std::to_string(i), usable[static_cast<std::size_t>(pick(static_cast<int>(usable.size())))]);
    return g;
}

Outputs namesOf(const Graph& graph)
{
    Outputs names;
    for (const auto& [name, id] : graph.outputs())
        names.push_back(name);
    return names;
}

/// Empty when every output agrees to 1e-5 of its largest value; else what does not.
std::string disagreement(const Graph& graph, const StateDict& state, std::span<const float> input, int height,
                         int width, const Outputs& names, const std::vector<FeatureMap>& maps)
{
    const auto layers = test::evaluateSlowly(graph, state, input, height, width);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const test::ReferenceMap& expected = layers[static_cast<std::size_t>(graph.outputs().at(names[i]).value)];
        const MapSize size{expected.channels, expected.height, expected.width};
        if (maps[i].size != size || maps[i].values.size() != expected.values.size())
            return names[i] + " has another size";
        double largest = 1e-3;
        for (const double v : expected.values)
            largest = std::max(largest, std::abs(v));
        for (std::size_t k = 0; k < expected.values.size(); ++k) {
            if (!(std::abs(maps[i].values[k] - expected.values[k]) <= 1e-5 * largest))
                return names[i] + " differs at " + std::to_string(k) + ": " + std::to_string(maps[i].values[k])
                    + " instead of " + std::to_string(expected.values[k]);
        }
    }
    return {};
}

/// Runs all outputs once and compares.
std::string check(InferenceForm& form, const StateDict& state, int height, int width, const Outputs& names)
{
    const Graph& graph = form.graph();
    const auto input = test::randomInput(graph.layers().front().channels, height, width, 5);
    const auto maps = form.run(input, height, width, names);
    if (!maps)
        return maps.error().message();
    return disagreement(graph, state, input, height, width, names, *maps);
}

} // namespace

class TestInferenceForm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { setThreadCount(static_cast<int>(std::thread::hardware_concurrency())); }
    void features_data();
    void features();
    void randomGraphs_data();
    void randomGraphs();
    void epsilonMatters();
    void changingSizes();
    void changingOutputs();
    void repeatable();
    void prefix();
    void stops();
    void badCalls();
    void badWeights();
    void unsupportedGraph();
};

void TestInferenceForm::features_data()
{
    QTest::addColumn<int>("graph");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    for (int i = 0; i < static_cast<int>(std::size(Graphs)); ++i) {
        QTest::addRow("%s, 12x9", Graphs[i].name) << i << 12 << 9;
        QTest::addRow("%s, 15x22", Graphs[i].name) << i << 15 << 22;
    }
}

void TestInferenceForm::features()
{
    QFETCH(int, graph);
    QFETCH(int, height);
    QFETCH(int, width);
    Graph built;
    Graphs[graph].build(built);
    const StateDict state = test::randomState(built, 3);
    const auto form = InferenceForm::create(built, state, {});
    QVERIFY2(form.has_value(), form ? "" : form.error().message().c_str());
    const std::string problem = check(**form, state, height, width, namesOf(built));
    QVERIFY2(problem.empty(), problem.c_str());
}

void TestInferenceForm::randomGraphs_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 0; seed < 30; ++seed)
        QTest::addRow("%u", seed) << seed;
}

void TestInferenceForm::randomGraphs()
{
    QFETCH(unsigned, seed);
    const Graph graph = randomGraph(seed, 5 + static_cast<int>(seed % 20));
    const StateDict state = test::randomState(graph, seed);
    const auto form = InferenceForm::create(graph, state, {});
    QVERIFY2(form.has_value(), form ? "" : form.error().message().c_str());
    for (const auto& [height, width] : std::initializer_list<std::pair<int, int>>{{8, 11}, {5, 4}}) {
        const std::string problem = check(**form, state, height, width, namesOf(graph));
        QVERIFY2(problem.empty(), problem.c_str());
    }
}

/// The eps of Keras ResNet files is 1.001e-5, not 1e-5: visible where a variance is small.
void TestInferenceForm::epsilonMatters()
{
    const auto run = [](double epsilon) {
        Graph graph;
        graph.output("y", graph.batchNorm(graph.convolution(graph.input(1), "c", 1, Window::square(1)), "n", epsilon));
        const StateDict state{{"c.weight", {{1, 1, 1, 1}, {1}}}, {"c.bias", {{1}, {0}}},
                              {"n.weight", {{1}, {1}}},          {"n.bias", {{1}, {0}}},
                              {"n.running_mean", {{1}, {0}}},    {"n.running_var", {{1}, {0}}}};
        const std::vector<float> one{1};
        return InferenceForm::create(graph, state, {}).value()->run(one, 1, 1, {"y"}).value()[0].values[0];
    };
    QVERIFY(std::abs(run(1e-5) * std::sqrt(1e-5) - 1) < 1e-6);
    QVERIFY(std::abs(run(1.001e-5) * std::sqrt(1.001e-5) - 1) < 1e-6);
    QVERIFY(std::abs(run(1e-5) / run(1.001e-5) - 1) > 4e-4);
}

void TestInferenceForm::changingSizes()
{
    const Graph graph = randomGraph(7, 20);
    const StateDict state = test::randomState(graph, 7);
    const auto form = InferenceForm::create(graph, state, {});
    QVERIFY(form.has_value());
    using Size = std::pair<int, int>;
    for (const auto& [height, width] : {Size{8, 12}, Size{12, 8}, Size{8, 12}, Size{12, 8}, Size{9, 9}, Size{8, 12},
                                        Size{1, 1}, Size{9, 9}, Size{12, 8}}) {
        const std::string problem = check(**form, state, height, width, namesOf(graph));
        QVERIFY2(problem.empty(), (std::to_string(height) + " rows: " + problem).c_str());
    }
}

void TestInferenceForm::changingOutputs()
{
    Graph graph;
    LayerId x = relu(graph, graph.convolution(graph.input(3), "a", 16, Window::sameSquare(3)));
    graph.output("early", x);
    const LayerId y = graph.convolution(x, "b", 16, Window::sameSquare(3));
    graph.output("middle", y);
    x = relu(graph, graph.add(x, y));
    graph.output("late", x);
    const StateDict state = test::randomState(graph, 1);
    const auto form = InferenceForm::create(graph, state, {});
    QVERIFY(form.has_value());
    // The same layer is fused or not, depending on what is asked for: folded weights must not be mixed up.
    for (const Outputs& names : {Outputs{"late"}, Outputs{"middle", "late"}, Outputs{"late"}, Outputs{"early"},
                                 Outputs{"late", "early", "late"}, Outputs{"middle"}}) {
        const std::string problem = check(**form, state, 9, 7, names);
        QVERIFY2(problem.empty(), problem.c_str());
    }
}

void TestInferenceForm::repeatable()
{
    const Graph graph = randomGraph(11, 20);
    const StateDict state = test::randomState(graph, 11);
    const auto input = test::randomInput(3, 40, 30, 1);
    const auto form = InferenceForm::create(graph, state, {});
    QVERIFY(form.has_value());
    const auto first = (*form)->run(input, 40, 30, {"last"});
    QVERIFY(first.has_value());
    for (int i = 0; i < 3; ++i)
        QCOMPARE((*form)->run(input, 40, 30, {"last"})->front().values, first->front().values);
    const auto other = InferenceForm::create(graph, state, {});
    QCOMPARE((*other)->run(input, 40, 30, {"last"})->front().values, first->front().values);
    for (const int threads : {1, 3}) { // every output value is one thread's sum
        setThreadCount(threads);
        const std::string problem = check(**form, state, 40, 30, {"last"});
        QVERIFY2(problem.empty(), problem.c_str());
    }
}

void TestInferenceForm::prefix()
{
    Graph graph;
    graph.output("y", graph.convolution(graph.input(3), "c", 5, Window::sameSquare(3)));
    StateDict prefixed;
    for (auto& [name, tensor] : test::randomState(graph, 2))
        prefixed["trunk." + name] = tensor;
    prefixed["something else"] = {{1}, {0}};
    const auto form = InferenceForm::create(graph, prefixed, "trunk.");
    QVERIFY(form.has_value());
    const std::string problem = check(**form, test::randomState(graph, 2), 6, 6, {"y"});
    QVERIFY2(problem.empty(), problem.c_str());
}

void TestInferenceForm::stops()
{
    const Graph graph = randomGraph(3, 15);
    const StateDict state = test::randomState(graph, 3);
    const auto form = InferenceForm::create(graph, state, {});
    QVERIFY(form.has_value());
    std::stop_source stop;
    stop.request_stop();
    const auto input = test::randomInput(3, 8, 8, 5);
    QVERIFY(isCancelled((*form)->run(input, 8, 8, {"last"}, stop.get_token())));
    const std::string problem = check(**form, state, 8, 8, namesOf(graph)); // and works on afterwards
    QVERIFY2(problem.empty(), problem.c_str());
    QVERIFY(isCancelled((*form)->run(input, 8, 8, {"last"}, stop.get_token())));
}

void TestInferenceForm::badCalls()
{
    Graph graph;
    graph.output("y",
                 graph.maxPool(graph.convolution(graph.input(3), "c", 5, Window::square(3)), Window::square(2, 2)));
    const auto form = InferenceForm::create(graph, test::randomState(graph, 2), {});
    QVERIFY(form.has_value());
    const std::vector<float> input(3 * 8 * 8);
    const auto code = [&](std::span<const float> values, int height, int width, const Outputs& names) {
        const auto result = (*form)->run(values, height, width, names);
        return result ? ErrorCode::Cancelled : result.error().code; // Cancelled cannot happen here
    };
    QCOMPARE(code(input, 8, 8, {"none"}), ErrorCode::Model);
    QCOMPARE(code(std::span(input).first(100), 8, 8, {"y"}), ErrorCode::Internal);
    QCOMPARE(code(input, 8, 9, {"y"}), ErrorCode::Internal);
    QCOMPARE(code(std::span(input).first(27), 3, 3, {"y"}), ErrorCode::Model); // pooling has nothing left
    QCOMPARE(code({}, 0, 0, {"y"}), ErrorCode::Model);
    QCOMPARE(code({}, -8, -8, {"y"}), ErrorCode::Model);
    const auto nothing = (*form)->run(input, 8, 8, {});
    QVERIFY(nothing.has_value() && nothing->empty());
    QVERIFY((*form)->run(input, 8, 8, {"y"}).has_value());
}

void TestInferenceForm::badWeights()
{
    Graph graph;
    graph.output("y", graph.batchNorm(graph.convolution(graph.input(3), "c", 5, Window::square(3)), "n", 1e-5));
    const StateDict whole = test::randomState(graph, 2);
    QVERIFY(InferenceForm::create(graph, whole, {}).has_value());
    for (const auto& [name, tensor] : whole) {
        StateDict missing = whole;
        missing.erase(name);
        const auto lacking = InferenceForm::create(graph, missing, {});
        QVERIFY(!lacking);
        QCOMPARE(lacking.error().code, ErrorCode::Model);
        QVERIFY(lacking.error().reason.find(name) != std::string::npos);
        StateDict bent = whole;
        bent[name].shape.push_back(1);
        const auto misshapen = InferenceForm::create(graph, bent, {});
        QVERIFY(!misshapen);
        QVERIFY(misshapen.error().reason.find(toString(tensor.shape)) != std::string::npos);
    }
}

/// A batch norm nothing can take in is refused, not computed wrongly.
void TestInferenceForm::unsupportedGraph()
{
    Graph graph;
    graph.output("y", graph.batchNorm(graph.maxPool(graph.input(3), Window::square(2)), "n", 1e-5));
    const auto form = InferenceForm::create(graph, test::randomState(graph, 2), {});
    QVERIFY(form.has_value());
    const std::vector<float> input(3 * 4 * 4);
    const auto refused = (*form)->run(input, 4, 4, {"y"});
    QVERIFY(!refused);
    QVERIFY(refused.error().reason.find("batch norm") != std::string::npos);
}

HALFLENS_TEST(TestInferenceForm)
#include "tst_inference_form.moc"
