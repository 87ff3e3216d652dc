// SPDX-License-Identifier: BSD-3-Clause
// Several models side by side: cards, agreement, keys, cancelling, other images.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/block_table_model.h"
#include "ui/panels/compared_models.h"
#include "ui/panels/curve_plot.h"
#include "ui/panels/error_bar.h"
#include "ui/state/text.h"

#include <QTableView>

#include <latch>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestComparison : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void othersWaitUntilTheyAreAsked()
    {
        MainWindow& window = open();
        QVERIFY(!card("fake-one")->isVisible()); // it is the large card
        QVERIFY(card("fake-two")->isVisible());
        QCOMPARE(card("fake-two")->scoreShown(), u"–"_s);
        QCOMPARE(card("fake-two")->noteShown(), u"not compared yet"_s);
        QVERIFY(!window.comparison().isOn());
        QCOMPARE(m_fixture->models.hiddenRuns.load(), 0);
    }

    void mAsksAllModels()
    {
        MainWindow& window = open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        QVERIFY(window.comparison().isOn());
        QVERIFY(window.actions().compare->isChecked());
        QTRY_COMPARE(card("fake-two")->scoreShown(), scoreText(FullScore));
        QTRY_COMPARE(window.comparison().agreement().models, 2);
        QVERIFY(window.comparison().agreement().isEstimate); // the second model has no table
        QCOMPARE(m_fixture->models.hiddenRuns.load(), BlockCount);
        QVERIFY(window.workspace().modelId() == u"fake-one"_s); // nothing else changed
    }

    void buttonSwitchesItOnAndOff()
    {
        MainWindow& window = open();
        auto* button = m_fixture->find<QAbstractButton>("compareButton");
        QCOMPARE(button->text(), u"Compare models"_s);
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(window.comparison().isOn());
        QCOMPARE(button->text(), u"Stop comparing"_s);
        QTRY_COMPARE(card("fake-two")->scoreShown(), scoreText(FullScore));
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(!window.comparison().isOn());
        QCOMPARE(card("fake-two")->scoreShown(), scoreText(FullScore)); // what is known stays
    }

    void maskChangesAllCards()
    {
        MainWindow& window = compared();
        const int runs = m_fixture->models.hiddenRuns;
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        QTRY_COMPARE(card("fake-two")->scoreShown(), scoreText(FullScore - BlockWeights[5]));
        QCOMPARE(card("fake-two")->changeShown(), changeText(-BlockWeights[5]));
        QCOMPARE(m_fixture->models.hiddenRuns.load(), runs + 1); // one pass for the model without a table
        QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(card("fake-two")->changeShown(), QString());
    }

    void clickAndKeysChooseTheModel()
    {
        MainWindow& window = compared();
        QTest::mouseClick(card("fake-two"), Qt::LeftButton);
        QCOMPARE(window.workspace().modelId(), u"fake-two"_s);
        QVERIFY(card("fake-one")->isVisible());
        QVERIFY(!card("fake-two")->isVisible());
        QCOMPARE(card("fake-one")->scoreShown(), scoreText(FullScore));
        QVERIFY(card("fake-one")->enoughShown().endsWith(u"/12"_s));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_1);
        QCOMPARE(window.workspace().modelId(), u"fake-one"_s);
        QCOMPARE(m_fixture->models.tables.load(), 2); // one try each, nothing twice
    }

    void agreementOnCanvasAndInTheTable()
    {
        MainWindow& window = open();
        auto* table = m_fixture->find<QTableView>("blockTable");
        QVERIFY(table->isColumnHidden(BlockTableModel::Agree));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        QTRY_VERIFY(!table->isColumnHidden(BlockTableModel::Agree));
        const QAbstractItemModel* model = table->model();
        for (int row = 0; row < BlockCount; ++row) {
            const int block = model->index(row, BlockTableModel::Block).data().toInt();
            const QString expected = ImportantBlocks.contains({block}) ? u"2/2"_s : u"0/2"_s;
            QCOMPARE(model->index(row, BlockTableModel::Agree).data().toString(), expected);
        }
        m_fixture->clickLayerName(OverlayId::Agreement);
        m_fixture->clickLayerBox(OverlayId::Agreement);
        const auto values = m_fixture->canvas().scene().values;
        QVERIFY(values);
        QCOMPARE((*values)[5], u"2"_s);
        QCOMPARE((*values)[0], u"0"_s);
        const auto picture = window.layerView().picture(OverlayId::Agreement);
        QCOMPARE(picture->range.high, 2.0);
        QVERIFY(m_fixture->find<QWidget>("colorBar")->isVisible());
    }

    void otherCurvesStandInThePlot()
    {
        compared();
        auto* plot = m_fixture->find<CurvePlot>("curve");
        QVERIFY(plot->others().empty()); // the other model has no table
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2);
        QTRY_COMPARE(plot->others().size(), std::size_t(0)); // nothing to stand beside without a curve of its own
    }

    void anotherImageIsComparedToo()
    {
        MainWindow& window = compared();
        window.workspace().open({m_fixture->image(u"other.png"_s, 300, 200)});
        QTRY_VERIFY(window.workspace().current()->title() == u"other.png"_s);
        QTRY_COMPARE(window.comparison().agreement().models, 2);
        const int runs = m_fixture->models.hiddenRuns;
        window.workspace().step(-1);
        QTRY_COMPARE(window.workspace().current()->title(), u"photo.png"_s);
        QTRY_COMPARE(window.comparison().agreement().models, 2);
        QCOMPARE(m_fixture->models.hiddenRuns.load(), runs); // from the cache
    }

    void brokenModelCostsOnlyItsCard()
    {
        m_fixture->models.onLoad = [](const std::string& id) -> Status {
            if (id == "fake-two")
                return Error{ErrorCode::InvalidInput, "model", "the weights are damaged", "import them again", {}};
            return {};
        };
        MainWindow& window = open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        QTRY_COMPARE(card("fake-two")->noteShown(), u"the weights are damaged"_s);
        QVERIFY(!window.errorBar().isVisible());
        QCOMPARE(m_fixture->label("score"), scoreText(FullScore));
        QCOMPARE(window.comparison().agreement().models, 1);
        m_fixture->models.onLoad = {};
        window.comparison().retry(1);
        QTRY_COMPARE(window.comparison().agreement().models, 2);
    }

    void cancelKeepsWhatIsThere()
    {
        std::latch started(1);
        m_fixture->models.onLoad = [&](const std::string& id) -> Status {
            if (id == "fake-two")
                started.count_down();
            return {};
        };
        std::atomic<bool> blocks{false};
        m_fixture->models.onTable = [&](const std::stop_token& stop) -> Status {
            while (blocks && !stop.stop_requested())
                std::this_thread::yield();
            return stop.stop_requested() ? Status(cancelledError()) : Status();
        };
        MainWindow& window = open();
        blocks = true;
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        QTRY_VERIFY(started.try_wait());
        QTRY_VERIFY(m_fixture->find<QWidget>("workIndicator")->isVisible());
        QTest::mouseClick(m_fixture->find<QAbstractButton>("cancelWork"), Qt::LeftButton);
        QTRY_VERIFY(!window.workspace().engine().isBusy());
        QCOMPARE(m_fixture->label("score"), scoreText(FullScore));
        QVERIFY(!window.errorBar().isVisible());
        blocks = false;
        window.comparison().retry(1);
        QTRY_COMPARE(window.comparison().agreement().models, 2);
    }

    void modelWithoutATableGetsASampledOne()
    {
        m_fixture->models.samplesTables = true;
        MainWindow& window = open();
        QVERIFY(!window.actions().tryAllMasks->isEnabled()); // the first model has all masks
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2);
        Document* document = window.workspace().current();
        QTRY_VERIFY(document->analysis() && document->analysis()->report);
        QCOMPARE(m_fixture->models.sampledMasks.load(), FirstSamples);
        QVERIFY(!document->analysis()->table->exact);
        QVERIFY(m_fixture->find<QAbstractButton>("headline")->text().startsWith(u"About"_s));
        QVERIFY(m_fixture->label("tableNote").contains(u"256 masks"_s));
        QVERIFY(window.actions().presets.value(MaskPreset::Important)->isEnabled());
        // an estimate at once, the mask's own score a moment later
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        QVERIFY(window.workspace().image().score()->isEstimate);
        QVERIFY(m_fixture->label("score").startsWith(u'~') && m_fixture->label("change").startsWith(u'~'));
        QVERIFY(m_fixture->label("changeNote").contains(u'±'));
        QTRY_VERIFY(!window.workspace().image().score()->isEstimate);
        QTRY_VERIFY(!m_fixture->label("score").contains(u'~'));
        QCOMPARE(m_fixture->models.hiddenRuns.load(), 1);
    }

    void allMasksOnDemand()
    {
        m_fixture->models.samplesTables = true;
        MainWindow& window = open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2);
        Document* document = window.workspace().current();
        QTRY_VERIFY(document->analysis() && document->analysis()->report);
        QVERIFY(window.actions().tryAllMasks->isEnabled());
        window.actions().tryAllMasks->trigger();
        QTRY_VERIFY(document->analysis()->table->exact);
        QCOMPARE(m_fixture->models.sampledMasks.load(), FirstSamples + MaskCount);
        QVERIFY(!window.actions().tryAllMasks->isEnabled());
        QVERIFY(!m_fixture->find<QAbstractButton>("headline")->text().startsWith(u"About"_s));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_1);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_2);
        QVERIFY(document->analysis()->table->exact); // kept
    }

    void comparisonOfSampledModelsHasCurves()
    {
        m_fixture->models.samplesTables = true;
        MainWindow& window = compared();
        QVERIFY(window.comparison().agreement().isEstimate);
        QCOMPARE(m_fixture->find<CurvePlot>("curve")->others().size(), std::size_t(1));
        QVERIFY(card("fake-two")->enoughShown().startsWith(u"~"_s));
        QCOMPARE(m_fixture->models.hiddenRuns.load(), 0); // no single blocks: the sample has them
    }

    void closingWhileComparing()
    {
        std::latch started(1);
        std::atomic<bool> blocks{false};
        m_fixture->models.onTable = [&](const std::stop_token& stop) -> Status {
            if (blocks)
                started.count_down();
            while (blocks && !stop.stop_requested())
                std::this_thread::yield();
            return stop.stop_requested() ? Status(cancelledError()) : Status();
        };
        MainWindow& window = open();
        blocks = true;
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        QTRY_VERIFY(started.try_wait());
        window.workspace().close(0);
        QVERIFY(window.close());
        m_fixture->close();
    }

    void otherOptionsChangeAllHalves()
    {
        MainWindow& window = compared();
        m_fixture->settings.setValue(setting::Indicator, u"dmos2"_s);
        QVERIFY(window.comparison().models()[0].analysis->options.indicator == Indicator::Dmos2);
        QTest::mouseClick(card("fake-two"), Qt::LeftButton);
        m_fixture->settings.setValue(setting::Epsilon, 0.5);
        QCOMPARE(window.comparison().models()[0].analysis->report->enough.epsilon, 0.5);
    }

private:
    MainWindow& open()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
        return window;
    }

    MainWindow& compared()
    {
        MainWindow& window = open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        if (!QTest::qWaitFor([&] { return window.comparison().agreement().models == 2; }, PatienceMs))
            qFatal("the comparison does not come");
        return window;
    }

    ModelCard* card(const char* id) const
    {
        return m_fixture->window->findChild<ModelCard*>(QStringLiteral("card-") + QLatin1String(id));
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestComparison)
#include "tst_comparison.moc"
