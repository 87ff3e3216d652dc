// SPDX-License-Identifier: BSD-3-Clause
// Marks and notes on photos: keys, buttons, strip, table, undo, and what becomes of them in sessions.
#include "tests/gui/session_steps.h"
#include "tests/support/test_case.h"
#include "ui/panels/film_strip.h"
#include "ui/panels/note_field.h"
#include "ui/panels/photo_table.h"

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>
#include <QTableView>
#include <QTimer>
#include <QToolButton>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestMarks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_file = m_fixture->folder.filePath(u"trip.halflens"_s);
    }
    void cleanup() { m_fixture.reset(); }

    void setByKeys()
    {
        openPhotos(2);
        key(Qt::Key_1);
        QCOMPARE(mark(0), PhotoMark::Keep);
        QCOMPARE(mark(1), PhotoMark::None);
        QVERIFY(actions().marks.value(PhotoMark::Keep)->isChecked());
        key(Qt::Key_3); // another takes its place
        QCOMPARE(mark(0), PhotoMark::Reject);
        QVERIFY(!actions().marks.value(PhotoMark::Keep)->isChecked());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageDown);
        QTRY_COMPARE(workspace().currentIndex(), 1);
        QVERIFY(!actions().marks.value(PhotoMark::Reject)->isChecked());
        key(Qt::Key_2);
        QCOMPARE(mark(1), PhotoMark::Again);
        key(Qt::Key_2); // the same again takes it away
        QCOMPARE(mark(1), PhotoMark::None);
        key(Qt::Key_1);
        key(Qt::Key_0);
        QCOMPARE(mark(1), PhotoMark::None);
        QCOMPARE(mark(0), PhotoMark::Reject);
    }

    void setByMouse()
    {
        openPhotos(1);
        const QList<QToolButton*> buttons = m_fixture->find<QWidget>("photoMarks")->findChildren<QToolButton*>();
        QCOMPARE(buttons.size(), 3);
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QCOMPARE(mark(0), PhotoMark::Again);
        QVERIFY(buttons[1]->isChecked());
        QTest::mouseClick(buttons[2], Qt::LeftButton);
        QVERIFY(!buttons[1]->isChecked());
        QCOMPARE(mark(0), PhotoMark::Reject);
        QTest::mouseClick(buttons[2], Qt::LeftButton);
        QCOMPARE(mark(0), PhotoMark::None);
        QVERIFY(!buttons[2]->isChecked());
    }

    void setInTheStrip()
    {
        openPhotos(2);
        auto* strip = m_fixture->find<FilmStrip>("filmStrip");
        const QPoint place = strip->visualRect(strip->model()->index(1, 0)).center();
        bool isChosen = false;
        QTimer menuLooker; // the menu has an event loop of its own
        connect(&menuLooker, &QTimer::timeout, this, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            if (!menu)
                return;
            menuLooker.stop();
            for (QAction* action : menu->actions()) {
                if (action->text() == u"Reject"_s) {
                    isChosen = true;
                    action->trigger();
                }
            }
            menu->close();
        });
        menuLooker.start(1);
        QContextMenuEvent event(QContextMenuEvent::Mouse, place, strip->viewport()->mapToGlobal(place));
        QCoreApplication::sendEvent(strip->viewport(), &event);
        QVERIFY(isChosen);
        QCOMPARE(mark(1), PhotoMark::Reject);
        QCOMPARE(mark(0), PhotoMark::None);
    }

    /// Colour and symbol, and words for those who see neither.
    void shownInTheStrip()
    {
        openPhotos(2);
        auto* strip = m_fixture->find<FilmStrip>("filmStrip");
        const QModelIndex first = strip->model()->index(0, 0);
        const auto picture = [&] { return strip->viewport()->grab(strip->visualRect(first)).toImage(); };
        QTRY_VERIFY(!first.data(Qt::DecorationRole).value<QImage>().isNull());
        QList<QImage> seen{picture()};
        for (const Qt::Key number : {Qt::Key_1, Qt::Key_2, Qt::Key_3}) {
            key(number);
            const QImage now = picture();
            QVERIFY(!seen.contains(now));
            seen << now;
        }
        QCOMPARE(first.data(PhotoListModel::MarkRole).toInt(), static_cast<int>(PhotoMark::Reject));
        QVERIFY(first.data(Qt::AccessibleTextRole).toString().endsWith(u", marked “Reject”"_s));
        workspace().at(0)->changeNote(u"too <soft>"_s);
        QVERIFY(!seen.contains(picture()));
        QVERIFY(first.data(Qt::AccessibleTextRole).toString().endsWith(u"note: too <soft>"_s));
        QVERIFY(first.data(Qt::ToolTipRole).toString().contains(u"Mark: Reject"_s));
    }

    void undoneWithTheMask()
    {
        openPhotos(1);
        click(5);
        key(Qt::Key_1);
        click(6);
        QCOMPARE(m_fixture->viewer->session.session().photos.at(0).masks.steps.size(), std::size_t(2));
        undo();
        QCOMPARE(shownMask(), 1U << 5U);
        QCOMPARE(mark(0), PhotoMark::Keep);
        QCOMPARE(actions().undo->text(), u"Undo Mark: Keep"_s);
        QCOMPARE(m_fixture->viewer->session.session().photos.at(0).masks.done, 1);
        undo();
        QCOMPARE(mark(0), PhotoMark::None);
        QVERIFY(!actions().marks.value(PhotoMark::Keep)->isChecked());
        QCOMPARE(shownMask(), 1U << 5U);
        QCOMPARE(m_fixture->viewer->session.session().photos.at(0).masks.done, 1);
        undo();
        QCOMPARE(shownMask(), 0U);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(mark(0), PhotoMark::Keep);
    }

    void noteWhereItStands()
    {
        openPhotos(2);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_N, Qt::ControlModifier);
        auto* field = m_fixture->find<NoteField>("photoNote");
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, u"soft sky"_s);
        QCOMPARE(note(0), u"soft sky"_s); // kept as it is typed
        QTest::keyClick(field, Qt::Key_PageDown); // no letter is lost, none goes to the next
        QTRY_COMPARE(workspace().currentIndex(), 1);
        QCOMPARE(note(0), u"soft sky"_s);
        QCOMPARE(field->text(), QString());
        QTest::keyClicks(field, u"grain"_s);
        QTest::keyClick(field, Qt::Key_Escape); // takes back what was typed
        QCOMPARE(note(1), QString());
        QVERIFY(!workspace().at(1)->undoStack()->canUndo());
        QTRY_VERIFY(m_fixture->canvas().hasFocus());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageUp);
        QTRY_COMPARE(workspace().currentIndex(), 0);
        QCOMPARE(field->text(), u"soft sky"_s);
        QTest::mouseClick(field, Qt::LeftButton);
        QTest::keyClick(field, Qt::Key_End);
        QTest::keyClicks(field, u", dull"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY(m_fixture->canvas().hasFocus());
        QCOMPARE(note(0), u"soft sky, dull"_s);
        undo(); // one step for each time it was written in
        QCOMPARE(note(0), u"soft sky"_s);
        QCOMPARE(field->text(), u"soft sky"_s);
        undo();
        QCOMPARE(note(0), QString());
        QCOMPARE(workspace().at(0)->undoStack()->count(), 2);
    }

    void noteHasRoomInANarrowStrip()
    {
        openPhotos(1);
        auto* dock = m_fixture->find<QDockWidget>("imagesDock");
        m_fixture->window->addDockWidget(Qt::LeftDockWidgetArea, dock);
        auto* field = m_fixture->find<NoteField>("photoNote");
        QTRY_VERIFY(!field->isVisible());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_N, Qt::ControlModifier);
        QTRY_VERIFY(field->hasFocus() && field->width() > 60);
        QTest::keyClicks(field, u"x"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY(!field->isVisible());
        QCOMPARE(note(0), u"x"_s);
        dock->hide();
        QTest::keyClick(m_fixture->window.get(), Qt::Key_N, Qt::ControlModifier);
        QTRY_VERIFY(field->hasFocus() && field->isVisible());
    }

    void inTheTable()
    {
        openPhotos(3);
        key(Qt::Key_3);
        workspace().at(2)->changeMark(PhotoMark::Keep);
        workspace().at(2)->changeNote(u"best, of all"_s);
        showTable();
        QCOMPARE(cell(0, PhotoColumn::Mark), u"Reject"_s);
        QCOMPARE(cell(1, PhotoColumn::Mark), QString());
        clickHead(PhotoColumn::Mark);
        QCOMPARE(names(), u"p2 p0 p1"_s); // none comes last
        clickHead(PhotoColumn::Mark);
        QCOMPARE(names(), u"p0 p2 p1"_s);
        clickHead(PhotoColumn::Mark);
        clickHead(PhotoColumn::Note);
        QCOMPARE(names(), u"p2 p0 p1"_s);
        const QString csv = QString::fromStdString(m_fixture->window->findChild<PhotoTable*>()->toCsv());
        const QStringList lines = csv.split(u'\n', Qt::SkipEmptyParts);
        QVERIFY2(lines[0].startsWith(u"photo,score,mark,note,"_s), qPrintable(lines[0]));
        QVERIFY2(lines[1].contains(u",keep,\"best, of all\","_s), qPrintable(lines[1]));
        QVERIFY2(lines[2].contains(u",reject,,"_s), qPrintable(lines[2]));
        QVERIFY2(lines[3].startsWith(u"p1.png,,,,"_s), qPrintable(lines[3]));
    }

    void filtered()
    {
        openPhotos(3);
        key(Qt::Key_3);
        workspace().at(2)->changeMark(PhotoMark::Keep);
        workspace().at(1)->changeNote(u"Dull sky"_s);
        showTable();
        auto* filter = m_fixture->find<QLineEdit>("photoTableFilter");
        QTest::keyClicks(filter, u"mark=keep"_s);
        QCOMPARE(names(), u"p2"_s);
        filter->selectAll();
        QTest::keyClicks(filter, u"mark=none"_s);
        QCOMPARE(names(), u"p1"_s);
        filter->selectAll();
        QTest::keyClicks(filter, u"note=sky"_s);
        QCOMPARE(names(), u"p1"_s);
        filter->selectAll();
        QTest::keyClicks(filter, u"mark=none"_s);
        workspace().at(1)->changeMark(PhotoMark::Again);
        QTRY_COMPARE(names(), QString()); // what is marked goes out of sight
        workspace().at(0)->changeMark(PhotoMark::None);
        QTRY_COMPARE(names(), u"p0"_s);
    }

    void noteInItsCell()
    {
        openPhotos(2);
        showTable();
        const QModelIndex index = table().model()->index(1, static_cast<int>(PhotoColumn::Note));
        const QPoint place = table().visualRect(index).center();
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, place);
        QTest::mouseDClick(table().viewport(), Qt::LeftButton, {}, place);
        QLineEdit* editor = nullptr;
        QTRY_VERIFY((editor = table().viewport()->findChild<QLineEdit*>()));
        QTest::keyClicks(editor, u"first"_s);
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(note(1), u"first"_s);
        QCOMPARE(m_fixture->find<NoteField>("photoNote")->text(),
                 workspace().wantedIndex() == 1 ? u"first"_s : QString());
        QTRY_VERIFY(!table().viewport()->findChild<QLineEdit*>());
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_F2);
        QTRY_VERIFY((editor = table().viewport()->findChild<QLineEdit*>()));
        QCOMPARE(editor->text(), u"first"_s);
        QTest::keyClicks(editor, u"no"_s);
        QTest::keyClick(editor, Qt::Key_Escape);
        QTRY_VERIFY(!table().viewport()->findChild<QLineEdit*>());
        QCOMPARE(note(1), u"first"_s);
    }

    void severalAtOnce()
    {
        openPhotos(3);
        showTable();
        clickRow(1);
        QTRY_COMPARE(workspace().currentIndex(), 1);
        clickRow(2, Qt::ControlModifier);
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_1, Qt::AltModifier);
        QCOMPARE(mark(0), PhotoMark::None);
        QCOMPARE(mark(1), PhotoMark::Keep);
        QCOMPARE(mark(2), PhotoMark::Keep);
        workspace().at(2)->changeMark(PhotoMark::Reject);
        QTest::keyClick(&table(), Qt::Key_1, Qt::AltModifier); // some have it: all get it
        QCOMPARE(mark(1), PhotoMark::Keep);
        QCOMPARE(mark(2), PhotoMark::Keep);
        QTest::keyClick(&table(), Qt::Key_1, Qt::AltModifier);
        QCOMPARE(mark(1), PhotoMark::None);
        QCOMPARE(mark(2), PhotoMark::None);
    }

    void keptInTheSession()
    {
        MainWindow& window = openPhotos(2);
        key(Qt::Key_2);
        workspace().at(1)->changeNote(u"größer"_s);
        QVERIFY(saveAs());
        QVERIFY(!window.isWindowModified());
        QCOMPARE(sessionIn(m_file).photos.at(0).mark, PhotoMark::Again);
        key(Qt::Key_3);
        QVERIFY(window.isWindowModified());
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!window.isWindowModified());

        MainWindow& other = m_fixture->open();
        other.openPaths({m_file});
        QTRY_COMPARE(other.workspace().count(), 2);
        QTRY_VERIFY(other.workspace().image().report());
        QCOMPARE(mark(0), PhotoMark::Reject);
        QCOMPARE(note(1), u"größer"_s);
        QVERIFY(!other.isWindowModified());
        QVERIFY(actions().marks.value(PhotoMark::Reject)->isChecked());
        QVERIFY(!workspace().at(0)->undoStack()->canUndo()); // opening is no step
    }

    /// Without a file they would be gone: the window asks.
    void closingAsks()
    {
        MainWindow& window = openPhotos(1);
        QVERIFY(!m_fixture->viewer->session.hasUnsavedWork());
        key(Qt::Key_1);
        QVERIFY(!window.close());
        QVERIFY(answerQuestion(window, QMessageBox::Save));
        QVERIFY(answerFileDialog(window, m_file));
        QTRY_VERIFY(!window.isVisible());
        QCOMPARE(sessionIn(m_file).photos.at(0).mark, PhotoMark::Keep);
    }

    void keptForRecovery()
    {
        openPhotos(1);
        const QString folder = m_fixture->folder.filePath(u"recovery"_s);
        m_fixture->viewer->session.startRecovery(folder);
        key(Qt::Key_1);
        QTest::keyClick(&m_fixture->canvas(), Qt::Key_N, Qt::ControlModifier);
        auto* field = m_fixture->find<NoteField>("photoNote");
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, u"half a wo"_s); // and then the power fails
        const auto copy = [&] {
            const QStringList files = QDir(folder).entryList({u"*.halflens"_s});
            return files.isEmpty() ? Session() : sessionIn(QDir(folder).filePath(files.front()));
        };
        QTRY_VERIFY(copy().photos.size() == 1 && copy().photos[0].note == "half a wo");
        QCOMPARE(copy().photos.at(0).mark, PhotoMark::Keep);
        QVERIFY(copy().isModified);
    }

    void offTheListAndBack()
    {
        MainWindow& window = openPhotos(2);
        key(Qt::Key_3);
        workspace().current()->changeNote(u"why"_s);
        const QString path = workspace().current()->path();
        QTest::keyClick(&window, Qt::Key_Delete);
        QTRY_VERIFY(workspace().count() == 1 && workspace().current());
        QCOMPARE(mark(0), PhotoMark::None);
        m_fixture->openAndWait(path);
        QCOMPARE(workspace().current()->marking(), (PhotoMarking{PhotoMark::Reject, u"why"_s}));
    }

private:
    MainWindow& openPhotos(int count)
    {
        MainWindow& window = m_fixture->open();
        QStringList files;
        for (int i = 0; i < count; ++i)
            files << m_fixture->image(u"p%1.png"_s.arg(i), 400 + i, 300);
        window.workspace().open(files);
        const auto isReady = [&] { return window.workspace().count() == count && window.workspace().image().report(); };
        if (!QTest::qWaitFor(isReady, 20'000))
            qFatal("the photos do not come");
        return window;
    }
    bool saveAs()
    {
        MainWindow& window = *m_fixture->window;
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
        return answerFileDialog(window, m_file)
            && QTest::qWaitFor([&] { return m_fixture->viewer->session.file() == m_file; });
    }
    void key(Qt::Key number) { QTest::keyClick(m_fixture->window.get(), number, Qt::AltModifier); }
    void undo() { QTest::keyClick(m_fixture->window.get(), Qt::Key_Z, Qt::ControlModifier); }
    void click(int block) { QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(block)); }
    std::uint32_t shownMask() const { return workspace().current()->mask().bits(); }
    PhotoMark mark(int photo) const { return workspace().at(photo)->marking().mark; }
    QString note(int photo) const { return workspace().at(photo)->marking().note; }

    void showTable()
    {
        QTest::keyClick(m_fixture->window.get(), Qt::Key_T, Qt::ControlModifier);
        if (!QTest::qWaitFor([&] { return table().isVisible() && table().viewport()->height() > 50; }, 20'000))
            qFatal("the table does not show");
    }
    QTableView& table() const { return *m_fixture->find<QTableView>("photoTable"); }
    QString cell(int row, PhotoColumn column) const
    {
        return table().model()->index(row, static_cast<int>(column)).data().toString();
    }
    void clickRow(int row, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::mouseClick(table().viewport(), Qt::LeftButton, modifiers,
                          table().visualRect(table().model()->index(row, 1)).center());
    }
    void clickHead(PhotoColumn column) const
    {
        const QHeaderView* header = table().horizontalHeader();
        const int x = header->sectionViewportPosition(static_cast<int>(column)) + 20;
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, QPoint(x, header->height() / 2));
    }
    QString names() const
    {
        QStringList names;
        for (int row = 0; row < m_fixture->viewer->photos.photos(); ++row)
            names << m_fixture->viewer->photos.photo(row)->title().section(u'.', 0, 0);
        return names.join(u' ');
    }
    Workspace& workspace() const { return m_fixture->viewer->workspace; }
    Actions& actions() const { return m_fixture->window->actions(); }

    std::unique_ptr<GuiFixture> m_fixture;
    QString m_file;
};

HALFLENS_TEST(TestMarks)
#include "tst_marks.moc"
