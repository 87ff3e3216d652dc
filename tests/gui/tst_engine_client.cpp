// SPDX-License-Identifier: BSD-3-Clause
// Results in the event loop: only of requests that are still wanted.
#include "tests/support/test_case.h"
#include "ui/state/engine_client.h"

#include <QSignalSpy>
#include <QTest>

#include <latch>
#include <thread>

using namespace halflens;

namespace {

std::function<Outcome(const JobContext&)> yields(int value)
{
    return [value](const JobContext&) -> Outcome { return Artifact(std::make_shared<const int>(value)); };
}

Outcome runUntilStopped(const JobContext& context)
{
    while (!context.isStopped())
        std::this_thread::yield();
    return cancelledError();
}

} // namespace

class TestEngineClient : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void deliversOnThisThread()
    {
        EngineClient client;
        int value = 0;
        std::thread::id thread;
        client.submit({{1, Stage::Decode}, Lane::Visible, {}, yields(5)},
                      {[&](const Outcome& outcome) {
                           value = *outcome->as<int>();
                           thread = std::this_thread::get_id();
                       },
                       {}});
        QVERIFY(client.isBusy());
        QTRY_COMPARE(value, 5);
        QCOMPARE(thread, std::this_thread::get_id());
        QVERIFY(!client.isBusy());
    }

    void staleResultIsDropped()
    {
        EngineClient client;
        std::latch done(1);
        std::vector<int> delivered;
        const auto collect = [&](const Outcome& outcome) { delivered.push_back(*outcome->as<int>()); };
        client.submit({{1, Stage::Decode}, Lane::Visible, {}, yields(1)}, {collect, {}});
        client.submit({{9, Stage::Decode},
                       Lane::Batch,
                       {},
                       [&](const JobContext& context) {
                           done.count_down();
                           return yields(9)(context);
                       }},
                      {collect, {}});
        done.wait(); // result 1 waits in this thread's event queue already
        client.cancel({1, Stage::Decode});
        QTRY_COMPARE(delivered.size(), std::size_t(1));
        QCOMPARE(delivered.front(), 9);
    }

    void supersededHandlerNeverRuns()
    {
        EngineClient client;
        std::latch started(1);
        bool oldRan = false;
        int value = 0;
        client.submit({{1, Stage::Decode},
                       Lane::Visible,
                       {},
                       [&](const JobContext& context) {
                           started.count_down();
                           return runUntilStopped(context);
                       }},
                      {[&](const Outcome&) { oldRan = true; }, {}});
        started.wait();
        client.submit({{1, Stage::Decode}, Lane::Visible, {}, yields(2)},
                      {[&](const Outcome& o) { value = *o->as<int>(); }, {}});
        QTRY_COMPARE(value, 2);
        QVERIFY(!oldRan);
    }

    void handlerMaySubmitAgain()
    {
        EngineClient client;
        int last = 0;
        std::function<void(int)> submit = [&](int value) {
            client.submit({{1, Stage::Decode}, Lane::Visible, {}, yields(value)},
                          {[&, value](const Outcome&) {
                               last = value;
                               if (value < 5)
                                   submit(value + 1);
                           },
                           {}});
        };
        submit(1);
        QTRY_COMPARE(last, 5);
        QVERIFY(!client.isBusy());
    }

    void speculativeWorkIsNotBusy()
    {
        EngineClient client;
        QSignalSpy spy(&client, &EngineClient::busyChanged);
        int done = 0;
        client.submit({{1, Stage::Thumbnail}, Lane::Prefetch, {}, yields(1)}, {[&](const Outcome&) { ++done; }, {}});
        QVERIFY(!client.isBusy());
        QTRY_COMPARE(done, 1);
        QCOMPARE(spy.count(), 0);
    }

    void joiningMakesSpeculativeWorkBusy()
    {
        EngineClient client;
        std::latch started(1);
        std::latch gate(1);
        int value = 0;
        const Slot slot{1, Stage::Decode};
        client.submit({slot, Lane::Prefetch, "key",
                       [&](const JobContext& context) {
                           started.count_down();
                           gate.wait();
                           return yields(3)(context);
                       }},
                      {});
        started.wait();
        client.submit({slot, Lane::Interactive, "key", yields(4)},
                      {[&](const Outcome& o) { value = *o->as<int>(); }, {}});
        QVERIFY(client.isBusy());
        gate.count_down();
        QTRY_COMPARE(value, 3); // the work that ran already
    }

    void forgottenDocumentDeliversNothing()
    {
        EngineClient client;
        bool ran = false;
        client.submit({{1, Stage::Decode}, Lane::Visible, {}, yields(1)}, {[&](const Outcome&) { ran = true; }, {}});
        client.forget(1);
        QVERIFY(!client.isBusy());
        int done = 0;
        client.submit({{2, Stage::Decode}, Lane::Visible, {}, yields(2)}, {[&](const Outcome&) { ++done; }, {}});
        QTRY_COMPARE(done, 1);
        QVERIFY(!ran);
    }

    void snapshotsAndProgressArrive()
    {
        EngineClient client;
        std::vector<int> published;
        double progress = -1;
        connect(&client, &EngineClient::progressed, this, [&](const Progress& p) { progress = p.fraction; });
        bool done = false;
        client.submit(
            {{1, Stage::Decode},
             Lane::Visible,
             {},
             [](const JobContext& context) -> Outcome {
                 context.report(0.5, "half");
                 context.publish(std::make_shared<const int>(7));
                 return Artifact();
             }},
            {[&](const Outcome&) { done = true; }, [&](const Artifact& a) { published.push_back(*a.as<int>()); }});
        QTRY_VERIFY(done);
        QCOMPARE(published, std::vector<int>{7});
        QCOMPARE(progress, 0.5);
    }

    void closingWhileRunning()
    {
        for (int i = 0; i < 30; ++i) {
            EngineClient client;
            client.submit({{1, Stage::Decode}, Lane::Visible, {}, &runUntilStopped}, {});
            if (i % 2 == 0)
                QCoreApplication::processEvents();
        }
    }
};

HALFLENS_TEST(TestEngineClient)
#include "tst_engine_client.moc"
