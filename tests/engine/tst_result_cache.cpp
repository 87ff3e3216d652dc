// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/result_cache.h"
#include "tests/engine/recorder.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
using halflens::test::number;

namespace {

CacheKey key(const char* content)
{
    return {content, Stage::Analysis, "epsilon=0.1", "model"};
}

} // namespace

class TestResultCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsWhatWasStored()
    {
        ResultCache cache(100);
        QVERIFY(!cache.find<int>(key("a")));
        cache.insert(key("a"), number(1), 10);
        QCOMPARE(*cache.find<int>(key("a")), 1);
        QCOMPARE(cache.bytes(), std::uint64_t(10));
    }

    void everyPartOfTheKeyCounts_data()
    {
        QTest::addColumn<int>("part");
        for (int part = 0; part < 4; ++part)
            QTest::addRow("%d", part) << part;
    }
    void everyPartOfTheKeyCounts()
    {
        QFETCH(int, part);
        ResultCache cache(100);
        cache.insert(key("a"), number(1), 10);
        CacheKey other = key("a");
        if (part == 0)
            other.content = "b";
        else if (part == 1)
            other.stage = Stage::Decode;
        else if (part == 2)
            other.parameters = "epsilon=0.2";
        else
            other.model = "others";
        QVERIFY(!cache.find<int>(other));
    }

    void anotherTypeIsNotFound()
    {
        ResultCache cache(100);
        cache.insert(key("a"), number(1), 10);
        QVERIFY(!cache.find<double>(key("a")));
        QVERIFY(cache.find<int>(key("a")));
    }

    void leastRecentlyUsedLeavesFirst()
    {
        ResultCache cache(30);
        cache.insert(key("a"), number(1), 10);
        cache.insert(key("b"), number(2), 10);
        cache.insert(key("c"), number(3), 10);
        QVERIFY(cache.find<int>(key("a"))); // a is fresh again, b the oldest
        cache.insert(key("d"), number(4), 10);
        QVERIFY(!cache.find<int>(key("b")));
        QVERIFY(cache.find<int>(key("a")) && cache.find<int>(key("c")) && cache.find<int>(key("d")));
        QCOMPARE(cache.bytes(), std::uint64_t(30));
    }

    void oneBigValuePushesSeveralOut()
    {
        ResultCache cache(30);
        cache.insert(key("a"), number(1), 10);
        cache.insert(key("b"), number(2), 10);
        cache.insert(key("c"), number(3), 25);
        QCOMPARE(cache.count(), std::size_t(1));
        QVERIFY(cache.find<int>(key("c")));
    }

    void largerThanTheCacheIsNotKeptAndReplacesTheOldValue()
    {
        ResultCache cache(30);
        cache.insert(key("a"), number(1), 10);
        cache.insert(key("a"), number(2), 31);
        QVERIFY(!cache.find<int>(key("a"))); // the old value would be wrong
        QCOMPARE(cache.bytes(), std::uint64_t(0));
    }

    void replacingCountsBytesOnce()
    {
        ResultCache cache(30);
        cache.insert(key("a"), number(1), 10);
        cache.insert(key("a"), number(2), 20);
        QCOMPARE(*cache.find<int>(key("a")), 2);
        QCOMPARE(cache.bytes(), std::uint64_t(20));
        QCOMPARE(cache.count(), std::size_t(1));
    }

    void evictedValueLivesOnWhileHeld()
    {
        ResultCache cache(10);
        cache.insert(key("a"), number(7), 10);
        const std::shared_ptr<const int> held = cache.find<int>(key("a"));
        cache.insert(key("b"), number(8), 10);
        QVERIFY(!cache.find<int>(key("a")));
        QCOMPARE(*held, 7);
    }

    void shrinkingEvicts()
    {
        ResultCache cache(30);
        cache.insert(key("a"), number(1), 10);
        cache.insert(key("b"), number(2), 10);
        cache.setMaxBytes(15);
        QCOMPARE(cache.count(), std::size_t(1));
        QVERIFY(cache.find<int>(key("b")));
        cache.clear();
        QCOMPARE(cache.bytes(), std::uint64_t(0));
    }
};

HALFLENS_TEST(TestResultCache)
#include "tst_result_cache.moc"
