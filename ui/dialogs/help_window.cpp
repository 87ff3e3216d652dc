// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/help_window.h"

#include "ui/dialogs/help_browser.h"
#include "ui/panels/card.h"
#include "ui/panels/theme_icon.h"
#include "ui/state/theme.h"

#include <QAction>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScreen>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStyle>
#include <QToolButton>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int AddressRole = Qt::UserRole;
constexpr int ListWidth = 270;

QString addressOf(const HelpPage& page, const HelpSection& section)
{
    return section.anchor.isEmpty() || &section == &page.sections.front() ? page.file
                                                                          : page.file + u'#' + section.anchor;
}

/// The item itself, or one below it.
bool isWithin(const QTreeWidgetItem* top, const QTreeWidgetItem* item)
{
    while (item && item != top)
        item = item->parent();
    return item != nullptr;
}

} // namespace

HelpWindow::HelpWindow(QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_search(new QLineEdit(this))
    , m_found(mutedLabel(this))
    , m_list(new QTreeWidget(this))
    , m_browser(new HelpBrowser(this))
{
    setObjectName(u"helpWindow"_s);
    setAttribute(Qt::WA_QuitOnClose, false); // the viewer is the program
    m_search->setObjectName(u"helpSearch"_s);
    m_search->setPlaceholderText(tr("Search all pages (Ctrl+F)"));
    m_search->setAccessibleName(tr("Search all pages"));
    m_search->setClearButtonEnabled(true);
    m_search->installEventFilter(this);
    m_found->setObjectName(u"helpFound"_s);
    m_found->setContentsMargins(2, 0, 0, 0);
    m_found->hide();
    m_list->setObjectName(u"helpPages"_s);
    m_list->setAccessibleName(tr("Pages"));
    m_list->setHeaderHidden(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setIndentation(14);
    m_list->setUniformRowHeights(true);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->header()->setSectionResizeMode(QHeaderView::Stretch);

    m_back = makeAction(tr("Back"), {QKeySequence(u"Alt+Left"_s), QKeySequence(Qt::Key_Back)}, u"previous"_s, true);
    m_forward =
        makeAction(tr("Forward"), {QKeySequence(u"Alt+Right"_s), QKeySequence(Qt::Key_Forward)}, u"next"_s, true);
    m_home = makeAction(tr("Start page"), {QKeySequence(u"Alt+Home"_s)}, u"home"_s, true);
    m_back->setObjectName(u"helpBack"_s);
    m_forward->setObjectName(u"helpForward"_s);
    m_home->setObjectName(u"helpHome"_s);
    connect(m_back, &QAction::triggered, m_browser, &HelpBrowser::goBack);
    connect(m_forward, &QAction::triggered, m_browser, &HelpBrowser::goForward);
    connect(m_home, &QAction::triggered, this, [this] { showAddress(u"start.md"_s); });
    connect(makeAction(tr("Search"), {QKeySequence::Find}, {}, false), &QAction::triggered, this, [this] {
        m_search->setFocus(Qt::ShortcutFocusReason);
        m_search->selectAll();
    });
    connect(makeAction(tr("Next hit"), {QKeySequence::FindNext}, {}, false), &QAction::triggered, this,
            [this] { stepHit(1); });
    connect(makeAction(tr("Previous hit"), {QKeySequence::FindPrevious}, {}, false), &QAction::triggered, this,
            [this] { stepHit(-1); });
    connect(makeAction(tr("Close"), {QKeySequence(Qt::Key_Escape), QKeySequence::Close}, {}, false),
            &QAction::triggered, this, [this] {
                if (m_search->text().isEmpty())
                    close();
                else
                    m_search->clear();
            });

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 6, 8, 4);
    bar->setSpacing(2);
    for (QAction* action : {m_back, m_forward, m_home}) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setIconSize(QSize(18, 18));
        button->setAccessibleName(action->text());
        bar->addWidget(button);
    }
    bar->addSpacing(6);
    bar->addWidget(m_search, 1);
    auto* side = new QWidget(this);
    auto* left = new QVBoxLayout(side);
    left->setContentsMargins(0, 0, 0, 0);
    left->setSpacing(2);
    left->addLayout(bar);
    m_found->setContentsMargins(14, 0, 8, 2);
    left->addWidget(m_found);
    left->addWidget(m_list, 1);
    auto* parts = new QSplitter(this);
    parts->setChildrenCollapsible(false);
    parts->setHandleWidth(1);
    parts->addWidget(side);
    parts->addWidget(m_browser);
    parts->setStretchFactor(1, 1);
    parts->setSizes({ListWidth, 760});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(parts);

    connect(m_search, &QLineEdit::textChanged, this, &HelpWindow::search);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &HelpWindow::openItem);
    connect(m_list, &QTreeWidget::itemClicked, this, &HelpWindow::openItem); // of the current one as well
    connect(m_browser, &HelpBrowser::addressChanged, this, &HelpWindow::followAddress);
    updateIcons();
    fill();
    resize(QSize(1060, 720).boundedTo(screen()->availableSize() - QSize(40, 72)));
    m_browser->setFocus();
    showAddress(u"start.md"_s);
}

QAction* HelpWindow::makeAction(const QString& text, const QList<QKeySequence>& keys, const QString& icon, bool inBar)
{
    auto* action = new QAction(text, this);
    action->setShortcuts(keys);
    action->setProperty("iconName", icon);
    if (inBar)
        action->setToolTip(u"%1 (%2)"_s.arg(text, keys.front().toString(QKeySequence::NativeText)));
    addAction(action);
    return action;
}

void HelpWindow::updateIcons()
{
    for (QAction* action : actions()) {
        const QString icon = action->property("iconName").toString();
        if (!icon.isEmpty())
            action->setIcon(themeIcon(icon, themeColors(palette()).text));
    }
}

void HelpWindow::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateIcons();
}

QString HelpWindow::address() const
{
    return m_browser->address();
}

void HelpWindow::showAddress(const QString& address)
{
    m_search->clear();
    m_browser->showAddress(address);
}

/// All pages, or what the search left, sections below in the order of their levels.
void HelpWindow::fill()
{
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    const bool isSearch = !HelpLibrary::wordsOf(m_search->text()).isEmpty();
    const int height = fontMetrics().height() + 7;
    for (const HelpPage& page : HelpLibrary::instance().pages()) {
        std::vector<std::pair<int, QTreeWidgetItem*>> above; // page and sections the next one may belong to
        const auto add = [&](const HelpSection& section, const QString& help) {
            const QString address = addressOf(page, section);
            if (above.empty()) {
                auto* top = new QTreeWidgetItem(m_list, {page.title});
                top->setData(0, AddressRole, page.file);
                top->setSizeHint(0, QSize(0, height));
                top->setToolTip(0, address == page.file && !help.isEmpty() ? help : page.title);
                above.emplace_back(0, top);
            }
            if (address == page.file)
                return;
            while (above.back().first >= section.level)
                above.pop_back();
            auto* item = new QTreeWidgetItem(above.back().second, {section.title});
            item->setData(0, AddressRole, address);
            item->setSizeHint(0, QSize(0, height));
            item->setToolTip(0, help.isEmpty() ? section.title : help);
            above.emplace_back(section.level, item);
        };
        if (isSearch) {
            for (const HelpHit& hit : m_hits) {
                if (hit.page == &page)
                    add(*hit.section, hit.excerpt);
            }
        } else {
            for (const HelpSection& section : page.sections)
                add(section, {});
        }
    }
    if (isSearch)
        m_list->expandAll();
}

void HelpWindow::search(const QString& typed)
{
    const QStringList words = HelpLibrary::wordsOf(typed);
    m_hits = HelpLibrary::instance().search(typed);
    fill();
    m_browser->setWords(words);
    m_found->setVisible(!words.isEmpty());
    int places = 0;
    for (const HelpHit& hit : m_hits)
        places += hit.count;
    m_found->setText(m_hits.empty()    ? tr("Nothing found")
                         : places == 1 ? tr("One place")
                                       : tr("%1 places on %2 pages").arg(places).arg(m_list->topLevelItemCount()));
    if (words.isEmpty()) {
        followAddress(m_browser->address());
        return;
    }
    if (m_hits.empty())
        return;
    // What is found in headings goes first.
    const auto titled = std::find_if(m_hits.begin(), m_hits.end(), [](const HelpHit& hit) { return hit.inTitle; });
    const HelpHit& first = titled == m_hits.end() ? m_hits.front() : *titled;
    m_browser->showAddress(addressOf(*first.page, *first.section), HelpBrowser::Step::Passing);
    m_browser->stepMark(1);
}

/// The next marked place of the page; after its last one the first of the next page that has any, round and round.
void HelpWindow::stepHit(int by)
{
    if (m_hits.empty() || m_browser->stepMark(by))
        return;
    std::vector<const HelpPage*> pages;
    for (const HelpHit& hit : m_hits) {
        if (pages.empty() || pages.back() != hit.page)
            pages.push_back(hit.page);
    }
    const auto here = std::find(pages.begin(), pages.end(), m_browser->page());
    const auto count = static_cast<std::ptrdiff_t>(pages.size());
    const std::ptrdiff_t at = here == pages.end() ? (by > 0 ? -1 : 0) : here - pages.begin();
    m_browser->showAddress(pages[static_cast<std::size_t>((at + by + count) % count)]->file);
    m_browser->goToMark(by > 0);
}

void HelpWindow::openItem(QTreeWidgetItem* item)
{
    if (!item)
        return;
    m_browser->showAddress(item->data(0, AddressRole).toString());
    m_browser->stepMark(1); // of a search
}

/// The list follows links, steps back and what F1 opens.
void HelpWindow::followAddress(const QString& address)
{
    const HelpPage* page = m_browser->page();
    setWindowTitle(tr("%1 – HalfLens help").arg(page->title));
    m_back->setEnabled(m_browser->canGoBack());
    m_forward->setEnabled(m_browser->canGoForward());
    const QSignalBlocker blocker(m_list);
    QTreeWidgetItem* chosen = nullptr;
    for (QTreeWidgetItemIterator it(m_list); *it; ++it) {
        const QString at = (*it)->data(0, AddressRole).toString();
        if (at == address || (!chosen && at == page->file))
            chosen = *it;
    }
    if (m_hits.empty() && chosen) { // the way to it stays open, other pages fold up
        for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
            if (!isWithin(m_list->topLevelItem(row), chosen))
                m_list->topLevelItem(row)->setExpanded(false);
        }
        for (QTreeWidgetItem* item = chosen; item; item = item->parent())
            item->setExpanded(true);
    }
    m_list->setCurrentItem(chosen);
    if (chosen)
        m_list->scrollToItem(chosen);
}

bool HelpWindow::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            stepHit(key->modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1);
            return true;
        }
        if (key->key() == Qt::Key_Down && m_list->topLevelItemCount() > 0) {
            m_list->setFocus();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace halflens
