// SPDX-License-Identifier: BSD-3-Clause
// Qt-free stress of engine and cache from several threads, for the thread-sanitizer preset.
// Every round ends with a probe that must come through; exit status 0 means it did.
#include "core/engine/engine.h"
#include "core/engine/result_cache.h"
#include "tests/engine/recorder.h"

#include <atomic>
#include <cstdio>
#include <future>
#include <random>
#include <thread>
#include <vector>

using namespace halflens;
using halflens::test::number;

namespace {

constexpr int Rounds = 20;
constexpr unsigned Users = 4;
constexpr int RequestsPerUser = 200;
constexpr int ProbeDocument = 99;

Outcome work(const JobContext& context, ResultCache& cache, int i)
{
    const CacheKey key{std::to_string(i % 7), Stage::Analysis, {}, {}};
    for (int step = 0; step < 50; ++step) {
        if (context.isStopped())
            return cancelledError();
        context.report(step / 50.0, "working");
    }
    context.publish(number(i));
    if (const auto found = cache.find<int>(key))
        return Artifact(found);
    cache.insert(key, number(i), 16);
    return number(i);
}

void use(Engine& engine, ResultCache& cache, unsigned user)
{
    std::mt19937 random(user);
    for (int i = 0; i < RequestsPerUser; ++i) {
        const Slot slot{random() % 3, static_cast<Stage>(random() % 3)};
        const std::string key = random() % 2 == 0 ? "same" : "";
        const Ticket ticket =
            engine.submit({slot, static_cast<Lane>(random() % 4), key,
                           [&cache, i](const JobContext& context) { return work(context, cache, i); }});
        if (random() % 5 == 0)
            engine.cancel(slot);
        if (random() % 17 == 0)
            engine.forget(slot.document);
        static_cast<void>(engine.isCurrent(ticket));
    }
}

} // namespace

int main()
{
    for (int round = 0; round < Rounds; ++round) {
        ResultCache cache(64);
        std::atomic<int> reports{0};
        std::promise<int> probe;
        Engine engine({[&](const Ticket& ticket, const Outcome& outcome) {
                           if (ticket.slot.document == ProbeDocument)
                               probe.set_value(halflens::test::valueOf(outcome));
                       },
                       [&](const Ticket&, const Artifact&) { ++reports; },
                       [&](const Ticket&, const Progress&) { ++reports; }});
        {
            std::vector<std::jthread> users;
            for (unsigned user = 0; user < Users; ++user)
                users.emplace_back([&engine, &cache, user] { use(engine, cache, user); });
        }
        engine.submit(
            {{ProbeDocument, Stage::Study}, Lane::Batch, {}, [](const JobContext&) -> Outcome { return number(7); }});
        if (probe.get_future().get() != 7) {
            std::puts("the probe came back wrong");
            return 1;
        }
        // Closing with work left: half of the rounds leave a job running.
        if (round % 2 == 0) {
            engine.submit({{1, Stage::Study}, Lane::Batch, {}, [](const JobContext& context) -> Outcome {
                               while (!context.isStopped())
                                   std::this_thread::yield();
                               return cancelledError();
                           }});
        }
    }
    return 0;
}
