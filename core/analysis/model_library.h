// SPDX-License-Identifier: BSD-3-Clause
// Managing the installed models as a user interface does it: looking, taking in, checking, removing.
#pragma once

#include "core/base/result.h"
#include "core/engine/request.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace halflens {

/// What people want to know about an installed model.
struct ModelRecord {
    std::string id;
    std::string name;
    std::string family;
    std::string trunk;
    std::string fed; ///< how images reach it, in words
    std::string scale; ///< of its score, in words
    std::string licence;
    std::string source; ///< link; may be empty
    std::string card; ///< text of its model card, Markdown; may be empty
    std::string folder;
    std::uint64_t bytes = 0;
    bool own = false; ///< imported, so it can be removed
};

/// A file its authors publish.
struct PublishedRecord {
    std::string name;
    std::string file;
    std::string source;
    std::string link;
    std::string licence;
};

/// Outcome of an import.
struct ImportRecord {
    ModelRecord model;
    std::string found; ///< what the file turned out to be, in a sentence
};

/// Thread-safe. import() and verify() take seconds and belong on the worker; the rest reads small files.
class ModelLibrary {
public:
    ModelLibrary() = default;
    ModelLibrary(const ModelLibrary&) = delete;
    ModelLibrary& operator=(const ModelLibrary&) = delete;
    virtual ~ModelLibrary() = default;

    virtual std::vector<ModelRecord> records() const = 0; ///< by id
    virtual std::vector<Error> problems() const = 0; ///< models that are there but broken
    virtual std::vector<PublishedRecord> published() const = 0;

    /// Takes a file in. `manifest` describes a TorchScript program; empty for files of known networks.
    virtual Result<ImportRecord> import(const std::filesystem::path& file, const std::filesystem::path& manifest,
                                        const JobContext& context) = 0;
    /// Hash, tensors, one run.
    virtual Status verify(const std::string& id, const JobContext& context) = 0;
    virtual Status remove(const std::string& id) = 0;
};

} // namespace halflens
