// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/engine_client.h"

#include <QMetaObject>

#include <algorithm>
#include <utility>

namespace halflens {

EngineClient::EngineClient(QObject* parent)
    : QObject(parent)
    , m_engine({[this](const Ticket& ticket, Outcome outcome) {
                    QMetaObject::invokeMethod(
                        this, [this, ticket, outcome = std::move(outcome)] { deliver(ticket, outcome); },
                        Qt::QueuedConnection);
                },
                [this](const Ticket& ticket, Artifact snapshot) {
                    QMetaObject::invokeMethod(
                        this,
                        [this, ticket, snapshot = std::move(snapshot)] {
                            Waiting* waiting = waitingFor(ticket);
                            if (waiting && waiting->handlers.published)
                                waiting->handlers.published(snapshot);
                        },
                        Qt::QueuedConnection);
                },
                [this](const Ticket& ticket, const Progress& progress) {
                    QMetaObject::invokeMethod(
                        this,
                        [this, ticket, progress] {
                            const Waiting* waiting = waitingFor(ticket);
                            if (!waiting)
                                return;
                            if (waiting->handlers.progressed)
                                waiting->handlers.progressed(progress);
                            if (isWaitedFor(waiting->lane))
                                Q_EMIT progressed(progress);
                        },
                        Qt::QueuedConnection);
                }})
{ }

/// The entry a delivery belongs to; null once the user has moved on.
EngineClient::Waiting* EngineClient::waitingFor(const Ticket& ticket)
{
    const auto it = m_waiting.find(ticket.slot);
    const bool isWanted = it != m_waiting.end() && it->second.ticket == ticket && m_engine.isCurrent(ticket);
    return isWanted ? &it->second : nullptr;
}

void EngineClient::submit(Request request, Handlers handlers)
{
    const Slot slot = request.slot;
    Lane lane = request.lane;
    const Ticket ticket = m_engine.submit(std::move(request));
    const auto old = m_waiting.find(slot);
    if (old != m_waiting.end() && old->second.ticket == ticket)
        lane = std::min(lane, old->second.lane); // joined
    m_waiting[slot] = {ticket, lane, std::move(handlers)};
    updateBusy();
}

void EngineClient::cancel(Slot slot)
{
    m_engine.cancel(slot);
    m_waiting.erase(slot);
    updateBusy();
}

void EngineClient::forget(std::uint64_t document)
{
    m_engine.forget(document);
    std::erase_if(m_waiting, [&](const auto& entry) { return entry.first.document == document; });
    updateBusy();
}

void EngineClient::deliver(const Ticket& ticket, Outcome outcome)
{
    if (!waitingFor(ticket))
        return;
    const auto node = m_waiting.extract(ticket.slot); // the handler may submit to the slot again
    if (node.mapped().handlers.finished && !isCancelled(outcome))
        node.mapped().handlers.finished(std::move(outcome));
    updateBusy();
}

bool EngineClient::isBusy() const
{
    return std::any_of(m_waiting.begin(), m_waiting.end(),
                       [](const auto& entry) { return isWaitedFor(entry.second.lane); });
}

void EngineClient::updateBusy()
{
    if (const bool busy = isBusy(); busy != m_busy) {
        m_busy = busy;
        Q_EMIT busyChanged(busy);
    }
}

} // namespace halflens
