// SPDX-License-Identifier: BSD-3-Clause
// The user's own models: files taken in as they are, checked, described by a manifest, and removed again.
#pragma once

#include "core/base/result.h"
#include "core/predictor/manifest.h"
#include "core/registry/registry.h"
#include "core/weights/published_file.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

struct ImportOptions {
    std::string family; ///< refuse the file when it is of another; empty: whatever it is
    std::string id; ///< empty: made from what the file is
    std::string name;
    std::string licence;
    std::string key; ///< PyTorch: which dictionary of the file; empty: the one with the weights
    std::optional<ScoreScale> scale; ///< instead of what the file tells or what would be assumed
    bool fit = false; ///< feed images resized to the size the authors trained with
    /// Input, output, name and licence as the user says; a TorchScript file needs it (resources/help/own_model.md).
    std::filesystem::path manifest;
};

/// What an import found, and where it is now.
struct ImportedModel {
    Manifest manifest;
    std::string format; ///< TensorArchive::format, or "torchscript"
    std::size_t tensors = 0;
    std::uint64_t values = 0; ///< numbers in all tensors
    std::uint64_t bytes = 0;
    const PublishedFile* published = nullptr; ///< of this hash, or else of this layout
    bool hashMatches = false; ///< the file is `published` beyond doubt
    std::vector<std::string> notes; ///< for people: what was assumed or chosen
    /// One pass over a made-up input.
    struct Trial {
        int width = 0;
        int height = 0;
        double score = 0;
        double seconds = 0;
    };
    Trial trial;
};

/// Told how far an import is: 0..1 and what is being done. On the caller's thread.
using StoreProgress = std::function<void(double fraction, const std::string& step)>;

/// One folder of models that may be written to. Other folders are only looked at. Stateless but for
/// the path: any thread, several processes at once.
class ModelStore {
public:
    /// `folder` empty: the user's data folder. It need not exist; import() makes it.
    explicit ModelStore(std::filesystem::path folder = {});

    const std::filesystem::path& folder() const { return m_folder; }

    /// Copies the file unchanged, recognises and loads the copy, runs it once on a made-up input, and
    /// moves it to `folder()`/ID together with its manifest in one step: a model is there whole or not
    /// at all, whatever stops the import. InvalidInput, Unsupported: the file is no model that can be
    /// used, its id is taken, or it is there already; Io: unreadable, folder not writable; Cancelled.
    Result<ImportedModel> import(const std::filesystem::path& file, const ImportOptions& options,
                                 const ModelRegistry& present, std::stop_token stop = {},
                                 const StoreProgress& progress = {}) const;

    /// Deletes a model of this folder, or what is left of one whose manifest is broken.
    /// InvalidInput: there is none, or it belongs to another folder such as the default pack; Io.
    Status remove(const std::string& id, const ModelRegistry& present) const;

    /// Whether the model lies in this folder.
    bool contains(const Manifest& model) const;

private:
    std::filesystem::path m_folder;
};

/// Hash, manifest, tensors and one pass over a made-up input, for objectness networks too.
/// Errors of loadModel() and ObjectnessNetwork::load(); Model: the outputs are no numbers.
Status verifyModel(const Manifest& manifest, std::stop_token stop = {});

/// Bytes the model takes on disk.
std::uint64_t modelBytes(const Manifest& manifest);

} // namespace halflens
