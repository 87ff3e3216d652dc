// SPDX-License-Identifier: BSD-3-Clause
// Runs a study photo by photo, from wherever an earlier run stopped.
#pragma once

#include "core/study/study_plan.h"
#include "core/study/study_store.h"

#include <functional>

namespace halflens {

/// A part of a study: photos whose number leaves the remainder `index` when divided by `count`.
struct Shard {
    int index = 0; ///< 0 .. count - 1
    int count = 1;
};
/// "1/3" is the first of three. InvalidInput: anything else.
Result<Shard> shardFromString(const std::string& text);

/// How a run is getting on.
struct StudyProgress {
    std::size_t done = 0; ///< photos of this shard, earlier runs included
    std::size_t total = 0;
    std::size_t computed = 0; ///< by this run
    std::size_t failed = 0; ///< of those
    double wallSeconds = 0; ///< of this run
    double networkSeconds = 0; ///< of that inside the networks
    double secondsLeft() const;
    double photosPerSecond() const;
};

struct StudySink {
    std::function<void(const StudyProgress&)> progress; ///< after every photo
    std::function<void(const std::string& photo, const Error&)> failed; ///< a photo is left out
};

/// Computes what is missing of a shard. The next photo is read while the networks look at this one. A photo that cannot
/// be used costs its own row, in which the reason stands. Memory does not grow with the number of photos.
/// Cancelled, with everything finished kept; errors of the store; Model when the same model fails every photo.
Result<StudyProgress> runStudy(const StudyPlan& plan, StudyStore& store, Shard shard, ModelSource& models,
                               const JobContext& context, const StudySink& sink = {});

} // namespace halflens
