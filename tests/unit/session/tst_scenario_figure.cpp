// SPDX-License-Identifier: BSD-3-Clause
// The figure of pinned scenarios: panels, words, and the masks it brings back.
#include "core/session/figure_session.h"
#include "core/session/scenario_figure.h"
#include "tests/support/test_case.h"

#include <QTest>

using namespace halflens;
using namespace Qt::StringLiterals;

namespace {

ScenarioFigure smallFigure(int scenarios)
{
    auto image = std::make_shared<Image>();
    image->width = 40;
    image->height = 30;
    image->rgb.assign(40 * 30 * 3, 200);
    image->contentHash = "ab";
    ScenarioFigure figure;
    figure.image = image;
    figure.name = "a.jpg";
    figure.model = "one";
    for (int i = 0; i < scenarios; ++i) {
        Scenario scenario;
        scenario.name = "Mask " + std::to_string(i);
        scenario.hidden = BlockMask(1U << static_cast<unsigned>(i));
        scenario.scores = {{"two", "Two", 3, 3.25, true}, {"one", "One", 4.25, 3.5, false}};
        figure.scenarios.push_back(std::move(scenario));
    }
    return figure;
}

QString textOf(const TextLine& line)
{
    QString text;
    for (const TextRun& run : line)
        text += run.text;
    return text;
}

} // namespace

class TestScenarioFigure : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wordsBelowThePanels()
    {
        ScenarioFigure figure = smallFigure(1);
        figure.scenarios[0].note = "what if it were plain?";
        const Result<ComposedFigure> composed = composeScenarios(figure);
        QVERIFY(composed);
        const auto& row = composed->grid.rows.at(0);
        QCOMPARE(row.size(), std::size_t(2));
        QCOMPARE(textOf(row[0].captions.at(0)), u"a.jpg"_s);
        QCOMPARE(textOf(row[0].captions.at(1)), u"4.25  whole"_s);
        QCOMPARE(textOf(row[1].captions.at(0)), u"Mask 0"_s);
        QCOMPARE(textOf(row[1].captions.at(1)), u"3.50  −0.75"_s); // the chosen model first
        QCOMPARE(textOf(row[1].captions.at(2)), u"Two ~3.25  ~+0.25"_s);
        QCOMPARE(textOf(row[1].captions.at(3)), u"what if it were plain?"_s);
        const Result<QImage> panel = row[1].image.load();
        QVERIFY(panel);
        QCOMPARE(panel->pixel(2, 2), qRgb(0, 0, 0));
        QCOMPARE(panel->pixel(35, 25), qRgb(200, 200, 200));
    }

    void footnoteNamesTheModel()
    {
        ScenarioFigure figure = smallFigure(2);
        QVERIFY(composeScenarios(figure)->grid.footnote.endsWith(u"First line by one."_s));
        for (Scenario& scenario : figure.scenarios)
            scenario.scores.erase(scenario.scores.begin());
        QVERIFY(composeScenarios(figure)->grid.footnote.endsWith(u"Model one."_s));
        figure.model = "three"; // nobody has asked it
        QVERIFY(composeScenarios(figure)->grid.footnote.endsWith(u"whole image."_s));
    }

    void rowsAreEven_data()
    {
        QTest::addColumn<int>("scenarios");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::newRow("one row") << 3 << 1 << 4;
        QTest::newRow("two") << 4 << 2 << 3;
        QTest::newRow("full") << 7 << 2 << 4;
        QTest::newRow("three") << 11 << 3 << 4;
    }
    void rowsAreEven()
    {
        QFETCH(int, scenarios);
        QFETCH(int, rows);
        QFETCH(int, columns);
        const Result<ComposedFigure> composed = composeScenarios(smallFigure(scenarios));
        QVERIFY(composed);
        QCOMPARE(composed->grid.rows.size(), static_cast<std::size_t>(rows));
        int panels = 0;
        for (const auto& row : composed->grid.rows) {
            QCOMPARE(row.size(), static_cast<std::size_t>(columns));
            for (const Panel& panel : row)
                panels += panel.image.isNull() ? 0 : 1;
        }
        QCOMPARE(panels, scenarios + 1);
    }

    void longNotesEnd()
    {
        ScenarioFigure figure = smallFigure(1);
        figure.original = false;
        for (int i = 0; i < 100; ++i)
            figure.scenarios[0].note += "word ";
        const auto captions = composeScenarios(figure)->grid.rows.at(0).at(0).captions;
        QCOMPARE(captions.size(), std::size_t(3 + ScenarioFigure::MostNoteLines));
        QVERIFY(textOf(captions.back()).endsWith(QChar(0x2026)));
        for (const TextLine& line : captions)
            QVERIFY(textOf(line).size() < 40);
    }

    void bringsTheMasksBack()
    {
        const Result<ComposedFigure> composed = composeScenarios(smallFigure(2));
        QVERIFY(composed);
        const Result<Session> session = sessionFromProvenance(toJson(composed->provenance), "/photos");
        QVERIFY(session);
        QCOMPARE(session->photos.at(0).path, std::filesystem::path("/photos/a.jpg"));
        QCOMPARE(session->scenarios.size(), std::size_t(2));
        QVERIFY(session->scenarios[1].hidden == BlockMask(2));
    }

    void nothingToShow()
    {
        QVERIFY(!composeScenarios(smallFigure(0)));
        ScenarioFigure figure = smallFigure(1);
        figure.image = nullptr;
        QVERIFY(!composeScenarios(figure));
    }
};

HALFLENS_TEST(TestScenarioFigure)
#include "tst_scenario_figure.moc"
