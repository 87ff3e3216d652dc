// SPDX-License-Identifier: BSD-3-Clause
// The document: mask, strokes, undo, look-ups. No widgets.
#include "tests/support/fake_analysis.h"
#include "tests/support/test_case.h"
#include "ui/state/current_image.h"
#include "ui/state/mask_presets.h"

#include <QSignalSpy>
#include <QTest>

#include <set>

using namespace halflens;
using namespace halflens::test;

class TestDocument : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void titleIsTheFileName()
    {
        QCOMPARE(Document(1, QStringLiteral("/some/where/photo.jpg")).title(), QStringLiteral("photo.jpg"));
    }

    void settersEmitOnceAndOnlyOnChange()
    {
        Document document(1, {});
        QSignalSpy spy(&document, &Document::maskChanged);
        document.changeMask(BlockMask(5), QStringLiteral("x"));
        document.changeMask(BlockMask(5), QStringLiteral("x"));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(document.undoStack()->count(), 1);
    }

    /// One history for undo; a session keeps the steps of the mask.
    void marksStandBetweenStepsOfTheMask()
    {
        Document document(1, {});
        document.changeMark(PhotoMark::Keep);
        document.changeMask(BlockMask(1), QStringLiteral("one"));
        document.changeNote(QStringLiteral("a"), 7);
        document.changeNote(QStringLiteral("ab"), 7);
        document.changeMask(BlockMask(3), QStringLiteral("two"));
        document.changeNote(QStringLiteral("abc"), 7); // another step stands between
        document.changeNote(QStringLiteral("ab"), 7);
        QCOMPARE(document.undoStack()->count(), 4); // the last note was taken back as it was typed
        MaskHistory history = document.history();
        QCOMPARE(history.steps.size(), std::size_t(2));
        QCOMPARE(history.done, 2);
        QVERIFY(history.first == BlockMask());
        document.undoStack()->setIndex(2);
        history = document.history();
        QCOMPARE(history.done, 1);
        QVERIFY(history.shown() == BlockMask(1));
        QCOMPARE(document.marking(), (PhotoMarking{PhotoMark::Keep, QString()}));
        document.undoStack()->setIndex(0);
        QVERIFY(document.marking().isEmpty());
    }

    void strokeFollowsItsFirstBlock()
    {
        Document document(1, {});
        document.changeMask(BlockMask(0b0010), {});
        document.beginStroke({1}); // was hidden: this stroke shows
        document.continueStroke({0});
        document.endStroke();
        QVERIFY(document.mask().isEmpty());
        document.beginStroke({0});
        document.continueStroke({1});
        document.continueStroke({0});
        document.endStroke();
        QCOMPARE(document.mask().bits(), BlockMask(0b11).bits());
        QCOMPARE(document.undoStack()->count(), 3);
    }

    void strokeIsNamedForPeople()
    {
        Document document(1, {});
        document.beginStroke({7});
        document.endStroke();
        QCOMPARE(document.undoStack()->text(0), QStringLiteral("Hide block 7"));
        document.beginStroke({7});
        document.endStroke();
        QCOMPARE(document.undoStack()->text(1), QStringLiteral("Show block 7"));
    }

    void cancelledStrokeLeavesNothing()
    {
        Document document(1, {});
        document.beginStroke({0});
        document.continueStroke({1});
        document.cancelStroke();
        QVERIFY(document.mask().isEmpty() && !document.isStroking());
        QCOMPARE(document.undoStack()->count(), 0);
        document.continueStroke({2}); // a late event
        QVERIFY(document.mask().isEmpty());
    }

    void presetDuringAStrokeEndsItFirst()
    {
        Document document(1, {});
        document.beginStroke({0});
        document.changeMask(BlockMask::all(), {});
        QCOMPARE(document.undoStack()->count(), 2);
        document.undoStack()->undo();
        QCOMPARE(document.mask().bits(), BlockMask(1).bits());
    }

    void scoresComeFromTheTable()
    {
        FakeModels models;
        EngineClient engine;
        ScoreBook book(models, engine);
        CurrentImage image(book);
        Document document(1, {});
        image.setDocument(&document);
        QVERIFY(!image.score());
        document.setAnalysis(fakeAnalysis());
        for (const std::uint32_t bits : {0U, 1U, 0b1010'1010'1010U, 4095U}) {
            const auto masked = image.scoreFor(BlockMask(bits));
            QVERIFY(masked);
            QVERIFY(std::abs(masked->score5 - fakeScore(BlockMask(bits))) < 1e-5);
            QVERIFY(std::abs(masked->change5 - (fakeScore(BlockMask(bits)) - FullScore)) < 1e-5);
            QCOMPARE(masked->grades.size(), std::size_t(5));
        }
    }

    void presetsWithoutAReport()
    {
        const BlockMask current(0b101);
        QCOMPARE(presetMask(MaskPreset::None, nullptr, current, 1)->bits(), BlockMask().bits());
        QCOMPARE(presetMask(MaskPreset::All, nullptr, current, 1)->bits(), BlockMask::all().bits());
        QCOMPARE(presetMask(MaskPreset::Invert, nullptr, current, 1)->bits(), current.complement().bits());
        for (const MaskPreset preset :
             {MaskPreset::Important, MaskPreset::Trivial, MaskPreset::BestHalf, MaskPreset::Enough})
            QVERIFY(!presetMask(preset, nullptr, current, 1));
    }

    void presetsFromAReport()
    {
        const auto analysis = fakeAnalysis();
        const BlockMask important = *presetMask(MaskPreset::Important, analysis.get(), {}, 1);
        QCOMPARE(important.bits(), ImportantBlocks.bits());
        QCOMPARE(presetMask(MaskPreset::Trivial, analysis.get(), {}, 1)->bits(), important.complement().bits());
        QCOMPARE(presetMask(MaskPreset::Enough, analysis.get(), {}, 1)->bits(),
                 analysis->report->enough.keep.complement().bits());
    }

    void randomHalvesAreHalvesAndSpread()
    {
        std::set<int> seen;
        std::array<int, BlockCount> hidden{};
        constexpr int Draws = 20'000;
        for (std::uint32_t seed = 0; seed < Draws; ++seed) {
            const BlockMask half = randomHalf(seed);
            QCOMPARE(half.count(), HalfSize);
            seen.insert(half.bits());
            for (int block = 0; block < BlockCount; ++block)
                hidden[static_cast<std::size_t>(block)] += half.contains({block}) ? 1 : 0;
        }
        QCOMPARE(seen.size(), std::size_t(924)); // every half comes up
        for (const int count : hidden)
            QVERIFY(std::abs(count - Draws / 2) < 400); // 5.6 standard deviations
        QCOMPARE(randomHalf(7).bits(), randomHalf(7).bits());
    }
};

HALFLENS_TEST(TestDocument)
#include "tst_document.moc"
