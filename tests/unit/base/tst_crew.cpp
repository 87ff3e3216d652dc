// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/crew.h"
#include "core/base/parallel.h"
#include "tests/support/test_case.h"

#include <QTest>

#include <atomic>
#include <barrier>
#include <set>

using namespace halflens;

class TestCrew : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyJobOnce_data();
    void everyJobOnce();
    void workersAreNumbered();
    void oneWorkerKeepsItsThreads();
    void stops();
    void refusalEndsTheRun();
    void throws();
    void sizes();
};

void TestCrew::everyJobOnce_data()
{
    QTest::addColumn<int>("workers");
    for (const int workers : {1, 2, 5})
        QTest::addRow("%d", workers) << workers;
}

void TestCrew::everyJobOnce()
{
    QFETCH(int, workers);
    Crew crew(workers);
    QCOMPARE(crew.workers(), workers);
    for (const int count : {0, 1, 3, 100}) {
        std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
        QVERIFY(crew.run(count, [&](int i) { return ++seen[static_cast<std::size_t>(i)] > 0; }));
        for (const auto& times : seen)
            QCOMPARE(times.load(), 1);
    }
}

/// All workers wait for each other: each has a number of its own, and one thread.
void TestCrew::workersAreNumbered()
{
    Crew crew(3);
    for (int again = 0; again < 2; ++again) {
        std::barrier<> together(3);
        std::vector<int> numbers(3);
        std::atomic<bool> alone = true;
        QVERIFY(crew.run(3, [&](int i) {
            together.arrive_and_wait();
            numbers[static_cast<std::size_t>(i)] = workerNumber();
            if (threadCount() != 1)
                alone = false;
            return true;
        }));
        QCOMPARE(std::set<int>(numbers.begin(), numbers.end()), (std::set<int>{1, 2, 3}));
        QVERIFY(alone);
        QCOMPARE(workerNumber(), 0);
    }
}

void TestCrew::oneWorkerKeepsItsThreads()
{
    const int before = threadCount();
    Crew crew(1);
    QVERIFY(crew.run(1, [&](int) { return threadCount() == before && workerNumber() == 0; }));
    const ThreadLimit limit(1);
    QCOMPARE(threadCount(), 1);
}

void TestCrew::stops()
{
    for (const int workers : {1, 3}) {
        Crew crew(workers);
        std::stop_source stop;
        std::atomic<int> done = 0;
        QVERIFY(!crew.run(
            1000,
            [&](int) {
                if (++done == 10)
                    stop.request_stop();
                return true;
            },
            stop.get_token()));
        QVERIFY(done >= 10 && done < 10 + workers);
    }
}

void TestCrew::refusalEndsTheRun()
{
    for (const int workers : {1, 3}) {
        Crew crew(workers);
        std::atomic<int> begun = 0;
        QVERIFY(!crew.run(1'000'000, [&](int i) {
            ++begun;
            return i != 5;
        }));
        QVERIFY(begun >= 6 && begun < 1'000'000);
        QVERIFY(crew.run(4, [](int) { return true; })); // and works again
    }
}

void TestCrew::throws()
{
    for (const int workers : {1, 3}) {
        Crew crew(workers);
        QVERIFY_EXCEPTION_THROWN(crew.run(50,
                                          [](int i) {
                                              if (i == 7)
                                                  throw std::runtime_error("seven");
                                              return true;
                                          }),
                                 std::runtime_error);
        QVERIFY(crew.run(4, [](int) { return true; }));
    }
}

void TestCrew::sizes()
{
    QCOMPARE(Crew(0).workers(), 1);
    QCOMPARE(Crew(1000).workers(), Crew::MostWorkers);
}

HALFLENS_TEST(TestCrew)
#include "tst_crew.moc"
