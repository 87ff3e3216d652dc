// SPDX-License-Identifier: BSD-3-Clause
// --model, --checkpoint, --family, --fit: choosing and loading networks for a command.
#pragma once

#include "app/command.h"
#include "core/engine/analysis.h"
#include "core/registry/registry.h"

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

/// The network whose attention decides the halves (spec measures 7): `predictor` itself where it is a TRIQ, else the
/// default model, which lives as long as the loader.
Result<const Predictor*> judgeOf(const Predictor& predictor, ModelLoader& loader);

struct JudgedHalf {
    BlockMask important;
    std::shared_ptr<const MaskTable> table; ///< of the judge
};

/// Errors of attentionTable().
Result<JudgedHalf> importantBlocks(const Image& image, const Predictor& judge, Indicator indicator);

/// Native score, the pixels of `zeroed` set to zero after normalisation (spec measures 7). One forward pass.
Result<double> scoreOf(const Image& image, const Predictor& predictor, BlockMask zeroed = {});

nlohmann::json inputToJson(const ModelInput& input);
nlohmann::json distributionToJson(const std::vector<float>& output);

} // namespace halflens
