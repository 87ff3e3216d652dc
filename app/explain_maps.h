// SPDX-License-Identifier: BSD-3-Clause
// The map methods of `halflens explain`: lime, gradcam, attention, product.
#pragma once

#include "app/model_options.h"
#include "core/explain/explain_map.h"

#include <functional>

namespace halflens {

struct ExplainMapsOptions {
    std::filesystem::path map; ///< file to write; empty: none
    std::string segments = "quickshift";
    std::string camSign = "positive";
    std::string attention = "rollout";
    bool curves = false;
    bool sanity = false;
    bool compareExact = false;

    void addTo(CLI::App& command);
    /// Whether anything was asked for that only map methods have.
    bool isUsed() const { return !map.empty() || isMapOnly(); }
    bool isMapOnly() const { return curves || sanity || compareExact; }
    /// As core/ takes them. `samples` below 1: the package's default.
    MapRequest request(const std::string& name, int samples, std::uint64_t seed) const;
};

inline constexpr int MostLimeSamples = 1'000'000;

/// Whether `method` is one of these.
bool isMapMethod(const std::string& method);

/// Whose maps are wanted, and which.
struct ExplainedFiles {
    std::vector<std::string> files;
    const ModelOptions& models;
    std::string method;
    int samples = 0;
    bool csv = false;
    bool isList() const { return files.size() > 1 || csv; }
};

/// One image and the model that looks at it.
struct Explainee {
    const std::string& file;
    const Image& image;
    const Predictor& predictor;
};

/// Explains one image: tells of it in text or rows, and gives its JSON. A failure to write a file goes to the report.
using ExplainOne =
    std::function<Result<nlohmann::json>(const Explainee& explainee, ModelLoader& loader, Report& report)>;

/// Calls `explain` for every image and model, and ends with one JSON document where it is wanted: in the order of files
/// and models, the object itself of one image and model, else a list. `map` is the file that will be written, or empty.
/// Returns an exit status.
int explainEach(const CommonOptions& common, const std::filesystem::path& map, const ExplainedFiles& asked,
                const ExplainOne& explain);

/// Runs the method for every image and model and prints text, rows or JSON; an exit status.
int runExplainMaps(const CommonOptions& common, const ExplainMapsOptions& options, const ExplainedFiles& asked);

} // namespace halflens
