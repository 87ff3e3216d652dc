// SPDX-License-Identifier: BSD-3-Clause
#include "app/model_options.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace halflens {

void addWeightsOptions(CLI::App& command, std::string& key, std::optional<ScoreScale>& scale)
{
    command.add_option("--key", key, "Which dictionary of a PyTorch file holds the weights (default: the fullest)");
    command
        .add_option_function<std::vector<double>>(
            "--scale",
            [&scale](const std::vector<double>& ends) {
                if (!std::isfinite(ends[0]) || !std::isfinite(ends[1]) || ends[0] >= ends[1])
                    throw CLI::ValidationError("--scale", "two numbers, the first below the second");
                scale = {ends[0], ends[1]};
            },
            "The scores that mean 1 and 5 (default: what the file tells)")
        ->type_name("LOW HIGH")
        ->expected(2)
        ->allow_extra_args(false);
}

void ModelOptions::addTo(CLI::App& command, bool several)
{
    CLI::Option* model =
        command.add_option(several ? "--model,--models" : "--model", models,
                           several ? "Model id, repeatable, or \"all\" (default: the default model)" : "Model id");
    if (!several)
        model->expected(1);
    model->allow_extra_args(false); // one id each time: what follows are images
    CLI::Option* file = command.add_option("--checkpoint", checkpoint,
                                           "Published checkpoint to use as it is; the image is fed at its own size");
    file->excludes(model);
    command.add_option("--family", checkpointOptions.family, "Family of the checkpoint, when it shall be no other")
        ->needs(file);
    addWeightsOptions(command, checkpointOptions.key, checkpointOptions.scale);
    command.get_option("--key")->needs(file);
    command.get_option("--scale")->needs(file);
    command.add_flag("--fit", checkpointOptions.fit, "Fit the image to the size the checkpoint's authors trained with")
        ->needs(file);
}

namespace {

constexpr std::size_t AllModels = 1000; // a command asks each image of each model: none leaves before the end
constexpr std::uint64_t MaxCacheBytes = 256'000'000;

} // namespace

ModelLoader::ModelLoader(const CommonOptions& options, bool keepTables)
    : m_models(ModelRegistry::scan(ModelRegistry::defaultFolders(options.modelsDir)), AllModels,
               keepTables ? TableCache::defaultFile() : std::filesystem::path())
    , m_cache(MaxCacheBytes)
{
    if (options.verbose) {
        for (const Error& problem : registry()->problems())
            std::fprintf(stderr, "halflens: %s\n", problem.message().c_str());
    }
}

JobContext contextOf(ProgressLine& line, const std::string& prefix)
{
    return JobContext(interruptToken(),
                      [&line, prefix](const Progress& progress) { line.show(prefix + progress.text); });
}

std::vector<std::shared_ptr<const Predictor>> ModelLoader::load(const ModelOptions& options, Report& report)
{
    std::vector<std::shared_ptr<const Predictor>> predictors;
    const auto take = [&](Result<std::shared_ptr<const Predictor>> loaded) {
        if (loaded)
            predictors.push_back(*std::move(loaded));
        else
            report.fail(std::move(loaded).error());
    };
    if (!options.checkpoint.empty()) {
        take(loadPublishedCheckpoint(options.checkpoint, options.checkpointOptions));
        for (const auto& predictor : predictors)
            m_models.adopt(predictor);
        return predictors;
    }
    std::vector<std::string> ids = options.models;
    if (ids.empty())
        ids.push_back(m_models.defaultId());
    if (std::find(ids.begin(), ids.end(), "all") != ids.end()) {
        ids.clear();
        for (const ModelEntry& entry : m_models.models())
            ids.push_back(entry.id);
        if (ids.empty())
            ids.emplace_back();
    }
    for (const std::string& id : ids)
        take(m_models.load(id));
    return predictors;
}

void ReportOptions::addTo(CLI::App& command)
{
    command.add_option("--indicator", indicator, "Importance indicator that decides the halves")
        ->check(CLI::IsMember({"dmos", "plcc5", "dmos2", "emd"}))
        ->capture_default_str();
    command.add_option("--epsilon", epsilon, "Tolerated change on the 1..5 scale for \"enough\"")
        ->check(numberBetween(0.0, 4.0))
        ->capture_default_str();
}

AnalysisOptions ReportOptions::analysis() const
{
    AnalysisOptions options;
    if (const Result<Indicator> parsed = indicatorFromString(indicator))
        options.indicator = *parsed;
    options.epsilon = epsilon;
    return options;
}

void addHalvesOption(CLI::App& command, std::string& word)
{
    command
        .add_option("--halves", word,
                    "Whose halves are important and trivial: judge (the default TRIQ's, the same for all models) or "
                    "model (each model's own)")
        ->check(CLI::IsMember({"judge", "model"}))
        ->capture_default_str();
}

nlohmann::json halvesToJson(HalvesOf whose, const Analysis& halves)
{
    return {{"of", toString(whose)},
            {"model", halves.model.id},
            {"by", toString(halves.by)},
            {"exact", halves.table->exact}};
}

nlohmann::json inputToJson(const ModelInput& input)
{
    return {{"width", input.width},
            {"height", input.height},
            {"policy", toString(input.policy)},
            {"orientation", input.orientation}};
}

nlohmann::json distributionToJson(const std::vector<float>& output)
{
    if (output.size() < 2)
        return nullptr;
    return output;
}

} // namespace halflens
