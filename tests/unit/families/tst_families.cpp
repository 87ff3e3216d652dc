// SPDX-License-Identifier: BSD-3-Clause
// Every record of the list of families: what it says fits what it makes. A new family is tested by standing in the
// list.
#include "core/families/families.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <algorithm>

using namespace halflens;

namespace {

/// A small trunk the family stands on; empty when there is none.
std::string trunkFor(const Family& family)
{
    for (const char* trunk : {"swin", "efficientnet-lite0", "efficientnet-lite0-scnn"}) {
        if (family.graph(trunk) && family.shapes(trunk, {}))
            return trunk;
    }
    return {};
}

Shapes shapesOf(const Family& family)
{
    return family.shapes(trunkFor(family), {}).value();
}

/// A file under HalfLens names.
TensorArchive ownArchive(const Shapes& shapes)
{
    TensorArchive archive;
    archive.format = "safetensors";
    for (const auto& [name, shape] : shapes) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        archive.tensors.push_back({name, {}, {shape, std::vector<float>(count, 0.01F)}});
    }
    return archive;
}

} // namespace

class TestFamilies : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void record_data();
    void record();
    void names();
};

void TestFamilies::record_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < families().size(); ++i)
        QTest::newRow(std::string(families()[i]->name).c_str()) << static_cast<int>(i);
}

void TestFamilies::record()
{
    QFETCH(int, index);
    const Family& family = *families()[static_cast<std::size_t>(index)];
    QVERIFY(!family.title.empty());
    const std::string trunk = trunkFor(family);
    QVERIFY(!trunk.empty());

    const Shapes shapes = shapesOf(family);
    for (const Family* other : families())
        QCOMPARE(shapesOf(*other).contains(std::string(family.ownTensor)), other == &family);
    QVERIFY(std::ranges::any_of(shapes, [&](const auto& entry) { return family.isOutputBias(entry.first); }));
    const nn::Graph graph = family.graph(trunk).value();
    QVERIFY(!family.headMaps.empty());
    for (const std::string_view map : family.headMaps)
        QVERIFY(graph.outputs().contains(std::string(map)));

    auto weights = recogniseWeights(ownArchive(shapes));
    QVERIFY2(weights.has_value(), weights ? "" : weights.error().message().c_str());
    QCOMPARE(weights->family, std::string(family.name));
    QCOMPARE(weights->trunk, trunk);
    QCOMPARE(weights->scale, family.likelyScale ? family.likelyScale(weights->state, NamesOf::HalfLens) : ScoreScale());
    const auto model = makePredictor(*std::move(weights), {});
    QVERIFY2(model.has_value(), model ? "" : model.error().message().c_str());
    QCOMPARE((*model)->info().family, std::string(family.name));
    QCOMPARE((*model)->info().trunk, trunk);
    QCOMPARE((*model)->info().masksAttention, family.masksAttention);
    QCOMPARE((*model)->attentionEncoder() != nullptr, family.masksAttention);
}

void TestFamilies::names()
{
    for (const Family* family : families())
        QCOMPARE(familyByName(family->name), family);
    QVERIFY(familyByName("rose") == nullptr);
    const auto unknown = makePredictor({"rose", "resnet50", {}, {}, {}}, {});
    QVERIFY(!unknown.has_value());
    for (const std::string& name : familyNames())
        QVERIFY(unknown.error().remedy.find(name) != std::string::npos);
}

HALFLENS_TEST(TestFamilies)
#include "tst_families.moc"
