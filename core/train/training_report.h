// SPDX-License-Identifier: BSD-3-Clause
// What came out of training: agreement with the opinions overall and per subset, and each prediction.
#pragma once

#include "core/data/dataset.h"
#include "core/train/recipe.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace halflens::train {

/// A row and what the finished model says of it.
struct RowPrediction {
    std::size_t row = 0;
    double score5 = 0;
};

/// {"images", "plcc", "plcc_interval", "srocc", "srocc_interval", "rmse", "subsets": {...}} of the predictions;
/// intervals are 95 % bootstrap intervals of 1000 resamplings drawn by `seed`.
nlohmann::json agreementJson(const Dataset& dataset, const std::vector<RowPrediction>& predictions, std::uint64_t seed);

/// CSV: image, split, subset, opinion, prediction (both on 1..5).
std::string predictionsCsv(const Dataset& dataset, const std::vector<RowPrediction>& predictions);

} // namespace halflens::train
