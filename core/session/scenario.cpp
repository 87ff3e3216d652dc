// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/scenario.h"

#include "core/session/state_text.h"

#include <limits>

namespace halflens {

namespace {

using nlohmann::json;

constexpr std::size_t MostModels = 1000;
constexpr double Far = 1e6; ///< no model's score lies beyond; those of other scales may leave 1..5 a little

json toJson(const ScenarioScore& score)
{
    return {{"model", score.model},
            {"name", score.name},
            {"whole", score.whole},
            {"masked", score.masked},
            {"estimate", score.isEstimate}};
}

ScenarioScore scoreFromJson(JsonObject& object)
{
    ScenarioScore score;
    score.model = object.text("model", true);
    score.name = object.text("name", false);
    score.whole = object.number("whole", -Far, Far, 0);
    score.masked = object.number("masked", -Far, Far, 0);
    score.isEstimate = object.boolean("estimate", false);
    object.finish();
    return score;
}

json toJson(const ScenarioEffect& effect)
{
    json object{{"model", effect.model}, {"name", effect.name}, {"photos", effect.photos}, {"mean", effect.mean}};
    if (effect.deviation)
        object["deviation"] = *effect.deviation;
    if (effect.plcc)
        object["plcc"] = *effect.plcc;
    if (effect.without > 0)
        object["without"] = effect.without;
    return object;
}

ScenarioEffect effectFromJson(JsonObject& object)
{
    const auto optional = [&](const char* key, double low, double high) {
        const double value = object.number(key, low, high, std::numeric_limits<double>::quiet_NaN());
        return value == value ? std::optional(value) : std::nullopt;
    };
    ScenarioEffect effect;
    effect.model = object.text("model", true);
    effect.name = object.text("name", false);
    effect.photos = object.integer("photos", 1, std::numeric_limits<int>::max(), 1);
    effect.mean = object.number("mean", -Far, Far, 0);
    effect.deviation = optional("deviation", 0, Far);
    effect.plcc = optional("plcc", -1, 1);
    effect.without = object.integer("without", 0, std::numeric_limits<int>::max(), 0);
    object.finish();
    return effect;
}

template<class T> json listToJson(const std::vector<T>& values)
{
    json list = json::array();
    for (const T& value : values)
        list.push_back(toJson(value));
    return list;
}

} // namespace

bool isSameWork(const Scenario& a, const Scenario& b)
{
    return a.name == b.name && a.note == b.note && a.hidden == b.hidden && a.photo == b.photo && a.image == b.image
        && a.effects == b.effects;
}

json toJson(const Scenario& scenario)
{
    return {{"name", scenario.name},
            {"note", scenario.note},
            {"hidden", scenario.hidden.bits()},
            {"photo", scenario.photo},
            {"image", scenario.image},
            {"scores", listToJson(scenario.scores)},
            {"effects", listToJson(scenario.effects)}};
}

Scenario scenarioFromJson(JsonObject& object)
{
    Scenario scenario;
    scenario.name = object.text("name", true);
    scenario.note = object.text("note", false);
    scenario.hidden = BlockMask(static_cast<std::uint32_t>(object.integer("hidden", 0, MaskCount - 1, 0)));
    scenario.photo = object.text("photo", false);
    scenario.image = object.text("image", false);
    scenario.scores = listOf<ScenarioScore>(object, "scores", MostModels, scoreFromJson);
    scenario.effects = listOf<ScenarioEffect>(object, "effects", MostModels, effectFromJson);
    object.finish();
    return scenario;
}

} // namespace halflens
