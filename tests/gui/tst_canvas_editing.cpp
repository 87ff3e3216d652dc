// SPDX-License-Identifier: BSD-3-Clause
// Hiding and showing blocks by mouse and keyboard: what the score label says comes from the table,
// in the same turn of the event loop.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/state/text.h"

#include <QMouseEvent>
#include <QWheelEvent>

using namespace halflens;
using namespace halflens::test;

class TestCanvasEditing : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->open();
        m_document = m_fixture->openAndWait(m_fixture->image(QStringLiteral("a.png")));
        m_canvas = &m_fixture->canvas();
    }
    void cleanup() { m_fixture.reset(); }

    void clickTogglesOneBlock()
    {
        QCOMPARE(score(), scoreText(FullScore));
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, m_fixture->at(5));
        QCOMPARE(m_document->mask().bits(), BlockMask().with({5}).bits());
        QCOMPARE(score(), scoreText(FullScore - BlockWeights[5])); // no event loop ran in between
        QCOMPARE(m_fixture->label("change"), changeText(-BlockWeights[5]));
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, m_fixture->at(5));
        QVERIFY(m_document->mask().isEmpty());
        QCOMPARE(score(), scoreText(FullScore));
        QCOMPARE(m_fixture->label("change"), QString());
    }

    void everyBlockIsWhereItIsDrawn()
    {
        for (int block = 0; block < BlockCount; ++block) {
            QTest::mouseClick(m_canvas, Qt::LeftButton, {}, m_fixture->at(block));
            QVERIFY2(m_document->mask().contains({block}), qPrintable(QString::number(block)));
        }
        QCOMPARE(m_document->mask().bits(), BlockMask::all().bits());
    }

    void clickBesideTheImageDoesNothing()
    {
        const QRectF first = blockViewRect({0}, m_canvas->view());
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, QPoint(3, 3));
        QVERIFY(!first.contains(3, 3));
        QVERIFY(m_document->mask().isEmpty());
        QCOMPARE(m_document->undoStack()->count(), 0);
    }

    void dragIsOneUndoableStep()
    {
        drag({0, 1, 2, 6});
        QCOMPARE(m_document->mask().bits(), BlockMask(0b100'0111).bits());
        QCOMPARE(m_document->undoStack()->count(), 1);
        trigger(m_fixture->window->actions().undo);
        QVERIFY(m_document->mask().isEmpty());
        QCOMPARE(score(), scoreText(FullScore));
        trigger(m_fixture->window->actions().redo);
        QCOMPARE(m_document->mask().bits(), BlockMask(0b100'0111).bits());
        QCOMPARE(score(), scoreText(fakeScore(BlockMask(0b100'0111))));
    }

    void dragFromAHiddenBlockShows()
    {
        m_document->changeMask(BlockMask(0b1111), QString());
        drag({1, 2, 6});
        QCOMPARE(m_document->mask().bits(), BlockMask(0b1001).bits()); // 6 was visible and stays so
    }

    void quickDragSkipsNothing()
    {
        // Two events only: the blocks between them lie on the way.
        QTest::mousePress(m_canvas, Qt::LeftButton, {}, m_fixture->at(4));
        QTest::mouseMove(m_canvas, m_fixture->at(7));
        QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, m_fixture->at(7));
        QCOMPARE(m_document->mask().bits(), BlockMask(0b1111'0000).bits());
    }

    void dragBackAndForthTouchesOnce()
    {
        drag({0, 1, 0, 1, 2});
        QCOMPARE(m_document->mask().bits(), BlockMask(0b111).bits());
    }

    void escapeDuringADragUndoesIt()
    {
        m_canvas->setFocus();
        QTest::mousePress(m_canvas, Qt::LeftButton, {}, m_fixture->at(0));
        QTest::mouseMove(m_canvas, m_fixture->at(2));
        QVERIFY(!m_document->mask().isEmpty());
        QTest::keyClick(m_canvas, Qt::Key_Escape);
        QVERIFY(m_document->mask().isEmpty());
        QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, m_fixture->at(2));
        QCOMPARE(m_document->undoStack()->count(), 0);
    }

    void doubleClickIsTwoToggles()
    {
        // What a window system sends for two quick clicks.
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, m_fixture->at(3));
        QVERIFY(m_document->mask().contains({3}));
        const QPointF position = m_fixture->at(3);
        QMouseEvent second(QEvent::MouseButtonDblClick, position, m_canvas->mapToGlobal(position), Qt::LeftButton,
                           Qt::LeftButton, {});
        QCoreApplication::sendEvent(m_canvas, &second);
        QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, position.toPoint());
        QVERIFY(!m_document->mask().contains({3}));
        QCOMPARE(m_document->undoStack()->count(), 2);
    }

    void keyboardMovesAndToggles()
    {
        m_canvas->setFocus();
        QTest::keyClick(m_canvas, Qt::Key_Right); // the first arrow shows where the keyboard is
        QCOMPARE(m_document->focusedBlock()->value, 0);
        QTest::keyClick(m_canvas, Qt::Key_Right);
        QTest::keyClick(m_canvas, Qt::Key_Down);
        QCOMPARE(m_document->focusedBlock()->value, 5);
        QTest::keyClick(m_canvas, Qt::Key_Space);
        QCOMPARE(m_document->mask().bits(), BlockMask().with({5}).bits());
        QCOMPARE(score(), scoreText(FullScore - BlockWeights[5]));
        QTest::keyClick(m_canvas, Qt::Key_Return);
        QVERIFY(m_document->mask().isEmpty());
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(m_canvas, Qt::Key_Up);
        QCOMPARE(m_document->focusedBlock()->value, 1); // stops at the edge
    }

    void undoShortcuts()
    {
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, m_fixture->at(0));
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, m_fixture->at(1));
        QTest::keyClick(m_canvas, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(m_document->mask().bits(), BlockMask(0b01).bits());
        QTest::keyClick(m_canvas, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(m_document->mask().isEmpty());
        QTest::keyClick(m_canvas, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(m_document->mask().bits(), BlockMask(0b01).bits());
        QTest::keyClick(m_canvas, Qt::Key_Y, Qt::ControlModifier);
        QCOMPARE(m_document->mask().bits(), BlockMask(0b11).bits());
    }

    void spaceHoldPansAndTogglesNothing()
    {
        m_canvas->setFocus();
        m_canvas->actualSize();
        for (int i = 0; i < 6; ++i)
            m_canvas->zoomIn();
        m_document->setFocusedBlock(BlockIndex{5});
        const ImagePoint before = m_canvas->view().toImage({100, 100});
        QTest::keyPress(m_canvas, Qt::Key_Space);
        QTest::mousePress(m_canvas, Qt::LeftButton, {}, QPoint(300, 300));
        QTest::mouseMove(m_canvas, QPoint(330, 310));
        QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, QPoint(330, 310));
        QTest::keyRelease(m_canvas, Qt::Key_Space);
        const ImagePoint after = m_canvas->view().toImage({130, 110});
        QVERIFY(std::abs(after.x - before.x) < 1 && std::abs(after.y - before.y) < 1);
        QVERIFY(m_document->mask().isEmpty());
        QTest::keyClick(m_canvas, Qt::Key_Space); // a tap afterwards is a tap again
        QVERIFY(m_document->mask().contains({5}));
    }

    void wheelZoomsToThePointer()
    {
        m_canvas->actualSize();
        for (int i = 0; i < 6; ++i)
            m_canvas->zoomIn(); // larger than the window: no edge interferes
        const QPointF pointer(210, 160);
        const ImagePoint before = m_canvas->view().toImage({pointer.x(), pointer.y()});
        const double zoom = m_canvas->view().zoom();
        wheel(pointer, 120);
        QVERIFY(m_canvas->view().zoom() > zoom);
        const ImagePoint after = m_canvas->view().toImage({pointer.x(), pointer.y()});
        QVERIFY(std::abs(after.x - before.x) < 1 && std::abs(after.y - before.y) < 1);
        wheel(pointer, -120);
        QVERIFY(std::abs(m_canvas->view().zoom() - zoom) < 1e-9);
        QVERIFY(m_document->mask().isEmpty());
    }

    void middleButtonPans()
    {
        m_canvas->actualSize();
        for (int i = 0; i < 6; ++i)
            m_canvas->zoomIn();
        const ImagePoint before = m_canvas->view().toImage({200, 200});
        QTest::mousePress(m_canvas, Qt::MiddleButton, {}, QPoint(200, 200));
        QTest::mouseMove(m_canvas, QPoint(230, 190));
        QTest::mouseRelease(m_canvas, Qt::MiddleButton, {}, QPoint(230, 190));
        const ImagePoint after = m_canvas->view().toImage({230, 190});
        QVERIFY(std::abs(after.x - before.x) < 1 && std::abs(after.y - before.y) < 1);
        QVERIFY(m_document->mask().isEmpty());
    }

    void zoomKeys()
    {
        QTest::keyClick(m_canvas, Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(m_canvas->view().zoom(), 1.0);
        QTest::keyClick(m_canvas, Qt::Key_Plus);
        QVERIFY(m_canvas->view().zoom() > 1);
        QTest::keyClick(m_canvas, Qt::Key_Minus);
        QVERIFY(std::abs(m_canvas->view().zoom() - 1) < 1e-9);
        QTest::keyClick(m_canvas, Qt::Key_F);
        QVERIFY(m_canvas->view().isFitted());
    }

    void tabLeavesTheGrid()
    {
        m_canvas->setFocus();
        QTest::keyClick(m_canvas, Qt::Key_Right);
        QTest::keyClick(m_canvas, Qt::Key_Tab);
        QVERIFY(!m_canvas->hasFocus());
        QVERIFY(QApplication::focusWidget() != nullptr);
    }

    void viewSurvivesAnotherImage()
    {
        m_canvas->actualSize();
        for (int i = 0; i < 6; ++i)
            m_canvas->zoomIn();
        const ViewTransform before = m_canvas->view();
        m_fixture->openAndWait(m_fixture->image(QStringLiteral("b.png")));
        const ViewTransform after = m_canvas->view();
        QVERIFY(!after.isFitted());
        QCOMPARE(after.zoom(), before.zoom());
        const ImagePoint expected = before.toImage(before.viewCenter());
        const ImagePoint center = after.toImage(after.viewCenter());
        QVERIFY(std::abs(center.x - expected.x) < 1e-6 && std::abs(center.y - expected.y) < 1e-6);
    }

    void shiftShowsTheOriginalWhileHeld()
    {
        m_canvas->setFocus();
        QTest::keyPress(m_canvas, Qt::Key_Shift, Qt::ShiftModifier);
        QVERIFY(m_canvas->showsOriginal());
        QTest::keyRelease(m_canvas, Qt::Key_Shift);
        QVERIFY(!m_canvas->showsOriginal());
    }

    void hiddenBlocksAreBlackOnTheScreen()
    {
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, m_fixture->at(6));
        const QImage shown = m_canvas->grab().toImage();
        QCOMPARE(shown.pixelColor(m_fixture->at(6)), QColor(Qt::black));
        QCOMPARE(shown.pixelColor(m_fixture->at(5)), QColor(100, 155, 100)); // its neighbour as in the file
    }

private:
    QString score() const { return m_fixture->label("score"); }
    void wheel(QPointF position, int angle)
    {
        QWheelEvent event(position, m_canvas->mapToGlobal(position), {}, {0, angle}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(m_canvas, &event);
    }
    static void trigger(QAction* action) { action->trigger(); }

    void drag(const std::vector<int>& blocks)
    {
        QTest::mousePress(m_canvas, Qt::LeftButton, {}, m_fixture->at(blocks.front()));
        for (const int block : blocks)
            QTest::mouseMove(m_canvas, m_fixture->at(block));
        QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, m_fixture->at(blocks.back()));
    }

    std::unique_ptr<GuiFixture> m_fixture;
    Document* m_document = nullptr;
    CanvasView* m_canvas = nullptr;
};

HALFLENS_TEST(TestCanvasEditing)
#include "tst_canvas_editing.moc"
