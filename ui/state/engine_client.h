// SPDX-License-Identifier: BSD-3-Clause
// The engine as the GUI thread sees it: submit with handlers, results arrive in the event loop.
#pragma once

#include "core/engine/engine.h"

#include <QObject>

#include <functional>
#include <map>

namespace halflens {

/// GUI thread. Handlers run in the event loop and only while their request is the newest of its
/// slot; a handler of a cancelled or forgotten slot never runs.
class EngineClient final : public QObject {
    Q_OBJECT

public:
    struct Handlers {
        std::function<void(Outcome)> finished;
        std::function<void(Artifact)> published;
        std::function<void(const Progress&)> progressed = {};
    };

    explicit EngineClient(QObject* parent = nullptr);

    void submit(Request request, Handlers handlers);
    void cancel(Slot slot);
    void forget(std::uint64_t document);

    /// Work somebody waits for: all but what is fetched ahead or idle.
    bool isBusy() const;
    bool isPending(Slot slot) const { return m_waiting.contains(slot); }

Q_SIGNALS:
    void busyChanged(bool busy);
    void progressed(const halflens::Progress& progress); ///< of work somebody waits for

private:
    static bool isWaitedFor(Lane lane) { return lane != Lane::Prefetch && lane != Lane::Idle; }

    struct Waiting {
        Ticket ticket;
        Lane lane = Lane::Visible;
        Handlers handlers;
    };

    Waiting* waitingFor(const Ticket& ticket);
    void deliver(const Ticket& ticket, Outcome outcome);
    void updateBusy();

    std::map<Slot, Waiting> m_waiting;
    bool m_busy = false;
    Engine m_engine; // last: joined before anything its sink touches goes away
};

} // namespace halflens
