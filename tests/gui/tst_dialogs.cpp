// SPDX-License-Identifier: BSD-3-Clause
// Preferences, figure export, accessibility of the canvas.
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/figure_preview.h"
#include "ui/dialogs/preferences_dialog.h"

#include <QAccessible>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSignalSpy>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestDialogs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->open();
    }
    void cleanup() { m_fixture.reset(); }

    void preferencesWorkAtOnceAndFollow()
    {
        m_fixture->window->actions().preferences->trigger();
        auto* dialog = m_fixture->window->findChild<PreferencesDialog*>();
        auto* epsilon = dialog->findChild<QDoubleSpinBox*>(setting::Epsilon);
        epsilon->setValue(0.3);
        QCOMPARE(m_fixture->settings.number(setting::Epsilon), 0.3);
        m_fixture->settings.setValue(setting::Epsilon, 0.5);
        QCOMPARE(epsilon->value(), 0.5);
        auto* theme = dialog->findChild<QComboBox*>(setting::Theme);
        theme->setCurrentIndex(theme->findData(u"dark"_s));
        Q_EMIT theme->activated(theme->currentIndex());
        // The application hands it to its windows once its event loop runs, which a test has none of.
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 128);
    }

    void secondPreferencesReplaceTheFirst()
    {
        m_fixture->window->actions().preferences->trigger();
        m_fixture->window->actions().preferences->trigger();
        QTRY_COMPARE(m_fixture->window->findChildren<PreferencesDialog*>().size(), qsizetype(1));
    }

    void figureIsPreviewedAndWritten_data()
    {
        QTest::addColumn<QString>("suffix");
        QTest::addColumn<QByteArray>("start");
        QTest::newRow("png") << u"png"_s << QByteArray("\x89PNG");
        QTest::newRow("svg") << u"svg"_s << QByteArray("<?xml");
        QTest::newRow("pdf") << u"pdf"_s << QByteArray("%PDF");
    }
    void figureIsPreviewedAndWritten()
    {
        QFETCH(QString, suffix);
        QFETCH(QByteArray, start);
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        m_fixture->window->actions().exportFigure->trigger();
        auto* dialog = m_fixture->window->findChild<ExportFigureDialog*>();
        QVERIFY(dialog);
        QTRY_VERIFY(!dialog->findChild<FigurePreview*>()->image().isNull());
        QSignalSpy exported(&m_fixture->window->workspace(), &Workspace::exported);
        const QString path = m_fixture->folder.filePath(u"figure."_s + suffix);
        dialog->exportTo(path);
        QTRY_COMPARE(exported.count(), 1);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.read(10).startsWith(start));
    }

    void exportIntoNowhereIsAnError()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        m_fixture->window->actions().exportFigure->trigger();
        auto* dialog = m_fixture->window->findChild<ExportFigureDialog*>();
        QTRY_VERIFY(dialog->page());
        QSignalSpy failed(&m_fixture->window->workspace(), &Workspace::failed);
        dialog->exportTo(m_fixture->folder.filePath(u"absent/figure.png"_s));
        QTRY_COMPARE(failed.count(), 1);
        dialog->close();
    }

    void closingTheDialogDoesNotStopTheFile()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        m_fixture->window->actions().exportFigure->trigger();
        auto* dialog = m_fixture->window->findChild<ExportFigureDialog*>();
        QTRY_VERIFY(dialog->page());
        QSignalSpy exported(&m_fixture->window->workspace(), &Workspace::exported);
        dialog->exportTo(m_fixture->folder.filePath(u"figure.png"_s));
        dialog->close();
        QTRY_COMPARE(exported.count(), 1);
    }

    void blocksAreAccessible()
    {
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(&m_fixture->canvas());
        QVERIFY(canvas);
        QCOMPARE(canvas->childCount(), BlockCount);
        document->changeMask(BlockMask().with({5}), {});
        QAccessibleInterface* block = canvas->child(5);
        QVERIFY(block->text(QAccessible::Name).contains(u"hidden"_s));
        QVERIFY(block->text(QAccessible::Name).contains(u"important"_s));
        QVERIFY(block->state().checkable && !block->state().checked);
        QVERIFY(canvas->child(4)->state().checked);
        QCOMPARE(block->role(), QAccessible::CheckBox);
        QCOMPARE(block->parent()->object(), &m_fixture->canvas());
        QCOMPARE(canvas->indexOfChild(block), 5);
        const QPoint middle = m_fixture->canvas().mapToGlobal(m_fixture->at(5));
        QCOMPARE(canvas->childAt(middle.x(), middle.y()), block);
        auto* action = static_cast<QAccessibleActionInterface*>(block->interface_cast(QAccessible::ActionInterface));
        action->doAction(QAccessibleActionInterface::toggleAction());
        QVERIFY(document->mask().isEmpty());
        action->doAction(QAccessibleActionInterface::setFocusAction());
        QVERIFY(m_fixture->canvas().hasFocus());
        QCOMPARE(canvas->focusChild(), block);
    }

private:
    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestDialogs)
#include "tst_dialogs.moc"
