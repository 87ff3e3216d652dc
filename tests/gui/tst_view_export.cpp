// SPDX-License-Identifier: BSD-3-Clause
// The view as a file and on the clipboard; the colour bar that moves nothing; a figure that is dragged out.
#include "core/figure/figure_writer.h"
#include "core/session/session_files.h"
#include "tests/gui/session_steps.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/figure_drag.h"
#include "ui/dialogs/figure_preview.h"
#include "ui/panels/color_bar.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/picture_page.h"
#include "ui/panels/view_picture.h"

#include <QCheckBox>
#include <QClipboard>
#include <QPushButton>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTimer>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestViewExport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->open();
    }
    void cleanup() { m_fixture.reset(); }

    /// The view before and after, to the last bit; for photos that lie and that stand.
    void colourBarMovesNothing_data()
    {
        QTest::addColumn<QSize>("photo");
        QTest::addColumn<QSize>("window");
        QTest::newRow("lies") << QSize(400, 300) << QSize(1280, 800);
        QTest::newRow("stands") << QSize(300, 400) << QSize(1280, 800);
        QTest::newRow("wide") << QSize(900, 200) << QSize(1366, 768);
        QTest::newRow("small window") << QSize(400, 300) << QSize(1024, 768);
    }
    void colourBarMovesNothing()
    {
        QFETCH(QSize, photo);
        QFETCH(QSize, window);
        m_fixture->window->resize(window);
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s, photo.width(), photo.height()));
        auto* bar = m_fixture->find<ColorBarView>("colorBar");
        QCoreApplication::processEvents();
        QVERIFY(!bar->isVisible());
        const ViewTransform before = m_fixture->canvas().view();
        const QRect place = canvasPlace();
        m_fixture->clickLayerBox(OverlayId::Importance);
        QTRY_VERIFY(bar->isVisible());
        QCoreApplication::processEvents();
        QCOMPARE(canvasPlace(), place);
        QVERIFY(m_fixture->canvas().view() == before);
        QVERIFY(!bar->geometry().intersects(m_fixture->canvas().geometry())); // nothing of the picture is covered
        m_fixture->clickLayerBox(OverlayId::Importance);
        QTRY_VERIFY(!bar->isVisible());
        QCoreApplication::processEvents();
        QVERIFY(m_fixture->canvas().view() == before);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Plus); // zoomed in as well
        const ViewTransform zoomed = m_fixture->canvas().view();
        m_fixture->clickLayerBox(OverlayId::Importance);
        QTRY_VERIFY(bar->isVisible());
        QCoreApplication::processEvents();
        QVERIFY(m_fixture->canvas().view() == zoomed);
    }

    void colourBarLiesWhereItCostsLess()
    {
        m_fixture->window->resize(1280, 800);
        auto* bar = m_fixture->find<ColorBarView>("colorBar");
        m_fixture->openAndWait(m_fixture->image(u"wide.png"_s, 900, 200));
        QTRY_COMPARE(bar->orientation(), Qt::Horizontal);
        m_fixture->openAndWait(m_fixture->image(u"tall.png"_s, 200, 900));
        QTRY_COMPARE(bar->orientation(), Qt::Vertical);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Plus); // who has zoomed in keeps the place
        m_fixture->openAndWait(m_fixture->image(u"wide2.png"_s, 900, 200));
        QCoreApplication::processEvents();
        QCOMPARE(bar->orientation(), Qt::Vertical);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_F);
        QTRY_COMPARE(bar->orientation(), Qt::Horizontal);
    }

    void copied()
    {
        showLayer();
        QTest::keyClick(m_fixture->window.get(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        const QImage copy = QGuiApplication::clipboard()->image();
        const ViewPicture picture = shown();
        QCOMPARE(copy.size(), paintingOf(picture).size * picture.ratio);
        QVERIFY(picture.bar.has_value());
        QVERIFY(picture.question.contains(u'?'));
        // The middle of each block as the canvas has it; only what belongs to pointer and keyboard is left out.
        m_fixture->canvas().document()->setFocusedBlock(std::nullopt);
        const QImage canvas = m_fixture->canvas().grab().toImage();
        const QPoint corner = cornerOf(copy, canvas);
        QVERIFY2(corner.y() >= 0, "the canvas is not found in the copy");
    }

    /// The original is copied where it was asked for, not because Shift belongs to the keys.
    void originalAlone()
    {
        showLayer();
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_O);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        const ViewPicture picture = shown();
        QCOMPARE(picture.question, u"Original"_s);
        QVERIFY(!picture.bar);
        const QImage copy = QGuiApplication::clipboard()->image();
        QCOMPARE(copy.size(), paintingOf(picture).size * picture.ratio);
        const QImage photo(in(u"a.png"_s)); // its colours, without layers, lines and numbers
        for (int block = 0; block < BlockCount; ++block) {
            const QPointF middle = blockViewRect({block}, m_fixture->canvas().view()).center();
            const QPointF here = middle - picture.part.topLeft();
            const int above = copy.height() - static_cast<int>(picture.part.height() * picture.ratio);
            const QPoint at(static_cast<int>(here.x()), static_cast<int>(here.y()) + above);
            const ImagePoint pixel = m_fixture->canvas().view().toImage({middle.x(), middle.y()});
            QCOMPARE(copy.pixel(at), photo.pixel(static_cast<int>(pixel.x), static_cast<int>(pixel.y)));
        }
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_O);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(QGuiApplication::clipboard()->image().height() > copy.height()); // with its bar
    }

    void blocksAndBarAreInIt()
    {
        showLayer();
        const QImage whole = imageOf(shown());
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        const QImage hidden = imageOf(shown());
        QVERIFY(whole != hidden);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(imageOf(shown()) == whole); // the frame of the keyboard is no part of it
        m_fixture->clickLayerBox(OverlayId::Importance);
        QTRY_VERIFY(!shown().bar);
        const QImage without = imageOf(shown());
        QVERIFY(without.size() != whole.size());
    }

    void filesByKey()
    {
        showLayer();
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(5));
        QSignalSpy written(&m_fixture->window->workspace(), &Workspace::exported);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
        QFileDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = m_fixture->window->findChild<QFileDialog*>()));
        QCOMPARE(QFileInfo(dialog->selectedFiles().value(0)).completeBaseName(), u"a-view"_s);
        QVERIFY(answerFileDialog(*m_fixture->window, in(u"a-view.png"_s)));
        QTRY_COMPARE(written.count(), 1);
        const QImage png(in(u"a-view.png"_s));
        const ViewPicture picture = shown();
        QCOMPARE(png.size(), paintingOf(picture).size * 2 * picture.ratio);
        QCOMPARE(png.dotsPerMeterX(), qRound(96 * 2 * picture.ratio / 0.0254));
        // Opened as a session, the picture brings photo and mask back.
        const Result<OpenedSession> session = openSession(toPath(in(u"a-view.png"_s)), {}, {});
        QVERIFY(session);
        QVERIFY(session->session.scenarios.at(0).hidden == BlockMask().with({5}));
    }

    void pdfHoldsLinesAndText()
    {
        showLayer();
        exportAs(u"a.pdf"_s);
        const QByteArray pdf = contentOf(u"a.pdf"_s);
        QVERIFY(pdf.startsWith("%PDF-1.4"));
        QVERIFY(pdf.contains("/FontFile2")); // numbers and words are text
        QCOMPARE(pdf.count("/Subtype /Image"), 1); // the photo alone: layers of blocks, lines and bar are drawn
        exportAs(u"b.pdf"_s);
        QCOMPARE(contentOf(u"b.pdf"_s), pdf); // nothing by chance, no dates
    }

    void svgIsOneDrawing()
    {
        showLayer();
        exportAs(u"a.svg"_s);
        const QByteArray svg = contentOf(u"a.svg"_s);
        QCOMPARE(svg.count("<image"), 1);
        QVERIFY(svg.contains("<text"));
        QSvgRenderer renderer(svg);
        QVERIFY(renderer.isValid());
        QCOMPARE(renderer.viewBox().size(), paintingOf(shown()).size);
    }

    /// Where the photo is shrunk, a file for print has its own pixels.
    void photoKeepsItsPixels()
    {
        m_fixture->openAndWait(m_fixture->image(u"big.png"_s, 3200, 2400));
        const CanvasScene scene = m_fixture->canvas().picture();
        QVERIFY(scene.view.zoom() < 0.5);
        QCOMPARE(fullRatio(scene, 2, 1e9), std::max(2.0, 1 / scene.view.zoom()));
        QVERIFY(fullRatio(scene, 2, 1e5) < 2);
        const ViewTransform full = scene.view.atRatio(fullRatio(scene, 1, 1e9));
        QVERIFY(std::abs(full.zoom() - 1) < 1e-9);
        QVERIFY(std::abs(full.imageRect().width - scene.view.imageRect().width) < 1e-9);
    }

    void zoomedInShowsThePart()
    {
        showLayer();
        for (int i = 0; i < 12; ++i)
            QTest::keyClick(&m_fixture->canvas(), Qt::Key_Plus);
        const ViewPicture picture = shown();
        QCOMPARE(picture.part.size(), QSizeF(m_fixture->canvas().size()));
        QCOMPARE(paintingOf(picture).size.width(), m_fixture->window->findChild<PicturePage*>()->width());
    }

    void neverOverThePhoto()
    {
        const QString photo = m_fixture->image(u"a.png"_s);
        const QByteArray before = contentOf(u"a.png"_s);
        m_fixture->openAndWait(photo);
        QTimer looker; // the dialog asks about any file that is there, in an event loop of its own
        connect(&looker, &QTimer::timeout, this, [&] {
            if (auto* asked = qobject_cast<QMessageBox*>(QApplication::activeModalWidget())) {
                looker.stop();
                QTest::mouseClick(asked->button(QMessageBox::Yes), Qt::LeftButton);
            }
        });
        looker.start(1);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(answerFileDialog(*m_fixture->window, photo));
        QTRY_VERIFY(m_fixture->window->errorBar().isVisible());
        QCOMPARE(contentOf(u"a.png"_s), before);
    }

    void figureIsDraggedOut()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        ExportFigureDialog* dialog = openDialog();
        QTest::mouseClick(dialog->findChild<QCheckBox*>(u"figureFormatPDF"_s), Qt::LeftButton, {}, QPoint(8, 8));
        auto* preview = dialog->findChild<FigurePreview*>();
        QTRY_VERIFY(!preview->image().isNull() && dialog->findChild<QPushButton*>(u"exportButton"_s)->isEnabled());
        QSignalSpy started(dialog->findChild<FigureDrag*>(), &FigureDrag::started);
        const QPoint middle = preview->rect().center();
        QTest::mousePress(preview, Qt::LeftButton, {}, middle);
        QTest::mouseMove(preview, middle + QPoint(2, 0)); // a click may shake
        QVERIFY(started.isEmpty());
        QTest::mouseMove(preview, middle + QPoint(60, 0));
        QTRY_COMPARE(started.count(), 1);
        QTest::mouseRelease(preview, Qt::LeftButton, {}, middle + QPoint(60, 0));
        const QStringList files = started.front().front().toStringList();
        QCOMPARE(files.size(), 2);
        QCOMPARE(QFileInfo(files[0]).fileName(), u"a-fig2.png"_s);
        QCOMPARE(QFileInfo(files[1]).fileName(), u"a-fig2.pdf"_s);
        QSignalSpy exported(&m_fixture->window->workspace(), &Workspace::exported);
        dialog->exportTo(in(u"same.pdf"_s));
        QTRY_COMPARE(exported.count(), 1);
        QFile dragged(files[1]);
        QVERIFY(dragged.open(QIODevice::ReadOnly));
        QCOMPARE(dragged.readAll(), contentOf(u"same.pdf"_s));
    }

    void letGoEarlyNothingIsDragged()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        ExportFigureDialog* dialog = openDialog();
        auto* preview = dialog->findChild<FigurePreview*>();
        QTRY_VERIFY(!preview->image().isNull() && dialog->findChild<QPushButton*>(u"exportButton"_s)->isEnabled());
        QSignalSpy started(dialog->findChild<FigureDrag*>(), &FigureDrag::started);
        const QPoint middle = preview->rect().center();
        QTest::mousePress(preview, Qt::LeftButton, {}, middle);
        QTest::mouseMove(preview, middle + QPoint(60, 0));
        QTest::mouseRelease(preview, Qt::LeftButton, {}, middle + QPoint(60, 0));
        QTest::mousePress(preview, Qt::LeftButton, {}, QPoint(3, 3)); // beside the figure
        QTest::mouseMove(preview, QPoint(80, 80));
        QTRY_VERIFY(!m_fixture->window->workspace().engine().isBusy());
        QVERIFY(started.isEmpty());
        QTest::mouseRelease(preview, Qt::LeftButton, {}, QPoint(80, 80));
    }

private:
    void showLayer()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        m_fixture->clickLayerBox(OverlayId::Importance);
        QVERIFY(QTest::qWaitFor([&] { return shown().bar.has_value(); }));
        m_fixture->canvas().setFocus();
    }
    ViewPicture shown() const
    {
        return viewPicture(*m_fixture->viewer, m_fixture->canvas(), *m_fixture->find<ColorBarView>("colorBar"));
    }
    ExportFigureDialog* openDialog()
    {
        m_fixture->window->actions().exportFigure->trigger();
        return m_fixture->window->findChild<ExportFigureDialog*>();
    }
    void exportAs(const QString& name)
    {
        QSignalSpy written(&m_fixture->window->workspace(), &Workspace::exported);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(answerFileDialog(*m_fixture->window, in(name)));
        QTRY_COMPARE(written.count(), 1);
    }
    QRect canvasPlace() const
    {
        const CanvasView& canvas = m_fixture->canvas();
        return {canvas.mapTo(m_fixture->window.get(), QPoint()), canvas.size()};
    }
    /// Where the photo's part of the canvas stands in the copy, pixel by pixel; y -1: nowhere.
    QPoint cornerOf(const QImage& copy, const QImage& canvas) const
    {
        const ViewPicture picture = shown();
        const QRect part = QRectF(picture.part.topLeft() * picture.ratio, picture.part.size() * picture.ratio).toRect();
        const QImage wanted = canvas.copy(part).convertToFormat(QImage::Format_RGB32);
        for (int y = 0; y + wanted.height() <= copy.height(); ++y) {
            const QImage here = copy.copy(0, y, wanted.width(), wanted.height()).convertToFormat(QImage::Format_RGB32);
            if (here == wanted)
                return {0, y};
        }
        return {0, -1};
    }
    QString in(const QString& name) const { return m_fixture->folder.filePath(name); }
    QByteArray contentOf(const QString& name) const
    {
        QFile file(in(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestViewExport)
#include "tst_view_export.moc"
