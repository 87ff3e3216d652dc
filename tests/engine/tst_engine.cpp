// SPDX-License-Identifier: BSD-3-Clause
// The worker thread: order, stopping, errors, shutdown. Latches instead of time.
#include "core/engine/engine.h"
#include "tests/engine/recorder.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

using namespace halflens;
using halflens::test::number;
using halflens::test::Recorder;

namespace {

std::function<Outcome(const JobContext&)> yields(int value)
{
    return [value](const JobContext&) -> Outcome { return number(value); };
}

Outcome runUntilStopped(const JobContext& context)
{
    while (!context.isStopped())
        std::this_thread::yield();
    return cancelledError();
}

} // namespace

class TestEngine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void latestRequestWins()
    {
        Recorder recorder;
        std::latch started(1);
        std::latch gate(1);
        std::atomic<int> ran{0};
        std::atomic<bool> told{false};
        Engine engine(recorder.sink());
        const Slot slot{1, Stage::Analysis};
        engine.submit({slot, Lane::Visible, {}, [&](const JobContext& context) -> Outcome {
                           ++ran;
                           started.count_down();
                           gate.wait();
                           told = context.isStopped();
                           return cancelledError();
                       }});
        started.wait();
        for (const int value : {2, 3}) {
            engine.submit({slot, Lane::Visible, {}, [&ran, value](const JobContext&) -> Outcome {
                               ++ran;
                               return number(value);
                           }});
        }
        gate.count_down();
        QCOMPARE(recorder.waitFor(1).at(0).value, 3);
        QVERIFY(told.load());
        QCOMPARE(ran.load(), 2); // the one in between never ran
    }

    void interactiveOvertakesPrefetch()
    {
        Recorder recorder;
        std::latch started(1);
        std::latch gate(1);
        Engine engine(recorder.sink());
        engine.submit({{9, Stage::Decode}, Lane::Visible, {}, [&](const JobContext&) -> Outcome {
                           started.count_down();
                           gate.wait();
                           return number(0);
                       }});
        started.wait();
        engine.submit({{1, Stage::Decode}, Lane::Prefetch, {}, yields(1)});
        engine.submit({{2, Stage::Decode}, Lane::Interactive, {}, yields(2)});
        gate.count_down();
        const auto delivered = recorder.waitFor(3);
        QCOMPARE(delivered.at(1).value, 2);
        QCOMPARE(delivered.at(2).value, 1);
    }

    void interactivePreemptsPrefetchWhichRunsAgain()
    {
        Recorder recorder;
        std::latch started(1);
        std::atomic<int> runs{0};
        Engine engine(recorder.sink());
        engine.submit({{1, Stage::Analysis}, Lane::Prefetch, {}, [&](const JobContext& context) -> Outcome {
                           if (runs.fetch_add(1) > 0)
                               return number(1);
                           started.count_down();
                           return runUntilStopped(context);
                       }});
        started.wait();
        engine.submit({{2, Stage::Analysis}, Lane::Interactive, {}, yields(2)});
        const auto delivered = recorder.waitFor(2);
        QCOMPARE(delivered.at(0).value, 2);
        QCOMPARE(delivered.at(1).value, 1);
        QCOMPARE(runs.load(), 2);
    }

    void cancelledRequestIsNotRunAgainAndNotDelivered()
    {
        Recorder recorder;
        std::latch started(1);
        std::atomic<int> runs{0};
        Engine engine(recorder.sink());
        const Slot slot{1, Stage::Analysis};
        engine.submit({slot, Lane::Batch, {}, [&](const JobContext& context) -> Outcome {
                           if (runs.fetch_add(1) == 0)
                               started.count_down();
                           return runUntilStopped(context);
                       }});
        started.wait();
        engine.cancel(slot);
        engine.submit({{2, Stage::Analysis}, Lane::Batch, {}, yields(2)});
        const auto delivered = recorder.waitFor(1);
        QCOMPARE(delivered.size(), std::size_t(1));
        QCOMPARE(delivered.at(0).value, 2);
        QCOMPARE(runs.load(), 1);
    }

    void exceptionBecomesError()
    {
        Recorder recorder;
        Engine engine(recorder.sink());
        engine.submit({{1, Stage::Analysis}, Lane::Visible, {}, [](const JobContext&) -> Outcome {
                           throw std::runtime_error("boom");
                       }});
        engine.submit({{2, Stage::Analysis}, Lane::Visible, {}, [](const JobContext&) -> Outcome { throw 42; }});
        engine.submit({{3, Stage::Analysis}, Lane::Visible, {}, yields(3)});
        const auto delivered = recorder.waitFor(3);
        QCOMPARE(delivered.at(0).value, -1);
        QCOMPARE(delivered.at(0).reason, std::string("boom"));
        QCOMPARE(delivered.at(1).value, -1);
        QCOMPARE(delivered.at(2).value, 3); // the thread lives on
    }

    void resultOfSupersededWorkIsStale()
    {
        Recorder recorder;
        std::latch started(1);
        std::latch gate(1);
        Engine engine(recorder.sink());
        const Slot slot{1, Stage::Analysis};
        const Ticket old = engine.submit({slot, Lane::Visible, {}, [&](const JobContext&) -> Outcome {
                                              started.count_down();
                                              gate.wait();
                                              return number(1); // ready before it looked at the stop
                                          }});
        started.wait();
        const Ticket fresh = engine.submit({slot, Lane::Visible, {}, yields(2)});
        gate.count_down();
        const auto delivered = recorder.waitFor(2);
        QCOMPARE(delivered.at(0).ticket, old);
        QVERIFY(!engine.isCurrent(delivered.at(0).ticket));
        QCOMPARE(delivered.at(1).ticket, fresh);
        QVERIFY(engine.isCurrent(delivered.at(1).ticket));
    }

    void snapshotsComeBeforeTheResultAndNotAfterAStop()
    {
        Recorder recorder;
        std::latch started(1);
        Engine engine(recorder.sink());
        engine.submit({{1, Stage::Analysis}, Lane::Visible, {}, [](const JobContext& context) -> Outcome {
                           context.publish(number(10));
                           context.publish(number(20));
                           return number(30);
                       }});
        QCOMPARE(recorder.waitFor(1).at(0).value, 30);
        QCOMPARE(recorder.published().size(), std::size_t(2));
        QCOMPARE(recorder.published().at(1).value, 20);
        engine.submit({{2, Stage::Analysis}, Lane::Visible, {}, [&](const JobContext& context) -> Outcome {
                           started.count_down();
                           while (!context.isStopped())
                               std::this_thread::yield();
                           context.publish(number(40));
                           return cancelledError();
                       }});
        started.wait();
        engine.cancel({2, Stage::Analysis});
        engine.submit({{3, Stage::Analysis}, Lane::Visible, {}, yields(3)});
        recorder.waitFor(2);
        QCOMPARE(recorder.published().size(), std::size_t(2));
    }

    void progressIsThinnedOut()
    {
        Recorder recorder;
        Engine engine(recorder.sink());
        engine.submit({{1, Stage::Analysis}, Lane::Visible, {}, [](const JobContext& context) -> Outcome {
                           for (int i = 0; i <= 100'000; ++i)
                               context.report(i / 100'000.0, "counting");
                           return number(1);
                       }});
        recorder.waitFor(1);
        const auto reports = recorder.progress();
        QVERIFY(reports.size() >= 2);
        QVERIFY(reports.size() < 10'000);
        QCOMPARE(reports.front().fraction, 0.0);
        QCOMPARE(reports.back().fraction, 1.0);
    }

    void closingWhileRunning()
    {
        for (int i = 0; i < 50; ++i) {
            Recorder recorder;
            std::latch started(1);
            Engine engine(recorder.sink());
            engine.submit({{1, Stage::Analysis}, Lane::Visible, {}, [&](const JobContext& context) {
                               started.count_down();
                               return runUntilStopped(context);
                           }});
            engine.submit({{2, Stage::Analysis}, Lane::Batch, {}, yields(2)});
            if (i % 2 == 0)
                started.wait();
        }
    }
};

HALFLENS_TEST(TestEngine)
#include "tst_engine.moc"
