// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_recipe.h"

#include "core/base/file.h"
#include "core/base/json_object.h"

#include <algorithm>

namespace halflens {

namespace {

using nlohmann::json;

constexpr std::uint64_t MaxRecipeBytes = 1'000'000;
constexpr int MaxDepth = 8;
constexpr std::size_t MaxEntries = 64;
constexpr int MostPhotos = 1'000'000;
constexpr int LeastLimeSamples = 20; ///< for twelve coefficients and a constant

Error recipeError(const std::string& reason)
{
    return {ErrorCode::InvalidInput, "recipe", reason, "correct the recipe; the help page on studies describes it", {}};
}

/// The words of a list, each turned into the one of `all` that is called so.
template<class T, class Range>
std::vector<T> wordsOf(JsonObject& reader, const char* key, const Range& all, std::vector<T> fallback)
{
    if (!reader.get(key, false))
        return fallback;
    std::vector<T> found;
    for (const std::string& word : reader.texts(key, MaxEntries, {})) {
        const auto match =
            std::find_if(all.begin(), all.end(), [&](const T& value) { return toString(value) == word; });
        if (match == all.end())
            reader.fail(reader.path(key) + " holds \"" + JsonObject::shown(word) + "\", which is not known");
        else if (std::find(found.begin(), found.end(), *match) == found.end())
            found.push_back(*match);
    }
    if (found.empty())
        reader.fail(reader.path(key) + " is empty");
    return found;
}

std::vector<bool> strengthsOf(JsonObject& reader, std::vector<bool> fallback)
{
    if (!reader.get("strengths", false))
        return fallback;
    std::vector<bool> found;
    for (const std::string& word : reader.texts("strengths", 2, {})) {
        if (word != "full" && word != "half")
            reader.fail(reader.path("strengths") + " holds \"" + JsonObject::shown(word) + "\", not full or half");
        found.push_back(word == "full");
    }
    return found;
}

DamageRecipe readDamage(const json& object, std::string& problem)
{
    JsonObject reader(object, "damage", problem);
    DamageRecipe damage;
    damage.kinds = wordsOf(reader, "kinds", AllDamageKinds, damage.kinds);
    damage.regions = wordsOf(reader, "regions", std::array{DamageRegion::Square, DamageRegion::Single}, damage.regions);
    damage.fullStrength = strengthsOf(reader, damage.fullStrength);
    damage.photos = reader.integer("photos", 1, MostPhotos, damage.photos);
    damage.limeSamples = reader.integer("lime_samples", 0, 100'000, damage.limeSamples);
    if (damage.limeSamples > 0 && damage.limeSamples < LeastLimeSamples)
        reader.fail("damage.lime_samples is " + std::to_string(damage.limeSamples) + ", neither 0 nor at least "
                    + std::to_string(LeastLimeSamples));
    damage.zeroSamples = reader.integer("zero_samples", 0, MaskCount, damage.zeroSamples);
    damage.fineError = reader.number("fine_error", 1e-4, 1, damage.fineError);
    reader.finish();
    return damage;
}

std::vector<double> readEpsilons(JsonObject& root, std::vector<double> fallback)
{
    const json* list = root.get("epsilons", false);
    if (!list)
        return fallback;
    std::vector<double> found;
    if (list->is_array() && !list->empty() && list->size() <= MaxEntries) {
        for (const json& entry : *list) {
            if (entry.is_number() && entry.get<double>() >= 0 && entry.get<double>() <= 4)
                found.push_back(entry.get<double>());
        }
    }
    if (found.empty() || found.size() != list->size())
        root.fail("epsilons is not a list of numbers from 0 to 4");
    return found;
}

} // namespace

std::string toString(StudyKind kind)
{
    constexpr std::array Words{"table1", "halves", "table2", "averaged", "importance", "size", "enough", "damage"};
    return Words[static_cast<std::size_t>(kind)];
}

double StudyRecipe::listedEpsilon() const
{
    constexpr double Usual = 0.1;
    return std::find(epsilons.begin(), epsilons.end(), Usual) != epsilons.end() ? Usual : epsilons.front();
}

Result<StudyRecipe> parseStudyRecipe(const std::string& text)
{
    if (text.size() > MaxRecipeBytes || nestsDeeperThan(text, MaxDepth))
        return recipeError("the recipe is too large");
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded())
        return recipeError("it is not valid JSON");
    std::string problem;
    JsonObject root(document, {}, problem);
    StudyRecipe recipe;
    recipe.text = text;
    root.integer("format", 1, 1, 1);
    recipe.name = root.text("name", true);
    recipe.paper = root.text("paper", false);
    if (!recipe.paper.empty() && recipe.paper != "koniq" && recipe.paper != "spaq")
        root.fail("paper is \"" + JsonObject::shown(recipe.paper) + "\", not koniq or spaq");
    recipe.kinds = [&] {
        const std::vector<StudyKind> kinds = wordsOf<StudyKind>(root, "studies", AllStudyKinds, {});
        return std::set<StudyKind>(kinds.begin(), kinds.end());
    }();
    if (recipe.kinds.empty() && problem.empty())
        root.fail("studies is missing");
    if (const json* data = root.get("data", false))
        recipe.data = readDataRecipe(*data, "data", problem);
    recipe.photos = root.text("photos", false);
    if (recipe.data.has_value() == !recipe.photos.empty())
        root.fail("the recipe needs either data, a scored set, or photos, a folder");
    if (!recipe.data && recipe.hasScoredStudies())
        root.fail("without data, a scored set, only damage can be studied");
    if (recipe.data && recipe.data->form == DataForm::Masks)
        root.fail("data.form masks has no opinion scores");
    constexpr StudyRows Default = StudyRows::TestOrAll;
    recipe.rows = root.word<StudyRows>("split",
                                       {{"test_or_all", StudyRows::TestOrAll},
                                        {"train", StudyRows::Train},
                                        {"validation", StudyRows::Validation},
                                        {"test", StudyRows::Test},
                                        {"all", StudyRows::All}},
                                       &Default);
    recipe.models = root.texts("models", MaxEntries, {});
    recipe.judge = root.text("judge", false);
    recipe.allMasks = root.texts("all_masks", MaxEntries, {});
    recipe.epsilons = readEpsilons(root, recipe.epsilons);
    recipe.randomHalves = root.integer("random_halves", 1, 1000, recipe.randomHalves);
    if (const json* damage = root.get("damage", false))
        recipe.damage = readDamage(*damage, problem);
    recipe.resamples = root.integer("resamples", 0, 100'000, recipe.resamples);
    recipe.seed = static_cast<std::uint64_t>(root.integer("seed", 0, 2'000'000'000, 0));
    root.finish();
    if (!problem.empty())
        return recipeError(problem);
    return recipe;
}

Result<StudyRecipe> readStudyRecipe(const std::filesystem::path& file)
{
    const Result<std::vector<std::uint8_t>> bytes = readFile(file, MaxRecipeBytes);
    if (!bytes)
        return bytes.error();
    Result<StudyRecipe> recipe = parseStudyRecipe(std::string(bytes->begin(), bytes->end()));
    if (!recipe)
        return std::move(recipe).error().withFile(file.string());
    return recipe;
}

} // namespace halflens
