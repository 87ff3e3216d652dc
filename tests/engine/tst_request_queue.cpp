// SPDX-License-Identifier: BSD-3-Clause
// The rules of the queue, one thread, no worker.
#include "core/engine/request_queue.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;

namespace {

Request request(std::uint64_t document, Lane lane, std::string key = {}, Stage stage = Stage::Decode)
{
    return {{document, stage}, lane, std::move(key), [](const JobContext&) -> Outcome { return Artifact(); }};
}

/// take() without waiting: the document number, or -1 when nothing is pending.
int takeDocument(RequestQueue& queue)
{
    if (queue.pendingCount() == 0)
        return -1;
    std::optional<Job> job = queue.take({});
    const int document = static_cast<int>(job->ticket.slot.document);
    queue.finished(std::move(*job), false);
    return document;
}

} // namespace

class TestRequestQueue : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void preemptionTable_data()
    {
        QTest::addColumn<int>("running");
        QTest::addColumn<int>("incoming");
        QTest::addColumn<bool>("preempts");
        constexpr int Idle = static_cast<int>(Lane::Idle);
        for (int running = 0; running <= Idle; ++running) {
            for (int incoming = 0; incoming <= Idle; ++incoming)
                QTest::addRow("%d-%d", running, incoming)
                    << running << incoming << ((incoming == 0 && running >= 2) || (running == Idle && incoming < Idle));
        }
    }
    void preemptionTable()
    {
        QFETCH(int, running);
        QFETCH(int, incoming);
        QTEST(shouldPreempt(static_cast<Lane>(running), static_cast<Lane>(incoming)), "preempts");
    }

    void urgentLanesFirstThenOldest()
    {
        RequestQueue queue;
        queue.submit(request(1, Lane::Batch));
        queue.submit(request(2, Lane::Visible));
        queue.submit(request(3, Lane::Prefetch));
        queue.submit(request(4, Lane::Interactive));
        queue.submit(request(5, Lane::Visible));
        for (const int expected : {4, 2, 5, 3, 1, -1})
            QCOMPARE(takeDocument(queue), expected);
    }

    void newerRequestReplacesThePendingOne()
    {
        RequestQueue queue;
        const Ticket old = queue.submit(request(1, Lane::Visible));
        const Ticket fresh = queue.submit(request(1, Lane::Visible));
        QCOMPARE(queue.pendingCount(), std::size_t(1));
        QVERIFY(!queue.isCurrent(old));
        QVERIFY(queue.isCurrent(fresh));
    }

    void stagesOfOneDocumentDoNotReplaceEachOther()
    {
        RequestQueue queue;
        const Ticket decode = queue.submit(request(1, Lane::Visible, {}, Stage::Decode));
        const Ticket thumbnail = queue.submit(request(1, Lane::Visible, {}, Stage::Thumbnail));
        QCOMPARE(queue.pendingCount(), std::size_t(2));
        QVERIFY(queue.isCurrent(decode) && queue.isCurrent(thumbnail));
    }

    void newerRequestStopsTheRunningOne()
    {
        RequestQueue queue;
        queue.submit(request(1, Lane::Visible));
        std::optional<Job> running = queue.take({});
        queue.submit(request(1, Lane::Batch));
        QVERIFY(running->stop.stop_requested());
        queue.finished(std::move(*running), true);
        QCOMPARE(queue.pendingCount(), std::size_t(1)); // the superseded one is not queued again
    }

    void clickPreemptsSpeculativeWorkWhichIsQueuedAgain()
    {
        RequestQueue queue;
        const Ticket prefetch = queue.submit(request(1, Lane::Prefetch));
        queue.submit(request(2, Lane::Prefetch));
        std::optional<Job> running = queue.take({});
        queue.submit(request(3, Lane::Interactive));
        QVERIFY(running->stop.stop_requested());
        queue.finished(std::move(*running), true);
        QVERIFY(queue.isCurrent(prefetch));
        QCOMPARE(takeDocument(queue), 3);
        QCOMPARE(takeDocument(queue), 1); // its old place, before 2
        QCOMPARE(takeDocument(queue), 2);
    }

    void requeuedJobHasAFreshStop()
    {
        RequestQueue queue;
        queue.submit(request(1, Lane::Batch));
        std::optional<Job> running = queue.take({});
        queue.submit(request(2, Lane::Interactive));
        queue.finished(std::move(*running), true);
        takeDocument(queue);
        std::optional<Job> again = queue.take({});
        QCOMPARE(again->ticket.slot.document, std::uint64_t(1));
        QVERIFY(!again->stop.stop_requested());
    }

    void visibleWorkIsNotPreempted()
    {
        RequestQueue queue;
        queue.submit(request(1, Lane::Visible));
        const std::optional<Job> running = queue.take({});
        queue.submit(request(2, Lane::Interactive));
        QVERIFY(!running->stop.stop_requested());
    }

    void cancelledWorkIsNotQueuedAgain()
    {
        RequestQueue queue;
        const Ticket ticket = queue.submit(request(1, Lane::Batch));
        std::optional<Job> running = queue.take({});
        queue.cancel({1, Stage::Decode});
        QVERIFY(running->stop.stop_requested());
        QVERIFY(!queue.isCurrent(ticket));
        queue.finished(std::move(*running), true);
        QCOMPARE(queue.pendingCount(), std::size_t(0));
    }

    void equalKeysJoinAndTakeTheMoreUrgentLane()
    {
        RequestQueue queue;
        const Ticket first = queue.submit(request(1, Lane::Prefetch, "same"));
        queue.submit(request(2, Lane::Visible));
        const Ticket joined = queue.submit(request(1, Lane::Interactive, "same"));
        QCOMPARE(joined, first);
        QCOMPARE(queue.pendingCount(), std::size_t(2));
        QCOMPARE(takeDocument(queue), 1); // now before the visible one
    }

    void joiningRunningWorkProtectsItFromPreemption()
    {
        RequestQueue queue;
        queue.submit(request(1, Lane::Prefetch, "same"));
        const std::optional<Job> running = queue.take({});
        queue.submit(request(1, Lane::Visible, "same"));
        QVERIFY(!running->stop.stop_requested());
        queue.submit(request(2, Lane::Interactive));
        QVERIFY(!running->stop.stop_requested());
    }

    void joiningPreemptedWorkRaisesItsLane()
    {
        RequestQueue queue;
        queue.submit(request(1, Lane::Batch, "same"));
        std::optional<Job> running = queue.take({});
        queue.submit(request(2, Lane::Interactive));
        queue.submit(request(3, Lane::Visible));
        queue.submit(request(1, Lane::Interactive, "same"));
        queue.finished(std::move(*running), true);
        for (const int expected : {1, 2, 3})
            QCOMPARE(takeDocument(queue), expected);
    }

    void anotherKeyReplaces()
    {
        RequestQueue queue;
        const Ticket first = queue.submit(request(1, Lane::Visible, "a"));
        const Ticket second = queue.submit(request(1, Lane::Visible, "b"));
        QVERIFY(!queue.isCurrent(first));
        QVERIFY(queue.isCurrent(second));
    }

    void forgottenDocumentNeverComesBack()
    {
        RequestQueue queue;
        const Ticket decode = queue.submit(request(1, Lane::Visible, {}, Stage::Decode));
        const std::optional<Job> running = queue.take({});
        queue.submit(request(1, Lane::Visible, {}, Stage::Thumbnail));
        const Ticket other = queue.submit(request(2, Lane::Visible));
        queue.forget(1);
        QVERIFY(running->stop.stop_requested());
        QCOMPARE(queue.pendingCount(), std::size_t(1));
        QVERIFY(queue.isCurrent(other));
        const Ticket again = queue.submit(request(1, Lane::Visible, {}, Stage::Decode));
        QVERIFY(queue.isCurrent(again));
        QVERIFY(!queue.isCurrent(decode)); // generations do not start over
    }

    void quitEndsTheWait()
    {
        RequestQueue queue;
        queue.submit(request(1, Lane::Visible));
        std::stop_source quit;
        quit.request_stop();
        QVERIFY(!queue.take(quit.get_token()));
    }
};

HALFLENS_TEST(TestRequestQueue)
#include "tst_request_queue.moc"
