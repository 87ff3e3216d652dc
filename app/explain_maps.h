// SPDX-License-Identifier: BSD-3-Clause
// The map methods of `halflens explain`: lime, gradcam, attention, product.
#pragma once

#include "app/model_options.h"
#include "core/explain/explain_map.h"

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
    bool isUsed() const { return !map.empty() || curves || sanity || compareExact; }
    /// As core/ takes them. `samples` below 1: the package's default.
    ExplainMapOptions method(const std::string& name, int samples, std::uint64_t seed) const;
};

inline constexpr int MostLimeSamples = 1'000'000;

/// Whether `method` is one of these.
bool isMapMethod(const std::string& method);

/// Runs `method` for every model and prints text or JSON; an exit status.
int runExplainMaps(const CommonOptions& common, const ExplainMapsOptions& options, const ModelOptions& models,
                   const std::string& file, const std::string& method, int samples);

} // namespace halflens
