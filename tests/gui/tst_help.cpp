// SPDX-License-Identifier: BSD-3-Clause
// The help: its pages, links and sections; F1, "?" and the right mouse button; search and steps back in its window.
#include "tests/gui/gui_fixture.h"
#include "ui/dialogs/help_browser.h"
#include "ui/dialogs/help_window.h"
#include "ui/panels/help_point.h"
#include "ui/window/help_controller.h"

#include <QDockWidget>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>
#include <QTableView>
#include <QTextBlock>
#include <QTextDocument>
#include <QTreeWidget>

#include <set>

using namespace halflens;
using namespace halflens::test;
using namespace Qt::StringLiterals;

class TestHelp : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_fixture = std::make_unique<GuiFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void slugsAreThoseOfTheUsualViewers_data()
    {
        QTest::addColumn<QString>("heading");
        QTest::addColumn<QString>("slug");
        QTest::newRow("words") << u"Sets that decide"_s << u"sets-that-decide"_s;
        QTest::newRow("signs") << u"What is this? (F1)"_s << u"what-is-this-f1"_s;
        QTest::newRow("hyphen") << u"Grad-CAM times attention"_s << u"grad-cam-times-attention"_s;
        QTest::newRow("comma") << u"Sets, orders"_s << u"sets-orders"_s;
    }
    void slugsAreThoseOfTheUsualViewers()
    {
        QFETCH(QString, heading);
        QTEST(helpSlug(heading), "slug");
    }

    void equalHeadingsGetAnchorsOfTheirOwn()
    {
        QTextDocument document;
        document.setMarkdown(u"# Page\n\n## Same\n\nx\n\n## Same\n\ny\n"_s);
        const std::vector<HelpHeading> headings = helpHeadings(document);
        QCOMPARE(headings.size(), std::size_t(3));
        QCOMPARE(headings[1].anchor, u"same"_s);
        QCOMPARE(headings[2].anchor, u"same-1"_s);
    }

    void everyPageIsEmbedded()
    {
        const QDir source(QStringLiteral(HALFLENS_SOURCE_DIR "/resources/help"));
        const QStringList files = source.entryList({u"*.md"_s}, QDir::Files);
        QVERIFY(!files.isEmpty());
        QCOMPARE(HelpLibrary::instance().pages().size(), static_cast<std::size_t>(files.size()));
        for (const QString& name : files) {
            QFile file(source.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const HelpPage* page = HelpLibrary::instance().page(name);
            QVERIFY2(page, qPrintable(name));
            QCOMPARE(page->markdown, QString::fromUtf8(file.readAll()));
            QVERIFY2(!page->title.isEmpty() && page->title != name, qPrintable(name));
        }
    }

    void startNamesEveryPage()
    {
        const QString start = HelpLibrary::instance().page(u"start.md"_s)->markdown;
        for (const HelpPage& page : HelpLibrary::instance().pages())
            QVERIFY2(page.file == u"start.md"_s || start.contains(u"](%1)"_s.arg(page.file)), qPrintable(page.file));
    }

    void everyRelativeLinkResolves()
    {
        int links = 0;
        int pictures = 0;
        for (const HelpPage& page : HelpLibrary::instance().pages()) {
            QTextDocument document;
            document.setMarkdown(page.markdown);
            for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
                for (auto it = block.begin(); !it.atEnd(); ++it) {
                    const QTextCharFormat format = it.fragment().charFormat();
                    const QUrl link(format.isImageFormat() ? format.toImageFormat().name() : format.anchorHref());
                    if (link.isEmpty() || !link.isRelative())
                        continue;
                    ++(format.isImageFormat() ? pictures : links);
                    const QString where = page.file + u": "_s + link.toString();
                    QVERIFY2(QFile::exists(HelpLibrary::resourceOf(page.file, link)), qPrintable(where));
                    const QString file = link.path().isEmpty() ? page.file : link.path();
                    if (file.endsWith(u".md"_s) && !link.fragment().isEmpty())
                        QVERIFY2(HelpLibrary::instance().section(file + u'#' + link.fragment()), qPrintable(where));
                }
            }
        }
        QVERIFY(links > 20);
        QVERIFY(pictures > 0);
    }

    void everyTopicHasItsSection()
    {
        for (const HelpTopic topic : allHelpTopics())
            QVERIFY2(HelpLibrary::instance().section(helpAddress(topic)), qPrintable(helpAddress(topic)));
    }

    /// And nothing in the page can be reached by no topic.
    void everyNumberHasMeaningFormulaSourceAndTopic()
    {
        QSet<QString> named;
        for (const HelpTopic topic : allHelpTopics())
            named.insert(helpAddress(topic));
        const HelpPage& page = *HelpLibrary::instance().page(u"numbers.md"_s);
        const QStringList parts = page.markdown.split(u"\n### "_s).mid(1);
        QVERIFY(parts.size() > 40);
        for (const QString& part : parts) {
            const QStringList paragraphs = part.split(u"\n## "_s).first().trimmed().split(u"\n\n"_s);
            const QString title = paragraphs.first();
            QVERIFY2(named.contains(page.file + u'#' + helpSlug(title)), qPrintable(title));
            QVERIFY2(paragraphs.size() == 4, qPrintable(title));
            QVERIFY2(paragraphs[1].size() < 200 && !paragraphs[1].contains(u'\n'), qPrintable(title)); // two lines
            QVERIFY2(paragraphs[2].startsWith(u'`'), qPrintable(title));
            QVERIFY2(paragraphs[3].startsWith(u"Source: "_s), qPrintable(title));
        }
    }

    void f1OpensWhatThePointerRestsOn_data()
    {
        QTest::addColumn<QByteArray>("part");
        QTest::addColumn<QString>("address");
        QTest::newRow("score") << QByteArray("score") << u"numbers.md#score"_s;
        QTest::newRow("leak") << QByteArray("leak") << u"numbers.md#leak"_s;
        QTest::newRow("fed") << QByteArray("facts") << u"numbers.md#what-is-fed"_s;
        QTest::newRow("headline") << QByteArray("headline") << u"numbers.md#deciding-blocks"_s;
        QTest::newRow("tolerance") << QByteArray("epsilon") << u"numbers.md#tolerance"_s;
        QTest::newRow("pairs") << QByteArray("pairsButton") << u"numbers.md#pair-interaction"_s;
        QTest::newRow("hidden blocks") << QByteArray("hiddenWords") << u"numbers.md#hidden-blocks"_s;
        QTest::newRow("caption") << QByteArray("layerCaption") << u"numbers.md#halves"_s;
    }
    void f1OpensWhatThePointerRestsOn()
    {
        QFETCH(QByteArray, part);
        QFETCH(QString, address);
        openPhoto();
        auto* widget = m_fixture->find<QWidget>(part.constData());
        QVERIFY(widget && widget->isVisible());
        // Panels may still make room for what has just come: the place is looked for again until it stays.
        const auto isThere = [&] {
            reveal(*widget);
            pointAt(*widget, widget->rect().center());
            return QCursor::pos() == widget->mapToGlobal(widget->rect().center());
        };
        QVERIFY(QTest::qWaitFor(isThere, PatienceMs));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F1);
        QTRY_COMPARE(shownAddress(), address);
    }

    void f1KnowsColumnsAndLayers()
    {
        openPhoto();
        auto* table = m_fixture->find<QTableView>("blockTable");
        QHeaderView* header = table->horizontalHeader();
        pointAt(*header->viewport(), QPoint(header->sectionViewportPosition(4) + 4, header->height() / 2));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F1);
        QTRY_COMPARE(shownAddress(), u"numbers.md#banzhaf-value"_s);
        backToTheViewer();
        pointAt(*table->viewport(), table->visualRect(table->model()->index(1, 3)).center());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F1);
        QTRY_COMPARE(shownAddress(), u"numbers.md#contribution"_s);
        backToTheViewer();
        pointAt(*m_fixture->layerViewport(), m_fixture->layerRow(OverlayId::Frequency).center());
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F1);
        QTRY_COMPARE(shownAddress(), u"numbers.md#spatial-frequency"_s);
    }

    void f1FollowsTheKeyboardOnceItMoved()
    {
        openPhoto();
        auto* score = m_fixture->find<QWidget>("score");
        pointAt(*score, score->rect().center());
        auto* table = m_fixture->find<QTableView>("blockTable");
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Down);
        table->setCurrentIndex(table->model()->index(2, 5));
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F1);
        QTRY_COMPARE(shownAddress(), u"numbers.md#without"_s);
    }

    void f1OnNothingOpensTheStart()
    {
        openPhoto();
        pointAt(m_fixture->canvas(), QPoint(5, 5));
        m_fixture->canvas().setFocus();
        QTest::keyClick(m_fixture->window.get(), Qt::Key_F1);
        QTRY_COMPARE(shownAddress(), u"start.md"_s);
    }

    void menuHoldsTheHelp()
    {
        openPhoto();
        auto* score = m_fixture->find<QWidget>("score");
        pointAt(*score, score->rect().center()); // where the pointer is says nothing when a menu was used
        chooseFromMenu(m_fixture->window->actions().helpHere);
        QTRY_COMPARE(shownAddress(), u"start.md"_s);
        const auto& pages = m_fixture->window->actions().helpPages;
        QVERIFY(pages.size() >= 5);
        for (auto it = pages.cbegin(); it != pages.cend(); ++it) {
            backToTheViewer();
            chooseFromMenu(it.value());
            QTRY_COMPARE(shownAddress(), it.key());
        }
    }

    void everyPanelHasItsHelpButton()
    {
        openPhoto();
        int clicked = 0;
        std::set<QString> addresses;
        for (QDockWidget* dock : m_fixture->window->findChildren<QDockWidget*>()) {
            if (dock->titleBarWidget() || !dock->toggleViewAction()->isVisible())
                continue;
            auto* button = dock->findChild<DockHelpButton*>(QString(), Qt::FindDirectChildrenOnly);
            QVERIFY2(button, qPrintable(dock->objectName()));
            if (dock->objectName() == u"versionsDock"_s)
                continue; // comes with a comparison
            dock->show();
            dock->raise();
            QTRY_VERIFY2(button->isVisible(), qPrintable(dock->objectName()));
            QVERIFY(dock->rect().contains(button->geometry()));
            QTest::mouseClick(button, Qt::LeftButton);
            QTRY_VERIFY(m_fixture->window->help().helpWindow() && m_fixture->window->help().helpWindow()->isVisible());
            addresses.insert(shownAddress());
            QVERIFY2(shownAddress() != u"start.md"_s, qPrintable(dock->objectName()));
            ++clicked;
            backToTheViewer();
        }
        QVERIFY(clicked >= 6);
        QCOMPARE(addresses.size(), static_cast<std::size_t>(clicked)); // each its own
    }

    void rightButtonAsksWhatItIs()
    {
        openPhoto();
        auto* leak = m_fixture->find<QWidget>("leak");
        reveal(*leak);
        const QPoint middle = leak->rect().center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, middle, leak->mapToGlobal(middle));
        QApplication::sendEvent(leak, &event);
        auto* menu = m_fixture->find<QMenu>("whatIsThisMenu");
        QVERIFY(menu);
        QTRY_VERIFY(menu->isVisible());
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(menu->actions().first()).center());
        QTRY_COMPARE(shownAddress(), u"numbers.md#leak"_s);
    }

    void sectionIsInSight()
    {
        HelpWindow& help = openHelp(u"numbers.md#histogram"_s); // the last one
        HelpBrowser& browser = help.browser();
        QTRY_VERIFY(headingIsInSight(browser, u"histogram"_s));
        help.showAddress(u"numbers.md#importance"_s);
        QVERIFY(headingIsInSight(browser, u"importance"_s));
        help.resize(help.width() - 200, help.height() - 100);
        QTRY_VERIFY(headingIsInSight(browser, u"importance"_s));
    }

    void searchFiltersJumpsAndMarks()
    {
        HelpWindow& help = openHelp(u"start.md"_s);
        auto* list = help.findChild<QTreeWidget*>(u"helpPages"_s);
        const int all = list->topLevelItemCount();
        QCOMPARE(static_cast<std::size_t>(all), HelpLibrary::instance().pages().size());
        QTest::keyClick(&help, Qt::Key_F, Qt::ControlModifier);
        auto* field = help.findChild<QLineEdit*>(u"helpSearch"_s);
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, u"banzhaf"_s);
        QVERIFY(list->topLevelItemCount() < all && list->topLevelItemCount() >= 2);
        QCOMPARE(help.address(), u"numbers.md#banzhaf-value"_s); // found in a heading
        QVERIFY(help.browser().marks() > 1);
        QCOMPARE(help.browser().currentMark().toLower(), u"banzhaf"_s);
        QSet<QString> pages;
        constexpr int Most = 60; // places, more than there are
        for (int step = 0; step < Most && pages.size() < list->topLevelItemCount(); ++step) {
            QTest::keyClick(field, Qt::Key_Return);
            QCOMPARE(help.browser().currentMark().toLower(), u"banzhaf"_s);
            pages.insert(help.browser().page()->file);
        }
        QCOMPARE(pages.size(), static_cast<qsizetype>(list->topLevelItemCount()));
        const HelpPage* here = help.browser().page();
        QTest::keyClick(&help, Qt::Key_F3);
        QTest::keyClick(&help, Qt::Key_F3, Qt::ShiftModifier);
        QCOMPARE(help.browser().page(), here);
        QTest::keyClicks(field, u" zzz"_s);
        QCOMPARE(list->topLevelItemCount(), 0);
        QCOMPARE(help.findChild<QLabel*>(u"helpFound"_s)->text(), u"Nothing found"_s);
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(field->text().isEmpty());
        QCOMPARE(list->topLevelItemCount(), all);
        QCOMPARE(help.browser().marks(), 0);
        QTest::keyClick(field, Qt::Key_Escape);
        QTRY_VERIFY(!help.isVisible());
    }

    void searchIsOneStep()
    {
        HelpWindow& help = openHelp(u"start.md"_s);
        auto* field = help.findChild<QLineEdit*>(u"helpSearch"_s);
        field->setFocus();
        QTest::keyClicks(field, u"leak"_s); // its first letter is found on the start page as well
        QCOMPARE(help.address(), u"numbers.md#leak"_s);
        QTest::keyClick(field, Qt::Key_Escape);
        help.browser().setFocus();
        QTest::keyClick(&help, Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(help.address(), u"start.md"_s);
        QVERIFY(!help.browser().canGoBack());
    }

    void searchWantsAllWords()
    {
        const std::vector<HelpHit> hits = HelpLibrary::instance().search(u"  TOLERANCE   grades "_s);
        QVERIFY(!hits.empty());
        for (const HelpHit& hit : hits) {
            QVERIFY(hit.section->text.contains(u"tolerance"_s, Qt::CaseInsensitive));
            QVERIFY(hit.section->text.contains(u"grades"_s, Qt::CaseInsensitive));
            QVERIFY(hit.count >= 2);
        }
        QVERIFY(HelpLibrary::instance().search(u"   "_s).empty());
    }

    void clickInTheListOpensTheSection()
    {
        HelpWindow& help = openHelp(u"exact.md"_s);
        auto* list = help.findChild<QTreeWidget*>(u"helpPages"_s);
        QTreeWidgetItem* page = list->currentItem();
        QVERIFY(page && page->isExpanded() && page->childCount() > 3);
        QTreeWidgetItem* section = page->child(2);
        list->scrollToItem(section);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(section).center());
        QCOMPARE(help.address(), u"exact.md#"_s + helpSlug(section->text(0)));
        QVERIFY(headingIsInSight(help.browser(), helpSlug(section->text(0))));
    }

    void linksAndStepsBack()
    {
        HelpWindow& help = openHelp(u"start.md"_s);
        HelpBrowser& browser = help.browser();
        browser.setFocus();
        QTest::keyClick(&browser, Qt::Key_Tab); // the first link of the page
        QTest::keyClick(&browser, Qt::Key_Return);
        QTRY_COMPARE(help.address(), u"viewer.md"_s);
        help.showAddress(u"numbers.md#leak"_s);
        QTest::keyClick(&help, Qt::Key_Left, Qt::AltModifier);
        QTRY_COMPARE(help.address(), u"viewer.md"_s);
        QTest::keyClick(&help, Qt::Key_Left, Qt::AltModifier);
        QTRY_COMPARE(help.address(), u"start.md"_s);
        QVERIFY(!browser.canGoBack());
        QTest::keyClick(&help, Qt::Key_Right, Qt::AltModifier);
        QTest::keyClick(&help, Qt::Key_Right, Qt::AltModifier);
        QTRY_COMPARE(help.address(), u"numbers.md#leak"_s);
        QVERIFY(!browser.canGoForward());
        QTest::keyClick(&help, Qt::Key_Home, Qt::AltModifier);
        QTRY_COMPARE(help.address(), u"start.md"_s);
    }

    void themeChangesTheOpenPage()
    {
        HelpWindow& help = openHelp(u"numbers.md#leak"_s);
        m_fixture->settings.setValue(setting::Theme, u"dark"_s);
        QCoreApplication::sendPostedEvents();
        const QColor ground = help.browser().palette().color(QPalette::Base);
        QVERIFY(ground.lightness() < 128);
        QCOMPARE(help.address(), u"numbers.md#leak"_s);
        QVERIFY(headingIsInSight(help.browser(), u"leak"_s));
        for (QTextBlock block = help.browser().document()->begin(); block.isValid(); block = block.next()) {
            for (auto it = block.begin(); !it.atEnd(); ++it) {
                const QTextCharFormat format = it.fragment().charFormat();
                if (format.hasProperty(QTextFormat::ForegroundBrush))
                    QVERIFY(contrastRatio(format.foreground().color(), ground) >= 4.5);
            }
        }
    }

    void helpIsNoChildThatKeepsTheProgram()
    {
        HelpWindow& help = openHelp(u"start.md"_s);
        QVERIFY(!help.testAttribute(Qt::WA_QuitOnClose));
        QVERIFY(!help.isModal());
    }

private:
    void openPhoto()
    {
        m_fixture->open();
        m_fixture->openAndWait(m_fixture->image(u"a.png"_s));
        if (!QTest::qWaitFor([&] { return !m_fixture->window->workspace().engine().isBusy(); }, PatienceMs))
            qFatal("the engine does not come to rest");
    }

    HelpWindow& openHelp(const QString& address)
    {
        m_fixture->open().help().showAddress(address);
        HelpWindow* help = m_fixture->window->help().helpWindow();
        if (!QTest::qWaitForWindowActive(help, PatienceMs))
            qFatal("the help does not get active");
        return *help;
    }

    static void reveal(QWidget& widget)
    {
        for (QWidget* above = widget.parentWidget(); above; above = above->parentWidget()) {
            if (auto* scroll = qobject_cast<QScrollArea*>(above))
                scroll->ensureWidgetVisible(&widget);
        }
    }

    void pointAt(QWidget& widget, const QPoint& place) const
    {
        QCursor::setPos(widget.mapToGlobal(QPoint(0, 0)));
        QCoreApplication::processEvents();
        QCursor::setPos(widget.mapToGlobal(place));
        QTest::mouseMove(&widget, place);
        QCoreApplication::processEvents();
    }

    QString shownAddress() const
    {
        HelpWindow* help = m_fixture->window->help().helpWindow();
        return help && help->isVisible() ? help->address() : QString();
    }

    void backToTheViewer() const
    {
        if (HelpWindow* help = m_fixture->window->help().helpWindow())
            help->close();
        m_fixture->window->activateWindow();
        if (!QTest::qWaitForWindowActive(m_fixture->window.get(), PatienceMs))
            qFatal("the window does not get active");
    }

    /// With the mouse, as a person does.
    void chooseFromMenu(QAction* action) const
    {
        QMenuBar* bar = m_fixture->window->menuBar();
        for (QAction* entry : bar->actions()) {
            QMenu* menu = entry->menu();
            if (!menu || !menu->actions().contains(action))
                continue;
            QTest::mouseClick(bar, Qt::LeftButton, {}, bar->actionGeometry(entry).center());
            if (!QTest::qWaitFor([&] { return menu->isVisible(); }, PatienceMs))
                qFatal("the menu does not open");
            QTest::mouseMove(menu, menu->actionGeometry(action).center());
            QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
            return;
        }
        qFatal("the action is in no menu");
    }

    static bool headingIsInSight(const HelpBrowser& browser, const QString& anchor)
    {
        for (const HelpHeading& heading : helpHeadings(*browser.document())) {
            if (heading.anchor != anchor)
                continue;
            const QTextCursor cursor(browser.document()->findBlockByNumber(heading.block));
            return browser.viewport()->rect().contains(browser.cursorRect(cursor).center());
        }
        return false;
    }

    std::unique_ptr<GuiFixture> m_fixture;
};

HALFLENS_TEST(TestHelp)
#include "tst_help.moc"
