// SPDX-License-Identifier: BSD-3-Clause
// Two versions of a photo in the window: the numbers are those of the command, clicks exchange blocks, views share one
// zoom, and everything comes back afterwards.
#include "core/base/file.h"
#include "core/figure/provenance.h"
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "tests/unit/masking/block_sensor.h"
#include "ui/canvas/versions_canvas.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/panels/drop_zones.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/versions_page.h"
#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <QApplication>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QDockWidget>
#include <QDropEvent>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSemaphore>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTimer>
#include <QToolButton>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

const BlockMask Changed(1U << 3 | 1U << 8);

std::shared_ptr<BlockSensor> makeSensor()
{
    auto sensor = std::make_shared<BlockSensor>(pairScore);
    InputSpec spec;
    spec.policy = InputPolicy::Fit;
    spec.width = 64;
    spec.height = 48;
    spec.normalization = Normalization::Custom; // 0..1
    sensor->feed(spec);
    return sensor;
}

/// One model that takes black blocks for hidden ones, and one that cannot be read.
class SensorModels final : public ModelSource {
public:
    std::vector<ModelEntry> models() const override
    {
        return {{"broken", "Broken", "none", "BSD-3-Clause", "4567", {}},
                {"sensor", "Sensor", "none", "BSD-3-Clause", "0123", {}}};
    }
    std::string defaultId() const override { return "sensor"; }
    std::string weightsHash(const std::string& id) const override { return id; }
    Evaluator& evaluator() override { return inner.evaluator(); }
    std::shared_ptr<const ObjectnessSource> objectness() override { return inner.objectness(); }
    std::string objectnessKey() const override { return {}; }
    Result<std::shared_ptr<const Predictor>> load(const std::string& id) override
    {
        if (id != "sensor")
            return Error{ErrorCode::Model, "model", "its file is damaged", "import it again", {}};
        return std::shared_ptr<const Predictor>(sensor);
    }

    FakeModels inner;
    std::shared_ptr<BlockSensor> sensor = makeSensor();
};

} // namespace

class TestVersions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_home.isValid());
        qputenv("XDG_CACHE_HOME", m_home.path().toUtf8()); // rows of pixels are kept there
    }
    void init()
    {
        m_models = std::make_unique<SensorModels>();
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->open(*m_models);
        window().workspace().open({picture(u"a.png"_s, {})});
        QTRY_VERIFY(window().workspace().current() && window().workspace().current()->analysis());
    }
    void cleanup() { m_fixture.reset(); }

    void numbersAreThoseOfTheCore()
    {
        compare();
        const auto a = fromQImage(QImage(m_fixture->folder.filePath(u"a.png"_s)));
        const auto b = fromQImage(QImage(m_fixture->folder.filePath(u"b.png"_s)));
        VersionComparisonOptions options;
        options.by = ExchangeBy::Pixels;
        const auto expected = compareVersions(*a, *b, *m_models->sensor, options);
        QVERIFY(expected);
        const Difference& shown = versions().comparison()->difference;
        QCOMPARE(shown.scoreA, expected->difference.scoreA);
        QCOMPARE(shown.scoreB, expected->difference.scoreB);
        QVERIFY(shown.shapley.values == expected->difference.shapley.values);
        QVERIFY(shown.carries->blocks == expected->difference.carries->blocks);
        QCOMPARE(m_fixture->label("versionsHeadline"), u"B scores 0.66 grades below A"_s); // 0.08 + 0.18 + 0.4
        auto* blocks = m_fixture->find<QTableWidget>("versionsBlocks");
        for (int row = 0; row < BlockCount; ++row) {
            const int block = blocks->item(row, 0)->data(Qt::UserRole).toInt();
            QCOMPARE(blocks->item(row, 1)->data(Qt::UserRole).toDouble(),
                     expected->difference.shapley.values[static_cast<std::size_t>(block)]); // the scale is 1..5
        }
        QCOMPARE(blocks->item(3, 1)->text(), u"−0.28"_s);
        QCOMPARE(blocks->item(8, 1)->text(), u"−0.38"_s);
        QCOMPARE(blocks->item(8, 2)->text(), u"−0.18"_s); // alone, without the pair
        blocks->sortByColumn(1, Qt::AscendingOrder);
        QCOMPARE(blocks->item(0, 0)->text(), blockName({8}));
        QVERIFY(m_fixture->label("versionsSum").contains(u"−0.66"_s));
        QVERIFY(m_fixture->label("versionsMethod").contains(u"2 blocks that differ"_s));
        QVERIFY(m_fixture->label("versionsMethod").contains(u"exact"_s));
        auto* models = m_fixture->find<QTableWidget>("versionsModels");
        QTRY_COMPARE(models->item(0, 3)->text(), u"failed"_s);
        QVERIFY(models->item(0, 3)->toolTip().contains(u"damaged"_s));
        QCOMPARE(models->item(1, 1)->text(), u"4.00"_s);
        QCOMPARE(models->item(1, 2)->text(), u"3.34"_s);
        QCOMPARE(models->item(1, 3)->text(), u"−0.66"_s);
    }

    void estimatesComeFirst()
    {
        QSemaphore go;
        const int before = m_models->sensor->passes;
        m_models->sensor->onPass = [&go, before](int pass) {
            if (pass == before + 100) // of 256
                go.tryAcquire(1, 60'000);
        };
        window().compareWith(picture(u"all.png"_s, BlockMask::all()));
        QTRY_VERIFY(versions().soFar());
        QVERIFY(!versions().comparison());
        QVERIFY(versions().chosen()->state == WorkState::Working);
        QTRY_VERIFY(m_fixture->label("versionsMethod").contains(u"being computed"_s));
        QVERIFY(m_fixture->label("versionsMethod").contains(u"estimates"_s));
        QVERIFY(m_fixture->label("versionsHeadline").contains(u"grades below A"_s)); // whole pictures are known
        QVERIFY(m_fixture->find<QTableWidget>("versionsBlocks")->item(3, 1)->text().startsWith(u'~'));
        go.release();
        QTRY_VERIFY(versions().comparison());
        QCOMPARE(versions().comparison()->table->samples, FirstExchanges);
        QTRY_VERIFY(!m_fixture->label("versionsMethod").contains(u"being computed"_s));
        m_models->sensor->onPass = {};
    }

    void clicksExchangeBlocks()
    {
        compare();
        QTest::mouseClick(&canvas(), Qt::LeftButton, {}, at(8));
        QVERIFY(versions().fromB() == BlockMask(1U << 8));
        QCOMPARE(m_fixture->label("versionsComposite"), u"A with 1 block of B: 3.82, against A −0.18"_s);
        QVERIFY(window().workspace().current()->mask().isEmpty()); // nothing of the one photo is hidden
        QTest::mousePress(&canvas(), Qt::LeftButton, {}, at(0));
        QTest::mouseMove(&canvas(), at(3));
        QTest::mouseRelease(&canvas(), Qt::LeftButton, {}, at(3));
        QVERIFY(versions().fromB() == BlockMask(0b1'0000'1111));
        QCOMPARE(m_fixture->label("versionsComposite"), u"A with 5 blocks of B: 3.34, against A −0.66"_s);
        window().actions().undo->trigger(); // the whole drag
        QVERIFY(versions().fromB() == BlockMask(1U << 8));
        window().actions().undo->trigger();
        QVERIFY(versions().fromB().isEmpty());
        window().actions().redo->trigger();
        QVERIFY(versions().fromB() == BlockMask(1U << 8));
        QTest::keyClick(&canvas(), Qt::Key_Space); // the focused one, which the drag began with or ended at
        QTest::keyClick(&canvas(), Qt::Key_Down);
        QVERIFY(window().workspace().current()->focusedBlock());
        QTest::keyClick(&canvas(), Qt::Key_Escape);
        QVERIFY(!versions().isOn());
        QVERIFY(window().workspace().current()->mask().isEmpty());
    }

    void viewsShareOneZoom()
    {
        compare();
        QTest::mouseClick(button("versionsContributions"), Qt::LeftButton);
        QVERIFY(!canvas().contributions());
        const QPoint right(static_cast<int>(canvas().secondLeft()), 0);
        QVERIFY(isDark(inside(8) + right));
        QVERIFY(!isDark(inside(8)));
        QTest::mouseClick(&canvas(), Qt::LeftButton, {}, at(8) + right); // either picture takes the click
        QVERIFY(isDark(inside(8)));
        QTest::keyPress(&canvas(), Qt::Key_B);
        QVERIFY(isDark(inside(3)));
        QTest::keyRelease(&canvas(), Qt::Key_B);
        QVERIFY(!isDark(inside(3)));
        window().actions().undo->trigger();
        const double fitted = canvas().view().zoom();
        window().actions().zoomIn->trigger();
        QVERIFY(canvas().view().zoom() > fitted);
        window().actions().fit->trigger();

        QTest::mouseClick(button("versionsSplit"), Qt::LeftButton);
        QVERIFY(versions().state().view == VersionsView::Split);
        QVERIFY(canvas().view().zoom() > fitted); // all the room for one
        const QPoint handle(static_cast<int>(canvas().splitX()), canvas().height() / 2);
        const QPoint there(inside(8).x() - 30, canvas().height() / 2);
        QVERIFY(!isDark(inside(8))); // left of the handle
        QTest::mousePress(&canvas(), Qt::LeftButton, {}, handle);
        QTest::mouseMove(&canvas(), there);
        QTest::mouseRelease(&canvas(), Qt::LeftButton, {}, there);
        QVERIFY(std::abs(canvas().splitX() - there.x()) < 2);
        QVERIFY(isDark(inside(8)));
        QVERIFY(versions().fromB().isEmpty()); // a drag of the handle exchanges nothing
        const double before = versions().state().split;
        QTest::keyClick(&canvas(), Qt::Key_Right, Qt::ShiftModifier);
        QVERIFY(versions().state().split > before);

        QTest::mouseClick(button("versionsBlink"), Qt::LeftButton);
        QVERIFY(!canvas().isShowingB());
        QTRY_VERIFY(canvas().isShowingB());
        QVERIFY(isDark(inside(8)));
        QTRY_VERIFY(!canvas().isShowingB());
    }

    void contributionsLieOverThePictures()
    {
        compare();
        const auto picture = canvas().contributions();
        QVERIFY(picture);
        QCOMPARE(picture->range.low, -picture->range.high); // 0 in the middle of a diverging map
        QVERIFY(std::abs(picture->range.high - 0.38) < 1e-6);
        const QColor lowers = colorAt(inside(8)); // over white
        QVERIFY(lowers.blue() > lowers.red() + 20);
    }

    void whatCarriesIsShownAndTaken()
    {
        compare();
        const BlockMask carrying = versions().comparison()->difference.carries->blocks;
        QVERIFY(!carrying.isEmpty());
        QTest::mouseClick(button("versionsShowCarries"), Qt::LeftButton);
        QVERIFY(versions().marked() == carrying);
        QTest::mouseClick(button("versionsShowCarries"), Qt::LeftButton);
        QVERIFY(versions().marked().isEmpty());
        QTest::mouseClick(m_fixture->find<QPushButton>("versionsTakeCarries"), Qt::LeftButton);
        QVERIFY(versions().fromB() == carrying);
        window().actions().undo->trigger();
        QVERIFY(versions().fromB().isEmpty());
    }

    void droppedOnTheRightIsTheSecond()
    {
        auto* zones = m_fixture->find<DropZones>("dropZones");
        const QString path = picture(u"b.png"_s, Changed);
        QMimeData content;
        content.setUrls({QUrl::fromLocalFile(path)});
        const auto drag = [&](double share) {
            const QPoint place = zones->mapTo(&window(), QPoint(static_cast<int>(share * zones->width()), 100));
            QDragEnterEvent enter(place, Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&window(), &enter);
            QVERIFY(zones->isVisible());
            QDragMoveEvent move(zones->mapTo(&window(), QPoint(static_cast<int>(share * zones->width()), 120)),
                                Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&window(), &move);
            QVERIFY(zones->zone() == (share > 0.5 ? DropZones::Zone::Compare : DropZones::Zone::Open));
            QDropEvent drop(move.position(), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&window(), &drop);
            QVERIFY(!zones->isVisible());
        };
        zones->resize(600, 400);
        drag(0.75);
        QTRY_VERIFY(versions().comparison());
        QCOMPARE(versions().secondName(), u"b.png"_s);
        QCOMPARE(window().workspace().count(), 1);
        drag(0.25);
        QTRY_COMPARE(window().workspace().count(), 2);
        QTRY_COMPARE(window().workspace().current()->title(), u"b.png"_s);
        content.setUrls(
            {QUrl::fromLocalFile(path), QUrl::fromLocalFile(path)}); // two files are opened, wherever they fall
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &content, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &enter);
        QVERIFY(!zones->isVisible());
    }

    void anotherSizeIsFitted()
    {
        compare(picture(u"large.png"_s, Changed, 128, 96));
        auto* note = m_fixture->find<QLabel>("versionsNote");
        QVERIFY(note->text().contains(u"128×96"_s));
        QCOMPARE(versions().second()->shown->image->width, 64);
        QCOMPARE(versions().second()->image->width, 128); // the model is fed from what was read
    }

    void whatIsNoVersionIsRefused()
    {
        window().compareWith(picture(u"square.png"_s, {}, 64, 64));
        QTRY_VERIFY(window().errorBar().isVisible());
        QVERIFY(!versions().isOn());
        window().compareWith(m_fixture->brokenImage(u"no.png"_s));
        QTRY_VERIFY(!versions().isReading());
        QVERIFY(!versions().isOn());
        QVERIFY(window().canvas().isVisible());
    }

    void leavingBringsThePanelsBack()
    {
        auto* quality = m_fixture->find<QDockWidget>("qualityDock");
        auto* own = m_fixture->find<QDockWidget>("versionsDock");
        QVERIFY(quality->isVisible() && !own->isVisible());
        QVERIFY(!window().actions().leaveVersions->isEnabled());
        compare();
        QVERIFY(own->isVisible() && !quality->isVisible());
        QVERIFY(!window().actions().presets.value(MaskPreset::Invert)->isEnabled());
        QTest::mouseClick(button("versionsLeave"), Qt::LeftButton);
        QVERIFY(quality->isVisible() && !own->isVisible());
        QVERIFY(window().canvas().isVisible());
        QVERIFY(window().actions().presets.value(MaskPreset::Invert)->isEnabled());
        compare();
        window().workspace().close(0);
        QVERIFY(!versions().isOn());
    }

    void anotherPhotoOfTheStrip()
    {
        window().workspace().open({picture(u"b.png"_s, Changed)});
        QTRY_VERIFY(window().workspace().currentIndex() == 1 && window().workspace().current()->loaded());
        auto* strip = m_fixture->find<QListView>("filmStrip");
        const QPoint place = strip->visualRect(strip->model()->index(0, 0)).center();
        QTimer::singleShot(0, this, [] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            QVERIFY(menu);
            QTest::keyClick(menu, Qt::Key_Down);
            QTest::keyClick(menu, Qt::Key_Return);
        });
        QContextMenuEvent event(QContextMenuEvent::Mouse, place, strip->viewport()->mapToGlobal(place));
        QApplication::sendEvent(strip->viewport(), &event);
        QTRY_VERIFY(versions().isOn() && versions().comparison());
        QCOMPARE(versions().secondName(), u"a.png"_s);
        QVERIFY(versions().comparison()->difference.change > 0.6);
    }

    void itsFigureIsExported()
    {
        compare();
        window().actions().exportFigure->trigger();
        auto* dialog = window().findChild<ExportFigureDialog*>();
        QVERIFY(dialog);
        QCOMPARE(dialog->findChild<QComboBox*>(u"figureChoice"_s)->currentText(), u"Difference of the two versions"_s);
        QTRY_VERIFY(dialog->findChild<QPushButton*>(u"exportButton"_s)->isEnabled());
        const QString path = m_fixture->folder.filePath(u"difference.png"_s);
        QSignalSpy exported(&window().workspace(), &Workspace::exported);
        dialog->exportTo(path);
        QTRY_COMPARE(exported.count(), 1);
        const auto bytes = readFile(toPath(path), 1U << 28);
        const QByteArray provenance = QByteArray::fromStdString(readProvenance(*bytes).value());
        QVERIFY(provenance.contains("difference") && provenance.contains("pixels") && provenance.contains("b.png"));
        versions().stop();
        QCOMPARE(dialog->findChild<QComboBox*>(u"figureChoice"_s)->findText(u"Difference of the two versions"_s), -1);
    }

    void stateComesBack()
    {
        compare();
        versions().setView(VersionsView::Split);
        versions().setSplit(0.25);
        QTest::mouseClick(&canvas(), Qt::LeftButton, {}, at(3));
        const VersionsState state = versions().state();
        QVERIFY(state.second.ends_with("b.png"));
        QVERIFY(*versionsFromText(toJson(state).dump()) == state);
        QVERIFY(!versionsFromText(R"({"view": "upside down"})"));
        QVERIFY(!versionsFromText(R"({"fromB": 4096})"));
        versions().stop();
        QVERIFY(!(versions().state() == state));
        versions().restore(state);
        QTRY_VERIFY(versions().isOn());
        QVERIFY(versions().state() == state);
    }

private:
    MainWindow& window() const { return *m_fixture->window; }
    VersionService& versions() const { return window().versions(); }
    VersionsCanvas& canvas() const { return m_fixture->find<VersionsPage>("versionsPage")->canvas(); }
    QToolButton* button(const char* name) const { return m_fixture->find<QToolButton>(name); }

    /// White, black in these blocks.
    QString picture(const QString& name, BlockMask black, int width = 64, int height = 48) const
    {
        QImage image(width, height, QImage::Format_RGB888);
        image.fill(Qt::white);
        QPainter painter(&image);
        for (const int block : toList(black)) {
            const BlockRect rect = blockRect({block}, height, width);
            painter.fillRect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top, Qt::black);
        }
        painter.end();
        const QString path = m_fixture->folder.filePath(name);
        if (!image.save(path))
            qFatal("cannot write the picture");
        return path;
    }

    void compare() { compare(picture(u"b.png"_s, Changed)); }
    void compare(const QString& path)
    {
        window().compareWith(path);
        if (!QTest::qWaitFor([&] { return versions().isOn() && versions().comparison(); }, PatienceMs))
            qFatal("the comparison does not come");
        QTest::qWait(0);
    }

    QPoint at(int block) const { return blockViewRect({block}, canvas().view()).center().toPoint(); }
    /// Clear of number, value and frame.
    QPoint inside(int block) const
    {
        const QRectF rect = blockViewRect({block}, canvas().view());
        return QPointF(rect.left() + rect.width() * 0.3, rect.top() + rect.height() * 0.8).toPoint();
    }
    QColor colorAt(QPoint point) const { return canvas().grab().toImage().pixelColor(point); }
    bool isDark(QPoint point) const { return colorAt(point).lightness() < 80; }

    QTemporaryDir m_home;
    std::unique_ptr<SensorModels> m_models; // outlives the window
    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestVersions)
#include "tst_versions.moc"
