// SPDX-License-Identifier: BSD-3-Clause
// The command palette: commands, layers, photos, settings and help, each told what it is.
#include "tests/gui/gui_fixture.h"
#include "ui/dialogs/command_palette.h"
#include "ui/dialogs/help_window.h"
#include "ui/dialogs/preferences_dialog.h"
#include "ui/window/help_controller.h"

#include <QLineEdit>
#include <QTreeWidget>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestPalette : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_fixture = std::make_unique<GuiFixture>();
        m_fixture->open();
    }
    void cleanup() { m_fixture.reset(); }

    void ranks_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<int>("rank");
        QTest::newRow("nothing typed") << u""_s << 0;
        QTest::newRow("beginning") << u"hide imp"_s << 0;
        QTest::newRow("case") << u"IMPORTANT"_s << 1;
        QTest::newRow("two words") << u"half hide"_s << 2;
        QTest::newRow("letters") << u"hih"_s << 3;
        QTest::newRow("letters in another order") << u"fih"_s << -1;
        QTest::newRow("other letters") << u"zoom"_s << -1;
    }
    void ranks()
    {
        QFETCH(QString, typed);
        QTEST(CommandPalette::rank(u"Hide important half"_s, typed), "rank");
    }

    void runsTheChosenCommand()
    {
        Document* document = m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        type(u"hide all"_s);
        QCOMPARE(kindOf(0), u"Command"_s);
        QTest::keyClick(m_input, Qt::Key_Return);
        QCOMPARE(document->mask().bits(), BlockMask::all().bits());
    }

    void switchesALayerOnAndOff()
    {
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        LayerStack& layers = m_fixture->window->layers();
        for (const bool wanted : {true, false, true}) {
            type(u"saliency"_s);
            QCOMPARE(nameAt(0), layerName(OverlayId::Saliency));
            QCOMPARE(kindOf(0), u"Layer"_s);
            QTest::keyClick(m_input, Qt::Key_Return);
            QCOMPARE(layers.look(OverlayId::Saliency).visible, wanted);
            if (wanted)
                QVERIFY(layers.current() == OverlayId::Saliency);
        }
        layers.setOn(false); // a layer that is asked for is seen
        type(u"importance"_s);
        QTest::keyClick(m_input, Qt::Key_Return);
        QVERIFY(layers.isOn());
        QVERIFY(layers.look(OverlayId::Importance).visible);
    }

    void goesToAPhotoByMouse()
    {
        m_fixture->window->workspace().open({m_fixture->image(u"first.png"_s), m_fixture->image(u"second.png"_s)});
        QTRY_COMPARE(m_fixture->window->workspace().count(), 2);
        QTRY_VERIFY(m_fixture->window->workspace().current());
        QCOMPARE(m_fixture->window->workspace().current()->title(), u"first.png"_s);
        type(u"second"_s);
        QCOMPARE(kindOf(0), u"Photo"_s);
        QTest::mouseClick(m_list->viewport(), Qt::LeftButton, {},
                          m_list->visualItemRect(m_list->topLevelItem(0)).center());
        QTRY_COMPARE(m_fixture->window->workspace().current()->title(), u"second.png"_s);
    }

    void opensThePreferencesAtASetting()
    {
        type(Settings::spec(setting::Epsilon).label);
        QCOMPARE(kindOf(0), u"Setting"_s);
        QTest::keyClick(m_input, Qt::Key_Return);
        auto* preferences = m_fixture->window->findChild<PreferencesDialog*>();
        QVERIFY(preferences);
        QTRY_VERIFY(preferences->findChild<QWidget*>(setting::Epsilon)->hasFocus());
    }

    void opensASectionOfTheHelp()
    {
        type(u"sets that decide"_s);
        QCOMPARE(kindOf(0), u"Help"_s);
        QTest::keyClick(m_input, Qt::Key_Return);
        HelpWindow* help = m_fixture->window->help().helpWindow();
        QVERIFY(help && help->isVisible());
        QCOMPARE(help->address(), u"exact.md#sets-that-decide"_s);
    }

    void everyPageIsFoundOnce()
    {
        for (const HelpPage& page : HelpLibrary::instance().pages()) {
            type(page.title);
            int found = 0;
            for (int row = 0; row < m_list->topLevelItemCount(); ++row)
                found += nameAt(row) == page.title && m_list->topLevelItem(row)->text(1).isEmpty() ? 1 : 0;
            QVERIFY2(found == 1, qPrintable(page.title));
            m_palette->close();
        }
    }

    void arrowsChooseAndListIsBounded()
    {
        type({});
        QVERIFY(m_list->topLevelItemCount() <= CommandPalette::Most);
        QTest::keyClick(m_input, Qt::Key_Down);
        QCOMPARE(m_list->indexOfTopLevelItem(m_list->currentItem()), 1);
        QTest::keyClick(m_input, Qt::Key_Up);
        QTest::keyClick(m_input, Qt::Key_Up);
        QCOMPARE(m_list->indexOfTopLevelItem(m_list->currentItem()), m_list->topLevelItemCount() - 1);
        QTest::keyClick(m_input, Qt::Key_Escape);
        QTRY_VERIFY(!m_fixture->window->findChild<CommandPalette*>());
    }

private:
    /// Opens the palette with its keys and types.
    void type(const QString& text)
    {
        QTest::keyClick(m_fixture->window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        for (CommandPalette* palette : m_fixture->window->findChildren<CommandPalette*>()) {
            if (palette->isVisible())
                m_palette = palette;
        }
        m_input = m_palette->findChild<QLineEdit*>();
        m_list = m_palette->findChild<QTreeWidget*>(u"paletteList"_s);
        m_input->clear();
        QTest::keyClicks(m_input, text);
    }
    QString nameAt(int row) const { return m_list->topLevelItem(row)->text(0); }
    QString kindOf(int row) const { return m_list->topLevelItem(row)->text(2); }

    std::unique_ptr<GuiFixture> m_fixture;
    CommandPalette* m_palette = nullptr;
    QLineEdit* m_input = nullptr;
    QTreeWidget* m_list = nullptr;
};

HALFLENS_TEST(TestPalette)
#include "tst_palette.moc"
