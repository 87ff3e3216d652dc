// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: pinned masks, applied, compared, tried on all photos, written to a file.
#include "tests/gui/session_steps.h"
#include "tests/support/test_case.h"
#include "ui/panels/error_bar.h"
#include "ui/state/scenario_book.h"

#include <QDockWidget>
#include <QListWidget>
#include <QProgressBar>

#include <atomic>
#include <latch>
#include <numeric>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

/// The brighter a photo, the better it is, and the more a hidden block costs: 3 + m - w (1 + m), m from -1 to 1.
class BrightPredictor final : public Predictor {
public:
    const ModelInfo& info() const override { return m_fake.info(); }
    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token,
                                                     std::span<const std::string>) const override
    {
        auto features = std::make_shared<Features>();
        const double sum = std::accumulate(input.planes.begin(), input.planes.end(), 0.0);
        features->pooled = {static_cast<float>(sum / static_cast<double>(input.planes.size()))};
        return std::shared_ptr<const Features>(std::move(features));
    }
    Result<Prediction> predict(const Features& features, BlockMask mask) const override
    {
        const double mean = features.pooled.front();
        const double score = 3 + mean - (FullScore - fakeScore(mask)) * (1 + mean);
        return Prediction{gradesFor(score), score, score};
    }

private:
    FakePredictor m_fake{"fake-one"};
};

class BrightModels final : public ModelSource {
public:
    explicit BrightModels(FakeModels& fakes)
        : m_fakes(fakes)
    { }
    std::vector<ModelEntry> models() const override { return {m_fakes.models().front()}; }
    std::string defaultId() const override { return m_fakes.defaultId(); }
    std::string weightsHash(const std::string& id) const override { return "bright-" + id; }
    Evaluator& evaluator() override { return m_fakes; }
    std::shared_ptr<const ObjectnessSource> objectness() override { return m_fakes.objectness(); }
    std::string objectnessKey() const override { return {}; }
    Result<std::shared_ptr<const Predictor>> load(const std::string&) override
    {
        return std::shared_ptr<const Predictor>(std::make_shared<BrightPredictor>());
    }

private:
    FakeModels& m_fakes;
};

} // namespace

class TestScenarios : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void pPinsTheMask()
    {
        MainWindow& window = open();
        auto* dock = m_fixture->find<QDockWidget>("scenariosDock");
        QVERIFY(dock->visibleRegion().isEmpty()); // behind the layers
        click(5);
        click(6);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        QTRY_VERIFY(!dock->visibleRegion().isEmpty());
        QCOMPARE(list()->count(), 1);
        QCOMPARE(list()->item(0)->text(), u"Scenario 1"_s);
        QVERIFY(list()->item(0)->isSelected());
        QVERIFY(text().contains(u"2 blocks hidden"));
        QVERIFY(text().contains(u"Fake one: 4.25 → "_s + scoreText(FullScore - BlockWeights[5] - BlockWeights[6])));
        QTest::mouseClick(m_fixture->find<QPushButton>("pinScenario"), Qt::LeftButton);
        QCOMPARE(list()->item(1)->text(), u"Scenario 2"_s);
        QCOMPARE(list()->selectedItems(), QList{list()->item(1)}); // the one just pinned
        const QString score = scoreText(FullScore - BlockWeights[5] - BlockWeights[6]);
        QVERIFY(list()->item(1)->data(Qt::AccessibleTextRole).toString().startsWith(u"Scenario 2, "_s + score));
        QCOMPARE(window.workspace().current()->undoStack()->count(), 2); // pinning is no step
    }

    void scoresOfAllModelsFollow()
    {
        open();
        click(5);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        QVERIFY(!text().contains(u"Fake two"));
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_M);
        QTRY_VERIFY2(text().contains(u"Fake two: 4.25 → "_s + scoreText(FullScore - BlockWeights[5])),
                     qPrintable(text()));
    }

    void clickHidesItsBlocksUndoably()
    {
        MainWindow& window = open();
        click(5);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_N); // shows all
        QVERIFY(window.workspace().current()->mask().isEmpty());
        clickRow(0);
        QCOMPARE(window.workspace().current()->mask().bits(), BlockMask(1U << 5U).bits());
        QCOMPARE(window.actions().undo->text(), u"Undo Scenario 1"_s);
        QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(window.workspace().current()->mask().isEmpty());
        list()->setFocus();
        QTest::keyClick(list(), Qt::Key_Return);
        QCOMPARE(window.workspace().current()->mask().bits(), BlockMask(1U << 5U).bits());
    }

    void nameNoteAndRemoval()
    {
        open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        clickRow(0);
        QTest::keyClick(list(), Qt::Key_F2);
        auto* editor = list()->findChild<QLineEdit*>();
        QVERIFY(editor);
        QTest::keyClicks(editor, u"No sky"_s);
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(book().at(0).name, std::string("No sky"));
        auto* note = m_fixture->find<QLineEdit>("scenarioNote");
        QTest::mouseClick(note, Qt::LeftButton);
        QTest::keyPress(note, Qt::Key_Shift, Qt::ShiftModifier); // of a capital letter
        QVERIFY(!m_fixture->canvas().showsOriginal());
        QTest::keyRelease(note, Qt::Key_Shift);
        QTest::keyClicks(note, u"plain, p"_s); // letters that are keys elsewhere
        clickRow(1);
        QCOMPARE(book().count(), 2);
        QCOMPARE(book().at(0).note, std::string("plain, p"));
        QCOMPARE(book().at(1).note, std::string());
        QCOMPARE(note->text(), QString());
        clickRow(0);
        QCOMPARE(note->text(), u"plain, p"_s);
        QTest::keyClick(list(), Qt::Key_Delete);
        QCOMPARE(book().count(), 1);
        QCOMPARE(list()->item(0)->text(), u"Scenario 2"_s);
    }

    void twoAreComparedInWords()
    {
        open();
        click(5);
        click(1);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        click(5);
        click(2);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        clickRow(0);
        clickRow(1, Qt::ControlModifier);
        QVERIFY2(text().contains(u"Both hide: 1. Only “Scenario 1”: 5. Only “Scenario 2”: 2."), qPrintable(text()));
        const double one = FullScore - BlockWeights[1] - BlockWeights[5];
        const double two = FullScore - BlockWeights[1] - BlockWeights[2];
        QVERIFY2(
            text().contains(
                u"Fake one on a.png: %1 with “Scenario 1”, %2 with “Scenario 2” — “Scenario 2” is %3 better."_s.arg(
                    scoreText(one), scoreText(two), scoreText(two - one))),
            qPrintable(text()));
        // The mask is that of the first, as it was clicked: comparing changes nothing.
        QCOMPARE(m_fixture->viewer->workspace.current()->mask().bits(), book().at(0).hidden.bits());
    }

    void triedOnAllPhotos()
    {
        BrightModels models(m_fixture->models);
        MainWindow& window = m_fixture->open(models);
        window.workspace().open({flat(u"black.png"_s, 0), flat(u"grey.png"_s, 51), flat(u"white.png"_s, 255),
                                 m_fixture->brokenImage(u"broken.png"_s)});
        QTRY_VERIFY(window.workspace().image().report());
        click(5);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        QTest::mouseClick(m_fixture->find<QPushButton>("scenarioAll"), Qt::LeftButton);
        QTRY_COMPARE(book().at(0).effects.size(), std::size_t(1));
        const ScenarioEffect& effect = book().at(0).effects.front();
        QCOMPARE(effect.photos, 3);
        QCOMPARE(effect.without, 1);
        // -w (1 + m) for m = -1, -0.6 and 1
        QVERIFY(std::abs(effect.mean + BlockWeights[5] * 0.8) < 1e-4);
        QVERIFY(std::abs(effect.deviation.value_or(0) - BlockWeights[5] * std::sqrt(1.12)) < 1e-4);
        QVERIFY(std::abs(effect.plcc.value_or(0) - 1) < 1e-6); // both rise with m
        QVERIFY2(
            text().contains(u"Fake one on 3 photos: mean change %1, standard deviation over the photos %2, PLCC of "
                            u"whole and masked scores 1.000; one photo could not be scored."_s.arg(
                                changeText(effect.mean), scoreText(*effect.deviation))),
            qPrintable(text()));
        QVERIFY(!m_fixture->find<QProgressBar>("scenarioProgress")->isVisible());
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P); // what was said belongs to the first
        QVERIFY(!text().contains(u"could not be scored"));

        const QByteArray table = exported();
        const QList<QByteArray> lines = table.trimmed().split('\n');
        QCOMPARE(lines.value(0), "scenario,hidden_blocks,mask,photo,model,whole,masked,change,estimate,note"_ba);
        QCOMPARE(lines.size(), 5); // three photos of the first, one of the second; each photo once
        QVERIFY2(lines.value(1).startsWith("Scenario 1,5,32,black.png,fake-one,2"), table.constData());
        QVERIFY2(lines.value(3).startsWith("Scenario 1,5,32,white.png,fake-one,4"), table.constData());
        QVERIFY2(lines.value(4).startsWith("Scenario 2,5,32,black.png,fake-one,"), table.constData());
    }

    void tableHasWhatIsKnownUnderTheNewName()
    {
        open();
        click(5);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        book().measureEffect(0);
        QTRY_COMPARE(book().at(0).effects.size(), std::size_t(1));
        QVERIFY2(text().contains(u"on one photo: "_s + changeText(-BlockWeights[5])), qPrintable(text()));
        book().rename(0, u"No, \"sky\""_s);
        book().setNote(0, u"two\nlines"_s);
        const QByteArray table = exported();
        QCOMPARE(table.count("fake-one"), 1);
        QVERIFY2(table.contains("\"No, \"\"sky\"\"\",5,32,a.png,fake-one,4.25,"), table.constData());
        QVERIFY2(table.contains("\"two\nlines\""), table.constData());
    }

    void cancelEndsIt_data()
    {
        QTest::addColumn<QByteArray>("button");
        QTest::newRow("in the panel") << "scenarioCancel"_ba;
        QTest::newRow("in the status bar") << "cancelWork"_ba;
    }
    void cancelEndsIt()
    {
        QFETCH(QByteArray, button);
        std::atomic<bool> holds = false;
        std::latch started(1);
        std::latch go(1);
        m_fixture->models.onLoad = [&](const std::string&) -> Status {
            if (holds.exchange(false)) {
                started.count_down();
                go.wait();
            }
            return {};
        };
        open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        holds = true;
        QTest::mouseClick(m_fixture->find<QPushButton>("scenarioAll"), Qt::LeftButton);
        started.wait();
        QCOMPARE(book().measured(), 0);
        QVERIFY(m_fixture->find<QProgressBar>("scenarioProgress")->isVisible());
        auto* cancel = m_fixture->find<QAbstractButton>(button.constData());
        QTRY_VERIFY(cancel->isVisible());
        QTest::mouseClick(cancel, Qt::LeftButton);
        QCOMPARE(book().measured(), -1);
        QVERIFY(!m_fixture->find<QProgressBar>("scenarioProgress")->isVisible());
        go.count_down();
        m_fixture->openAndWait(m_fixture->image(u"b.png"_s)); // behind what was cancelled
        QVERIFY(book().at(0).effects.empty());
    }

    void modelThatFailsIsTold()
    {
        std::atomic<bool> fails = false;
        m_fixture->models.onLoad = [&](const std::string&) -> Status {
            if (fails)
                return Error{ErrorCode::Model, "model", "the weights are damaged", "import it again", {}};
            return {};
        };
        open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        fails = true;
        QTest::mouseClick(m_fixture->find<QPushButton>("scenarioAll"), Qt::LeftButton);
        QTRY_VERIFY(m_fixture->find<ErrorBar>("errorBar")->isVisible());
        QCOMPARE(book().measured(), -1);
        QVERIFY(book().at(0).effects.empty());
    }

    void listWithoutAScoreIsTold()
    {
        MainWindow& window = open();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_P);
        window.workspace().close(0);
        window.workspace().documents().replace({m_fixture->folder.filePath(u"gone.png"_s)}, 0);
        book().measureEffect(0);
        QTRY_VERIFY(
            m_fixture->label("errorDetails").contains(u"no photo of the list could be scored", Qt::CaseInsensitive));
        QVERIFY(book().at(0).effects.empty());
    }

private:
    MainWindow& open()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        return window;
    }
    QString flat(const QString& name, int grey)
    {
        QImage picture(400, 300, QImage::Format_RGB888);
        picture.fill(QColor(grey, grey, grey));
        const QString path = m_fixture->folder.filePath(name);
        if (!picture.save(path))
            qFatal("cannot write the picture");
        return path;
    }
    QByteArray exported()
    {
        const QString path = m_fixture->folder.filePath(u"table.csv"_s);
        QTest::mouseClick(m_fixture->find<QPushButton>("scenarioExport"), Qt::LeftButton);
        if (!answerFileDialog(*m_fixture->window, path)
            || !QTest::qWaitFor([&] { return QFile::exists(path); }, PatienceMs))
            return "no file";
        const auto bytes = readFile(toPath(path), 1U << 20U);
        return bytes ? QByteArray(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size()))
                     : QByteArray();
    }
    void click(int block) { QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(block)); }
    void clickRow(int row, Qt::KeyboardModifiers modifiers = {})
    {
        const QRect place = list()->visualItemRect(list()->item(row));
        QTest::mouseClick(list()->viewport(), Qt::LeftButton, modifiers, place.center());
    }
    QListWidget* list() const { return m_fixture->find<QListWidget>("scenarioList"); }
    QString text() const { return m_fixture->label("scenarioText"); }
    ScenarioBook& book() const { return m_fixture->viewer->scenarios; }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestScenarios)
#include "tst_scenarios.moc"
