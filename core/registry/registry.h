// SPDX-License-Identifier: BSD-3-Clause
// The models at hand and how they are loaded.
#pragma once

#include "core/base/result.h"
#include "core/predictor/manifest.h"
#include "core/weights/network_weights.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halflens {

/// The manifests of one or more model folders. Cheap to copy; loading is up to the caller's cache.
class ModelRegistry {
public:
    /// Reads DIR/*/manifest.json of each folder; the first folder that has an id wins. A broken
    /// manifest is left out and reported in problems().
    static ModelRegistry scan(const std::vector<std::filesystem::path>& folders);

    /// Folders in search order: `userFolder` when given, the user's data folder, beside the
    /// executable, the source tree of a build.
    static std::vector<std::filesystem::path> defaultFolders(const std::filesystem::path& userFolder = {});

    /// The user's own models: a folder of the user's data folder.
    static std::filesystem::path ownFolder();

    const std::vector<Manifest>& manifests() const { return m_manifests; } ///< of quality models, sorted by id
    /// Of objectness networks; the folders' order, by id within a folder.
    const std::vector<Manifest>& objectnessManifests() const { return m_objectnessManifests; }
    const std::vector<Error>& problems() const { return m_problems; }
    const Manifest* find(const std::string& id) const; ///< among the quality models; null when there is none
    const Manifest* findAny(const std::string& id) const; ///< among objectness networks, too

    /// The id to use when none is asked for: "lite-triq" when present, else the first; empty when none.
    std::string defaultId() const;

private:
    std::vector<Manifest> m_manifests;
    std::vector<Manifest> m_objectnessManifests;
    std::vector<Error> m_problems;
};

/// Changes weights after they were read and recognised, for experiments.
using WeightsEdit = std::function<void(StateDict& state)>;

/// Loads weights and builds the inference form. Takes from 0.1 s to seconds. Any thread.
/// InvalidInput: hash differs, tensors missing, surplus or mis-shaped (lists in the message);
/// Unsupported: `edit` is given for a model whose weights lie in a program of its own.
Result<std::shared_ptr<const Predictor>> loadModel(const Manifest& manifest, const WeightsEdit& edit = {});

/// What a user may say about a checkpoint that is used as it is.
struct CheckpointOptions {
    std::string family = {}; ///< refuse the file when it is of another; empty: whatever it is
    std::string key = {}; ///< PyTorch: which dictionary of the file; empty: the one with the weights
    std::optional<ScoreScale> scale = {}; ///< instead of what the file tells or what would be assumed
    bool fit = false; ///< feed images resized to the size the authors trained with
};

/// A checkpoint as its authors wrote it, family and trunk recognised from the tensors. The image is fed at its own
/// size unless `fit`. What was assumed or chosen stands in the notes of the predictor's info. Errors of reading and
/// recognising; InvalidInput: another family than asked for, tensors that do not fit.
Result<std::shared_ptr<const Predictor>> loadPublishedCheckpoint(const std::filesystem::path& file,
                                                                 const CheckpointOptions& options = {},
                                                                 const WeightsEdit& edit = {});

} // namespace halflens
