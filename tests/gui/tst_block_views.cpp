// SPDX-License-Identifier: BSD-3-Clause
// What is told of blocks: the table's columns, pairs of blocks, halves as outlines.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/interactions_dialog.h"
#include "ui/panels/block_panel.h"
#include "ui/panels/interaction_table.h"
#include "ui/state/text.h"

#include <QCheckBox>
#include <QHeaderView>
#include <QMouseEvent>
#include <QTableView>
#include <QToolButton>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestBlockViews : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void columnsAreSortedByAClick_data()
    {
        QTest::addColumn<int>("column");
        QTest::newRow("rank") << int(BlockTableModel::Rank);
        QTest::newRow("importance") << int(BlockTableModel::ImportanceValue);
        QTest::newRow("contribution") << int(BlockTableModel::ShapleyValue);
        QTest::newRow("banzhaf") << int(BlockTableModel::BanzhafValue);
        QTest::newRow("without") << int(BlockTableModel::Without);
    }
    void columnsAreSortedByAClick()
    {
        QFETCH(int, column);
        open();
        auto* table = m_fixture->find<QTableView>("blockTable");
        QHeaderView* header = table->horizontalHeader();
        const QPoint at(header->sectionViewportPosition(column) + header->sectionSize(column) / 2,
                        header->height() / 2);
        for (int click = 0; click < 2; ++click) {
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
            QCOMPARE(header->sortIndicatorSection(), column);
            const bool isAscending = header->sortIndicatorOrder() == Qt::AscendingOrder;
            for (int row = 1; row < BlockCount; ++row) {
                const double before = sortValue(row - 1, column);
                const double here = sortValue(row, column);
                QVERIFY(isAscending ? before <= here : before >= here);
            }
        }
    }

    void valuesAreThoseOfTheReport()
    {
        Document* document = open();
        const BlockReport& report = *document->analysis()->report;
        const QAbstractItemModel* model = m_fixture->find<QTableView>("blockTable")->model();
        for (int row = 0; row < BlockCount; ++row) {
            const auto block = model->index(row, BlockTableModel::Block).data().toUInt();
            QCOMPARE(model->index(row, BlockTableModel::BanzhafValue).data().toString(),
                     changeText(report.orders.banzhaf[block]));
            QCOMPARE(model->index(row, BlockTableModel::ShapleyValue).data().toString(),
                     changeText(report.shapley.values[block]));
            const QString spoken = model->index(row, BlockTableModel::Rank).data(Qt::AccessibleTextRole).toString();
            QVERIFY(spoken.contains(report.important.contains({int(block)}) ? u"important"_s : u"trivial"_s));
        }
    }

    void headersExplainThemselvesInTwoLines()
    {
        open();
        const QAbstractItemModel* model = m_fixture->find<QTableView>("blockTable")->model();
        for (int column = BlockTableModel::Rank; column < BlockTableModel::ColumnCount; ++column) {
            const QString help = model->headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString();
            QVERIFY2(help.count(u'\n') == 1, qPrintable(help));
        }
    }

    void everyColumnFits()
    {
        open();
        auto* table = m_fixture->find<QTableView>("blockTable");
        int width = 0;
        for (int column = 0; column < BlockTableModel::ColumnCount; ++column)
            width += table->isColumnHidden(column) ? 0 : table->horizontalHeader()->sectionSize(column);
        QVERIFY2(width <= table->viewport()->width(), qPrintable(QString::number(width)));
    }

    void pairsAreToldAndMarked()
    {
        Document* document = open();
        QTest::mouseClick(m_fixture->find<QToolButton>("pairsButton"), Qt::LeftButton);
        auto* dialog = m_fixture->find<InteractionsDialog>("interactionsDialog");
        QVERIFY(dialog && QTest::qWaitForWindowExposed(dialog));
        auto* table = dialog->findChild<InteractionTable*>();
        auto* words = dialog->findChild<QLabel*>(u"pairWords"_s);
        QVERIFY(m_fixture->canvas().scene().marked.isEmpty());
        // by keyboard
        table->setCurrentIndex(table->model()->index(2, 6));
        QTest::keyClick(table, Qt::Key_Right);
        QVERIFY(m_fixture->canvas().scene().marked == BlockMask().with({2}).with({7}));
        QVERIFY(words->text().startsWith(u"Blocks 2 and 7: "_s));
        // under the pointer, for as long as it is there
        const QPointF place = table->visualRect(table->model()->index(9, 4)).center();
        QMouseEvent move(QEvent::MouseMove, place, table->viewport()->mapToGlobal(place), Qt::NoButton, {}, {});
        QApplication::sendEvent(table->viewport(), &move); // QTest moves the pointer, over whichever window is there
        QVERIFY(words->text().startsWith(u"Blocks 4 and 9: "_s));
        QVERIFY(m_fixture->canvas().scene().marked == BlockMask().with({4}).with({9}));
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(table->viewport(), &leave);
        QVERIFY(words->text().startsWith(u"Blocks 2 and 7: "_s));
        // the values are those of the report, the same both ways, and spoken
        const double value = document->analysis()->report->shapley.interactions[2][7];
        QVERIFY(std::abs(value) < 1e-3); // the fake is a sum over blocks
        QCOMPARE(table->model()->index(2, 7).data(), table->model()->index(7, 2).data());
        QVERIFY(table->model()->index(2, 7).data(Qt::AccessibleTextRole).toString().contains(u"Blocks 2 and 7"_s));
        QVERIFY(table->model()->index(3, 3).data().toString().isEmpty());
        dialog->close();
        QVERIFY(m_fixture->canvas().scene().marked.isEmpty());
    }

    void halvesAreOutlinedFromTheStart()
    {
        Document* document = open();
        MainWindow& window = *m_fixture->window;
        const BlockScene scene = m_fixture->canvas().scene();
        QVERIFY(scene.important.has_value());
        QVERIFY(*scene.important == document->analysis()->report->important);
        QVERIFY(!scene.dashed); // 0.06 and 0.24 are far apart
        // the border is coloured, the middle of a block is not
        const QColor middle = colorAt(m_fixture->at(5) + QPoint(20, 20));
        window.layers().setVisible(OverlayId::Halves, false);
        QVERIFY(!m_fixture->canvas().scene().important);
        QCOMPARE(colorAt(m_fixture->at(5) + QPoint(20, 20)), middle);
        // filled on request
        window.layers().setVisible(OverlayId::Halves, true);
        m_fixture->clickLayerName(OverlayId::Halves);
        auto* outline = m_fixture->find<QCheckBox>("outline");
        QVERIFY(outline->isVisible() && outline->isChecked());
        outline->setFocus();
        QTest::keyClick(outline, Qt::Key_Space);
        QVERIFY(!m_fixture->canvas().scene().important);
        QVERIFY(colorAt(m_fixture->at(5) + QPoint(20, 20)) != middle);
    }

    void closeCallsAreDashedAndTold()
    {
        const ThemeColors& theme = themeColors(false);
        BlockScene scene;
        scene.grid = scene.numbers = false;
        scene.important = ImportantBlocks;
        const ViewTransform view = ViewTransform().withViewport(424, 324, 1).withImage(400, 300);
        const auto orange = [&](bool dashed) {
            scene.dashed = dashed;
            QImage image(424, 324, QImage::Format_RGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            paintBlocks(painter, scene, view, theme);
            painter.end();
            int count = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    count += image.pixelColor(x, y) == theme.important ? 1 : 0;
            }
            return count;
        };
        const int whole = orange(false);
        scene.important = BlockMask(0b1111'0001'0001); // no lines between blocks of one half, whatever its shape
        const auto between = [&] {
            QImage image(424, 324, QImage::Format_RGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            paintBlocks(painter, scene, view, theme);
            painter.end();
            const QRectF first = blockViewRect({9}, view);
            return image.pixelColor(QPointF(first.right(), first.center().y()).toPoint());
        };
        QCOMPARE(between(), QColor(Qt::white));
        scene.important = ImportantBlocks;
        const int broken = orange(true);
        QVERIFY(whole > 1000);
        QVERIFY(broken > whole / 3 && broken < whole * 4 / 5);
    }

private:
    Document* open()
    {
        m_fixture->open();
        return m_fixture->openAndWait(m_fixture->image(u"photo.png"_s));
    }
    double sortValue(int row, int column) const
    {
        const QAbstractItemModel* model = m_fixture->find<QTableView>("blockTable")->model();
        return model->index(row, column).data(BlockTableModel::SortRole).toDouble();
    }
    QColor colorAt(QPoint place) const { return m_fixture->canvas().grab().toImage().pixelColor(place); }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestBlockViews)
#include "tst_block_views.moc"
