// SPDX-License-Identifier: BSD-3-Clause
// What the fit hides, as a user meets it: tiles beside the score of the whole, and a rectangle with a score of its own.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/local_quality.h"

#include <QApplication>
#include <QClipboard>
#include <QPushButton>
#include <QToolButton>

#include <thread>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

/// Windows of 64 x 48: 4.5 everywhere but in the last one, at the lower right.
Result<MapExplanation> tilesOf(const Image& image, const MapRequest&, const JobContext&)
{
    MapExplanation result;
    auto tiles = std::make_shared<Tiles>();
    tiles->grid = *tileGrid(image.width, image.height, FakePredictor("fake-one").info().input);
    tiles->scores.assign(static_cast<std::size_t>(tiles->grid.count()), 4.5);
    tiles->scores.back() = 1.9;
    tiles->lowest = 1.9;
    tiles->highest = 4.5;
    tiles->lowestAt = tiles->grid.rect(tiles->grid.count() - 1);
    result.map = tileMap(tiles->grid, tiles->scores, image.height, image.width);
    result.unit = "score of the windows";
    MapEstimate estimate;
    estimate.samples = estimate.most = tiles->grid.count();
    estimate.settled = true;
    result.estimate = estimate;
    result.tiles = std::move(tiles);
    return result;
}

} // namespace

class TestLocalQuality : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void tilesOfALargePhotoComeByThemselves()
    {
        m_fixture->models.onTiles = &tilesOf;
        MainWindow& window = open(400, 300); // the fake is fed 64 x 48
        auto* summary = m_fixture->find<QPushButton>("tileSummary");
        QTRY_VERIFY(summary->isVisible());
        QCOMPARE(summary->text(), u"whole 4.25 · sharpest tile 4.50 · worst 1.90, lower right"_s);
        QVERIFY(m_fixture->label("tileNote").contains(u"not the score"_s));
        QVERIFY(!window.layers().look(OverlayId::Tiles).visible); // the summary alone
        QTest::mouseClick(summary, Qt::LeftButton);
        QCOMPARE(m_fixture->canvas().view().zoom(), 1.0);
        QVERIFY(!m_fixture->canvas().view().isFitted());
    }

    void clickGoesToTheWorstTile()
    {
        m_fixture->models.onTiles = &tilesOf;
        open(4000, 3000);
        auto* summary = m_fixture->find<QPushButton>("tileSummary");
        QTRY_VERIFY(summary->isVisible());
        QTest::mouseClick(summary, Qt::LeftButton);
        const ViewTransform& view = m_fixture->canvas().view();
        QCOMPARE(view.zoom(), 1.0);
        const ViewPoint worst = view.toView({4000 - 32, 3000 - 24});
        QVERIFY(m_fixture->canvas().rect().contains(QPointF(worst.x, worst.y).toPoint()));
    }

    void smallPhotosHaveNone()
    {
        m_fixture->models.onTiles = &tilesOf;
        MainWindow& window = open(120, 90);
        QVERIFY(window.maps().status(OverlayId::Tiles).state == WorkState::Absent);
        QVERIFY(!m_fixture->find<QWidget>("localQuality")->isVisible());
        m_fixture->clickLayerBox(OverlayId::Tiles); // but whoever asks gets them
        QTRY_VERIFY(m_fixture->find<QPushButton>("tileSummary")->isVisible());
    }

    void whatNobodyAskedForGivesWay()
    {
        std::atomic<int> runs{0};
        m_fixture->models.onTiles = [&](const Image& image, const MapRequest& request,
                                        const JobContext& context) -> Result<MapExplanation> {
            if (++runs > 1)
                return tilesOf(image, request, context);
            while (!context.isStopped())
                std::this_thread::yield();
            return cancelledError();
        };
        m_fixture->models.onExplain = [](const Image& image, const MapRequest&,
                                         const JobContext&) -> Result<MapExplanation> {
            return explained(signedRamp(image), "change", {});
        };
        MainWindow& window = open(400, 300);
        QTRY_COMPARE(runs.load(), 1);
        QVERIFY(!window.workspace().engine().isBusy());
        m_fixture->clickLayerBox(OverlayId::Lime);
        QTRY_VERIFY(window.maps().map(OverlayId::Lime));
        QTRY_COMPARE(runs.load(), 2); // and goes on afterwards
        QTRY_VERIFY(window.maps().map(OverlayId::Tiles));
    }

    void cancelledTilesDoNotComeBackByThemselves()
    {
        std::atomic<int> runs{0};
        m_fixture->models.onTiles = [&](const Image&, const MapRequest&,
                                        const JobContext& context) -> Result<MapExplanation> {
            ++runs;
            while (!context.isStopped())
                std::this_thread::yield();
            return cancelledError();
        };
        MainWindow& window = open(400, 300);
        QTRY_COMPARE(runs.load(), 1);
        m_fixture->clickLayerName(OverlayId::Tiles);
        QTest::mouseClick(m_fixture->find<QAbstractButton>("layerCancel"), Qt::LeftButton);
        QTRY_VERIFY(window.maps().status(OverlayId::Tiles).state != WorkState::Working);
        m_fixture->settings.setValue(setting::Epsilon, 0.2); // another report on the same photo
        QTRY_COMPARE(window.workspace().current()->analysis()->options.epsilon, 0.2);
        QTest::qWait(0);
        QCOMPARE(runs.load(), 1);
        window.workspace().open({m_fixture->image(u"other.png"_s)});
        QTRY_VERIFY(runs >= 2); // another photo has its own, which may give way and begin again
    }

    void draggedRectangleGetsItsScore()
    {
        open(400, 300);
        drag({100, 60}, {299, 209});
        const auto& region = m_fixture->viewer->region;
        QVERIFY(region.rect().has_value());
        QVERIFY(std::abs(region.rect()->x - 100) <= 1 && std::abs(region.rect()->y - 60) <= 1);
        QVERIFY(std::abs(region.rect()->width - 200) <= 2 && std::abs(region.rect()->height - 150) <= 2);
        QTRY_VERIFY(region.score() && region.score()->tiles);
        QVERIFY(region.state() == WorkState::Ready);
        QCOMPARE(region.label(), u"4.25"_s);
        const QString expected =
            u"photo.png, rectangle %1,%2,%3,%4: 4.25 of 5 by Fake one, fed 64×48; whole photo 4.25; "_s
                .arg(region.rect()->x)
                .arg(region.rect()->y)
                .arg(region.rect()->width)
                .arg(region.rect()->height);
        QVERIFY2(m_fixture->label("regionSentence").startsWith(expected),
                 qPrintable(m_fixture->label("regionSentence")));
        QVERIFY(m_fixture->label("regionSentence").endsWith(u"windows at native scale 4.25 to 4.25"_s));
        QTest::mouseClick(m_fixture->find<QToolButton>("regionCopy"), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), m_fixture->label("regionSentence"));
        QVERIFY(m_fixture->window->workspace().current()->mask().isEmpty()); // no block was toggled
    }

    void rectangleIsThatOfTheCommand()
    {
        MainWindow& window = open(400, 300);
        m_fixture->viewer->region.select({10, 20, 500, 100}); // cut to the photo
        QVERIFY(m_fixture->viewer->region.rect() == (PixelRect{10, 20, 390, 100}));
        QTRY_VERIFY(m_fixture->viewer->region.score() && m_fixture->viewer->region.score()->tiles);
        const auto part = cropped(*window.workspace().current()->loaded()->image, {10, 20, 390, 100});
        const auto expected = scoreRegion(*part, FakePredictor("fake-one"), {}, {});
        QVERIFY(expected);
        const RegionScore& found = *m_fixture->viewer->region.score();
        QCOMPARE(found.fed.prediction.score, expected->fed.prediction.score);
        QCOMPARE(found.tiles->scores, expected->tiles->scores);
    }

    void escapeRemovesTheRectangle()
    {
        MainWindow& window = open(400, 300);
        drag({100, 60}, {299, 209});
        QVERIFY(m_fixture->find<QLabel>("regionSentence")->isVisible());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Escape);
        QVERIFY(!m_fixture->viewer->region.rect());
        QVERIFY(!m_fixture->find<QLabel>("regionSentence")->isVisible());
        QVERIFY(m_fixture->canvas().hasFocus()); // a second Escape leaves the grid
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Escape);
        QVERIFY(!m_fixture->canvas().hasFocus());
        // a drag that is given up
        QTest::mousePress(&m_fixture->canvas(), Qt::LeftButton, Qt::ControlModifier, viewOf({50, 50}));
        QTest::mouseMove(&m_fixture->canvas(), viewOf({200, 200}));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Escape);
        QTest::mouseRelease(&m_fixture->canvas(), Qt::LeftButton, Qt::ControlModifier, viewOf({200, 200}));
        QVERIFY(!m_fixture->viewer->region.rect());
        QVERIFY(window.workspace().current()->mask().isEmpty());
    }

    void slipOfTheHandIsNoRectangle()
    {
        open(400, 300);
        drag({100, 60}, {104, 62});
        QVERIFY(!m_fixture->viewer->region.rect());
    }

    void visiblePartByKeyboard()
    {
        MainWindow& window = open(4000, 3000);
        window.actions().scoreVisible->trigger();
        QVERIFY(m_fixture->viewer->region.rect() == (PixelRect{0, 0, 4000, 3000})); // fitted: all of it
        m_fixture->canvas().actualSize();
        QTest::keyClick(&window, Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
        const PixelRect rect = *m_fixture->viewer->region.rect();
        QVERIFY(rect.width <= m_fixture->canvas().width() + 1 && rect.width > m_fixture->canvas().width() - 3);
    }

    void rectangleGoesWithItsPhotoAndFollowsTheModel()
    {
        MainWindow& window = open(400, 300);
        drag({100, 60}, {299, 209});
        QTRY_VERIFY(m_fixture->label("regionSentence").contains(u"by Fake one"_s));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2);
        QTRY_VERIFY(m_fixture->label("regionSentence").contains(u"by Fake two"_s));
        window.workspace().open({m_fixture->image(u"other.png"_s)});
        QTRY_VERIFY(!m_fixture->viewer->region.rect());
    }

    void failureIsTold()
    {
        MainWindow& window = open(400, 300);
        m_fixture->models.onLoad = [](const std::string&) {
            return Status(Error{ErrorCode::Model, "model", "the weights are gone", {}, {}});
        };
        drag({100, 60}, {299, 209});
        QTRY_VERIFY(m_fixture->label("regionSentence").contains(u"the weights are gone"_s));
        QVERIFY(window.isVisible());
    }

    void leakIsToldInASentence()
    {
        open(400, 300);
        QVERIFY(m_fixture->label("leak").contains(u"not measured"_s));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2); // by zeroed pixels
        QTRY_VERIFY(m_fixture->label("leak").contains(u"leaks nothing"_s));
        m_fixture->models.leak = Leak{0.27, 0.21, 0.32};
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_1);
        QTRY_VERIFY(m_fixture->label("leak").contains(u"27 % of blur, 21 % of noise, 32 % of JPEG"_s));
    }

    void noLeakIsToldWithWhatHoldsInUprightPhotos()
    {
        m_fixture->models.leak = Leak{0.001, 0, 0.002};
        open(400, 300);
        QVERIFY(m_fixture->label("leak").contains(u"leaks nothing: the network looks at every block"_s));
        m_fixture->openAndWait(m_fixture->image(u"upright.png"_s, 300, 400));
        QTRY_VERIFY(m_fixture->label("leak").contains(u"upright photos"_s));
    }

private:
    MainWindow& open(int width, int height)
    {
        m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s, width, height));
        return *m_fixture->window;
    }
    QPoint viewOf(QPoint pixel) const
    {
        const ViewPoint at = m_fixture->canvas().view().toView({pixel.x() + 0.5, pixel.y() + 0.5});
        return QPointF(at.x, at.y).toPoint();
    }
    void drag(QPoint from, QPoint to) const
    {
        CanvasView& canvas = m_fixture->canvas();
        QTest::mousePress(&canvas, Qt::LeftButton, Qt::ControlModifier, viewOf(from));
        QTest::mouseMove(&canvas, viewOf((from + to) / 2));
        QTest::mouseMove(&canvas, viewOf(to));
        QTest::mouseRelease(&canvas, Qt::LeftButton, Qt::ControlModifier, viewOf(to));
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestLocalQuality)
#include "tst_local_quality.moc"
