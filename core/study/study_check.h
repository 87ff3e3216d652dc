// SPDX-License-Identifier: BSD-3-Clause
// A look at a data set before anything runs: what a researcher would want to know of it in any case.
#pragma once

#include "core/study/study_plan.h"

#include <functional>
#include <string>
#include <vector>

namespace halflens {

/// Findings in words, and how many things are wrong enough to spoil a result.
struct DataCheck {
    struct Finding {
        std::string topic; ///< "photos", "names", "opinions", "split", "duplicates", "columns"
        std::string text; ///< a whole sentence
        bool isProblem = false;
    };
    std::vector<Finding> findings;
    int problems() const;
};

/// Looks at every photo's bytes, and, scaled down, at its pixels: missing and unreadable photos, names that differ in
/// case only, equal and nearly equal pictures, across splits above all, the range of opinions and the scale they seem
/// to be on. Worker thread; about as long as reading the photos takes. Cancelled.
Result<DataCheck> checkData(const StudyPlan& plan, const std::stop_token& stop,
                            const std::function<void(std::size_t done)>& progress = {});

} // namespace halflens
