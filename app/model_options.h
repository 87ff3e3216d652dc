// SPDX-License-Identifier: BSD-3-Clause
// --model, --checkpoint, --family, --key, --scale, --fit: choosing and loading networks for a command.
#pragma once

#include "app/command.h"
#include "core/analysis/halves.h"
#include "core/analysis/registry_model_source.h"

#include <memory>

namespace halflens {

struct ModelOptions {
    std::vector<std::string> models; ///< ids, or "all"
    std::filesystem::path checkpoint;
    CheckpointOptions checkpointOptions;

    void addTo(CLI::App& command, bool several);
    /// Whether more than one model may come of it.
    bool isSeveral() const { return models.size() > 1 || (models.size() == 1 && models.front() == "all"); }
};

/// --key and --scale, as score and import take them.
void addWeightsOptions(CLI::App& command, std::string& key, std::optional<ScoreScale>& scale);

/// The models of one run of a command: each network is loaded once, results are kept.
class ModelLoader {
public:
    /// `keepTables`: rows of tables by filled pixels are read from and kept on disk.
    explicit ModelLoader(const CommonOptions& options, bool keepTables = true);

    /// The networks asked for, which models() gives under their ids, too; those that cannot be loaded are reported
    /// and left out.
    std::vector<std::shared_ptr<const Predictor>> load(const ModelOptions& options, Report& report);

    RegistryModelSource& models() { return m_models; }
    ResultCache& cache() { return m_cache; }
    std::shared_ptr<const ModelRegistry> registry() const { return m_models.registry(); }

private:
    RegistryModelSource m_models;
    ResultCache m_cache;
};

/// What core/ sees of a command: interruption, and progress on `line`, after `prefix`.
JobContext contextOf(ProgressLine& line, const std::string& prefix = {});

/// What a block report needs beyond the table, as command words.
struct ReportOptions {
    std::string indicator = "dmos";
    double epsilon = 0.1;
    void addTo(CLI::App& command);
    AnalysisOptions analysis() const;
};

/// --halves: whose halves important and trivial are.
void addHalvesOption(CLI::App& command, std::string& word);
/// Whose they were, how blocks were hidden for them, and whether from all masks.
nlohmann::json halvesToJson(HalvesOf whose, const Analysis& halves);

nlohmann::json inputToJson(const ModelInput& input);
nlohmann::json distributionToJson(const std::vector<float>& output);

} // namespace halflens
