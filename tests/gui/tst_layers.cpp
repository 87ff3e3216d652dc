// SPDX-License-Identifier: BSD-3-Clause
// The layer dock as a user meets it: showing maps, opacity, colours, ranges, read-out, halves, errors.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/color_bar.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/layer_controls.h"
#include "ui/panels/removal_panel.h"
#include "ui/state/text.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>

#include <latch>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

Result<MapExplanation> explainedRamp(const Image& image, const MapRequest&, const JobContext&)
{
    return explained(signedRamp(image), "score change", "R² 0.75, 1000 samples");
}

} // namespace

class TestLayers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void clickShowsAMap()
    {
        MainWindow& window = open();
        QVERIFY(!m_fixture->find<QWidget>("colorBar")->isVisible());
        const QColor before = canvasColor(0);
        m_fixture->clickLayerBox(OverlayId::Saliency);
        QTRY_VERIFY(window.maps().map(OverlayId::Saliency));
        QVERIFY(window.layers().look(OverlayId::Saliency).visible);
        QTRY_VERIFY(canvasColor(0) != before);
        QVERIFY(m_fixture->find<QWidget>("colorBar")->isVisible());
        m_fixture->clickLayerBox(OverlayId::Saliency);
        QVERIFY(!window.layers().look(OverlayId::Saliency).visible);
        QTRY_COMPARE(canvasColor(0), before);
        QVERIFY(!m_fixture->find<QWidget>("colorBar")->isVisible());
    }

    void clickOnTheNameOnlyChooses()
    {
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Frequency);
        QVERIFY(window.layers().current() == OverlayId::Frequency);
        QVERIFY(!window.layers().look(OverlayId::Frequency).visible);
        QVERIFY(m_fixture->find<QComboBox>("frequencyMode")->isVisible());
        QVERIFY(!m_fixture->find<QComboBox>("saliencyMode")->isVisible());
    }

    void doubleClickShowsOnlyIt()
    {
        MainWindow& window = open();
        window.layers().setVisible(OverlayId::Halves, true);
        m_fixture->clickLayerName(OverlayId::Objectness);
        QTest::mouseDClick(m_fixture->layerViewport(), Qt::LeftButton, {},
                           m_fixture->layerRow(OverlayId::Objectness).center());
        QVERIFY(window.layers().shown() == std::vector<OverlayId>{OverlayId::Objectness});
    }

    void spaceShowsTheChosenLayer()
    {
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Averaged);
        QTest::keyClick(m_fixture->find<QListView>("layerList"), Qt::Key_Space);
        QVERIFY(window.layers().look(OverlayId::Averaged).visible);
        QTest::keyClick(m_fixture->find<QListView>("layerList"), Qt::Key_Up);
        QVERIFY(window.layers().current() == OverlayId::Objectness);
    }

    void vSwitchesLayersOffAndOn()
    {
        MainWindow& window = open();
        window.layers().setVisible(OverlayId::Halves, false);
        window.layers().setCurrent(OverlayId::Halves);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_V);
        QVERIFY(window.layers().look(OverlayId::Halves).visible);
        QVERIFY(window.actions().toggleLayers->isChecked());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_V);
        QVERIFY(window.layers().shown().empty());
        QVERIFY(!window.actions().toggleLayers->isChecked());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_V);
        QCOMPARE(window.layers().shown().size(), std::size_t(1));
    }

    void theSwitchDoesNotMoveThePicture()
    {
        open();
        showMap(OverlayId::Saliency);
        const ViewTransform view = m_fixture->canvas().view();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_V);
        QVERIFY(m_fixture->find<QWidget>("colorBar")->isVisible());
        QVERIFY(m_fixture->canvas().view() == view);
    }

    void opacityDoesNotColourAgain()
    {
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        window.repaint();
        const MapLayer* layer = m_fixture->canvas().mapLayer(OverlayId::Saliency);
        QVERIFY(layer);
        const int renderings = layer->renderings();
        const QColor faint = canvasColor(5);
        auto* slider = m_fixture->find<QSlider>("opacity");
        QTest::keyClick(slider, Qt::Key_End);
        QCOMPARE(window.layers().look(OverlayId::Saliency).opacityPercent, 100);
        QTRY_VERIFY(canvasColor(5) != faint);
        QCOMPARE(m_fixture->canvas().mapLayer(OverlayId::Saliency)->renderings(), renderings);
        // opaque: the colours are those of the figures
        const QPoint pixel(200, 150);
        const ViewTransform& view = m_fixture->canvas().view();
        const ViewPoint at = view.toView({pixel.x() + 0.5, pixel.y() + 0.5});
        const auto picture = window.layerView().picture(OverlayId::Saliency);
        const float value = picture->map->source().map.at(pixel.y(), pixel.x());
        window.layers().setVisible(OverlayId::Halves, false);
        m_fixture->settings.setValue(setting::Grid, false);
        m_fixture->settings.setValue(setting::Numbers, false);
        const QColor expected(colorOf(static_cast<double>(value), picture->colors, picture->range));
        const QColor drawn = m_fixture->canvas().grab().toImage().pixelColor(QPointF(at.x, at.y).toPoint());
        QVERIFY(std::abs(drawn.red() - expected.red()) < 12 && std::abs(drawn.green() - expected.green()) < 12
                && std::abs(drawn.blue() - expected.blue()) < 12);
    }

    void colourMapsNeverJetAndDivergingForSigned()
    {
        MainWindow& window = open();
        m_fixture->clickLayerName(OverlayId::Saliency);
        auto* box = m_fixture->find<QComboBox>("colorMap");
        QStringList names;
        for (int i = 0; i < box->count(); ++i)
            names << box->itemText(i);
        const QStringList expected{u"Viridis"_s, u"Magma"_s, u"Inferno"_s, u"Cividis"_s};
        QCOMPARE(names, expected);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QVERIFY(window.layers().look(OverlayId::Saliency).colors == ColorMap::Magma);
        m_fixture->clickLayerName(OverlayId::Lime);
        QVERIFY(box->findText(u"Blue to red"_s) >= 0);
        QCOMPARE(box->currentText(), u"Blue to red"_s);
    }

    void signedMapsHaveZeroInTheMiddle()
    {
        m_fixture->models.onExplain = [](const Image& image, const MapRequest& request, const JobContext& context) {
            Result<MapExplanation> ramp = explainedRamp(image, request, context);
            for (float& value : ramp->map.values)
                value = value < 0 ? value * 0.25F : value;
            return ramp;
        };
        MainWindow& window = open();
        showMap(OverlayId::Lime);
        const auto picture = window.layerView().picture(OverlayId::Lime);
        QVERIFY(picture);
        QCOMPARE(picture->range.low, -1.0);
        QCOMPARE(picture->range.high, 1.0);
        QVERIFY(m_fixture->label("layerAbout").contains(u"R² 0.75"_s));
    }

    void fixedRangeStartsFromTheImageAndStays()
    {
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        auto* mode = m_fixture->find<QComboBox>("rangeMode");
        auto* high = m_fixture->find<QDoubleSpinBox>("rangeHigh");
        QVERIFY(!high->isVisible());
        const ValueRange own = window.layerView().picture(OverlayId::Saliency)->range;
        mode->setFocus();
        QTest::keyClick(mode, Qt::Key_Down);
        QVERIFY(window.layers().look(OverlayId::Saliency).fixedRange);
        QVERIFY(high->isVisible());
        QVERIFY(window.layers().look(OverlayId::Saliency).range == own);
        high->setFocus();
        high->selectAll();
        QTest::keyClicks(high, u"2.5"_s);
        QTest::keyClick(high, Qt::Key_Return);
        QCOMPARE(window.layerView().picture(OverlayId::Saliency)->range.high, 2.5);
        // an upper end below the lower one springs back
        high->selectAll();
        QTest::keyClicks(high, u"-3"_s);
        QTest::keyClick(high, Qt::Key_Return);
        QCOMPARE(high->value(), 2.5);
        QTest::keyClick(mode, Qt::Key_Up);
        QVERIFY(window.layerView().picture(OverlayId::Saliency)->range == own);
    }

    void readoutShowsTheRawValueAndTheBlockMean()
    {
        m_fixture->models.onExplain = &explainedRamp;
        MainWindow& window = open();
        showMap(OverlayId::Lime);
        const ViewTransform& view = m_fixture->canvas().view();
        const ViewPoint at = view.toView({399.5, 10.5});
        QTest::mouseMove(&m_fixture->canvas(), QPointF(at.x, at.y).toPoint());
        QTRY_VERIFY(m_fixture->label("readValue").startsWith(u"LIME 1.00"_s));
        const double mean = (*window.maps().map(OverlayId::Lime)->source().blockMeans)[3];
        QVERIFY(m_fixture->label("readValue").endsWith(QString::number(mean, 'f', 2)));
        window.layers().setVisible(OverlayId::Lime, false);
        QCOMPARE(m_fixture->label("readValue"), u"trivial half"_s); // outlines are what is left
        window.layers().setVisible(OverlayId::Halves, false);
        QVERIFY(m_fixture->label("readValue").isEmpty());
    }

    void valuesAreThoseOfTheCurrentLayerOrOfTheTopmost()
    {
        m_fixture->models.onExplain = &explainedRamp;
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        showMap(OverlayId::Lime);
        QVERIFY(window.layerView().readPicture()->id == OverlayId::Lime);
        m_fixture->clickLayerName(OverlayId::Saliency);
        QVERIFY(window.layerView().readPicture()->id == OverlayId::Saliency);
        m_fixture->clickLayerName(OverlayId::Frequency); // not shown
        QVERIFY(window.layerView().readPicture()->id == OverlayId::Saliency);
        m_fixture->clickLayerBox(OverlayId::Product); // shown, but without values as yet
        QVERIFY(window.layerView().readPicture().has_value());
    }

    void blockMeansAreWrittenIntoTheBlocks()
    {
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        QVERIFY(!m_fixture->canvas().scene().values);
        QTest::mouseClick(m_fixture->find<QCheckBox>("blockMeans"), Qt::LeftButton, {}, QPoint(8, 8));
        const auto picture = window.layerView().picture(OverlayId::Saliency);
        QVERIFY(picture->blocks.has_value());
        const auto values = m_fixture->canvas().scene().values;
        QVERIFY(values);
        QCOMPARE((*values)[6], picture->valueText((*window.maps().map(OverlayId::Saliency)->source().blockMeans)[6]));
    }

    void clickOnABlockDoesNotWaitForLime()
    {
        std::atomic<int> runs{0};
        std::atomic<bool> ends{false};
        m_fixture->models.onExplain = [&](const Image& image, const MapRequest& request,
                                          const JobContext& context) -> Result<MapExplanation> {
            ++runs;
            while (!context.isStopped() && !ends)
                std::this_thread::yield();
            if (context.isStopped())
                return cancelledError();
            return explainedRamp(image, request, context);
        };
        MainWindow& window = open();
        window.workspace().setModelId(u"fake-two"_s);
        Document* document = window.workspace().current();
        QTRY_VERIFY(document->analysis() && !document->analysis()->tableNote.empty());
        window.layers().setVisible(OverlayId::Lime, true);
        QTRY_VERIFY(runs >= 1);
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        QTRY_VERIFY(window.workspace().image().score().has_value());
        ends = true;
        QTRY_VERIFY(window.maps().map(OverlayId::Lime)); // it went on afterwards
    }

    void anotherImageBringsItsOwnMap()
    {
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        const auto first = window.maps().map(OverlayId::Saliency);
        window.workspace().open({m_fixture->image(u"other.png"_s, 200, 160)});
        QTRY_VERIFY(window.maps().map(OverlayId::Saliency)
                    && window.maps().map(OverlayId::Saliency)->source().map.width == 200);
        window.workspace().step(-1);
        QTRY_COMPARE(window.maps().map(OverlayId::Saliency), first);
        QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
        QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
        QTRY_COMPARE(window.workspace().count(), 0);
        QVERIFY(!window.maps().map(OverlayId::Saliency));
        QVERIFY(!m_fixture->find<QWidget>("colorBar")->isVisible());
    }

    void anotherModelDropsOnlyWhatItMade()
    {
        m_fixture->models.onExplain = &explainedRamp;
        MainWindow& window = open();
        showMap(OverlayId::Saliency);
        showMap(OverlayId::Lime);
        const auto saliency = window.maps().map(OverlayId::Saliency);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2);
        QCOMPARE(window.maps().map(OverlayId::Saliency), saliency);
        QTRY_VERIFY(window.maps().map(OverlayId::Lime)
                    && window.maps().map(OverlayId::Lime)->source().modelId == "fake-two");
    }

    void tinyImageHasNoHalves()
    {
        m_fixture->open();
        MainWindow& window = *m_fixture->window;
        window.workspace().open({m_fixture->image(u"tiny.png"_s, 3, 2)});
        QTRY_VERIFY(window.workspace().current());
        showMap(OverlayId::Saliency);
        QVERIFY(!m_fixture->find<QAbstractButton>("hideUpper")->isVisible());
    }

    void removalCurvesTellGoodOrdersFromBad()
    {
        FakeModels models;
        const auto table = models.buildTable(FakePredictor("fake-one"), {}, {});
        QVERIFY(table);
        BlockMeans reversed = BlockWeights;
        for (double& value : reversed)
            value = -value;
        const RemovalComparison good = compareRemoval(BlockWeights, **table);
        const RemovalComparison bad = compareRemoval(reversed, **table);
        QVERIFY(good.curves.deletionArea < good.randomArea && good.randomArea < good.curves.insertionArea);
        QVERIFY(bad.curves.deletionArea > bad.randomArea && bad.randomArea > bad.curves.insertionArea);
        // the fake's score is a sum over blocks: random orders lie on the straight line between the ends
        QVERIFY(std::abs(good.randomArea - (fakeScore({}) + fakeScore(BlockMask::all())) / 2) < 1e-6);
        QVERIFY(std::abs(good.randomDeletion[3] - (FullScore - 2.6 * 3 / 12)) < 1e-6);
    }

    void removalPanelFollowsTheLayer()
    {
        MainWindow& window = open();
        auto* plot = m_fixture->find<RemovalPlot>("removalPlot");
        m_fixture->clickLayerName(OverlayId::Importance);
        QVERIFY(plot->curves());
        QCOMPARE(m_fixture->label("removalTitle"), u"By Importance"_s);
        QVERIFY(m_fixture->label("removalAreas").contains(scoreText(plot->curves()->curves.deletionArea)));
        m_fixture->clickLayerName(OverlayId::Saliency);
        QVERIFY(!plot->curves()); // no map yet
        m_fixture->clickLayerBox(OverlayId::Saliency);
        QTRY_VERIFY(plot->curves());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2); // a model without a table
        QTRY_VERIFY(!plot->curves());
        QVERIFY(window.maps().map(OverlayId::Saliency));
    }

private:
    MainWindow& open()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        return window;
    }

    void showMap(OverlayId id)
    {
        m_fixture->clickLayerBox(id);
        QTRY_VERIFY(m_fixture->window->maps().map(id));
    }

    QColor canvasColor(int block) const
    {
        return m_fixture->canvas().grab().toImage().pixelColor(m_fixture->at(block));
    }

    QString statusOf(OverlayId id) const
    {
        const auto* model = static_cast<LayerListModel*>(m_fixture->find<QListView>("layerList")->model());
        return model->indexOf(id).data(LayerListModel::StatusRole).toString();
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestLayers)
#include "tst_layers.moc"
