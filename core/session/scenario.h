// SPDX-License-Identifier: BSD-3-Clause
// A mask somebody pinned, with what models said of it, as a value.
#pragma once

#include "core/base/block.h"
#include "core/base/json_object.h"

#include <optional>
#include <string>
#include <vector>

namespace halflens {

/// What one model says of the photo a scenario was pinned on.
struct ScenarioScore {
    std::string model; ///< id
    std::string name;
    double whole = 0; ///< of the whole photo, 1..5
    double masked = 0; ///< with the blocks hidden, 1..5
    bool isEstimate = false; ///< from other masks
    bool operator==(const ScenarioScore&) const = default;
};

/// What hiding the blocks did to many photos.
struct ScenarioEffect {
    std::string model; ///< id
    std::string name;
    int photos = 0; ///< that were scored
    double mean = 0; ///< of the changes, on the 1..5 scale
    std::optional<double> deviation; ///< standard deviation of the changes over the photos; of two or more
    std::optional<double> plcc; ///< of the scores of whole and masked photos; where it is defined
    int without = 0; ///< photos of the list that could not be scored
    bool operator==(const ScenarioEffect&) const = default;
};

struct Scenario {
    static constexpr int LongestNote = 1000; ///< UTF-16 units

    std::string name; ///< not empty
    std::string note;
    BlockMask hidden;
    std::string photo; ///< file name of the photo it was pinned on; empty: none
    std::string image; ///< Image::contentHash of that photo
    std::vector<ScenarioScore> scores; ///< of that photo, one a model
    std::vector<ScenarioEffect> effects; ///< one a model
    bool operator==(const Scenario&) const = default;
};

/// Whether what a person made is the same: all but the scores, which are there again when the photo is shown.
bool isSameWork(const Scenario& a, const Scenario& b);

nlohmann::json toJson(const Scenario& scenario);
Scenario scenarioFromJson(JsonObject& object); ///< strict, as layersFromJson()

} // namespace halflens
