// SPDX-License-Identifier: BSD-3-Clause
// The words of the engine: lanes, slots, tickets, requests, and what a running job may say.
#pragma once

#include "core/engine/artifact.h"

#include <compare>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace halflens {

/// Who waits for the result, most urgent first. Nobody asked for what is idle: it gives way to everything.
enum class Lane : std::uint8_t { Interactive, Visible, Prefetch, Batch, Idle };

/// What is computed; with the document it names a slot.
enum class Stage : std::uint8_t {
    Listing,
    Decode,
    Thumbnail,
    Analysis,
    Table,
    MaskedScore,
    Map,
    Comparison,
    Preview,
    Export,
    Study,
    Models
};

/// The place a result goes to. Only the newest request of a slot counts.
struct Slot {
    std::uint64_t document = 0;
    Stage stage = Stage::Decode;
    int part = 0; ///< tells apart what a stage makes side by side, such as the maps of several layers
    // The check takes the zero that comparisons are rewritten with for a pointer.
    auto operator<=>(const Slot&) const = default; // NOLINT(modernize-use-nullptr)
};

/// One submission. Generations are unique over the life of a queue, so that a ticket of a
/// forgotten document never becomes current again.
struct Ticket {
    Slot slot;
    std::uint64_t generation = 0;
    bool operator==(const Ticket&) const = default;
};

/// How far a job is. `fraction` in 0..1, negative while unknown.
struct Progress {
    double fraction = -1;
    std::string text;
};

/// What a job sees of the engine. Lives on the worker thread for the duration of the job.
class JobContext {
public:
    using Report = std::function<void(const Progress&)>;
    using Publish = std::function<void(Artifact)>;

    explicit JobContext(std::stop_token stop, Report report = {}, Publish publish = {})
        : m_stop(std::move(stop))
        , m_report(std::move(report))
        , m_publish(std::move(publish))
    { }

    const std::stop_token& stop() const { return m_stop; }
    bool isStopped() const { return m_stop.stop_requested(); }

    /// Cheap to call often: the engine passes on about 20 a second.
    void report(double fraction, std::string text) const
    {
        if (m_report)
            m_report({fraction, std::move(text)});
    }

    /// Hands out an immutable intermediate result before the final one.
    void publish(Artifact snapshot) const
    {
        if (m_publish)
            m_publish(std::move(snapshot));
    }

private:
    std::stop_token m_stop;
    Report m_report;
    Publish m_publish;
};

struct Request {
    Slot slot;
    Lane lane = Lane::Visible;
    /// Equal non-empty keys in one slot mean the same work: a second submission joins the first.
    std::string key;
    std::function<Outcome(const JobContext&)> run;
};

/// A click must not wait for speculative work, and nothing for idle work, which is queued again. Pure, so it has its
/// own table test.
constexpr bool shouldPreempt(Lane running, Lane incoming)
{
    return (incoming == Lane::Interactive && (running == Lane::Prefetch || running == Lane::Batch))
        || (incoming != Lane::Idle && running == Lane::Idle);
}

} // namespace halflens
