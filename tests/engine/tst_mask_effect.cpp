// SPDX-License-Identifier: BSD-3-Clause
// What hiding the same blocks does to photos: one at a time by either way of hiding, and their summary.
#include "core/analysis/mask_effect.h"
#include "tests/support/fake_models.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
using namespace halflens::test;

namespace {

Image smallImage()
{
    Image image;
    image.width = 8;
    image.height = 6;
    image.rgb.assign(8 * 6 * 3, 100);
    return image;
}

const BlockMask Hidden(1U << 5U | 1U << 1U);

} // namespace

class TestMaskEffect : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hidesByAttentionWhereTheModelCan()
    {
        FakeModels models;
        const auto effect = maskEffect(smallImage(), "fake-one", Hidden, models, {});
        QVERIFY(effect);
        QCOMPARE(effect->whole, FullScore);
        QCOMPARE(effect->masked, fakeScore(Hidden));
        QCOMPARE(effect->change(), fakeScore(Hidden) - FullScore);
        QCOMPARE(models.hiddenRuns.load(), 0);
        QCOMPARE(models.tables.load(), 0); // one mask needs no table
    }

    void hidesPixelsElsewhere()
    {
        FakeModels models;
        const auto effect = maskEffect(smallImage(), "fake-two", Hidden, models, {});
        QVERIFY(effect);
        QCOMPARE(effect->masked, fakeScore(Hidden));
        QCOMPARE(models.hiddenRuns.load(), 1);
    }

    void errorsAndStops()
    {
        FakeModels models;
        QVERIFY(!maskEffect(smallImage(), "absent", Hidden, models, {}));
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = maskEffect(smallImage(), "fake-one", Hidden, models, stop.get_token());
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
    }

    void summaryByHand()
    {
        // Changes -1, 0 and -0.5; whole 4 3 2, masked 3 3 1.5.
        const std::vector<MaskEffect> effects{{4, 3}, {3, 3}, {2, 1.5}};
        const MaskEffects all = summarize(effects);
        QCOMPARE(all.photos, 3);
        QCOMPARE(all.mean, -0.5);
        QCOMPARE(all.deviation.value_or(-1), 0.5); // sqrt((0.25 + 0.25 + 0) / 2)
        // Deviations 1 0 -1 and 0.5 0.5 -1: 1.5 / sqrt(2 * 1.5)
        QVERIFY(std::abs(all.plcc.value_or(-2) - 1.5 / std::sqrt(3.0)) < 1e-12);
    }

    void whatIsNotDefinedIsAbsent()
    {
        QCOMPARE(summarize({}).photos, 0);
        QVERIFY(!summarize({}).deviation && !summarize({}).plcc);
        const std::vector<MaskEffect> one{{4, 3}};
        QCOMPARE(summarize(one).mean, -1.0);
        QVERIFY(!summarize(one).deviation && !summarize(one).plcc);
        const std::vector<MaskEffect> same{{4, 3}, {4, 3}};
        QCOMPARE(summarize(same).deviation.value_or(-1), 0.0);
        QVERIFY(!summarize(same).plcc); // nothing varies
    }
};

HALFLENS_TEST(TestMaskEffect)
#include "tst_mask_effect.moc"
