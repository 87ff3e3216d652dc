// SPDX-License-Identifier: BSD-3-Clause
#include "app/model_options.h"

#include "core/masking/table_builder.h"

#include <algorithm>

namespace halflens {

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
    command.add_option("--family", family, "Family of the checkpoint, when it shall be no other")->needs(file);
    command.add_flag("--fit", fit, "Fit the image to 1024 x 768 for the checkpoint")->needs(file);
}

ModelLoader::ModelLoader(const CommonOptions& options)
    : m_registry(ModelRegistry::scan(ModelRegistry::defaultFolders(options.modelsDir)))
{
    if (options.verbose) {
        for (const Error& problem : m_registry.problems())
            std::fprintf(stderr, "halflens: %s\n", problem.message().c_str());
    }
}

Result<std::shared_ptr<const Predictor>> ModelLoader::byId(const std::string& id)
{
    if (const auto found = m_loaded.find(id); found != m_loaded.end())
        return found->second;
    const Manifest* manifest = m_registry.find(id);
    if (!manifest) {
        std::string known;
        for (const Manifest& other : m_registry.manifests())
            known += (known.empty() ? "" : ", ") + other.id;
        return Error{ErrorCode::InvalidInput,
                     "model",
                     id.empty() ? "there is no model at all" : "there is no model called \"" + id + "\"",
                     known.empty() ? "install the model pack, or name a folder with --models-dir"
                                   : "use one of " + known,
                     {}};
    }
    Result<std::shared_ptr<const Predictor>> loaded = loadModel(*manifest);
    if (loaded)
        m_loaded[id] = *loaded;
    return loaded;
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
        take(loadPublishedCheckpoint(options.checkpoint, options.family, options.fit));
        return predictors;
    }
    std::vector<std::string> ids = options.models;
    if (ids.empty())
        ids.push_back(m_registry.defaultId());
    if (std::find(ids.begin(), ids.end(), "all") != ids.end()) {
        ids.clear();
        for (const Manifest& manifest : m_registry.manifests())
            ids.push_back(manifest.id);
        if (ids.empty())
            ids.emplace_back();
    }
    for (const std::string& id : ids)
        take(byId(id));
    return predictors;
}

void ReportOptions::addTo(CLI::App& command)
{
    command.add_option("--indicator", indicator, "Importance indicator that decides the halves")
        ->check(CLI::IsMember({"dmos", "plcc5", "dmos2", "emd"}))
        ->capture_default_str();
    command.add_option("--epsilon", epsilon, "Tolerated change on the 1..5 scale for \"enough\"")
        ->check(CLI::Range(0.0, 4.0))
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

Result<std::shared_ptr<const MaskTable>> attentionTable(const Image& image, const Predictor& predictor)
{
    const Result<ModelInput> input = toModelInput(image, predictor.info().input);
    if (!input)
        return input.error();
    const Result<std::shared_ptr<const Features>> features = predictor.features(*input, interruptToken());
    if (!features)
        return features.error();
    return buildMaskTable(predictor, **features, interruptToken());
}

Result<const Predictor*> judgeOf(const Predictor& predictor, ModelLoader& loader)
{
    if (predictor.info().masksAttention)
        return &predictor;
    const Result<std::shared_ptr<const Predictor>> standIn = loader.byId(loader.registry().defaultId());
    if (!standIn)
        return standIn.error();
    return standIn->get();
}

Result<JudgedHalf> importantBlocks(const Image& image, const Predictor& judge, Indicator indicator)
{
    const Result<std::shared_ptr<const MaskTable>> table = attentionTable(image, judge);
    if (!table)
        return table.error();
    const Result<BlockMask> important = importantHalf(computeImportance(**table), indicator);
    if (!important)
        return important.error();
    return JudgedHalf{*important, *table};
}

Result<double> scoreOf(const Image& image, const Predictor& predictor, BlockMask zeroed)
{
    Result<ModelInput> input = toModelInput(image, predictor.info().input);
    if (!input)
        return std::move(input).error();
    fillBlocks(*input, zeroed, Fill::Zero, predictor.info().input);
    const Result<Prediction> prediction = predictor.predict(*input, interruptToken());
    if (!prediction)
        return prediction.error();
    return prediction->score;
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
