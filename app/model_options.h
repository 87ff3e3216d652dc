// SPDX-License-Identifier: BSD-3-Clause
// --model, --checkpoint, --family, --fit: choosing and loading networks for a command.
#pragma once

#include "app/command.h"
#include "core/engine/analysis.h"
#include "core/models/registry.h"

#include <map>
#include <memory>

namespace halflens {

struct ModelOptions {
    std::vector<std::string> models; ///< ids, or "all"
    std::filesystem::path checkpoint;
    std::string family;
    bool fit = false;

    void addTo(CLI::App& command, bool several);
    /// Whether more than one model may come of it.
    bool isSeveral() const { return models.size() > 1 || (models.size() == 1 && models.front() == "all"); }
};

/// Loads each network once and keeps it for the run.
class ModelLoader {
public:
    explicit ModelLoader(const CommonOptions& options);

    /// The networks asked for; those that cannot be loaded are reported and left out.
    std::vector<std::shared_ptr<const Predictor>> load(const ModelOptions& options, Report& report);

    /// One of the registry. InvalidInput: no such model; the remedy lists those there are.
    Result<std::shared_ptr<const Predictor>> byId(const std::string& id);

    const ModelRegistry& registry() const { return m_registry; }

private:
    ModelRegistry m_registry;
    std::map<std::string, std::shared_ptr<const Predictor>> m_loaded;
};

/// What a block report needs beyond the table, as command words.
struct ReportOptions {
    std::string indicator = "dmos";
    double epsilon = 0.1;
    void addTo(CLI::App& command);
    AnalysisOptions analysis() const;
};

/// The attention-mask table of an image, as every command needs it for its halves.
/// Unsupported: the model has no attention mask; errors of input, model and table.
Result<std::shared_ptr<const MaskTable>> attentionTable(const Image& image, const Predictor& predictor);

/// The important half of an image, and the network whose attention says so.
struct JudgedHalf {
    std::string model;
    BlockMask important;
    std::shared_ptr<const MaskTable> table; ///< of that network
};

/// Halves come from TRIQ (spec measures 7): from the network itself where it is one, else from the default model.
Result<JudgedHalf> importantBlocks(const Image& image, const Predictor& predictor, ModelLoader& loader,
                                   Indicator indicator);

nlohmann::json inputToJson(const ModelInput& input);
nlohmann::json distributionToJson(const std::vector<float>& output);

} // namespace halflens
