// SPDX-License-Identifier: BSD-3-Clause
#include "core/registry/store.h"

#include "core/base/file.h"
#include "core/families/objectness/objectness_network.h"
#include "core/registry/store_examine.h"
#include "core/registry/store_folder.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

using detail::importError;

/// `wanted`, or the first of wanted-2, wanted-3, ... that no model has.
std::string freeId(const std::string& wanted, const ModelRegistry& present, const std::filesystem::path& folder)
{
    const auto taken = [&](const std::string& id) {
        std::error_code ignored;
        return present.find(id) != nullptr || std::filesystem::exists(folder / id, ignored);
    };
    std::string id = wanted;
    for (int number = 2; taken(id); ++number)
        id = wanted + "-" + std::to_string(number);
    return id;
}

Status checkOptions(const ImportOptions& options, const ModelRegistry& present)
{
    if (options.id.empty())
        return {};
    if (!isModelId(options.id))
        return importError("\"" + options.id + "\" cannot be a model's id",
                           "use a-z, 0-9, '-', '_' and '.', at most 64 of them");
    if (present.find(options.id))
        return importError("there is already a model called \"" + options.id + "\"",
                           "remove it first, or choose another name with --id");
    return {};
}

/// Name inside the model's folder: "weights" and the suffix people know the file by.
std::string weightsName(const std::filesystem::path& file)
{
    const std::string suffix = file.extension().string();
    const bool plain = suffix.size() > 1 && suffix.size() < 16
        && std::all_of(suffix.begin() + 1, suffix.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    return plain ? "weights" + suffix : "weights.bin";
}

/// The same weights under another id would only puzzle people.
const Manifest* presentCopy(const ModelRegistry& present, const std::string& sha256)
{
    const auto& manifests = present.manifests();
    const auto found = std::find_if(manifests.begin(), manifests.end(),
                                    [&](const Manifest& manifest) { return manifest.weightsSha256 == sha256; });
    return found == manifests.end() ? nullptr : &*found;
}

Status verifyObjectness(const Manifest& manifest, std::stop_token stop)
{
    const Result<std::shared_ptr<const ObjectnessNetwork>> network = ObjectnessNetwork::load(manifest);
    if (!network)
        return network.error();
    Image ramp;
    ramp.width = manifest.input.width;
    ramp.height = manifest.input.height;
    ramp.rgb.resize(3 * static_cast<std::size_t>(ramp.width) * static_cast<std::size_t>(ramp.height));
    for (std::size_t i = 0; i < ramp.rgb.size(); ++i)
        ramp.rgb[i] = static_cast<std::uint8_t>(i / 3);
    const Result<ScalarMap> map = (*network)->probabilities(ramp, std::move(stop));
    if (!map)
        return Error(map.error()).withFile((manifest.folder / manifest.weightsFile).string());
    if (!std::all_of(map->values.begin(), map->values.end(), [](float v) { return std::isfinite(v); }))
        return Error{ErrorCode::Model, "model", "the network's probabilities are not numbers",
                     "the weights are damaged or training diverged; use another file",
                     (manifest.folder / manifest.weightsFile).string()};
    return {};
}

} // namespace

ModelStore::ModelStore(std::filesystem::path folder)
    : m_folder(folder.empty() ? ModelRegistry::ownFolder() : std::move(folder))
{ }

Result<ImportedModel> ModelStore::import(const std::filesystem::path& file, const ImportOptions& options,
                                         const ModelRegistry& present, std::stop_token stop,
                                         const StoreProgress& progress) const
{
    const StoreProgress tell = progress ? progress : [](double, const std::string&) {};
    const auto fail = [&](Error error) {
        // The copy has been thrown away: what people know is the file they named.
        if (error.file.find(".import-") != std::string::npos)
            error.file.clear();
        return std::move(error).withFile(file.string());
    };
    if (Status fine = checkOptions(options, present); !fine)
        return fail(std::move(fine).error());
    Result<detail::ImportFolder> folder = detail::ImportFolder::create(m_folder);
    if (!folder)
        return std::move(folder).error();
    ImportedModel found;
    found.manifest.folder = folder->path();
    found.manifest.weightsFile = weightsName(file);
    const Result<detail::CopiedFile> copied =
        detail::copyHashed(file, folder->path() / found.manifest.weightsFile, stop,
                           [&](double part) { tell(detail::CopyShare * part, "copying the file"); });
    if (!copied)
        return fail(copied.error());
    found.bytes = copied->bytes;
    found.manifest.weightsSha256 = copied->sha256;
    if (const Manifest* copy = options.id.empty() ? presentCopy(present, copied->sha256) : nullptr)
        return fail(importError("these weights are there already, as \"" + copy->id + "\"",
                                "use that model, or give --id to have them twice"));
    if (Status examined = guarded("import", [&] { return detail::examine(found, file, options, stop, tell); });
        !examined)
        return fail(std::move(examined).error());
    if (options.id.empty())
        found.manifest.id = freeId(found.manifest.id, present, m_folder);
    if (Status written = writeFileAtomically(folder->path() / "manifest.json", toJsonText(found.manifest)); !written)
        return fail(std::move(written).error());
    // What cannot be read back must not become a model.
    if (const Result<Manifest> again = readManifest(folder->path() / "manifest.json"); !again)
        return fail(again.error());
    if (stop.stop_requested())
        return fail(cancelledError());
    if (Status published = folder->publish(found.manifest.id); !published)
        return std::move(published).error();
    found.manifest.folder = m_folder / found.manifest.id;
    tell(1, "done");
    return found;
}

bool ModelStore::contains(const Manifest& model) const
{
    std::error_code failed;
    return std::filesystem::equivalent(model.folder.parent_path(), m_folder, failed) && !failed;
}

Status ModelStore::remove(const std::string& id, const ModelRegistry& present) const
{
    const Manifest* model = present.find(id);
    const std::filesystem::path folder = model ? model->folder : m_folder / id;
    const auto refusal = [&](std::string reason, std::string remedy) {
        return Error{ErrorCode::InvalidInput, "remove", std::move(reason), std::move(remedy), {}};
    };
    if (model && !contains(*model))
        return refusal("\"" + id + "\" is not one of your own models; it belongs to " + folder.parent_path().string(),
                       "only models in " + m_folder.string() + " can be removed");
    std::error_code failed;
    if (!model && !(isModelId(id) && std::filesystem::is_directory(folder, failed)))
        return refusal("there is no model called \"" + id + "\"", "halflens models list names them all");
    // Out of sight first: a removal that is cut short must not leave half a model behind.
    Result<detail::ImportFolder> grave = detail::ImportFolder::create(m_folder);
    if (!grave)
        return std::move(grave).error();
    std::filesystem::rename(folder, grave->path() / "removed", failed);
    if (failed)
        return Error{ErrorCode::Io, "remove", failed.message(), "check the permissions of the folder", folder.string()};
    return {};
}

Status verifyModel(const Manifest& manifest, std::stop_token stop)
{
    if (manifest.family == ObjectnessFamily)
        return verifyObjectness(manifest, std::move(stop));
    const Result<std::shared_ptr<const Predictor>> predictor = loadModel(manifest);
    if (!predictor)
        return predictor.error();
    const Result<detail::Trial> trial = detail::tryOut(**predictor, std::move(stop));
    if (!trial)
        return Error(trial.error()).withFile((manifest.folder / manifest.weightsFile).string());
    return {};
}

std::uint64_t modelBytes(const Manifest& manifest)
{
    std::error_code failed;
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(manifest.folder, failed)) {
        std::error_code ignored;
        const std::uintmax_t size = entry.is_regular_file(ignored) ? entry.file_size(ignored) : 0;
        if (!ignored)
            bytes += size;
    }
    return bytes;
}

} // namespace halflens
