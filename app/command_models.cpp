// SPDX-License-Identifier: BSD-3-Clause
// halflens models: what models there are, taking in files, checking and removing them.
#include "app/model_options.h"
#include "core/families/families.h"
#include "core/families/script_model.h"
#include "core/registry/store.h"

#include <algorithm>
#include <cstdio>

namespace halflens {

namespace {

std::string size(std::uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

nlohmann::json toJson(const Manifest& manifest, const ModelStore& store)
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
            {"source", manifest.source},
            {"sha256", manifest.weightsSha256},
            {"bytes", modelBytes(manifest)},
            {"own", store.contains(manifest)},
            {"folder", manifest.folder.string()}};
}

/// A document with "version" and "errors" around `content`.
void printDocument(nlohmann::json content, const Report& report)
{
    content["version"] = HALFLENS_VERSION;
    content["errors"] = report.errors();
    printJson(content);
}

/// Quality models, then the objectness networks that are in use: the first of an id.
std::vector<Manifest> allManifests(const ModelRegistry& registry)
{
    std::vector<Manifest> all = registry.manifests();
    for (const Manifest& manifest : registry.objectnessManifests()) {
        if (std::none_of(all.begin(), all.end(), [&](const Manifest& other) { return other.id == manifest.id; }))
            all.push_back(manifest);
    }
    return all;
}

int listModels(const CommonOptions& common)
{
    ModelLoader loader(common);
    const ModelStore store(common.modelsDir);
    const std::vector<Manifest> manifests = allManifests(*loader.registry());
    if (common.json) {
        nlohmann::json models = nlohmann::json::array();
        nlohmann::json objectness = nlohmann::json::array();
        for (const Manifest& manifest : manifests)
            (manifest.family == ObjectnessFamily ? objectness : models).push_back(toJson(manifest, store));
        nlohmann::json errors = nlohmann::json::array();
        for (const Error& problem : loader.registry()->problems())
            errors.push_back(toJson(problem));
        printJson({{"version", HALFLENS_VERSION}, {"models", models}, {"objectness", objectness}, {"errors", errors}});
        return ExitOk;
    }
    int widths[3] = {2, 6, 5};
    for (const Manifest& manifest : manifests) {
        widths[0] = std::max(widths[0], static_cast<int>(manifest.id.size()));
        widths[1] = std::max(widths[1], static_cast<int>(manifest.family.size()));
        widths[2] = std::max(widths[2], static_cast<int>(manifest.trunk.size()));
    }
    const auto line = [&](const char* id, const char* family, const char* trunk, const char* bytes, const char* name) {
        std::printf("%-*s  %-*s  %-*s  %9s  %s\n", widths[0], id, widths[1], family, widths[2], trunk, bytes, name);
    };
    if (!manifests.empty())
        line("id", "family", "trunk", "size", "name");
    for (const Manifest& manifest : manifests)
        line(manifest.id.c_str(), manifest.family.c_str(), manifest.trunk.c_str(), size(modelBytes(manifest)).c_str(),
             manifest.name.c_str());
    if (!common.quiet) {
        for (const Error& problem : loader.registry()->problems())
            std::fprintf(stderr, "halflens: %s\n", problem.message().c_str());
    }
    return ExitOk;
}

int showModel(const CommonOptions& common, const std::string& id)
{
    ModelLoader loader(common);
    Report report(common);
    const Manifest* manifest = loader.registry()->findAny(id);
    if (!manifest)
        report.fail(std::move(loader.models().load(id)).error());
    if (common.json) {
        printDocument(manifest ? nlohmann::json{{"model", toJson(*manifest, ModelStore(common.modelsDir))}}
                               : nlohmann::json::object(),
                      report);
    } else if (manifest) {
        std::printf("%s: %s\nfamily   %s on %s\nfed      %s\nscale    %g..%g, %d output%s\nlicence  %s\n",
                    manifest->id.c_str(), manifest->name.c_str(), manifest->family.c_str(), manifest->trunk.c_str(),
                    inWords(manifest->input).c_str(), manifest->scale.low, manifest->scale.high, manifest->outputs,
                    manifest->outputs == 1 ? "" : "s", manifest->licence.c_str());
        if (!manifest->source.empty())
            std::printf("source   %s\n", manifest->source.c_str());
        std::printf("size     %s\nSHA-256  %s\nfolder   %s\n", size(modelBytes(*manifest)).c_str(),
                    manifest->weightsSha256.c_str(), manifest->folder.c_str());
    }
    return report.status();
}

int verifyModels(const CommonOptions& common, std::vector<std::string> ids)
{
    ModelLoader loader(common);
    Report report(common);
    if (ids.empty()) {
        for (const Manifest& manifest : allManifests(*loader.registry()))
            ids.push_back(manifest.id);
        for (const Error& problem : loader.registry()->problems())
            report.fail(problem);
    }
    nlohmann::json results = nlohmann::json::array();
    for (const std::string& id : ids) {
        if (interruptToken().stop_requested())
            break;
        const Manifest* manifest = loader.registry()->findAny(id);
        if (!manifest) {
            report.fail(std::move(loader.models().load(id)).error());
            results.push_back({{"model", id}, {"verified", false}});
            continue;
        }
        Status verified = verifyModel(*manifest, interruptToken());
        results.push_back({{"model", id}, {"verified", verified.has_value()}, {"sha256", manifest->weightsSha256}});
        if (!verified) {
            report.fail(std::move(verified).error());
            continue;
        }
        report.succeed();
        if (!common.json)
            std::printf("%s: weights %s, complete, runs\n", id.c_str(), manifest->weightsSha256.c_str());
    }
    if (common.json)
        printDocument({{"results", results}}, report);
    return report.status();
}

struct ImportCommand {
    std::filesystem::path file;
    ImportOptions options;
};

nlohmann::json toJson(const ImportedModel& found, const ModelStore& store)
{
    nlohmann::json document{
        {"model", toJson(found.manifest, store)},
        {"format", found.format},
        {"tensors", found.tensors},
        {"values", found.values},
        {"trial", {{"width", found.trial.width}, {"height", found.trial.height}, {"score", found.trial.score}}},
        {"published", nullptr},
        {"notes", found.notes}};
    if (found.published)
        document["published"] = {{"file", found.published->file},
                                 {"source", found.published->source},
                                 {"link", found.published->link},
                                 {"licence", found.published->licence},
                                 {"hash_matches", found.hashMatches}};
    return document;
}

void print(const ImportedModel& found)
{
    const Manifest& manifest = found.manifest;
    if (found.format == ScriptFamily)
        std::printf("%s: a TorchScript program; using it runs the code its maker put in\n", manifest.id.c_str());
    else
        std::printf("%s: %s on %s, %zu tensors with %llu values, format %s\n", manifest.id.c_str(),
                    manifest.family.c_str(), manifest.trunk.c_str(), found.tensors,
                    static_cast<unsigned long long>(found.values), found.format.c_str());
    if (found.published && found.hashMatches)
        std::printf("this is %.*s of %.*s\n", static_cast<int>(found.published->file.size()),
                    found.published->file.data(), static_cast<int>(found.published->source.size()),
                    found.published->source.data());
    for (const std::string& note : found.notes)
        std::printf("note: %s\n", note.c_str());
    std::printf("images are fed %s; score %g..%g; runs\nlicence: %s\nstored in %s\n\n"
                "    halflens score --model %s IMG\n",
                inWords(manifest.input).c_str(), manifest.scale.low, manifest.scale.high, manifest.licence.c_str(),
                manifest.folder.c_str(), manifest.id.c_str());
}

int importModel(const CommonOptions& common, const ImportCommand& command)
{
    ModelLoader loader(common);
    const ModelStore store(common.modelsDir);
    Report report(common);
    Result<ImportedModel> found = [&] {
        ProgressLine progress(common);
        return store.import(command.file, command.options, *loader.registry(), interruptToken(),
                            [&](double part, const std::string& step) {
                                progress.show(step + " " + std::to_string(static_cast<int>(100 * part)) + " %");
                            });
    }();
    if (found)
        report.succeed();
    else
        report.fail(found.error());
    if (common.json)
        printDocument(found ? toJson(*found, store) : nlohmann::json::object(), report);
    else if (found)
        print(*found);
    return report.status();
}

int removeModel(const CommonOptions& common, const std::string& id)
{
    ModelLoader loader(common);
    const ModelStore store(common.modelsDir);
    Report report(common);
    const Status removed = store.remove(id, *loader.registry());
    if (removed)
        report.succeed();
    else
        report.fail(removed.error());
    if (common.json)
        printDocument({{"model", id}, {"removed", removed.has_value()}}, report);
    else if (removed)
        std::printf("%s: removed\n", id.c_str());
    return report.status();
}

} // namespace

void addModelsCommand(CLI::App& app, CommonOptions& common, CommandBody& run)
{
    CLI::App* command = app.add_subcommand("models", "List, import, check and remove models");
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
    withId("remove", "Delete an imported model", removeModel);

    auto ids = std::make_shared<std::vector<std::string>>();
    CLI::App* verify = addCommand(*command, "verify", "Check hash and tensors of models and run them once", common);
    verify->add_option("ids", *ids, "Model ids (default: all)");
    verify->callback([&common, &run, ids] { run = [&common, ids] { return verifyModels(common, *ids); }; });

    auto import = std::make_shared<ImportCommand>();
    CLI::App* sub = addCommand(*command, "import", "Take in a weights file as its authors publish it", common);
    sub->add_option("file", import->file, "Keras HDF5, PyTorch, safetensors or TorchScript file")->required();
    sub->add_option("--family", import->options.family, "Family of the file, when it shall be no other")
        ->check(CLI::IsMember(familyNames()));
    sub->add_option("--id", import->options.id, "Id to use it by (default: made from what it is)");
    sub->add_option("--name", import->options.name, "Name for people (default: the file's)");
    sub->add_option("--licence", import->options.licence, "Licence of the weights (default: of the published file)");
    sub->add_option("--manifest", import->options.manifest,
                    "Manifest to store the file with; a TorchScript file needs one")
        ->check(CLI::ExistingFile);
    addWeightsOptions(*sub, import->options.key, import->options.scale);
    sub->get_option("--scale")->excludes("--manifest");
    sub->add_flag("--fit", import->options.fit, "Resize images to the size the authors trained with");
    sub->footer("The file is copied unchanged to the user's data folder, or to --models-dir, after it has been loaded "
                "and run once. Where published files come from: resources/help/published_models.md.\n"
                "A TorchScript file is a program: importing and using it runs whatever its maker put in. Take such "
                "files only from people you trust. How to make one: resources/help/own_model.md.");
    sub->callback([&common, &run, import] { run = [&common, import] { return importModel(common, *import); }; });
}

} // namespace halflens
