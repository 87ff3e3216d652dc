// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/registry: a folder that becomes a model in one step, or vanishes.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace halflens::detail {

/// A hidden folder beside the models, deleted unless it is published. Its name carries the process,
/// so that what a killed import left is told from what another one is still filling.
class ImportFolder {
public:
    /// Makes `store` and a new folder in it; clears what dead processes left there. Io.
    static Result<ImportFolder> create(const std::filesystem::path& store);
    ImportFolder(ImportFolder&& other) noexcept;
    ImportFolder& operator=(ImportFolder&&) = delete;
    ~ImportFolder();

    const std::filesystem::path& path() const { return m_path; }

    /// Renames the folder to `id` beside it. InvalidInput: there is such a model; Io.
    Status publish(const std::string& id);

private:
    ImportFolder(std::filesystem::path store, std::filesystem::path path);
    std::filesystem::path m_store;
    std::filesystem::path m_path;
};

/// What a copied file holds.
struct CopiedFile {
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// Copies `from` to the new file `to`, onto the disk, hashing on the way. `progress`: 0..1.
/// Io: unreadable, no room; Cancelled.
Result<CopiedFile> copyHashed(const std::filesystem::path& from, const std::filesystem::path& to,
                              const std::stop_token& stop, const std::function<void(double)>& progress);

} // namespace halflens::detail
