// SPDX-License-Identifier: BSD-3-Clause
// The library of installed models over the store on disk.
#pragma once

#include "core/analysis/model_library.h"
#include "core/registry/store.h"

#include <functional>
#include <memory>

namespace halflens {

class RegistryLibrary final : public ModelLibrary {
public:
    using Current = std::function<std::shared_ptr<const ModelRegistry>()>;

    /// Imports go to `store`. `current` gives the models there are; `changed` is called on the calling
    /// thread after a model came or went.
    RegistryLibrary(ModelStore store, Current current, std::function<void()> changed);

    std::vector<ModelRecord> records() const override;
    std::vector<Error> problems() const override;
    std::vector<PublishedRecord> published() const override;
    Result<ImportRecord> import(const std::filesystem::path& file, const std::filesystem::path& manifest,
                                const JobContext& context) override;
    Status verify(const std::string& id, const JobContext& context) override;
    Status remove(const std::string& id) override;

private:
    ModelRecord record(const Manifest& manifest) const;

    ModelStore m_store;
    Current m_current;
    std::function<void()> m_changed;
};

} // namespace halflens
