// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/recipe.h"

#include "core/base/file.h"
#include "core/base/json_object.h"
#include "core/families/families.h"

#include <algorithm>
#include <span>

namespace halflens::train {

namespace {

using nlohmann::json;

constexpr std::uint64_t MaxRecipeBytes = 1'000'000;
constexpr int MaxDepth = 8;
constexpr int MaxInputSide = 8192;
constexpr std::size_t MaxEntries = 64;

Error recipeError(const std::string& reason)
{
    return {
        ErrorCode::InvalidInput, "recipe", reason, "correct the recipe; the help page on training describes it", {}};
}

ViewRecipe readView(const json& value, const std::string& where, std::string& problem)
{
    JsonObject reader(value, where, problem);
    ViewRecipe view;
    view.kind = reader.word<ViewRecipe::Kind>("kind",
                                              {{"fit", ViewRecipe::Kind::Fit},
                                               {"crop", ViewRecipe::Kind::Crop},
                                               {"random_crop", ViewRecipe::Kind::RandomCrop}});
    view.flip = reader.boolean("flip", false);
    view.portrait = reader.boolean("portrait", false);
    view.x = reader.number("x", 0, 1, view.x);
    view.y = reader.number("y", 0, 1, view.y);
    view.weight = reader.number("weight", 0, 1e6, view.weight);
    reader.finish();
    return view;
}

void readTrunk(JsonObject& root, Recipe& recipe, std::string& problem)
{
    const json* object = root.get("trunk", true);
    if (!object)
        return;
    JsonObject reader(*object, "trunk", problem);
    TrunkRecipe& trunk = recipe.trunk;
    trunk.name = reader.text("name", true);
    trunk.weights = reader.texts("weights", 4, {});
    trunk.freezeUntil = reader.text("freeze_until", false);
    trunk.trainBatchNorm = reader.boolean("train_batch_norm", trunk.trainBatchNorm);
    trunk.rate = reader.number("rate", 0, 100, trunk.rate);
    reader.finish();
}

void readHead(JsonObject& root, Recipe& recipe, std::string& problem)
{
    const json* object = root.get("head", false);
    if (!object)
        return;
    JsonObject reader(*object, "head", problem);
    HeadRecipe& head = recipe.head;
    constexpr int Widest = 8192;
    head.width = reader.integer("width", 8, Widest, head.width);
    head.layers = reader.integer("layers", 1, 64, head.layers);
    head.feedForward = reader.integer("feed_forward", 1, Widest, head.feedForward);
    head.hidden = reader.integer("hidden", 1, Widest, head.hidden);
    head.positions = reader.integer("positions", 2, 100'000, head.positions);
    head.widths = reader.integers("widths", 1, Widest, 3, head.widths);
    if (head.widths.size() != 3)
        reader.fail("head.widths does not name three widths");
    head.swinWidth = reader.integer("swin_width", 8, Widest, head.swinWidth);
    head.swinPatch = reader.integer("swin_patch", 1, 32, head.swinPatch);
    head.swinWindows = reader.integers("swin_windows", 1, 64, 8, head.swinWindows);
    head.swinDepths = reader.integers("swin_depths", 1, 64, 8, head.swinDepths);
    head.swinHeads = reader.integers("swin_heads", 1, 256, 8, head.swinHeads);
    if (head.swinDepths.size() != head.swinHeads.size() || head.swinDepths.size() != head.swinWindows.size())
        reader.fail("head.swin_heads and head.swin_windows do not have as many entries as head.swin_depths");
    if (reader.get("dropout", false))
        head.dropout = reader.number("dropout", 0, 0.95, 0);
    head.dropPath = reader.number("drop_path", 0, 0.95, head.dropPath);
    reader.finish();
}

void readInput(JsonObject& root, Recipe& recipe, std::string& problem)
{
    const json* object = root.get("input", true);
    if (!object)
        return;
    JsonObject reader(*object, "input", problem);
    InputSpec& input = recipe.input;
    input.policy = reader.word<InputPolicy>("policy", {{"fit", InputPolicy::Fit}, {"native", InputPolicy::Native}});
    const bool sized = input.policy == InputPolicy::Fit;
    input.width = reader.integer("width", 16, MaxInputSide, 0);
    input.height = reader.integer("height", 16, MaxInputSide, 0);
    if (sized && (input.width == 0 || input.height == 0))
        reader.fail("input.width and input.height are needed where the image is fitted");
    input.transposePortrait = reader.boolean("transpose_portrait", false);
    input.normalization = reader.word<Normalization>("normalization",
                                                     {{"plus_minus_one", Normalization::PlusMinusOne},
                                                      {"imagenet_unit", Normalization::ImageNetUnit},
                                                      {"imagenet_255", Normalization::ImageNet255}});
    reader.finish();
}

void readOutput(JsonObject& root, Recipe& recipe, std::string& problem)
{
    const json* object = root.get("output", false);
    if (!object)
        return;
    JsonObject reader(*object, "output", problem);
    recipe.head.outputs = reader.word<int>("kind", {{"distribution", 5}, {"score", 1}});
    if (const json* scale = reader.get("scale", false)) {
        const bool fits = scale->is_array() && scale->size() == 2 && (*scale)[0].is_number() && (*scale)[1].is_number()
            && (*scale)[0].get<double>() < (*scale)[1].get<double>();
        if (fits)
            recipe.scale = {(*scale)[0].get<double>(), (*scale)[1].get<double>()};
        else
            reader.fail("output.scale is not [low, high] with low below high");
    }
    recipe.calibrate = reader.boolean("calibrate", false);
    if (recipe.calibrate && recipe.head.outputs != 1)
        reader.fail("output.calibrate needs the kind score: the mean of grades has no scale to fit");
    reader.finish();
}

void readLosses(JsonObject& root, Recipe& recipe, std::string& problem)
{
    LossRecipe& losses = recipe.losses;
    if (const json* object = root.get("losses", false)) {
        JsonObject reader(*object, "losses", problem);
        const auto weight = [&](const char* key, double fallback) { return reader.number(key, 0, 1e6, fallback); };
        losses.crossEntropy = weight("cross_entropy", 0);
        losses.plcc = weight("plcc", 0);
        losses.l1 = weight("l1", 0);
        losses.l2 = weight("l2", 0);
        losses.rank = weight("rank", 0);
        losses.syntheticRank = weight("synthetic_rank", 0);
        losses.margin = weight("margin", losses.margin);
        losses.consistency = weight("consistency", 0);
        losses.damageOrder = weight("damage_order", 0);
        losses.blockOrder = weight("block_order", 0);
        losses.damageMargin = reader.number("damage_margin", 0, 4, losses.damageMargin);
        losses.bce = weight("bce", losses.bce);
        losses.iou = weight("iou", losses.iou);
        reader.finish();
    } else {
        losses.plcc = 1;
        (recipe.head.outputs > 1 ? losses.crossEntropy : losses.l1) = 1;
    }
    if (losses.crossEntropy > 0 && recipe.head.outputs == 1)
        root.fail("losses.cross_entropy needs output.kind \"distribution\"");
    const double sum = recipe.task == TrainingTask::Objectness
        ? losses.bce + losses.iou
        : losses.crossEntropy + losses.plcc + losses.l1 + losses.l2 + losses.rank;
    if (!(sum > 0))
        root.fail("losses holds no loss with a weight above 0");
}

void readOptimizer(JsonObject& root, Recipe& recipe, std::string& problem)
{
    const json* object = root.get("optimizer", false);
    if (!object)
        return;
    JsonObject reader(*object, "optimizer", problem);
    OptimizerRecipe& o = recipe.optimizer;
    const bool adamW = true;
    o.decoupledDecay = reader.word<bool>("kind", {{"adamw", true}, {"adam", false}}, &adamW);
    o.rate = reader.number("rate", 1e-9, 10, o.rate);
    o.finalRate = reader.number("final", 0, 1, o.finalRate);
    o.weightDecay = reader.number("weight_decay", 0, 10, o.weightDecay);
    o.beta1 = reader.number("beta1", 0, 0.99999, o.beta1);
    o.beta2 = reader.number("beta2", 0, 0.999999, o.beta2);
    o.clip = reader.number("clip", 0, 1e6, o.clip);
    o.batch = reader.integer("batch", 1, 4096, o.batch);
    o.epochs = reader.number("epochs", 0.001, 100'000, o.epochs);
    o.warmUp = reader.number("warm_up", 0, 100'000, o.warmUp);
    o.ema = reader.number("ema", 0, 0.999999, o.ema);
    o.bfloat16 = reader.boolean("bfloat16", o.bfloat16);
    reader.finish();
}

void readMasking(JsonObject& root, Recipe& recipe, std::string& problem)
{
    const json* object = root.get("masking", false);
    if (!object)
        return;
    JsonObject reader(*object, "masking", problem);
    recipe.masking.share = reader.number("share", 0, 1, 0);
    recipe.masking.most = reader.integer("most", 1, 11, recipe.masking.most);
    const bool attention = true;
    recipe.masking.byAttention = reader.word<bool>("by", {{"attention", true}, {"zero", false}}, &attention);
    const Family* const family = familyByName(recipe.family);
    if (recipe.masking.share > 0 && recipe.masking.byAttention && !(family && family->masksAttention))
        reader.fail("masking.by \"attention\" needs a family with an attention mask, not \""
                    + JsonObject::shown(recipe.family) + "\"");
    if (recipe.masking.share > 0 && !recipe.masking.byAttention && !recipe.trunk.freezeUntil.empty())
        reader.fail("masking.by \"zero\" changes pixels and needs an empty trunk.freeze_until");
    reader.finish();
}

void readSynthetic(JsonObject& root, Recipe& recipe, std::string& problem)
{
    const json* object = root.get("synthetic", false);
    if (!object)
        return;
    JsonObject reader(*object, "synthetic", problem);
    recipe.synthetic.pairs = reader.integer("pairs", 0, 256, recipe.synthetic.pairs);
    recipe.synthetic.photos = reader.integer("photos", 1, 1'000'000, recipe.synthetic.photos);
    recipe.synthetic.kinds = reader.texts("kinds", 4, recipe.synthetic.kinds);
    for (const std::string& kind : recipe.synthetic.kinds) {
        if (kind != "blur" && kind != "noise" && kind != "jpeg" && kind != "contrast")
            reader.fail("synthetic.kinds names \"" + JsonObject::shown(kind)
                        + "\", not one of blur, noise, jpeg, contrast");
    }
    reader.finish();
}

/// A kind of damage, and between which strengths it may be asked for and is unless stated.
struct DamageLimits {
    const char* kind;
    double lowest;
    double highest;
    double low;
    double high;
};
constexpr DamageLimits DamageKinds[] = {{"blur", 0.1, 30, 1.2, 5},
                                        {"noise", 0.5, 128, 8, 40},
                                        {"jpeg", 1, 95, 5, 30},
                                        {"contrast", 0.01, 1, 0.3, 0.75},
                                        {"dark", 0.01, 8, 0.75, 2.75}};

/// "kinds": {"blur": [1.2, 5], ...}
void readDamageKinds(JsonObject& reader, Recipe& recipe)
{
    const json* kinds = reader.get("kinds", false);
    if (!kinds) {
        for (const DamageLimits& limits : DamageKinds)
            recipe.damage.kinds.push_back({limits.kind, limits.low, limits.high});
        return;
    }
    if (!kinds->is_object() || kinds->empty()) {
        reader.fail("damage.kinds is not an object of one or more kinds with two strengths each");
        return;
    }
    JsonObject inner = reader.child(*kinds, "kinds");
    for (const DamageLimits& limits : DamageKinds) {
        const json* range = inner.get(limits.kind, false);
        if (!range)
            continue;
        const bool isRange =
            range->is_array() && range->size() == 2 && (*range)[0].is_number() && (*range)[1].is_number();
        const double low = isRange ? (*range)[0].get<double>() : 0;
        const double high = isRange ? (*range)[1].get<double>() : 0;
        if (isRange && low <= high && low >= limits.lowest && high <= limits.highest)
            recipe.damage.kinds.push_back({limits.kind, low, high});
        else
            inner.fail(inner.path(limits.kind) + " is not [low, high] within " + json(limits.lowest).dump() + " to "
                       + json(limits.highest).dump());
    }
    inner.finish();
}

void readDamage(JsonObject& root, Recipe& recipe, std::string& problem)
{
    DamageRecipe& damage = recipe.damage;
    if (const json* object = root.get("damage", false)) {
        JsonObject reader(*object, "damage", problem);
        damage.pairs = reader.integer("pairs", 0, 256, damage.pairs);
        damage.photos = reader.integer("photos", 1, 1'000'000, damage.photos);
        damage.copies = reader.integer("copies", 1, 10'000, damage.copies);
        damage.most = reader.integer("blocks", 1, 11, damage.most);
        damage.comparisons = reader.integer("comparisons", 1, 64, damage.comparisons);
        readDamageKinds(reader, recipe);
        reader.finish();
    }
    if (!recipe.losses.usesDamage())
        return;
    const Family* const family = familyByName(recipe.family);
    if (damage.pairs == 0)
        root.fail("losses.consistency, damage_order and block_order need damage.pairs above 0");
    if (!(family && family->masksAttention))
        root.fail("losses.consistency, damage_order and block_order need a family with an attention mask, not \""
                  + JsonObject::shown(recipe.family) + "\"");
}

template<class Read> void readList(JsonObject& root, const char* key, bool required, std::string& problem, Read&& read)
{
    const json* list = root.get(key, required);
    if (!list)
        return;
    if (!list->is_array() || list->empty() || list->size() > MaxEntries) {
        root.fail(std::string(key) + " is not a list of 1 to " + std::to_string(MaxEntries) + " objects");
        return;
    }
    for (std::size_t i = 0; i < list->size(); ++i)
        read((*list)[i], std::string(key) + "[" + std::to_string(i) + "]", problem);
}

void readViews(JsonObject& root, Recipe& recipe, std::string& problem)
{
    std::vector<ViewRecipe> views;
    readList(root, "views", false, problem, [&](const json& value, const std::string& where, std::string& found) {
        views.push_back(readView(value, where, found));
        if (views.back().kind == ViewRecipe::Kind::RandomCrop && !recipe.trunk.freezeUntil.empty())
            root.fail(where + ".kind \"random_crop\" cannot be stored and needs an empty trunk.freeze_until");
        if (views.back().kind != ViewRecipe::Kind::Fit && (recipe.input.width == 0 || recipe.input.height == 0))
            root.fail(where + ".kind needs input.width and input.height");
    });
    if (views.empty())
        return;
    if (std::none_of(views.begin(), views.end(), [](const ViewRecipe& view) { return view.weight > 0; }))
        root.fail("views holds no view with a weight above 0");
    recipe.views = std::move(views);
}

void readSchedule(JsonObject& root, Recipe& recipe)
{
    recipe.evaluateEvery = root.number("evaluate_every", 0.001, 100'000, recipe.evaluateEvery);
    recipe.patience = root.integer("patience", 0, 100'000, recipe.patience);
    const bool valOnly = false;
    recipe.reportTest = root.word<bool>("report", {{"val", false}, {"test", true}}, &valOnly);
    const bool half = true;
    recipe.halfStorage = root.word<bool>("storage", {{"float16", true}, {"float32", false}}, &half);
    recipe.seed = static_cast<std::uint64_t>(root.integer("seed", 0, 2'000'000'000, 1));
}

bool isId(const std::string& id)
{
    return id.size() <= 64 && !id.starts_with('.') && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
           });
}

} // namespace

Result<Recipe> parseRecipe(const std::string& text, const std::filesystem::path& folder)
{
    if (text.size() > MaxRecipeBytes || nestsDeeperThan(text, MaxDepth))
        return recipeError("the recipe is too long or too deeply nested");
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded() || text.find('\0') != std::string::npos) // the parser stops at a zero byte
        return recipeError("the recipe is not valid JSON");
    std::string problem;
    Recipe recipe;
    recipe.folder = folder;
    recipe.sha256 = sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    JsonObject root(document, {}, problem);
    root.get("format", true);
    root.integer("format", 1, 1, 1);
    const TrainingTask quality = TrainingTask::Quality;
    recipe.task = root.word<TrainingTask>(
        "task", {{"quality", TrainingTask::Quality}, {"objectness", TrainingTask::Objectness}}, &quality);
    recipe.id = root.text("id", true);
    if (!isId(recipe.id))
        root.fail("id may hold a-z, 0-9, '-', '_' and '.' only, at most 64 of them");
    recipe.name = root.text("name", false, recipe.id);
    recipe.licence = root.text("licence", false, "not stated");
    recipe.family = root.text("family", recipe.task == TrainingTask::Quality, "objectness");
    root.text("notes", false);
    recipe.start = root.text("start", false);
    readTrunk(root, recipe, problem);
    readHead(root, recipe, problem);
    readInput(root, recipe, problem);
    readOutput(root, recipe, problem);
    readList(root, "data", true, problem, [&](const json& value, const std::string& where, std::string& found) {
        recipe.data.push_back(readDataRecipe(value, where, found));
        // Before what follows from it, such as missing masks.
        if ((recipe.data.back().form == DataForm::Masks) != (recipe.task == TrainingTask::Objectness))
            found = where + ".form does not suit the task";
    });
    readViews(root, recipe, problem);
    readLosses(root, recipe, problem);
    readOptimizer(root, recipe, problem);
    readMasking(root, recipe, problem);
    readSynthetic(root, recipe, problem);
    readDamage(root, recipe, problem);
    readSchedule(root, recipe);
    root.finish();
    if (!problem.empty())
        return recipeError(problem);
    return recipe;
}

Result<Recipe> readRecipe(const std::filesystem::path& file)
{
    const Result<std::vector<std::uint8_t>> bytes = readFile(file, MaxRecipeBytes);
    if (!bytes)
        return bytes.error();
    Result<Recipe> recipe = parseRecipe(std::string(bytes->begin(), bytes->end()), file.parent_path());
    if (!recipe)
        return std::move(recipe).error().withFile(file.string());
    return recipe;
}

} // namespace halflens::train
