// SPDX-License-Identifier: BSD-3-Clause
// A study of 10 000 photos opened in the viewer: read, sorted, filtered, and a photo opened from its row.
#include "core/image/content_hash.h"
#include "core/image/decode.h"
#include "core/study/study_run.h"
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/panels/study_panel.h"
#include "ui/state/text.h"

#include <QLineEdit>
#include <QTableView>

#include <cmath>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int Photos = 10'000;
constexpr int Pictures = 3; ///< files that are really there

} // namespace

class TestStudyWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_fixture = std::make_unique<GuiFixture>();
        StudyPlan plan;
        plan.judge = "one";
        for (int i = 0; i < Photos; ++i) {
            const QString file =
                i < Pictures ? m_fixture->image(u"p%1.png"_s.arg(i), 200 + i) : u"/gone/p%1.png"_s.arg(i);
            plan.photos.push_back({file.section(u'/', -1).toStdString(), file.toStdString(),
                                   i % 2 ? Split::Test : Split::Train, 1 + 4. * i / Photos, false});
        }
        StudyStore store;
        m_study = m_fixture->folder.filePath(u"study"_s);
        const std::string recipe =
            R"({"format": 1, "name": "Ten thousand", "studies": ["table1", "table2"],
                "data": {"name": "d", "form": "mos", "images": "i:", "table": "t:", "columns": {"image": "a", "mos": "b"}}})";
        QVERIFY(store.create(toPath(m_study), {"identity", recipe, "one", {"one", "two"}, plan.photos.size()}));
        QVERIFY(store.note(plan, {{"one", {1, 5}}, {"two", {0, 100}}}));
        const BlockMask important(0b111'111);
        for (std::size_t i = 0; i < plan.photos.size(); ++i) {
            PhotoFindings found;
            if (i == 5)
                found.error = "decode: no picture";
            found.important = important;
            found.upper[0] = i % 3 ? important : important.complement();
            const double score = 3 + 2 * std::sin(static_cast<double>(i));
            if (i != 5) {
                const HiddenScore hidden{HiddenBy::Zero, important, score - 0.5};
                found.models.push_back({"one", score, {hidden}, {}, {}, {}});
                found.models.push_back({"two", 10 * score, {}, {}, {}, {}});
            }
            if (i == 1)
                found.contentHash = (*readImage(plan.photos[i].file))->contentHash;
            else
                found.contentHash = "another";
            QVERIFY(store.insert(i, plan.photos[i], found));
        }
    }
    void init() { m_fixture->open(); }
    void cleanup() { m_fixture->close(); }

    void sortedAndFiltered()
    {
        QTableView& table = openStudy();
        QCOMPARE(m_fixture->label("studyCount"), u"10000 photos"_s);
        QVERIFY(table.isColumnHidden(int(StudyColumn::Objectness))); // nobody asked
        QVERIFY(!table.isColumnHidden(int(StudyColumn::Saliency)));
        table.sortByColumn(int(StudyColumn::Score), Qt::DescendingOrder);
        const auto number = [&](int row, StudyColumn column) {
            return table.model()->index(row, int(column)).data(StudyTableModel::SortRole).toDouble();
        };
        for (int row = 1; row + 1 < Photos; ++row)
            QVERIFY(number(row, StudyColumn::Score) <= number(row - 1, StudyColumn::Score));
        QVERIFY(std::isnan(number(Photos - 1, StudyColumn::Score))); // what has none is last either way
        table.sortByColumn(int(StudyColumn::Score), Qt::AscendingOrder);
        QVERIFY(std::isnan(number(Photos - 1, StudyColumn::Score)));

        auto* filter = m_fixture->find<QLineEdit>("studyFilter");
        QTest::keyClicks(filter, u"split=test score>4.5 saliency=6"_s);
        const int kept = table.model()->rowCount();
        QVERIFY(kept > 0 && kept < Photos / 2);
        QCOMPARE(m_fixture->label("studyCount"), u"%1 of 10000 photos"_s.arg(kept));
        for (int row = 0; row < kept; ++row) {
            QVERIFY(number(row, StudyColumn::Score) > 4.5);
            QCOMPARE(number(row, StudyColumn::Saliency), 6.);
            QCOMPARE(table.model()->index(row, int(StudyColumn::Split)).data().toString(), u"test"_s);
        }
        filter->setText(u"colour>3"_s); // what cannot be read is said, and the rows stay
        QVERIFY(m_fixture->label("studyMessage").contains(u"colour"_s));
        QCOMPARE(table.model()->rowCount(), kept);
        filter->setText(u"error=picture"_s);
        QCOMPARE(table.model()->rowCount(), 1);
        filter->clear();
        QCOMPARE(table.model()->rowCount(), Photos);
    }

    void rowsOpenPhotos()
    {
        QTableView& table = openStudy();
        const auto click = [&](int row) {
            table.scrollTo(table.model()->index(row, 0));
            QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                              table.visualRect(table.model()->index(row, 0)).center());
        };
        click(1);
        QTRY_VERIFY(m_fixture->window->workspace().current());
        QVERIFY(m_fixture->window->workspace().current()->path().endsWith(u"p1.png"_s));
        QTRY_VERIFY(m_fixture->label("studyMessage").contains(u"is the one the study saw"_s));
        click(0);
        QTRY_VERIFY(m_fixture->label("studyMessage").contains(u"has changed since"_s));
        click(7);
        QVERIFY(m_fixture->label("studyMessage").contains(u"/gone/p7.png"_s));
        QVERIFY(m_fixture->find<QWidget>("studyPhotos")->isVisible());
        // Enter opens too, and photos that moved are found in their new folder.
        static_cast<StudyPanel*>(m_fixture->find<QWidget>("studyDock")->findChild<StudyPanel*>())
            ->setPhotoFolder(m_fixture->folder.path());
        table.setCurrentIndex(table.model()->index(2, 0));
        QTest::keyClick(&table, Qt::Key_Return);
        QTRY_VERIFY(m_fixture->window->workspace().current()->path().endsWith(u"p2.png"_s));
        const auto& model = static_cast<const StudyTableModel&>(*table.model());
        table.scrollToTop();
        QTRY_VERIFY(model.pictures().count() > 0);
        for (int row = 0; row < Photos; row += 50)
            table.scrollTo(table.model()->index(row, 0));
        QVERIFY(model.pictures().count() <= StudyPictures::Most);
    }

    void whatIsNoStudyIsSaid()
    {
        m_fixture->window->openStudy(m_fixture->folder.path());
        QTRY_VERIFY(m_fixture->label("studyMessage").contains(u"no study"_s, Qt::CaseInsensitive));
    }

private:
    QTableView& openStudy()
    {
        m_fixture->window->openStudy(m_study);
        auto* table = m_fixture->find<QTableView>("studyTable");
        (void)QTest::qWaitFor([&] { return table->model()->rowCount() == Photos; }, 30'000);
        return *table;
    }

    std::unique_ptr<GuiFixture> m_fixture;
    QString m_study;
};

HALFLENS_TEST(TestStudyWindow)
#include "tst_study_window.moc"
