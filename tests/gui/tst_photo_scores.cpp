// SPDX-License-Identifier: BSD-3-Clause
// Scores of all photos of the list: in the background, out of the way, kept on disk, under the thumbnails, and the
// order they give.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"

#include <QLineEdit>
#include <QMenu>
#include <QSemaphore>
#include <QSignalSpy>
#include <QToolButton>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

/// Scores a photo by its brightness: 1 for black, 5 for white.
class Brightness final : public Predictor {
public:
    explicit Brightness(const Predictor& fake, std::atomic<int>& runs)
        : m_info(fake.info())
        , m_runs(runs)
    {
        m_info.masksAttention = false;
    }
    const ModelInfo& info() const override { return m_info; }
    Result<std::shared_ptr<const Features>> features(const ModelInput& input, std::stop_token stop,
                                                     std::span<const std::string>) const override
    {
        ++m_runs;
        if (stop.stop_requested())
            return cancelledError();
        auto features = std::make_shared<Features>();
        double sum = 0;
        for (const float value : input.planes)
            sum += static_cast<double>(value);
        features->seconds = sum / static_cast<double>(input.planes.size()); // -1 to 1, carried to predict()
        return std::shared_ptr<const Features>(std::move(features));
    }
    Result<Prediction> predict(const Features& features, BlockMask) const override
    {
        const double score = 3 + 2 * features.seconds;
        return Prediction{gradesFor(score), score, score};
    }

private:
    ModelInfo m_info;
    std::atomic<int>& m_runs;
};

class BrightnessModels final : public ModelSource {
public:
    std::vector<ModelEntry> models() const override { return fake.models(); }
    std::string defaultId() const override { return fake.defaultId(); }
    std::string weightsHash(const std::string& id) const override { return fake.weightsHash(id); }
    std::string objectnessKey() const override { return {}; }
    Evaluator& evaluator() override { return fake; }
    std::shared_ptr<const ObjectnessSource> objectness() override { return fake.objectness(); }
    Result<std::shared_ptr<const Predictor>> load(const std::string& id) override
    {
        const auto predictor = fake.load(id);
        if (!predictor)
            return predictor.error();
        return std::shared_ptr<const Predictor>(std::make_shared<Brightness>(**predictor, runs));
    }

    FakeModels fake;
    std::atomic<int> runs{0}; ///< of the network
};

} // namespace

class TestPhotoScores : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_models = std::make_unique<BrightnessModels>();
        m_fixture->settings.setValue(setting::ScorePhotos, true);
        m_fixture->scoreFile = m_fixture->folder.filePath(u"scores.sqlite"_s).toStdString();
    }
    void cleanup()
    {
        m_fixture.reset();
        m_models.reset();
    }

    void scoresUnderThumbnails()
    {
        open({grey(u"a"_s, 127), grey(u"b"_s, 255), grey(u"c"_s, 0)});
        QTRY_COMPARE(scores().scored(), 3);
        QCOMPARE(scores().wanted(), 3);
        QCOMPARE(shown(0), u"2.99"_s);
        QCOMPARE(shown(1), u"5.00"_s);
        QCOMPARE(shown(2), u"1.00"_s);
        QVERIFY(photos().index(1, 0).data(Qt::AccessibleTextRole).toString().contains(u"score 5.00"_s));
        QVERIFY(!m_fixture->find<QWidget>("photoProgress")->isVisible()); // done: nothing to tell
        QVERIFY(!m_fixture->find<QWidget>("photoPause")->isVisible());
    }

    void brokenFilesHaveNone()
    {
        open({grey(u"a"_s, 127), m_fixture->brokenImage(u"b.png"_s), grey(u"c"_s, 0)});
        QTRY_COMPARE(scores().scored(), 3);
        QCOMPARE(shown(1), QString());
        QVERIFY(photos().index(1, 0).data(PhotoListModel::UnreadableRole).toBool());
        QVERIFY(photos().index(1, 0).data(Qt::ToolTipRole).toString().contains(u'\n'));
        QCOMPARE(shown(2), u"1.00"_s); // the others fare no worse
    }

    void resumedFromDisk()
    {
        const QStringList files{grey(u"a"_s, 127), grey(u"b"_s, 255), grey(u"c"_s, 0)};
        open(files);
        QTRY_COMPARE(scores().scored(), 3);
        QTRY_VERIFY(!engine().isPending({0, Stage::Study, -2}));
        QTRY_VERIFY(!engine().isPending({workspace().at(0)->id(), Stage::Study, -2}));
        m_fixture->close();
        m_fixture->settings.setValue(setting::ScorePhotos, false); // nothing is computed
        m_models->runs = 0;
        open(files);
        QTRY_COMPARE(scores().scored(), 3);
        QCOMPARE(shown(1), u"5.00"_s);
        QCOMPARE(shown(2), u"1.00"_s);
        QTRY_VERIFY(workspace().image().analysis());
        QVERIFY(m_models->runs <= 2); // the shown photo is analysed, and its neighbour ahead of need

        m_fixture->close(); // other weights, other scores
        m_models->fake.weights = "others-";
        open(files);
        QTRY_VERIFY(workspace().image().analysis());
        QTRY_VERIFY(!engine().isPending({0, Stage::Study, -2}));
        QCOMPARE(scores().scored(), 1);
        QCOMPARE(shown(1), QString());
    }

    void changedFilesAreScoredAnew()
    {
        open({grey(u"a"_s, 127), grey(u"b"_s, 255)});
        QTRY_COMPARE(scores().scored(), 2);
        QSignalSpy changed(&scores(), &PhotoScores::changed);
        scores().lookAgain();
        QTRY_VERIFY(!engine().isPending({0, Stage::Study, -2}));
        QCOMPARE(changed.size(), 0); // no file has
        grey(u"b"_s, 0, 81);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F5);
        QTRY_COMPARE(shown(1), u"1.00"_s);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(scores().facts(*workspace().at(1)).photo.width, 81);
    }

    void pausedAndGoneOn()
    {
        QSemaphore entered;
        QSemaphore go;
        std::atomic<bool> waits{false};
        m_models->fake.onLoad = [&](const std::string&) -> Status {
            if (waits) {
                entered.release();
                go.tryAcquire(1, 20'000);
            }
            return {};
        };
        open({grey(u"a"_s, 127)});
        QTRY_COMPARE(scores().scored(), 1);
        QTRY_VERIFY(workspace().image().analysis() && !engine().isBusy());
        waits = true;
        workspace().open({m_fixture->folder.filePath(u"a.png"_s), grey(u"b"_s, 255), grey(u"c"_s, 0), grey(u"d"_s, 9)});
        QTRY_COMPARE(entered.available(), 1); // a photo is being scored
        QTRY_COMPARE(m_fixture->label("photoProgress"), u"scored 1 of 4"_s);
        auto* pause = m_fixture->find<QToolButton>("photoPause");
        QTest::mouseClick(pause, Qt::LeftButton);
        QVERIFY(scores().isPaused());
        waits = false;
        go.release();
        QTRY_COMPARE(pause->text(), u"Score all"_s);
        const int runs = m_models->runs;
        QTest::qWait(0);
        QTRY_VERIFY(!engine().isPending({0, Stage::Study, -2}));
        QVERIFY(m_models->runs <= runs + 1);
        QVERIFY(scores().scored() < 4);
        QTest::mouseClick(pause, Qt::LeftButton);
        QTRY_COMPARE(scores().scored(), 4);
        QVERIFY(m_fixture->settings.flag(setting::ScorePhotos)); // kept for the next start
    }

    void neverInTheWay()
    {
        QSemaphore go;
        std::atomic<int> loads{0};
        std::atomic<bool> waits{false};
        QStringList order;
        open({grey(u"a"_s, 127)});
        QTRY_COMPARE(scores().scored(), 1);
        QTRY_VERIFY(workspace().image().analysis() && !engine().isBusy()); // its table by samples loads models too
        m_models->fake.onLoad = [&](const std::string& id) -> Status {
            if (waits && ++loads == 1)
                go.tryAcquire(1, 20'000); // the first photo in the background, until another model is chosen
            order << QString::fromStdString(id);
            return {};
        };
        waits = true;
        workspace().open({m_fixture->folder.filePath(u"a.png"_s), grey(u"b"_s, 255), grey(u"c"_s, 0), grey(u"d"_s, 9)});
        QTRY_COMPARE(loads.load(), 1);
        QVERIFY(!engine().isBusy()); // nobody waits for it
        workspace().setModelId(u"fake-two"_s); // the shown photo by another model
        go.release();
        QTRY_VERIFY(workspace().image().analysis());
        QTRY_COMPARE(scores().scored(), 4);
        QVERIFY(order.size() >= 2);
        QCOMPARE(order.at(1), u"fake-two"_s); // before the rest
    }

    void aBrokenModelStopsItAndSaysSo()
    {
        std::atomic<bool> fails{false};
        m_models->fake.onLoad = [&](const std::string&) -> Status {
            return fails ? Status(Error{ErrorCode::Model, "model", "the weights are damaged", {}, {}}) : Status();
        };
        open({grey(u"a"_s, 127)});
        QTRY_COMPARE(scores().scored(), 1);
        QTRY_VERIFY(workspace().image().analysis() && !engine().isBusy());
        fails = true;
        workspace().open({m_fixture->folder.filePath(u"a.png"_s), grey(u"b"_s, 255)});
        QTRY_VERIFY(scores().problem());
        QCOMPARE(m_fixture->label("photoProgress"), u"Scoring has stopped"_s);
        QVERIFY(m_fixture->find<QWidget>("photoProgress")->toolTip().contains(u"damaged"_s));
        fails = false;
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F5);
        QTRY_COMPARE(scores().scored(), 2);
    }

    void worstFirst()
    {
        open({grey(u"a"_s, 127), grey(u"b"_s, 255), grey(u"c"_s, 0), grey(u"d"_s, 60)});
        QTRY_COMPARE(scores().scored(), 4);
        QCOMPARE(m_fixture->label("photoPlace"), u"1 of 4"_s);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_W);
        QCOMPARE(names(), u"c d a b"_s);
        QCOMPARE(m_fixture->label("photoPlace"), u"3 of 4"_s); // what is shown stays
        QCOMPARE(m_fixture->find<QToolButton>("photoOrder")->text(), u"Worst first"_s);
        QVERIFY(m_fixture->window->actions().worstFirst->isChecked());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_Home);
        QTRY_COMPARE(workspace().current()->title(), u"c.png"_s);
        QVERIFY(!m_fixture->window->actions().previous->isEnabled());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageDown);
        QTRY_COMPARE(workspace().current()->title(), u"d.png"_s);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_End);
        QTRY_COMPARE(workspace().current()->title(), u"b.png"_s);
        QVERIFY(!m_fixture->window->actions().next->isEnabled());
        auto* strip = m_fixture->find<QListView>("filmStrip");
        QCOMPARE(strip->currentIndex().row(), 3);
        QTest::mouseClick(strip->viewport(), Qt::LeftButton, {}, strip->visualRect(photos().index(0, 0)).center());
        QTRY_COMPARE(workspace().current()->title(), u"c.png"_s);
        workspace().open({grey(u"e"_s, 30)}); // one more takes its place when it has its score
        QTRY_COMPARE(names(), u"c e d a b"_s);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_W);
        QCOMPARE(names(), u"a b c d e"_s);
    }

    void ordersOfTheMenu()
    {
        open({grey(u"b"_s, 127), grey(u"a10"_s, 255, 90), grey(u"a2"_s, 0, 100)});
        QTRY_COMPARE(scores().scored(), 3);
        QMenu* menu = m_fixture->find<QToolButton>("photoOrder")->menu();
        const auto choose = [&](const QString& name) {
            for (QAction* action : menu->actions()) {
                if (action->text() == name)
                    action->trigger();
            }
        };
        choose(u"Best first"_s);
        QCOMPARE(names(), u"a10 b a2"_s);
        choose(u"By name"_s);
        QCOMPARE(names(), u"a2 a10 b"_s);
        choose(u"Most pixels first"_s);
        QCOMPARE(names(), u"a2 a10 b"_s);
        choose(u"As opened"_s);
        QCOMPARE(names(), u"b a10 a2"_s);
    }

    void filtered()
    {
        open({grey(u"a"_s, 127), grey(u"b"_s, 255), grey(u"c"_s, 0), grey(u"d"_s, 60)});
        QTRY_COMPARE(scores().scored(), 4);
        auto* filter = m_fixture->find<QLineEdit>("photoFilter");
        QVERIFY(filter->isVisible());
        filter->setFocus();
        QTest::keyClicks(filter, u"score<2.5"_s);
        QCOMPARE(names(), u"c d"_s);
        QCOMPARE(m_fixture->label("photoPlace"), u"– of 2 (4 in all)"_s); // what is shown is left out
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageDown);
        QTRY_COMPARE(workspace().current()->title(), u"c.png"_s);
        QCOMPARE(m_fixture->label("photoPlace"), u"1 of 2 (4 in all)"_s);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageDown);
        QTRY_COMPARE(workspace().current()->title(), u"d.png"_s);
        filter->selectAll();
        QTest::keyClicks(filter, u"colour>1"_s); // what cannot be read is told, and the rows stay
        QVERIFY(filter->toolTip().contains(u"colour"_s));
        filter->selectAll();
        QTest::keyClick(filter, Qt::Key_Delete);
        QCOMPARE(names(), u"a b c d"_s);
        QCOMPARE(workspace().count(), 4); // Delete in a field is for the field
    }

    void removedFromTheListOnly()
    {
        open({grey(u"a"_s, 127), grey(u"b"_s, 255), grey(u"c"_s, 0), grey(u"d"_s, 60)});
        QTRY_COMPARE(scores().scored(), 4);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_W);
        QCOMPARE(names(), u"c d a b"_s);
        workspace().show(3);
        QTRY_COMPARE(workspace().current()->title(), u"d.png"_s);
        auto* strip = m_fixture->find<QListView>("filmStrip");
        strip->setFocus();
        QTest::keyClick(strip, Qt::Key_Delete);
        QCOMPARE(names(), u"c a b"_s);
        QTRY_VERIFY(workspace().current());
        QCOMPARE(workspace().current()->title(), u"a.png"_s); // the next in this order
        QVERIFY(QFile::exists(m_fixture->folder.filePath(u"d.png"_s)));
        QCOMPARE(scores().wanted(), 3);
        QCOMPARE(scores().scored(), 3);
        m_fixture->canvas().setFocus();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Delete);
        QCOMPARE(names(), u"c b"_s);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_W, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(workspace().count(), 0);
        QCOMPARE(scores().wanted(), 0);
    }

    void siblingsAroundAPhoto()
    {
        grey(u"a1"_s, 1);
        grey(u"a10"_s, 2);
        const QString own = grey(u"a2"_s, 127);
        grey(u"b"_s, 3);
        open({own});
        workspace().current()->changeMask(BlockMask(5), u"x"_s);
        m_fixture->window->actions().siblings->trigger();
        QTRY_COMPARE(workspace().count(), 4);
        QCOMPARE(names(), u"a1 a2 a10 b"_s);
        QCOMPARE(workspace().currentIndex(), 1);
        QCOMPARE(workspace().current()->mask(), BlockMask(5)); // untouched
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageUp);
        QTRY_COMPARE(workspace().current()->title(), u"a1.png"_s);
        m_fixture->window->actions().siblings->trigger(); // nothing twice
        QTRY_COMPARE(scores().scored(), 4);
        QCOMPARE(workspace().count(), 4);
    }

private:
    QString grey(const QString& name, int value, int width = 80) const
    {
        QImage picture(width, 60, QImage::Format_RGB888);
        picture.fill(QColor(value, value, value));
        const QString path = m_fixture->folder.filePath(name + u".png"_s);
        if (!picture.save(path))
            qFatal("cannot write the picture");
        return path;
    }

    void open(const QStringList& files)
    {
        m_fixture->open(*m_models);
        workspace().open(files);
        if (!QTest::qWaitFor([&] { return workspace().image().analysis() != nullptr; }, PatienceMs))
            qFatal("the image does not come");
    }

    QString shown(int row) const { return photos().index(row, 0).data(PhotoListModel::ScoreRole).toString(); }
    QString names() const
    {
        QStringList names;
        for (int row = 0; row < photos().rowCount(); ++row)
            names << photos().index(row, 0).data().toString().section(u'.', 0, 0);
        return names.join(u' ');
    }
    Workspace& workspace() const { return m_fixture->viewer->workspace; }
    EngineClient& engine() const { return workspace().engine(); }
    PhotoScores& scores() const { return m_fixture->viewer->photoScores; }
    PhotoListModel& photos() const { return m_fixture->viewer->photos; }

    std::unique_ptr<BrightnessModels> m_models; // after the fixture's viewer
    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestPhotoScores)
#include "tst_photo_scores.moc"
