// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/registry_library.h"

#include "core/base/file.h"
#include "core/families/families.h"

#include <cstdio>
#include <utility>

namespace halflens {

namespace {

constexpr std::uint64_t MaxCardBytes = 200'000;

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

std::string sentence(const ImportedModel& found)
{
    const Manifest& manifest = found.manifest;
    if (found.format == manifest.family)
        return "a TorchScript program; using it runs the code its maker put in";
    char values[32];
    std::snprintf(values, sizeof values, "%.1f", static_cast<double>(found.values) / 1e6);
    std::string text = manifest.family + " on " + manifest.trunk + ", " + std::to_string(found.tensors)
        + " tensors with " + values + " million values";
    if (found.published)
        text += found.hashMatches ? "; this is " + std::string(found.published->file)
                                  : "; laid out like " + std::string(found.published->file);
    return text;
}

} // namespace

RegistryLibrary::RegistryLibrary(ModelStore store, Current current, std::function<void()> changed)
    : m_store(std::move(store))
    , m_current(std::move(current))
    , m_changed(std::move(changed))
{ }

ModelRecord RegistryLibrary::record(const Manifest& manifest) const
{
    ModelRecord record;
    record.id = manifest.id;
    record.name = manifest.name;
    record.family = manifest.family;
    record.trunk = manifest.trunk;
    record.fed = inWords(manifest.input);
    record.scale = number(manifest.scale.low) + " to " + number(manifest.scale.high)
        + (manifest.outputs > 1 ? ", with the distribution of grades" : "");
    record.licence = manifest.licence;
    record.source = manifest.source;
    if (!manifest.cardFile.empty()) {
        const auto card = readFile(manifest.folder / manifest.cardFile, MaxCardBytes);
        if (card)
            record.card.assign(card->begin(), card->end());
    }
    record.folder = manifest.folder.string();
    record.bytes = modelBytes(manifest);
    record.own = m_store.contains(manifest);
    return record;
}

std::vector<ModelRecord> RegistryLibrary::records() const
{
    std::vector<ModelRecord> records;
    const std::shared_ptr<const ModelRegistry> registry = m_current();
    for (const Manifest& manifest : registry->manifests())
        records.push_back(record(manifest));
    return records;
}

std::vector<Error> RegistryLibrary::problems() const
{
    return m_current()->problems();
}

std::vector<PublishedRecord> RegistryLibrary::published() const
{
    std::vector<PublishedRecord> records;
    for (const PublishedFile* file : publishedFiles())
        records.push_back({std::string(file->name), std::string(file->file), std::string(file->source),
                           std::string(file->link), std::string(file->licence)});
    return records;
}

Result<ImportRecord> RegistryLibrary::import(const std::filesystem::path& file, const std::filesystem::path& manifest,
                                             const JobContext& context)
{
    ImportOptions options;
    options.manifest = manifest;
    const Result<ImportedModel> found =
        m_store.import(file, options, *m_current(), context.stop(),
                       [&](double part, const std::string& step) { context.report(part, step); });
    if (!found)
        return found.error();
    m_changed();
    return ImportRecord{record(found->manifest), sentence(*found)};
}

Status RegistryLibrary::verify(const std::string& id, const JobContext& context)
{
    const std::shared_ptr<const ModelRegistry> registry = m_current();
    const Manifest* manifest = registry->find(id);
    if (!manifest)
        return Error{ErrorCode::InvalidInput,
                     "model",
                     "there is no model called \"" + id + "\"",
                     "it was removed meanwhile",
                     {}};
    context.report(-1, "checking");
    return verifyModel(*manifest, context.stop());
}

Status RegistryLibrary::remove(const std::string& id)
{
    Status removed = m_store.remove(id, *m_current());
    if (removed)
        m_changed();
    return removed;
}

} // namespace halflens
