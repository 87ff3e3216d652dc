// SPDX-License-Identifier: BSD-3-Clause
// Files of the export dialog, and what the window says of hidden blocks: in words, by presets, as a card.
#include "core/session/session_files.h"
#include "tests/gui/gui_fixture.h"
#include "tests/support/test_case.h"
#include "ui/dialogs/export_figure_dialog.h"
#include "ui/dialogs/figure_formats.h"
#include "ui/dialogs/form_state.h"
#include "ui/panels/block_card.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/hidden_words.h"
#include "ui/state/text.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QHelpEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QToolTip>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TstExportFiles final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void names()
    {
        QCOMPARE(figureName(u"/a/holiday.jpg"_s, u"fig2"_s), u"holiday-fig2"_s);
        QCOMPARE(figureName(u"/a/night.v2.png"_s, u"fig1"_s), u"night.v2-fig1"_s);
        QCOMPARE(figureName({}, u"fig3"_s), u"figure-fig3"_s);
    }

    void severalFormatsInOneGo()
    {
        openDialog();
        auto* formats = m_dialog->findChild<FigureFormats*>();
        click(box("figureFormatPDF"));
        QCOMPARE(formats->chosen(), (QStringList{u"png"_s, u"pdf"_s}));
        const QStringList files = formats->filesOf(in(u"figure.svg"_s)); // what was named comes along
        QCOMPARE(files, (QStringList{in(u"figure.svg"_s), in(u"figure.png"_s), in(u"figure.pdf"_s)}));
        QSignalSpy exported(&m_fixture->window->workspace(), &Workspace::exported);
        QTRY_VERIFY(m_dialog->findChild<QPushButton*>(u"exportButton"_s)->isEnabled());
        m_dialog->exportTo(files);
        QTRY_COMPARE(exported.count(), 3);
        const QList<QByteArray> starts{"<?xml", "\x89PNG", "%PDF"};
        for (qsizetype i = 0; i < files.size(); ++i) {
            QFile file(files[i]);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(file.readAll().startsWith(starts[i]), qPrintable(files[i]));
        }
        QVERIFY(m_dialog->isVisible()); // for the next one
    }

    void whatWasWrittenBeforeAFailureIsTold()
    {
        openDialog();
        QTRY_VERIFY(m_dialog->findChild<QPushButton*>(u"exportButton"_s)->isEnabled());
        m_dialog->exportTo({in(u"good.png"_s), in(u"no folder/bad.pdf"_s)});
        QTRY_VERIFY(m_fixture->window->errorBar().isVisible());
        QVERIFY(m_fixture->window->errorBar().headline().startsWith(u"bad.pdf could not be written"_s));
        QVERIFY2(m_fixture->window->errorBar().details().contains(u"good.png"_s),
                 qPrintable(m_fixture->window->errorBar().details()));
        QVERIFY(QFile::exists(in(u"good.png"_s)));
    }

    void opensAsItWasLeft()
    {
        openDialog();
        auto* figure = m_dialog->findChild<QComboBox*>(u"figureChoice"_s);
        figure->setFocus();
        QTest::keyClick(figure, Qt::Key_Home);
        QTest::keyClick(figure, Qt::Key_Down);
        QTest::keyClick(figure, Qt::Key_Down);
        click(box("figureFormatSVG"));
        auto* dpi = m_dialog->findChild<QSpinBox*>(u"figureDpi"_s);
        dpi->setFocus();
        dpi->selectAll();
        QTest::keyClicks(dpi, u"150"_s);
        QTRY_VERIFY(m_dialog->findChild<QPushButton*>(u"exportButton"_s)->isEnabled());
        m_dialog->exportTo(in(u"figure.png"_s)); // remembers too: programs end in many ways
        const QByteArray used = m_fixture->settings.value(setting::FigureOptions).toByteArray();
        QVERIFY(used.contains("150"));
        QTest::keyClick(m_dialog, Qt::Key_Escape);
        QTRY_VERIFY(!m_fixture->window->findChild<ExportFigureDialog*>());
        openDialog();
        QCOMPARE(m_dialog->findChild<QComboBox*>(u"figureChoice"_s)->currentData().toInt(), 3);
        QVERIFY(box("figureFormatSVG")->isChecked());
        QCOMPARE(m_dialog->findChild<QSpinBox*>(u"figureDpi"_s)->value(), 150);
    }

    void damagedMemoryChangesNothing()
    {
        openDialog();
        const QByteArray before = formState(*m_dialog);
        for (const QByteArray& state :
             {QByteArray(), QByteArray("{"), QByteArray("[1]"), QByteArray(R"({"figureDpi":"x"})"),
              QByteArray(R"({"figureChoice": 99, "figureFormatPNG": 7})")}) {
            restoreForm(*m_dialog, state);
            QCOMPARE(formState(*m_dialog), before);
        }
    }

    void pinnedScenariosAsAFigure()
    {
        openDialog();
        auto* choice = m_dialog->findChild<QComboBox*>(u"figureChoice"_s);
        QCOMPARE(choice->findText(u"Pinned scenarios"_s), -1); // there are none
        m_fixture->window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_fixture->window.get()));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_I);
        QTest::keyClick(m_fixture->window.get(), Qt::Key_P);
        m_fixture->viewer->scenarios.setNote(0, u"what holds it up"_s);
        QTRY_VERIFY(choice->findText(u"Pinned scenarios"_s) >= 0);
        choice->setFocus();
        QTest::keyClick(choice, Qt::Key_End);
        QCOMPARE(choice->currentText(), u"Pinned scenarios"_s);
        QTRY_VERIFY(m_dialog->findChild<QPushButton*>(u"exportButton"_s)->isEnabled());
        QVERIFY(!m_dialog->findChild<QComboBox*>(u"figureImages"_s)->isVisible());
        const Result<FigurePage> page = m_dialog->page();
        QVERIFY(page);
        QCOMPARE(page->panels.size(), std::size_t(1));
        const auto has = [&](const QString& words) {
            return std::any_of(page->texts.begin(), page->texts.end(),
                               [&](const PageText& text) { return text.text.contains(words); });
        };
        QVERIFY(has(toQt(m_fixture->viewer->scenarios.at(0).name)));
        QVERIFY(has(u"what holds it up"_s));
        click(box("figureOriginal"));
        QCOMPARE(m_dialog->page()->panels.size(), std::size_t(2));
        QSignalSpy exported(&m_fixture->window->workspace(), &Workspace::exported);
        m_dialog->exportTo(in(u"scenarios.png"_s));
        QTRY_COMPARE(exported.count(), 1);
        const Result<OpenedSession> session = openSession(toPath(in(u"scenarios.png"_s)), {}, {});
        QVERIFY(session);
        QVERIFY(session->session.scenarios.at(0).hidden == ImportantBlocks);
        m_fixture->viewer->scenarios.remove(0);
        QTRY_COMPARE(choice->findText(u"Pinned scenarios"_s), -1);
    }

    void hiddenBlocksInWords()
    {
        MainWindow& window = m_fixture->open();
        auto* words = m_fixture->find<HiddenWords>("hiddenWords");
        QVERIFY(!words->isVisible());
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        QCOMPARE(words->text(), u"Nothing hidden"_s);
        QVERIFY(!words->isEnabled());
        QTest::keyClick(&window, Qt::Key_I);
        QCOMPARE(window.workspace().current()->mask(), ImportantBlocks);
        QVERIFY2(words->text().startsWith(u"6 hidden: 1 4 5 6 9 10 · 0x672 · important half"_s),
                 qPrintable(words->text()));
        QTest::mouseClick(words, Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"--mask 0x672"_s);
        QTest::keyClick(&window, Qt::Key_H);
        QVERIFY(words->text().startsWith(u"All 12 hidden · 0xfff"_s));
        QTest::keyClick(&window, Qt::Key_N);
        QCOMPARE(words->text(), u"Nothing hidden"_s);
    }

    void thePresetThatIsOnIsPressed()
    {
        MainWindow& window = m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        const auto isOn = [&](MaskPreset preset) { return window.actions().presets.value(preset)->isChecked(); };
        QVERIFY(isOn(MaskPreset::None) && !isOn(MaskPreset::Important));
        QTest::keyClick(&window, Qt::Key_I);
        QVERIFY(isOn(MaskPreset::Important) && !isOn(MaskPreset::None) && !isOn(MaskPreset::Trivial));
        QTest::keyClick(&window, Qt::Key_I); // again: it stays on, for its mask does
        QVERIFY(isOn(MaskPreset::Important));
        QTest::mouseClick(&m_fixture->canvas(), Qt::LeftButton, {}, m_fixture->at(0));
        QVERIFY(!isOn(MaskPreset::Important));
    }

    void cardOfABlock()
    {
        m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        const auto rest = [&](int block) {
            const QPoint at = m_fixture->at(block);
            QHelpEvent event(QEvent::ToolTip, at, m_fixture->canvas().mapToGlobal(at));
            QCoreApplication::sendEvent(&m_fixture->canvas(), &event);
            return QToolTip::text();
        };
        const QString important = rest(5);
        QVERIFY(important.contains(u"Block 5"_s));
        QVERIFY(important.contains(u"1, important half"_s)); // the heaviest of the fake model
        QVERIFY(important.contains(u"Contribution"_s) && important.contains(u"Score without it"_s));
        const QString trivial = rest(3);
        QVERIFY(trivial.contains(u"Block 3"_s) && trivial.contains(u"12, trivial half"_s));
        m_fixture->window->workspace().current()->changeMask(BlockMask().with({3}), u"Hide"_s);
        QVERIFY(rest(3).contains(u"(hidden)"_s));
    }

private:
    void openDialog()
    {
        if (!m_fixture->window)
            m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        m_fixture->window->actions().exportFigure->trigger();
        m_dialog = m_fixture->window->findChild<ExportFigureDialog*>();
    }
    QCheckBox* box(const char* name) const { return m_dialog->findChild<QCheckBox*>(QLatin1String(name)); }
    static void click(QCheckBox* box) { QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2)); }
    QString in(const QString& name) const { return m_fixture->folder.filePath(name); }

    std::unique_ptr<GuiFixture> m_fixture;
    ExportFigureDialog* m_dialog = nullptr;
};

HALFLENS_TEST(TstExportFiles)
#include "tst_export_files.moc"
