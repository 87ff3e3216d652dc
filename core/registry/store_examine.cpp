// SPDX-License-Identifier: BSD-3-Clause
#include "core/registry/store_examine.h"

#include "core/base/file.h"
#include "core/checkpoint/tensor_archive.h"
#include "core/checkpoint/torch_pickle.h"
#include "core/families/description.h"
#include "core/families/families.h"
#include "core/families/script_model.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

namespace halflens {

namespace {

constexpr double ReadShare = 0.8; ///< of the progress, when the tensors have been read
constexpr double MaxTrialSeconds = 120;

/// A landscape of 256 x 192 unless the network takes one size, or few, only.
detail::Trial trialSize(const ModelInfo& info)
{
    const Family* family = familyByName(info.family);
    const bool fixed = info.input.policy == InputPolicy::Fit || (family && family->fixedInput);
    return fixed ? detail::Trial{info.input.width, info.input.height} : detail::Trial{256, 192};
}

/// Ramps and a grid: nothing is constant, nothing is random.
ModelInput madeUpInput(int width, int height)
{
    ModelInput input;
    input.width = width;
    input.height = height;
    input.orientation = width >= height ? "landscape" : "portrait";
    input.planes.reserve(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int channel = 0; channel < 3; ++channel) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x)
                input.planes.push_back(static_cast<float>((31 * channel + 7 * y + 3 * x) % 64) / 32.0F - 1.0F);
        }
    }
    return input;
}

std::string layoutId(const NetworkWeights& weights)
{
    return weights.trunk == "swin" ? weights.family : weights.family + "-" + weights.trunk;
}

std::string licenceOf(const ImportedModel& found)
{
    if (found.published && found.hashMatches)
        return std::string(found.published->licence);
    if (found.published)
        return "not stated; " + std::string(found.published->file) + " of " + std::string(found.published->source)
            + ", which this file is laid out like, is published under " + std::string(found.published->licence);
    return "not stated";
}

/// Facts for the manifest from the published tables, the options and the tensors, in this order of trust.
void describe(ImportedModel& found, const NetworkWeights& weights, const ImportOptions& options,
              const std::filesystem::path& file)
{
    Manifest& manifest = found.manifest;
    found.published = publishedByHash(manifest.weightsSha256);
    found.hashMatches = found.published != nullptr;
    if (!found.published)
        found.published = publishedByLayout(weights.family, weights.trunk, found.format);
    manifest.family = weights.family;
    manifest.trunk = weights.trunk;
    manifest.input = weights.input;
    if (options.fit)
        manifest.input.policy = InputPolicy::Fit;
    manifest.scale = options.scale.value_or(weights.scale);
    manifest.isScaleAssumed = weights.isScaleAssumed && !options.scale;
    manifest.weightsKey = options.key;
    found.notes = weights.notes;
    if (manifest.isScaleAssumed)
        found.notes.push_back(assumedScaleNote(manifest.scale));
    manifest.name = !options.name.empty() ? options.name
        : found.hashMatches               ? std::string(found.published->name)
                                          : file.filename().string();
    manifest.licence = options.licence.empty() ? licenceOf(found) : options.licence;
    if (found.hashMatches)
        manifest.source = std::string(found.published->link);
    manifest.id = options.id;
    if (manifest.id.empty())
        manifest.id = found.hashMatches ? std::string(found.published->id) : layoutId(weights);
}

/// The manifest a user wrote, with what the import knows better filled in. Without a family it is a program's.
Result<Manifest> givenManifest(const ImportOptions& options, const Manifest& copy)
{
    using nlohmann::json;
    constexpr std::uint64_t MaxBytes = 1'000'000;
    constexpr int MaxDepth = 8; // writing a text again recurses
    const Result<std::vector<std::uint8_t>> bytes = readFile(options.manifest, MaxBytes);
    if (!bytes)
        return bytes.error();
    bool tooDeep = false;
    const auto shallow = [&](int depth, json::parse_event_t, json&) {
        tooDeep = tooDeep || depth > MaxDepth;
        return !tooDeep;
    };
    json root = json::parse(bytes->begin(), bytes->end(), shallow, false);
    const bool usable = root.is_object() && !tooDeep;
    if (usable) {
        const json given = root.value("weights", json::object());
        root["weights"] = {{"file", copy.weightsFile}, {"sha256", copy.weightsSha256}};
        if (!options.key.empty())
            root["weights"]["key"] = options.key;
        else if (given.is_object() && given.contains("key"))
            root["weights"]["key"] = given["key"];
        if (!root.contains("family"))
            root["family"] = ScriptFamily;
        if (!root.contains("trunk"))
            root["trunk"] = ScriptFamily;
        const auto put = [&](const char* key, const std::string& value) {
            if (!value.empty())
                root[key] = value;
        };
        put("id", options.id);
        put("name", options.name);
        put("licence", options.licence);
        root.erase("card"); // the one file is taken in
    }
    // A broken text stays broken, so that the parser says what is wrong with it.
    const std::string text =
        usable ? root.dump(-1, ' ', false, json::error_handler_t::replace) : std::string(bytes->begin(), bytes->end());
    Result<Manifest> manifest = parseManifest(text, copy.folder);
    if (!manifest)
        return std::move(manifest).error().withFile(options.manifest.string());
    return manifest;
}

/// Puts the user's manifest in the place of the guesses. `found.manifest` says what the tensors are.
Status applyManifest(ImportedModel& found, Manifest given)
{
    if (given.family != found.manifest.family || given.trunk != found.manifest.trunk)
        return detail::importError("the tensors are " + found.manifest.family + " on " + found.manifest.trunk
                                       + ", the manifest says " + given.family + " on " + given.trunk,
                                   "correct the manifest, or leave it out");
    const std::string assumed = assumedScaleNote(found.manifest.scale);
    found.manifest = std::move(given);
    std::erase_if(found.notes, [&](const std::string& note) { return note == assumed; });
    return {};
}

} // namespace

namespace detail {

Error importError(std::string reason, std::string remedy)
{
    return {ErrorCode::InvalidInput, "import", std::move(reason), std::move(remedy), {}};
}

Result<Trial> tryOut(const Predictor& predictor, std::stop_token stop)
{
    Trial trial = trialSize(predictor.info());
    const auto begin = std::chrono::steady_clock::now();
    const Result<Prediction> prediction = predictor.predict(madeUpInput(trial.width, trial.height), std::move(stop));
    if (!prediction)
        return prediction.error();
    trial.score = prediction->score;
    trial.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return trial;
}

namespace {

/// Recognises and runs the copy; fills in everything but the last word on the id.
Status examineCheckpoint(ImportedModel& found, const std::filesystem::path& file, const ImportOptions& options,
                         std::optional<Manifest> given, const std::stop_token& stop, const StoreProgress& progress)
{
    progress(CopyShare, "reading the tensors");
    const std::string key = given ? given->weightsKey : options.key;
    Result<TensorArchive> archive = readCheckpoint(found.manifest.folder / found.manifest.weightsFile, {}, key);
    if (!archive)
        return std::move(archive).error();
    found.format = archive->format;
    found.tensors = archive->tensors.size();
    for (const NamedTensor& tensor : archive->tensors)
        found.values += tensor.tensor.values.size();
    Result<NetworkWeights> weights = recogniseWeights(*std::move(archive));
    if (!weights)
        return std::move(weights).error();
    if (!options.family.empty() && options.family != weights->family)
        return importError("the tensors are those of " + weights->family + ", not of " + options.family,
                           "leave the family out or name the right one");
    if (stop.stop_requested())
        return cancelledError();
    if (!given)
        describeByNeighbours(*weights, file, found.manifest.weightsSha256);
    describe(found, *weights, options, file);
    if (given) {
        if (Status fits = applyManifest(found, *given); !fits)
            return fits;
    }

    progress(ReadShare, "running it once");
    ModelInfo info;
    info.id = found.manifest.id;
    info.input = found.manifest.input;
    info.scale = found.manifest.scale;
    const Result<std::shared_ptr<const Predictor>> predictor = makePredictor(*std::move(weights), std::move(info));
    if (!predictor)
        return predictor.error();
    const Result<Trial> trial = tryOut(**predictor, stop);
    if (!trial)
        return trial.error();
    const int outputs = (*predictor)->info().outputs;
    if (given && given->outputs != outputs)
        return importError("the network has " + std::to_string(outputs) + " outputs, the manifest says "
                               + std::to_string(given->outputs),
                           "correct output.kind of the manifest");
    found.manifest.outputs = outputs;
    found.trial = *trial;
    return {};
}

Status examineScript(ImportedModel& found, Manifest given, const std::stop_token& stop, const StoreProgress& progress)
{
    progress(CopyShare, "opening the program");
    const std::filesystem::path file = given.folder / given.weightsFile;
    found.format = ScriptFamily;
    found.manifest = std::move(given);
    ModelInfo info;
    info.id = found.manifest.id;
    info.family = ScriptFamily;
    info.input = found.manifest.input;
    info.scale = found.manifest.scale;
    info.outputs = found.manifest.outputs;
    const Result<std::shared_ptr<const Predictor>> predictor = makeScriptModel(file, std::move(info));
    if (!predictor)
        return predictor.error();
    progress(ReadShare, "running it once");
    const Result<Trial> trial = tryOut(**predictor, stop);
    if (!trial)
        return trial.error();
    if (trial->seconds > MaxTrialSeconds)
        return importError("one pass takes " + std::to_string(static_cast<int>(trial->seconds)) + " seconds",
                           "let the manifest fit images to a smaller size");
    found.trial = *trial;
    return {};
}

} // namespace

Status examine(ImportedModel& found, const std::filesystem::path& file, const ImportOptions& options,
               const std::stop_token& stop, const StoreProgress& progress)
{
    if (options.manifest.empty())
        return examineCheckpoint(found, file, options, {}, stop, progress);
    Result<Manifest> given = givenManifest(options, found.manifest);
    if (!given)
        return std::move(given).error();
    const bool isProgram = [&] {
        const auto bytes = readFile(given->folder / given->weightsFile, CheckpointLimits().maxFileBytes);
        return bytes && holdsTorchScript(*bytes);
    }();
    if (given->family != ScriptFamily)
        return examineCheckpoint(found, file, options, *std::move(given), stop, progress);
    if (!isProgram)
        return importError("this is no TorchScript archive; a file of torch.save holds weights without the network "
                           "they belong to",
                           "save the network with torch.jit.trace(model.eval(), example).save(path)");
    return examineScript(found, *std::move(given), stop, progress);
}

} // namespace detail

} // namespace halflens
