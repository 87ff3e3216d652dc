// SPDX-License-Identifier: BSD-3-Clause
// The fused, blocked inference form against a slow float64 evaluation of the same graph.
#include "core/base/parallel.h"
#include "core/nn/inference_form.h"
#include "core/nn/trunks.h"
#include "tests/support/test_case.h"
#include "tests/unit/nn/reference_network.h"
#include "tests/unit/nn/test_graphs.h"

#include <QTest>

#include <cmath>
#include <thread>

using namespace halflens;
using namespace halflens::nn;
using namespace halflens::test;

namespace {

using Outputs = std::vector<std::string>;

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
