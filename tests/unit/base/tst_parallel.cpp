// SPDX-License-Identifier: BSD-3-Clause
// The parallel loop: every index once, stopping, exceptions, the thread count.
#include "core/base/parallel.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <array>
#include <atomic>
#include <barrier>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

using namespace halflens;

class TestParallel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup();
    void everyIndexOnce_data();
    void everyIndexOnce();
    void usesThatManyThreads();
    void threadCounts();
    void rethrows_data();
    void rethrows();
    void stoppedBefore();
    void stoppedMidway();
    void stoppedAtTheEnd();
    void nested();
};

void TestParallel::cleanup()
{
    setThreadCount(static_cast<int>(std::thread::hardware_concurrency()));
}

void TestParallel::everyIndexOnce_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("threads");
    for (const int count : {0, 1, 2, 3, 1000}) {
        for (const int threads : {1, 2, 3, 16})
            QTest::addRow("%d items, %d threads", count, threads) << count << threads;
    }
}

void TestParallel::everyIndexOnce()
{
    QFETCH(int, count);
    QFETCH(int, threads);
    setThreadCount(threads);
    const auto calls = std::make_unique<std::atomic<int>[]>(static_cast<std::size_t>(count) + 1);
    std::atomic<int> outside{0};
    QVERIFY(parallelFor(count, [&](int i) {
        if (i < 0 || i >= count)
            ++outside;
        else
            ++calls[static_cast<std::size_t>(i)];
    }));
    QCOMPARE(outside.load(), 0);
    for (int i = 0; i < count; ++i)
        QCOMPARE(calls[static_cast<std::size_t>(i)].load(), 1);
}

void TestParallel::usesThatManyThreads()
{
    setThreadCount(3);
    // Three items that wait for each other: one thread alone would never finish.
    std::barrier together(3);
    std::array<std::thread::id, 3> ids;
    QVERIFY(parallelFor(3, [&](int i) {
        together.arrive_and_wait();
        ids[static_cast<std::size_t>(i)] = std::this_thread::get_id();
    }));
    const std::set<std::thread::id> different(ids.begin(), ids.end());
    QCOMPARE(different.size(), std::size_t{3});
    QVERIFY(different.contains(std::this_thread::get_id())); // the caller works too
}

void TestParallel::threadCounts()
{
    setThreadCount(7);
    QCOMPARE(threadCount(), 7);
    setThreadCount(0);
    QCOMPARE(threadCount(), 1);
    setThreadCount(-5);
    QCOMPARE(threadCount(), 1);
}

void TestParallel::rethrows_data()
{
    QTest::addColumn<int>("threads");
    QTest::newRow("one thread") << 1;
    QTest::newRow("three threads") << 3;
}

void TestParallel::rethrows()
{
    QFETCH(int, threads);
    setThreadCount(threads);
    std::atomic<int> calls{0};
    std::string caught;
    try {
        (void)parallelFor(100'000, [&](int i) {
            ++calls;
            if (i == 10)
                throw std::runtime_error("item 10");
        });
    } catch (const std::runtime_error& e) {
        caught = e.what();
    }
    QCOMPARE(caught, std::string("item 10"));
    QVERIFY(calls.load() < 100'000); // the rest was not handed out
}

void TestParallel::stoppedBefore()
{
    std::stop_source stop;
    stop.request_stop();
    int calls = 0;
    QVERIFY(!parallelFor(
        5, [&](int) { ++calls; }, stop.get_token()));
    QCOMPARE(calls, 0);
    QVERIFY(parallelFor(
        0, [&](int) { ++calls; }, stop.get_token())); // nothing was left undone
}

void TestParallel::stoppedMidway()
{
    setThreadCount(1);
    std::stop_source stop;
    int last = -1;
    QVERIFY(!parallelFor(
        100,
        [&](int i) {
            last = i;
            if (i == 6)
                stop.request_stop();
        },
        stop.get_token()));
    QCOMPARE(last, 6);
}

void TestParallel::stoppedAtTheEnd()
{
    setThreadCount(1);
    std::stop_source stop;
    // All items were done, so the result is whole.
    QVERIFY(parallelFor(
        4,
        [&](int i) {
            if (i == 3)
                stop.request_stop();
        },
        stop.get_token()));
}

void TestParallel::nested()
{
    setThreadCount(3);
    std::atomic<int> calls{0};
    QVERIFY(parallelFor(5, [&](int) { (void)parallelFor(7, [&](int) { ++calls; }); }));
    QCOMPARE(calls.load(), 35);
}

HALFLENS_TEST(TestParallel)
#include "tst_parallel.moc"
