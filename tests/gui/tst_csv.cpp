// SPDX-License-Identifier: BSD-3-Clause
// Numbers of panels on the clipboard and in files.
#include "core/analysis/report_csv.h"
#include "tests/gui/session_steps.h"
#include "tests/support/test_case.h"
#include "ui/panels/block_panel.h"
#include "ui/panels/csv_button.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/removal_panel.h"

#include <QClipboard>
#include <QHeaderView>
#include <QMenu>
#include <QSignalSpy>
#include <QTableView>
#include <QTimer>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestCsv : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->open();
    }
    void cleanup() { m_fixture.reset(); }

    void blocksToTheClipboard()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QTableView& table = *m_fixture->find<QTableView>("blockTable");
        showDock(u"blocksDock"_s);
        const QHeaderView* header = table.horizontalHeader();
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                          QPoint(header->sectionViewportPosition(BlockTableModel::ImportanceValue) + 10,
                                 header->height() / 2)); // least first, or most: as it is shown
        choose("blocksCsv", "copyCsv");
        const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), BlockCount + 1);
        QVERIFY(lines[0].startsWith(u"file,model,by,exact,"_s));
        const qsizetype column = lines[0].split(u',').indexOf(u"block"_s);
        for (int row = 0; row < BlockCount; ++row)
            QCOMPARE(lines[row + 1].split(u',').at(column), table.model()->index(row, 0).data().toString());
        QVERIFY(lines[1].startsWith(m_fixture->folder.filePath(u"a.png"_s)));
    }

    void blocksToAFile()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        showDock(u"blocksDock"_s);
        QSignalSpy written(&m_fixture->window->workspace(), &Workspace::exported);
        choose("blocksCsv", "saveCsv");
        const QString file = m_fixture->folder.filePath(u"out.csv"_s);
        QVERIFY(proposes(u"a-blocks"_s));
        QVERIFY(answerFileDialog(*m_fixture->window, file));
        QTRY_COMPARE(written.count(), 1);
        QCOMPARE(contentOf(file), QByteArray::fromStdString(m_fixture->window->findChild<BlockPanel*>()->toCsv()));
        QVERIFY(contentOf(file).size() > 500);
    }

    /// A photo is no place for a table.
    void neverOverAPhoto()
    {
        const QString photo = m_fixture->image(u"a.png"_s);
        const QByteArray before = contentOf(photo);
        m_fixture->openAndWait(photo);
        showDock(u"blocksDock"_s);
        const QString link = m_fixture->folder.filePath(u"link.csv"_s);
        QVERIFY(QFile::link(photo, link));
        choose("blocksCsv", "saveCsv");
        QTimer looker; // the dialog asks about any file that is there, in an event loop of its own
        connect(&looker, &QTimer::timeout, this, [&] {
            if (auto* asked = qobject_cast<QMessageBox*>(QApplication::activeModalWidget())) {
                looker.stop();
                QTest::mouseClick(asked->button(QMessageBox::Yes), Qt::LeftButton);
            }
        });
        looker.start(1);
        QVERIFY(answerFileDialog(*m_fixture->window, link));
        QTRY_VERIFY(m_fixture->window->errorBar().isVisible());
        QCOMPARE(contentOf(photo), before);
    }

    void curves()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        showDock(u"removalDock"_s);
        m_fixture->clickLayerName(OverlayId::Importance);
        QTRY_VERIFY(!m_fixture->window->findChild<RemovalPanel*>()->toCsv().empty());
        choose("curvesCsv", "copyCsv");
        const QString csv = QGuiApplication::clipboard()->text();
        QCOMPARE(csv.toStdString(), m_fixture->window->findChild<RemovalPanel*>()->toCsv());
        QVERIFY(csv.contains(u",importance,0,,"_s));
        QCOMPARE(csv.count(u'\n'), BlockCount + 2);
        showDock(u"enoughDock"_s);
        choose("enoughCsv", "copyCsv");
        QVERIFY(QGuiApplication::clipboard()->text().contains(u"visible,best,mean,worst,guaranteed,keep"_s));
    }

    void nothingWithoutNumbers()
    {
        for (const char* name : {"blocksCsv", "curvesCsv", "enoughCsv"})
            QVERIFY2(!m_fixture->find<QToolButton>(name)->isEnabled(), name);
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        for (const char* name : {"blocksCsv", "enoughCsv"})
            QTRY_VERIFY2(m_fixture->find<QToolButton>(name)->isEnabled(), name);
    }

private:
    void showDock(const QString& name)
    {
        auto* dock = m_fixture->window->findChild<QDockWidget*>(name);
        dock->show();
        dock->raise();
        if (!QTest::qWaitFor([&] { return dock->widget()->isVisible() && !dock->widget()->visibleRegion().isEmpty(); }))
            qFatal("the dock does not show");
    }

    /// A press on the button opens its menu, which has an event loop of its own; an entry is taken by the keyboard.
    void choose(const char* button, const char* entry)
    {
        bool isChosen = false;
        QTimer looker;
        connect(&looker, &QTimer::timeout, this, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            if (!menu)
                return;
            looker.stop();
            menu->setActiveAction(menu->findChild<QAction*>(QLatin1String(entry)));
            isChosen = menu->activeAction() != nullptr;
            QTest::keyClick(menu, Qt::Key_Return);
        });
        looker.start(1);
        QTest::mouseClick(m_fixture->find<QToolButton>(button), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([&] { return isChosen; }));
    }
    bool proposes(const QString& name)
    {
        auto* dialog = m_fixture->window->findChild<QFileDialog*>();
        return dialog && QFileInfo(dialog->selectedFiles().value(0)).completeBaseName() == name;
    }
    static QByteArray contentOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestCsv)
#include "tst_csv.moc"
