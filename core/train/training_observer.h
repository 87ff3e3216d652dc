// SPDX-License-Identifier: BSD-3-Clause
// Who wants to know how training goes. Calls come from the thread that trains.
#pragma once

#include "core/base/result.h"
#include "core/train/training_network.h"

#include <cstdint>
#include <optional>
#include <string>

namespace halflens::train {

/// Agreement of predictions with opinions on the validation rows; for objectness maximal F, mean error, AUC.
struct ValidationFigures {
    double plcc = 0; ///< objectness: maximal F
    double srocc = 0; ///< objectness: AUC
    double rmse = 0; ///< objectness: mean absolute error
};

struct TrainingProgress {
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    double epoch = 0;
    double loss = 0; ///< mean since the last report
    std::optional<DamageTerms> damage; ///< means since the last evaluation of this session
    double rate = 0;
    double secondsPerStep = 0;
    double secondsLeft = 0;
};

class TrainingObserver {
public:
    virtual ~TrainingObserver() = default;
    /// `done` of `total` photos have their frozen maps, or are evaluated.
    virtual void preparing(const std::string& what, std::size_t done, std::size_t total) = 0;
    virtual void stepped(const TrainingProgress& progress) = 0;
    virtual void evaluated(const TrainingProgress& progress, const ValidationFigures& figures, bool best) = 0;
    /// A photo is left out.
    virtual void problem(const Error& error) = 0;
};

} // namespace halflens::train
