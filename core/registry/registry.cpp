// SPDX-License-Identifier: BSD-3-Clause
#include "core/registry/registry.h"

#include "core/base/file.h"
#include "core/base/installation.h"
#include "core/checkpoint/tensor_archive.h"
#include "core/families/description.h"
#include "core/families/families.h"
#include "core/families/script_model.h"

#include <QStandardPaths>
#include <algorithm>

namespace halflens {

namespace {

constexpr const char* DefaultModel = "lite-triq";

/// The errors carry the path. `key`: see readCheckpoint().
Result<NetworkWeights> readWeights(const std::filesystem::path& file, const std::string& key)
{
    Result<TensorArchive> archive = readCheckpoint(file, {}, key);
    if (!archive)
        return std::move(archive).error();
    Result<NetworkWeights> weights = recogniseWeights(std::move(*archive));
    if (!weights)
        return std::move(weights).error().withFile(file.string());
    return weights;
}

} // namespace

ModelRegistry ModelRegistry::scan(const std::vector<std::filesystem::path>& folders)
{
    ModelRegistry registry;
    for (const std::filesystem::path& folder : folders) {
        std::error_code failed;
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
            if (entry.path().filename().string().starts_with('.'))
                continue; // an import under way
            const std::filesystem::path file = entry.path() / "manifest.json";
            if (std::error_code ignored; std::filesystem::is_regular_file(file, ignored))
                files.push_back(file);
        }
        std::sort(files.begin(), files.end());
        for (const std::filesystem::path& file : files) {
            Result<Manifest> manifest = readManifest(file);
            if (!manifest)
                registry.m_problems.push_back(std::move(manifest).error());
            else if (manifest->family == ObjectnessFamily)
                registry.m_objectnessManifests.push_back(std::move(*manifest));
            else if (!registry.find(manifest->id))
                registry.m_manifests.push_back(std::move(*manifest));
        }
    }
    std::sort(registry.m_manifests.begin(), registry.m_manifests.end(),
              [](const Manifest& a, const Manifest& b) { return a.id < b.id; });
    return registry;
}

std::vector<std::filesystem::path> ModelRegistry::defaultFolders(const std::filesystem::path& userFolder)
{
    std::vector<std::filesystem::path> folders;
    if (!userFolder.empty())
        folders.push_back(userFolder);
    if (std::filesystem::path own = ownFolder(); !own.empty())
        folders.push_back(std::move(own));
    if (std::filesystem::path shipped = dataFolder("models"); !shipped.empty())
        folders.push_back(std::move(shipped));
    return folders;
}

std::filesystem::path ModelRegistry::ownFolder()
{
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return data.isEmpty() ? std::filesystem::path() : std::filesystem::path(data.toStdString()) / "halflens" / "models";
}

const Manifest* ModelRegistry::findAny(const std::string& id) const
{
    const auto found = std::find_if(m_objectnessManifests.begin(), m_objectnessManifests.end(),
                                    [&](const Manifest& manifest) { return manifest.id == id; });
    return found != m_objectnessManifests.end() && !find(id) ? &*found : find(id);
}

const Manifest* ModelRegistry::find(const std::string& id) const
{
    const auto found =
        std::find_if(m_manifests.begin(), m_manifests.end(), [&](const Manifest& m) { return m.id == id; });
    return found == m_manifests.end() ? nullptr : &*found;
}

std::string ModelRegistry::defaultId() const
{
    if (find(DefaultModel))
        return DefaultModel;
    return m_manifests.empty() ? std::string() : m_manifests.front().id;
}

Result<std::shared_ptr<const Predictor>> loadModel(const Manifest& manifest, const WeightsEdit& edit)
{
    const std::filesystem::path file = manifest.folder / manifest.weightsFile;
    Result<std::string> hash = sha256HexOfFile(file);
    if (!hash)
        return std::move(hash).error();
    if (!manifest.weightsSha256.empty() && *hash != manifest.weightsSha256)
        return Error{ErrorCode::InvalidInput, "checkpoint",
                     "the weights are not those the manifest names (SHA-256 " + *hash + ")", "install the model again",
                     file.string()};
    ModelInfo info;
    info.id = manifest.id;
    info.name = manifest.name;
    info.licence = manifest.licence;
    info.weightsHash = *hash;
    info.input = manifest.input;
    info.scale = manifest.scale;
    if (manifest.isScaleAssumed)
        info.notes.push_back(assumedScaleNote(info.scale));
    if (manifest.family == ScriptFamily) {
        info.family = manifest.family;
        info.trunk = manifest.trunk;
        info.outputs = manifest.outputs;
        if (edit)
            return Error{ErrorCode::Unsupported, "model", "the weights of " + manifest.id + " lie inside its program",
                         "use another model", file.string()};
        return makeScriptModel(file, std::move(info));
    }
    Result<NetworkWeights> weights = readWeights(file, manifest.weightsKey);
    if (!weights)
        return weights.error();
    info.notes.insert(info.notes.begin(), weights->notes.begin(), weights->notes.end());
    if (weights->family != manifest.family || weights->trunk != manifest.trunk)
        return Error{ErrorCode::InvalidInput, "checkpoint",
                     "the weights are " + weights->family + " on " + weights->trunk + ", the manifest says "
                         + manifest.family + " on " + manifest.trunk,
                     "correct the manifest", file.string()};
    if (edit)
        edit(weights->state);
    Result<std::shared_ptr<const Predictor>> predictor = makePredictor(*std::move(weights), std::move(info));
    if (!predictor)
        return std::move(predictor).error().withFile(file.string());
    if ((*predictor)->info().outputs != manifest.outputs)
        return Error{ErrorCode::InvalidInput, "checkpoint",
                     "the network has " + std::to_string((*predictor)->info().outputs) + " outputs, the manifest says "
                         + std::to_string(manifest.outputs),
                     "correct output.kind of the manifest", file.string()};
    return predictor;
}

Result<std::shared_ptr<const Predictor>>
loadPublishedCheckpoint(const std::filesystem::path& file, const CheckpointOptions& options, const WeightsEdit& edit)
{
    Result<NetworkWeights> weights = readWeights(file, options.key);
    if (!weights)
        return weights.error();
    if (!options.family.empty() && options.family != weights->family)
        return Error{ErrorCode::InvalidInput, "checkpoint",
                     "the tensors are those of " + weights->family + ", not of " + options.family,
                     "leave the family out or name the right one", file.string()};
    Result<std::string> hash = sha256HexOfFile(file);
    if (!hash)
        return std::move(hash).error();
    describeByNeighbours(*weights, file, *hash);
    ModelInfo info;
    info.id = info.name = file.filename().string();
    info.weightsHash = std::move(*hash);
    info.input = weights->input;
    info.scale = options.scale.value_or(weights->scale);
    info.notes = weights->notes;
    if (weights->isScaleAssumed && !options.scale)
        info.notes.push_back(assumedScaleNote(info.scale));
    if (options.fit) {
        info.input.policy = InputPolicy::Fit;
    } else if (info.input.policy == InputPolicy::Fit && !weights->isFitOnly) {
        info.input.policy = InputPolicy::Native;
        info.notes.push_back("the image is fed at its own size; this model was made for images fitted to "
                             + std::to_string(info.input.width) + " x " + std::to_string(info.input.height)
                             + " (--fit)");
    }
    if (edit)
        edit(weights->state);
    Result<std::shared_ptr<const Predictor>> predictor = makePredictor(*std::move(weights), std::move(info));
    if (!predictor)
        return std::move(predictor).error().withFile(file.string());
    return predictor;
}

} // namespace halflens
