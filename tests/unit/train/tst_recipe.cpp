// SPDX-License-Identifier: BSD-3-Clause
// Recipes: what is understood, and that everything else is told by its key.
#include "core/train/recipe.h"
#include "tests/support/test_case.h"

#include <QTest>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace halflens;
using namespace halflens::train;

namespace {

nlohmann::json smallest()
{
    return nlohmann::json::parse(R"({
        "format": 1, "id": "one", "family": "triq",
        "trunk": {"name": "efficientnet-lite0"},
        "input": {"policy": "fit", "width": 64, "height": 48, "normalization": "plus_minus_one"},
        "data": [{"name": "photos", "form": "mos", "images": "photos:all", "table": "table.csv"}]})");
}

std::string problemOf(const nlohmann::json& recipe)
{
    const Result<Recipe> parsed = parseRecipe(recipe.dump(), {});
    return parsed ? std::string() : parsed.error().reason;
}

} // namespace

class TestRecipe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fillsInDefaults()
    {
        const Result<Recipe> recipe = parseRecipe(smallest().dump(), "folder");
        QVERIFY2(recipe.has_value(), recipe ? "" : recipe.error().message().c_str());
        QCOMPARE(recipe->name, std::string("one"));
        QCOMPARE(recipe->losses.crossEntropy, 1.0);
        QCOMPARE(recipe->losses.plcc, 1.0);
        QCOMPARE(recipe->optimizer.batch, 16);
        QCOMPARE(recipe->views.size(), std::size_t{1});
        QCOMPARE(recipe->data.front().deviation, 0.6);
        QCOMPARE(recipe->sha256.size(), std::size_t{64});
        QVERIFY(recipe->halfStorage);
        QVERIFY(!recipe->reportTest);
    }

    void namesWhatIsWrong_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("key");
        const auto row = [](const char* name, const char* pointer, const char* value, const char* key) {
            QTest::newRow(name) << QString::fromLatin1(pointer) << QString::fromLatin1(value)
                                << QString::fromLatin1(key);
        };
        row("unknown key", "/colour", "1", "colour");
        row("unknown inner key", "/trunk/colour", "1", "trunk.colour");
        row("format", "/format", "2", "format");
        row("id", "/id", "\"A b\"", "id");
        row("type", "/trunk/name", "7", "trunk.name");
        row("range", "/optimizer", R"({"batch": 0})", "optimizer.batch");
        row("not whole", "/optimizer", R"({"batch": 1.5})", "optimizer.batch");
        row("word", "/output", R"({"kind": "both"})", "output.kind");
        row("scale", "/output", R"({"kind": "score", "scale": [5, 1]})", "output.scale");
        row("calibrated grades", "/output", R"({"kind": "distribution", "calibrate": true})", "output.calibrate");
        row("cross-entropy of scores", "/output", R"({"kind": "score"})", "");
        row("no loss", "/losses", R"({"plcc": 0})", "losses");
        row("form", "/data/0/form", "\"masks\"", "data[0].form");
        row("votes", "/data/0/columns", R"({"votes": ["a"]})", "data[0].columns.votes");
        row("view", "/views", R"([{"kind": "spiral"}])", "views[0].kind");
        row("random crop of stored maps", "/views", R"([{"kind": "random_crop"}])", "");
        row("views without weight", "/views", R"([{"kind": "fit", "weight": 0}])", "views");
        row("masking", "/masking", R"({"share": 2})", "masking.share");
        row("zeroing", "/masking", R"({"share": 0.5, "by": "zero"})", "");
        row("kinds", "/synthetic", R"({"kinds": ["mud"]})", "synthetic.kinds");
        row("damage without pairs", "/losses", R"({"plcc": 1, "consistency": 1})", "damage.pairs");
        row("damage without opinions", "/losses", R"({"consistency": 1})", "losses");
        row("weight of a term", "/losses", R"({"damage_order": -1})", "losses.damage_order");
        row("margin of damage", "/losses", R"({"damage_margin": 5})", "losses.damage_margin");
        row("key of damage", "/damage", R"({"colour": 1})", "damage.colour");
        row("pairs of damage", "/damage", R"({"pairs": 300})", "damage.pairs");
        row("whole photo", "/damage", R"({"blocks": 12})", "damage.blocks");
        row("no comparison", "/damage", R"({"comparisons": 0})", "damage.comparisons");
        row("no copy", "/damage", R"({"copies": 0})", "damage.copies");
        row("no kind", "/damage", R"({"kinds": {}})", "damage.kinds");
        row("kinds without strengths", "/damage", R"({"kinds": ["blur"]})", "damage.kinds");
        row("unknown kind", "/damage", R"({"kinds": {"mud": [1, 2]}})", "damage.kinds.mud");
        row("strengths in the wrong order", "/damage", R"({"kinds": {"blur": [4, 2]}})", "damage.kinds.blur");
        row("one strength", "/damage", R"({"kinds": {"jpeg": [20]}})", "damage.kinds.jpeg");
        row("strength out of range", "/damage", R"({"kinds": {"noise": [8, 400]}})", "damage.kinds.noise");
        row("pairs nobody asks for", "/damage", R"({"pairs": 2})", "");
        row("no size", "/input", R"({"policy": "fit", "normalization": "plus_minus_one"})", "input.width");
        row("nothing", "", "[]", "document");
    }
    void namesWhatIsWrong()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, key);
        nlohmann::json recipe = smallest();
        recipe[nlohmann::json::json_pointer(pointer.toStdString())] = nlohmann::json::parse(value.toStdString());
        const std::string problem = problemOf(recipe);
        const bool allowed = key.isEmpty(); // only wrong together with something the smallest recipe lacks
        QCOMPARE(problem.empty(), allowed);
        QVERIFY2(problem.find(key.toStdString()) != std::string::npos, problem.c_str());
    }

    void knowsWhatDoesNotGoTogether()
    {
        nlohmann::json recipe = smallest();
        recipe["trunk"]["freeze_until"] = "stage2";
        recipe["views"] = {{{"kind", "random_crop"}}};
        QVERIFY(problemOf(recipe).find("random_crop") != std::string::npos);
        recipe.erase("views");
        recipe["masking"] = {{"share", 0.5}, {"by", "zero"}};
        QVERIFY(problemOf(recipe).find("masking.by") != std::string::npos);
        recipe["masking"] = {{"share", 0.5}};
        recipe["family"] = "koncept";
        QVERIFY(problemOf(recipe).find("masking.by") != std::string::npos);
        recipe = smallest();
        recipe["output"] = {{"kind", "score"}};
        recipe["losses"] = {{"cross_entropy", 1}};
        QVERIFY(problemOf(recipe).find("cross_entropy") != std::string::npos);
    }

    void readsDamage()
    {
        nlohmann::json recipe = smallest();
        const Result<Recipe> without = parseRecipe(recipe.dump(), {});
        QVERIFY(!without->losses.usesDamage());
        recipe["losses"] = {{"plcc", 1}, {"damage_order", 0.5}};
        recipe["damage"] = {{"pairs", 3}};
        const Result<Recipe> plain = parseRecipe(recipe.dump(), {});
        QVERIFY2(plain.has_value(), plain ? "" : plain.error().message().c_str());
        QVERIFY(plain->losses.usesDamage());
        QCOMPARE(plain->losses.damageMargin, 0.2);
        QCOMPARE(plain->damage.pairs, 3);
        QCOMPARE(plain->damage.photos, 500);
        QCOMPARE(plain->damage.copies, 4);
        QCOMPARE(plain->damage.most, 6);
        QCOMPARE(plain->damage.comparisons, 4);
        QCOMPARE(plain->damage.kinds.size(), std::size_t{5}); // all, at strengths around those of the experiment
        recipe["damage"]["kinds"] = {{"dark", {1, 1}}};
        const Result<Recipe> one = parseRecipe(recipe.dump(), {});
        QVERIFY2(one.has_value(), one ? "" : one.error().message().c_str());
        QCOMPARE(one->damage.kinds.size(), std::size_t{1});
        QCOMPARE(one->damage.kinds.front().kind, std::string("dark"));
        recipe["family"] = "koncept";
        recipe["output"] = {{"kind", "score"}};
        QVERIFY(problemOf(recipe).find("attention mask") != std::string::npos);
    }

    void refusesWhatIsNoRecipe()
    {
        QVERIFY(!parseRecipe("", {}));
        QVERIFY(!parseRecipe("{", {}));
        QVERIFY(!parseRecipe(std::string(100, '['), {}));
        QVERIFY(!parseRecipe(smallest().dump() + std::string(1, '\0'), {}));
    }

    void resolvesPaths()
    {
        const DataFolders folders{{"photos", "/data/x"}};
        QCOMPARE(resolvePath("photos:a/b", folders, "/r")->string(), std::string("/data/x/a/b"));
        QCOMPARE(resolvePath("t.csv", folders, "/r")->string(), std::string("/r/t.csv"));
        const auto missing = resolvePath("other:a", folders, "/r");
        QVERIFY(!missing);
        QVERIFY(missing.error().remedy.find("--data other=DIR") != std::string::npos);
    }

    void shippedRecipesAreUnderstood()
    {
        const std::filesystem::path folder = std::filesystem::path(HALFLENS_SOURCE_DIR) / "models" / "recipes";
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.path().extension() != ".json")
                continue;
            const Result<Recipe> recipe = readRecipe(entry.path());
            QVERIFY2(recipe.has_value(), recipe ? "" : recipe.error().message().c_str());
            ++count;
        }
        QVERIFY(count > 0);
    }
};

HALFLENS_TEST(TestRecipe)
#include "tst_recipe.moc"
