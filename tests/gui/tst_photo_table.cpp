// SPDX-License-Identifier: BSD-3-Clause
// The opened photos as a table: columns, order, filter, histogram, export; ten thousand rows counted in calls.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/photo_table.h"
#include "ui/panels/score_histogram.h"

#include <QClipboard>
#include <QHeaderView>
#include <QIdentityProxyModel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalSpy>
#include <QTableView>
#include <QToolButton>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int Many = 10'000;

/// Counts what a view asks for.
class CountingProxy final : public QIdentityProxyModel {
public:
    QVariant data(const QModelIndex& index, int role) const override
    {
        ++calls;
        return QIdentityProxyModel::data(index, role);
    }
    mutable int calls = 0;
};

} // namespace

class TestPhotoTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        for (int i = 0; i < Many; ++i) { // names are listed and looked at, pictures are read when they are shown
            QFile file(m_many.filePath(u"photo%1.ppm"_s.arg(i, 5, 10, QChar(u'0'))));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("P6 8 6 255\n");
            QByteArray pixels(8 * 6 * 3, static_cast<char>(i));
            pixels[0] = static_cast<char>(i / 256);
            file.write(pixels);
        }
    }
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->settings.setValue(setting::ScorePhotos, true);
    }
    void cleanup() { m_fixture.reset(); }

    void openedByKey()
    {
        openFew();
        QVERIFY(!table().isVisible());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY(table().isVisible());
        QCOMPARE(table().model()->rowCount(), 3);
        QTRY_COMPARE(cell(0, PhotoColumn::Score), u"4.25"_s);
        QCOMPARE(cell(0, PhotoColumn::Pixels), u"400×300"_s);
        QTRY_COMPARE(cell(1, PhotoColumn::Pixels), u"500×300"_s);
        QVERIFY(cell(0, PhotoColumn::Size).endsWith(u"kB"_s));
        QVERIFY(cell(0, PhotoColumn::Date).startsWith(QDate::currentDate().toString(u"yyyy-"_s)));
        QTRY_VERIFY(cell(0, PhotoColumn::Guaranteed) != u"–"_s); // it is shown, its table is known
        QCOMPARE(cell(1, PhotoColumn::Guaranteed), u"–"_s);
        QVERIFY(m_fixture->label("photoSummary").startsWith(u"3 photos"_s));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY(!table().isVisible());
    }

    void clicksAndKeys()
    {
        openFew();
        showTable();
        clickRow(2);
        QTRY_COMPARE(workspace().currentIndex(), 2);
        table().setFocus();
        QTest::keyClick(&table(), Qt::Key_Up);
        QTest::keyClick(&table(), Qt::Key_Return);
        QTRY_COMPARE(workspace().currentIndex(), 1);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_PageUp);
        QTRY_COMPARE(workspace().currentIndex(), 0);
        QCOMPARE(table().currentIndex().row(), 0);
        clickRow(1);
        QTRY_COMPARE(workspace().currentIndex(), 1);
        clickRow(2, Qt::ControlModifier); // chosen, not opened
        QCOMPARE(workspace().wantedIndex(), 1);
        QTest::keyClick(&table(), Qt::Key_Delete);
        QCOMPARE(workspace().count(), 1);
        QVERIFY(QFile::exists(m_fixture->folder.filePath(u"p2.png"_s)));
    }

    void sortedByItsHeads()
    {
        openFew();
        showTable();
        QTRY_COMPARE(m_fixture->viewer->photoScores.scored(), 3);
        clickHead(PhotoColumn::Pixels);
        QCOMPARE(names(), u"p0 p1 p2"_s);
        QCOMPARE(table().horizontalHeader()->sortIndicatorSection(), int(PhotoColumn::Pixels));
        clickHead(PhotoColumn::Pixels);
        QCOMPARE(names(), u"p2 p1 p0"_s);
        QCOMPARE(m_fixture->find<QToolButton>("photoOrder")->text(), u"Most pixels first"_s);
        auto* strip = m_fixture->find<QListView>("filmStrip"); // one order for all
        QCOMPARE(strip->model()->index(0, 0).data().toString(), u"p2.png"_s);
        clickHead(PhotoColumn::Pixels);
        QCOMPARE(names(), u"p0 p1 p2"_s);
        QCOMPARE(m_fixture->viewer->photos.sortColumn(), int(PhotoListModel::AsOpened));
    }

    void changeByTheMask()
    {
        openFew();
        showTable();
        QTRY_VERIFY(workspace().image().report());
        QCOMPARE(cell(0, PhotoColumn::Change), u"–"_s); // nothing is hidden
        workspace().step(1);
        QTRY_VERIFY(workspace().currentIndex() == 1 && workspace().image().report());
        workspace().current()->changeMask(BlockMask(0b10), u"x"_s);
        QCOMPARE(cell(1, PhotoColumn::Change), u"−0.30"_s);
        QCOMPARE(cell(0, PhotoColumn::Change), u"−0.30"_s); // looked at before
        QCOMPARE(cell(2, PhotoColumn::Change), u"–"_s); // not yet
        QVERIFY(!cell(1, PhotoColumn::Change).startsWith(u'~'));
    }

    void columnsAreChosenAndScored()
    {
        openFew();
        showTable();
        const int two = PhotoColumnCount + 1;
        QVERIFY(table().isColumnHidden(two));
        QTRY_COMPARE(m_fixture->viewer->photoScores.scored(), 3);
        trigger(u"Fake two"_s);
        QVERIFY(!table().isColumnHidden(two));
        QTRY_COMPARE(m_fixture->viewer->photoScores.scored(), 6);
        QCOMPARE(table().model()->index(2, two).data().toString(), u"4.25"_s);
        trigger(u"Size"_s);
        QVERIFY(table().isColumnHidden(int(PhotoColumn::Size)));
        m_fixture->open(); // kept for the next start
        QVERIFY(table().isColumnHidden(int(PhotoColumn::Size)));
        QVERIFY(!table().isColumnHidden(two));
    }

    void histogram()
    {
        openFew();
        showTable();
        auto* histogram = m_fixture->window->findChild<ScoreHistogram*>();
        QTRY_COMPARE(histogram->count(13), 3); // 4.25 to 4.50
        QTest::mouseClick(histogram, Qt::LeftButton, {}, QPoint(2, 5));
        QCOMPARE(m_fixture->viewer->photos.filter(), QString()); // an empty bar
        for (int x = 0; x < histogram->width(); ++x) {
            if (histogram->barAt(x) == 13) {
                QTest::mouseClick(histogram, Qt::LeftButton, {}, QPoint(x + 1, 5));
                break;
            }
        }
        QCOMPARE(m_fixture->find<QLineEdit>("photoTableFilter")->text(), u"score>=4.25 score<4.5"_s);
        QCOMPARE(m_fixture->find<QLineEdit>("photoFilter")->text(), u"score>=4.25 score<4.5"_s);
        QCOMPARE(names(), u"p0 p1 p2"_s);
    }

    void histogramCounts()
    {
        ScoreHistogram histogram;
        histogram.setScores({1, 0.5, 1.24, 1.25, 5, 6, std::nan("")});
        QCOMPARE(histogram.count(0), 3);
        QCOMPARE(histogram.count(1), 1);
        QCOMPARE(histogram.count(ScoreHistogram::Bars - 1), 2);
    }

    void filteredByLine()
    {
        openFew();
        showTable();
        QTRY_COMPARE(m_fixture->viewer->photoScores.scored(), 3);
        auto* filter = m_fixture->find<QLineEdit>("photoTableFilter");
        QTest::keyClicks(filter, u"pixels>0.13 fake-one>4"_s);
        QCOMPARE(filter->text(), u"pixels>0.13 fake-one>4"_s);
        QCOMPARE(photos().filter(), filter->text());
        QTRY_COMPARE(names(), u"p1 p2"_s);
        QTRY_COMPARE(m_fixture->label("photoSummary").section(u'\n', 0, 0), u"2 of 3 photos"_s);
        filter->selectAll();
        QGuiApplication::clipboard()->setText(u"size>x"_s);
        QTest::keySequence(filter, QKeySequence::Paste);
        QVERIFY(m_fixture->find<QLabel>("photoTableProblem")->isVisible());
        QCOMPARE(names(), u"p1 p2"_s);
        filter->clear();
        QCOMPARE(names(), u"p0 p1 p2"_s);
        QVERIFY(!m_fixture->find<QLabel>("photoTableProblem")->isVisible());
    }

    void exported()
    {
        openFew();
        showTable();
        QTRY_COMPARE(m_fixture->viewer->photoScores.scored(), 3);
        clickHead(PhotoColumn::Pixels);
        clickHead(PhotoColumn::Pixels);
        trigger(u"Change"_s);
        const QString csv = QString::fromStdString(m_fixture->window->findChild<PhotoTable*>()->toCsv());
        const QStringList lines = csv.split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 4);
        QCOMPARE(lines[0], u"photo,score,mark,note,enough,pixels,bytes,modified_utc,model,path"_s);
        QVERIFY(lines[1].startsWith(u"p2.png,4.25,,,,600x300,"_s));
        QVERIFY(lines[1].endsWith(u",fake-one,"_s + m_fixture->folder.filePath(u"p2.png"_s)));
    }

    void goToName()
    {
        openFew();
        QTest::keyClick(m_fixture->window.get(), Qt::Key_G, Qt::ControlModifier);
        auto* input = m_fixture->find<QLineEdit>("goToPhotoName");
        QVERIFY(input);
        QTest::keyClicks(input, u"p2"_s);
        QTest::keyClick(input, Qt::Key_Return);
        QTRY_COMPARE(workspace().currentIndex(), 2);
        m_fixture->window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_fixture->window.get(), PatienceMs));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_G, Qt::ControlModifier);
        QTRY_VERIFY(m_fixture->window->findChildren<QLineEdit*>(u"goToPhotoName"_s).size() == 1);
        input = m_fixture->find<QLineEdit>("goToPhotoName");
        QTest::keyClicks(input, u"p"_s);
        QTest::keyClick(input, Qt::Key_Down);
        QTest::keyClick(input, Qt::Key_Return);
        QTRY_COMPARE(workspace().currentIndex(), 1);
    }

    void tenThousand()
    {
        m_fixture->settings.setValue(setting::ScorePhotos, false);
        m_fixture->open();
        showTable();
        QSignalSpy inserted(&photos(), &QAbstractItemModel::rowsInserted);
        QSignalSpy changed(&photos(), &QAbstractItemModel::dataChanged);
        workspace().open({m_many.path()});
        QTRY_COMPARE_WITH_TIMEOUT(photos().photos(), Many, 60'000);
        QTRY_VERIFY(m_fixture->viewer->photoScores.facts(*workspace().at(Many - 1)).bytes > 0); // looked at all
        QTRY_VERIFY(!workspace().engine().isPending({0, Stage::Study, -2}));
        QVERIFY(inserted.size() < 10); // bit by bit, not one by one
        QVERIFY2(changed.size() < 1000, qPrintable(QString::number(changed.size())));

        CountingProxy proxy; // what a view asks for while it is opened, scrolled and sorted
        proxy.setSourceModel(&photos());
        table().setModel(&proxy);
        const int visible = table().viewport()->height() / table().rowHeight(0) + 2;
        const auto most = [&] { return visible * photos().columnCount() * 20 * 3; }; // roles, paint events
        const auto asked = [&](const auto& act) {
            QCoreApplication::processEvents();
            proxy.calls = 0;
            act();
            table().viewport()->repaint();
            return proxy.calls;
        };
        QVERIFY(asked([] {}) < most());
        QVERIFY(asked([&] { table().scrollToBottom(); }) < most());
        QSignalSpy arranged(&photos(), &PhotoListModel::layoutChanged);
        QVERIFY(asked([&] { photos().sort(int(PhotoColumn::Photo), Qt::DescendingOrder); }) < most());
        QCOMPARE(arranged.size(), 1);
        QVERIFY(asked([&] { photos().setFilter(u"photo=7"_s); }) < most());
        QCOMPARE(arranged.size(), 2);
        QVERIFY(photos().photos() > 1000 && photos().photos() < Many);
        photos().setFilter({});
        for (int row = 0; row < Many; row += 100)
            m_fixture->find<QListView>("filmStrip")->scrollTo(photos().index(row, 0));
        QVERIFY(workspace().thumbnails().bytes() <= ThumbnailStore::MaxBytes);
        table().setModel(&photos());
    }

    /// Scores that come one by one move the rows together, not each time.
    void scoresOfManyComeTogether()
    {
        m_fixture->settings.setValue(setting::ScorePhotos, false);
        m_fixture->open();
        QStringList some;
        for (int i = 0; i < 500; ++i)
            some << m_many.filePath(u"photo%1.ppm"_s.arg(i, 5, 10, QChar(u'0')));
        workspace().open(some);
        QTRY_COMPARE(photos().photos(), 500);
        photos().sort(int(PhotoColumn::Score), Qt::AscendingOrder);
        QSignalSpy changed(&m_fixture->viewer->photoScores, &PhotoScores::changed);
        QSignalSpy arranged(&photos(), &PhotoListModel::arranged);
        m_fixture->viewer->photoScores.setPaused(false);
        QTRY_COMPARE_WITH_TIMEOUT(m_fixture->viewer->photoScores.scored(), 500, 60'000);
        QVERIFY(changed.size() >= 499);
        QVERIFY2(arranged.size() < changed.size() / 2, qPrintable(QString::number(arranged.size())));
    }

private:
    void openFew()
    {
        m_fixture->open();
        QStringList files;
        for (int i = 0; i < 3; ++i)
            files << m_fixture->image(u"p%1.png"_s.arg(i), 400 + 100 * i, 300);
        workspace().open(files);
        if (!QTest::qWaitFor([&] { return workspace().image().report() != nullptr; }, 20'000))
            qFatal("the image does not come");
    }
    void showTable()
    {
        m_fixture->window->actions().photoTable->trigger();
        if (!QTest::qWaitFor([&] { return table().isVisible() && table().viewport()->height() > 50; }, PatienceMs))
            qFatal("the table does not show");
    }
    QTableView& table() const { return *m_fixture->find<QTableView>("photoTable"); }
    QString cell(int row, PhotoColumn column) const
    {
        return table().model()->index(row, static_cast<int>(column)).data().toString();
    }
    QString names() const
    {
        QStringList names;
        for (int row = 0; row < photos().photos(); ++row)
            names << photos().photo(row)->title().section(u'.', 0, 0);
        return names.join(u' ');
    }
    void clickRow(int row, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::mouseClick(table().viewport(), Qt::LeftButton, modifiers,
                          table().visualRect(table().model()->index(row, 1)).center());
    }
    void clickHead(PhotoColumn column) const
    {
        const QHeaderView* header = table().horizontalHeader();
        table().scrollTo(table().model()->index(0, static_cast<int>(column))); // there may be more than fit
        const int x = header->sectionViewportPosition(static_cast<int>(column)) + 20;
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, QPoint(x, header->height() / 2));
    }
    void trigger(const QString& column) const
    {
        for (QAction* action : m_fixture->find<QToolButton>("photoColumns")->menu()->actions()) {
            if (action->text() == column)
                action->trigger();
        }
    }
    Workspace& workspace() const { return m_fixture->viewer->workspace; }
    PhotoListModel& photos() const { return m_fixture->viewer->photos; }

    QTemporaryDir m_many;
    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestPhotoTable)
#include "tst_photo_table.moc"
