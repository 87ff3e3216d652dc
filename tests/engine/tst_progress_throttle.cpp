// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/progress_throttle.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
using namespace std::chrono_literals;

class TestProgressThrottle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_now = {}; }

    void firstPassesAndTheRestWaits()
    {
        ProgressThrottle throttle = make();
        QVERIFY(throttle.admit({0.0, "a"}));
        m_now += 49ms;
        QVERIFY(!throttle.admit({0.1, "a"}));
        m_now += 1ms;
        QVERIFY(throttle.admit({0.2, "a"}));
        QVERIFY(!throttle.admit({0.3, "a"}));
    }

    void newTextPassesAtOnce()
    {
        ProgressThrottle throttle = make();
        QVERIFY(throttle.admit({0.0, "a"}));
        QVERIFY(throttle.admit({0.0, "b"}));
        QVERIFY(!throttle.admit({0.1, "b"}));
    }

    void theEndPassesOnce()
    {
        ProgressThrottle throttle = make();
        QVERIFY(throttle.admit({0.0, "a"}));
        QVERIFY(throttle.admit({1.0, "a"}));
        QVERIFY(!throttle.admit({1.0, "a"}));
    }

    void twentyASecond()
    {
        ProgressThrottle throttle = make();
        int passed = 0;
        for (int i = 0; i < 1000; ++i, m_now += 1ms)
            passed += throttle.admit({i / 2000.0, "a"}) ? 1 : 0;
        QCOMPARE(passed, 20);
    }

private:
    ProgressThrottle make()
    {
        return ProgressThrottle(50ms, [this] { return m_now; });
    }

    ProgressThrottle::Time m_now;
};

HALFLENS_TEST(TestProgressThrottle)
#include "tst_progress_throttle.moc"
