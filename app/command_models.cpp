// SPDX-License-Identifier: BSD-3-Clause
// halflens models: what models there are and what they are.
#include "app/model_options.h"

#include <cstdio>

namespace halflens {

namespace {

nlohmann::json toJson(const Manifest& manifest)
{
    return {{"id", manifest.id},
            {"name", manifest.name},
            {"family", manifest.family},
            {"trunk", manifest.trunk},
            {"input",
             {{"policy", toString(manifest.input.policy)},
              {"width", manifest.input.width},
              {"height", manifest.input.height}}},
            {"outputs", manifest.outputs},
            {"scale", {manifest.scale.low, manifest.scale.high}},
            {"licence", manifest.licence},
            {"folder", manifest.folder.string()}};
}

int listModels(const CommonOptions& common)
{
    const ModelLoader loader(common);
    if (common.json) {
        nlohmann::json models = nlohmann::json::array();
        for (const Manifest& manifest : loader.registry().manifests())
            models.push_back(toJson(manifest));
        nlohmann::json errors = nlohmann::json::array();
        for (const Error& problem : loader.registry().problems())
            errors.push_back(toJson(problem));
        printJson({{"version", HALFLENS_VERSION}, {"models", models}, {"errors", errors}});
        return ExitOk;
    }
    for (const Manifest& manifest : loader.registry().manifests())
        std::printf("%-16s %-10s %-20s %s\n", manifest.id.c_str(), manifest.family.c_str(), manifest.trunk.c_str(),
                    manifest.name.c_str());
    for (const Error& problem : loader.registry().problems())
        std::fprintf(stderr, "halflens: %s\n", problem.message().c_str());
    return ExitOk;
}

int withManifest(const CommonOptions& common, const std::string& id,
                 const std::function<int(const Manifest&, ModelLoader&, Report&)>& body)
{
    ModelLoader loader(common);
    Report report(common);
    if (const Manifest* manifest = loader.registry().find(id))
        return body(*manifest, loader, report);
    report.fail(std::move(loader.byId(id)).error());
    if (common.json)
        printJson({{"version", HALFLENS_VERSION}, {"errors", report.errors()}});
    return report.status();
}

int showModel(const CommonOptions& common, const std::string& id)
{
    return withManifest(common, id, [&](const Manifest& manifest, ModelLoader&, Report&) {
        if (common.json) {
            printJson(
                {{"version", HALFLENS_VERSION}, {"model", toJson(manifest)}, {"errors", nlohmann::json::array()}});
            return ExitOk;
        }
        std::printf(
            "%s: %s\nfamily   %s on %s\ninput    %s %d x %d\nscale    %g..%g, %d output(s)\nlicence  %s\nfolder   %s\n",
            manifest.id.c_str(), manifest.name.c_str(), manifest.family.c_str(), manifest.trunk.c_str(),
            toString(manifest.input.policy).c_str(), manifest.input.width, manifest.input.height, manifest.scale.low,
            manifest.scale.high, manifest.outputs, manifest.licence.c_str(), manifest.folder.c_str());
        return ExitOk;
    });
}

int verifyModel(const CommonOptions& common, const std::string& id)
{
    return withManifest(common, id, [&](const Manifest& manifest, ModelLoader& loader, Report& report) -> int {
        Result<std::shared_ptr<const Predictor>> loaded = loader.byId(manifest.id);
        if (!loaded)
            report.fail(std::move(loaded).error());
        if (common.json)
            printJson({{"version", HALFLENS_VERSION},
                       {"model", manifest.id},
                       {"verified", loaded.has_value()},
                       {"errors", report.errors()}});
        else if (loaded)
            std::printf("%s: weights %s, complete\n", manifest.id.c_str(), (*loaded)->info().weightsHash.c_str());
        return report.status();
    });
}

} // namespace

void addModelsCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    CLI::App* command = app.add_subcommand("models", "List and check the models at hand");
    command->require_subcommand(1);
    addCommand(*command, "list", "List all models", common)->callback([&] {
        run = [&common] { return listModels(common); };
    });
    const auto withId = [&](const char* name, const char* description,
                            int (*body)(const CommonOptions&, const std::string&)) {
        auto id = std::make_shared<std::string>();
        CLI::App* sub = addCommand(*command, name, description, common);
        sub->add_option("id", *id, "Model id")->required();
        sub->callback([&common, &run, id, body] { run = [&common, id, body] { return body(common, *id); }; });
    };
    withId("show", "Show what a model is", showModel);
    withId("verify", "Load a model and check its weights", verifyModel);
}

} // namespace halflens
