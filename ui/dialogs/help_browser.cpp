// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/help_browser.h"

#include "ui/state/theme.h"

#include <QDesktopServices>
#include <QEvent>
#include <QFontDatabase>
#include <QImageReader>
#include <QResizeEvent>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextTable>

#include <algorithm>
#include <array>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int SideMargin = 28;
constexpr int TextWidth = 760; ///< lines that are longer are hard to follow
constexpr double LineHeight = 128; ///< percent
constexpr std::array<double, 4> HeadingScales{1.75, 1.35, 1.12, 1.0};

const QString Base = u"qrc:/halflens/help/"_s;

} // namespace

HelpBrowser::HelpBrowser(QWidget* parent)
    : QTextBrowser(parent)
{
    setOpenLinks(false); // links between pages are ours
    setFrameShape(QFrame::NoFrame);
    setObjectName(u"helpText"_s);
    setAccessibleName(tr("Page"));
    connect(this, &QTextBrowser::anchorClicked, this, &HelpBrowser::followLink);
}

void HelpBrowser::followLink(const QUrl& link)
{
    if (!link.isRelative()) {
        QDesktopServices::openUrl(link);
        return;
    }
    const QString page = link.path().isEmpty() ? m_page->file : link.path();
    showAddress(link.fragment().isEmpty() ? page : page + u'#' + link.fragment());
}

void HelpBrowser::showAddress(const QString& address, Step step)
{
    if (!HelpLibrary::instance().page(address.section(u'#', 0, 0)))
        return;
    bool isPassing = step == Step::Passing;
    if (!m_history.empty()) {
        m_history[m_at].scroll = verticalScrollBar()->value();
        m_history.resize(m_at + 1);
        const Visit& last = m_history.back();
        if (last.address == address || (isPassing && last.isPassing)) {
            isPassing = isPassing && last.isPassing;
            m_history.pop_back(); // the same again is no step back
        }
    }
    m_history.push_back({address, -1, isPassing});
    go(m_history.size() - 1);
}

void HelpBrowser::goBack()
{
    if (!canGoBack())
        return;
    m_history[m_at].scroll = verticalScrollBar()->value();
    go(m_at - 1);
}

void HelpBrowser::goForward()
{
    if (!canGoForward())
        return;
    m_history[m_at].scroll = verticalScrollBar()->value();
    go(m_at + 1);
}

void HelpBrowser::go(std::size_t at)
{
    m_at = at;
    m_address = m_history[at].address;
    const HelpPage* page = HelpLibrary::instance().page(m_address.section(u'#', 0, 0));
    if (page != m_page) {
        m_page = page;
        render();
    }
    if (m_history[at].scroll >= 0)
        verticalScrollBar()->setValue(m_history[at].scroll);
    else
        scrollToAnchorOf(m_address);
    m_mark = m_marks.size();
    paintMarks();
    Q_EMIT addressChanged(m_address);
}

void HelpBrowser::render()
{
    document()->setDefaultFont(font());
    document()->setBaseUrl(QUrl(Base + m_page->file));
    setMarkdown(m_page->markdown);
    setDocumentTitle(m_page->title);
    document()->setUndoRedoEnabled(false);
    setMargins();
    styleBlocks();
    styleTables();
    findMarks();
}

/// Sizes and distances of headings, room between lines, code on a ground of its own.
void HelpBrowser::styleBlocks()
{
    const ThemeColors& theme = themeColors(palette());
    QColor codeGround = theme.track;
    codeGround.setAlphaF(theme.dark ? 0.55F : 0.6F);
    const double size = QFontInfo(font()).pointSizeF();
    const QString fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont).family();
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        QTextBlockFormat format = block.blockFormat();
        const int level = format.headingLevel();
        const bool isCode = format.hasProperty(QTextFormat::BlockCodeFence);
        const bool isCell = cursor.currentTable() != nullptr;
        const bool isPicture = block.text().contains(QChar::ObjectReplacementCharacter);
        format.setLineHeight(isPicture                 ? 100
                                 : isCode || level > 0 ? 115
                                                       : LineHeight,
                             QTextBlockFormat::ProportionalHeight);
        if (level > 0) {
            const auto rank = std::min<std::size_t>(static_cast<std::size_t>(level), HeadingScales.size()) - 1;
            format.setTopMargin(level == 1 ? 4 : level == 2 ? 26 : 16);
            format.setBottomMargin(level == 1 ? 12 : 6);
            QTextCharFormat letters = block.begin().fragment().charFormat();
            letters.clearProperty(QTextFormat::FontSizeAdjustment); // the importer's, which comes before sizes
            letters.setFontPointSize(size * HeadingScales[rank]);
            letters.setFontWeight(QFont::DemiBold);
            cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
            cursor.setCharFormat(letters);
        } else if (isCode) {
            format.setBackground(codeGround);
            format.setLeftMargin(0);
        } else if (!isCell) {
            format.setTopMargin(block.textList() ? 2 : 5);
            format.setBottomMargin(block.textList() ? 2 : 5);
        }
        QTextCursor(block).mergeBlockFormat(format);
        std::vector<QTextFragment> pieces; // first: a change of formats moves what an iterator stands on
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            if (it.fragment().charFormat().fontFixedPitch())
                pieces.push_back(it.fragment());
        }
        for (const QTextFragment& fragment : pieces) {
            QTextCharFormat letters;
            letters.setFontFamilies({fixed});
            letters.setFontPointSize(size * 0.95);
            if (!isCode)
                letters.setBackground(codeGround);
            QTextCursor piece(document());
            piece.setPosition(fragment.position());
            piece.setPosition(fragment.position() + fragment.length(), QTextCursor::KeepAnchor);
            piece.mergeCharFormat(letters);
        }
        if (block.text().startsWith(u"Source: "_s)) { // of numbers.md: less loud than meaning and formula
            QTextCharFormat muted;
            muted.setForeground(theme.mutedText);
            QTextCursor words(block);
            words.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor, 7);
            words.mergeCharFormat(muted);
        }
    }
}

void HelpBrowser::styleTables()
{
    const ThemeColors& theme = themeColors(palette());
    const QList<QTextFrame*> frames = document()->rootFrame()->childFrames();
    for (QTextFrame* frame : frames) {
        auto* table = qobject_cast<QTextTable*>(frame);
        if (!table)
            continue;
        QTextTableFormat format = table->format();
        format.setBorder(1);
        format.setBorderCollapse(true);
        format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        format.setBorderBrush(theme.cardEdge);
        format.setCellPadding(5);
        format.setCellSpacing(0);
        format.setTopMargin(8);
        format.setBottomMargin(10);
        format.setHeaderRowCount(1);
        table->setFormat(format);
        for (int column = 0; column < table->columns(); ++column) {
            QTextTableCell cell = table->cellAt(0, column);
            QTextCharFormat head = cell.format();
            head.setBackground(theme.card);
            cell.setFormat(head);
        }
    }
}

void HelpBrowser::setMargins()
{
    QTextFrameFormat format = document()->rootFrame()->frameFormat();
    format.setLeftMargin(SideMargin);
    format.setRightMargin(std::max(SideMargin, viewport()->width() - SideMargin - TextWidth));
    format.setTopMargin(18);
    format.setBottomMargin(36);
    document()->rootFrame()->setFrameFormat(format);
}

/// Pictures are as wide as the lines at most, and as sharp as the screen.
QVariant HelpBrowser::loadResource(int type, const QUrl& name)
{
    if (type != QTextDocument::ImageResource || !m_page)
        return {};
    const QString path = name.scheme() == u"qrc"_s ? u':' + name.path() : HelpLibrary::resourceOf(m_page->file, name);
    QImageReader reader(path);
    const QSize full = reader.size();
    if (full.isEmpty())
        return {};
    const double ratio = devicePixelRatioF();
    const int bar = verticalScrollBar()->isVisible() ? 0 : verticalScrollBar()->sizeHint().width(); // soon there
    const int room = std::min(TextWidth, std::max(160, viewport()->width() - 2 * SideMargin - bar));
    const int width = std::min(static_cast<int>(room * ratio), full.width());
    QImage image = reader.read().scaledToWidth(width, Qt::SmoothTransformation);
    image.setDevicePixelRatio(ratio);
    return image;
}

void HelpBrowser::resizeEvent(QResizeEvent* event)
{
    const int scroll = verticalScrollBar()->value();
    QTextBrowser::resizeEvent(event);
    if (!m_page || event->oldSize().width() == event->size().width())
        return;
    if (m_page->markdown.contains(u"!["_s))
        render(); // pictures in their new size
    else
        setMargins();
    if (scroll == m_anchorScroll)
        scrollToAnchorOf(m_address); // nobody has scrolled since: the section keeps its place
    else
        verticalScrollBar()->setValue(scroll);
}

void HelpBrowser::changeEvent(QEvent* event)
{
    QTextBrowser::changeEvent(event);
    if (!m_page || (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange))
        return;
    const int scroll = verticalScrollBar()->value();
    render();
    verticalScrollBar()->setValue(scroll);
}

void HelpBrowser::scrollToAnchorOf(const QString& address)
{
    const QString anchor = address.section(u'#', 1);
    const std::vector<HelpHeading> headings = helpHeadings(*document());
    const auto found = std::find_if(headings.begin(), headings.end(),
                                    [&](const HelpHeading& heading) { return heading.anchor == anchor; });
    if (found == headings.end()) {
        setTextCursor(QTextCursor(document()));
        verticalScrollBar()->setValue(0);
    } else {
        constexpr int Above = 10; // a little of what stands before
        document()->size(); // has the whole page laid out, so that the bar has its range
        const QTextCursor cursor(document()->findBlockByNumber(found->block));
        setTextCursor(cursor);
        verticalScrollBar()->setValue(verticalScrollBar()->value() + cursorRect(cursor).top() - Above);
    }
    m_anchorScroll = verticalScrollBar()->value();
}

void HelpBrowser::setWords(const QStringList& words)
{
    if (words == m_words)
        return;
    m_words = words;
    findMarks();
}

void HelpBrowser::findMarks()
{
    m_marks.clear();
    for (const QString& word : m_words) {
        QTextCursor at(document());
        while (!(at = document()->find(word, at)).isNull())
            m_marks.push_back(at);
    }
    std::sort(m_marks.begin(), m_marks.end());
    m_mark = m_marks.size();
    paintMarks();
}

void HelpBrowser::paintMarks()
{
    const ThemeColors& theme = themeColors(palette());
    QList<QTextEdit::ExtraSelection> selections;
    for (std::size_t i = 0; i < m_marks.size(); ++i) {
        QTextEdit::ExtraSelection selection;
        selection.cursor = m_marks[i];
        const bool isCurrent = i == m_mark;
        QColor ground = theme.accent;
        ground.setAlphaF(theme.dark ? 0.45F : 0.28F);
        selection.format.setBackground(isCurrent ? theme.accent : ground);
        if (isCurrent)
            selection.format.setForeground(theme.accentText);
        selections.append(selection);
    }
    setExtraSelections(selections);
}

void HelpBrowser::showMark(std::size_t mark)
{
    m_mark = mark;
    QTextCursor cursor = m_marks[mark];
    cursor.setPosition(cursor.selectionStart());
    setTextCursor(cursor);
    const QRect place = cursorRect(cursor);
    if (place.top() < viewport()->height() / 8 || place.bottom() > viewport()->height() * 7 / 8)
        verticalScrollBar()->setValue(verticalScrollBar()->value() + place.top() - viewport()->height() / 3);
    paintMarks();
}

bool HelpBrowser::goToMark(bool first)
{
    if (m_marks.empty())
        return false;
    showMark(first ? 0 : m_marks.size() - 1);
    return true;
}

bool HelpBrowser::stepMark(int by)
{
    if (m_marks.empty())
        return false;
    if (m_mark == m_marks.size()) { // none yet: from the section that is shown
        const int here = textCursor().position();
        const auto next = std::find_if(m_marks.begin(), m_marks.end(),
                                       [&](const QTextCursor& mark) { return mark.selectionStart() >= here; });
        if (by > 0 ? next == m_marks.end() : next == m_marks.begin())
            return false;
        showMark(static_cast<std::size_t>(next - m_marks.begin()) - (by > 0 ? 0 : 1));
        return true;
    }
    if (by > 0 ? m_mark + 1 == m_marks.size() : m_mark == 0)
        return false;
    showMark(by > 0 ? m_mark + 1 : m_mark - 1);
    return true;
}

QString HelpBrowser::currentMark() const
{
    return m_mark < m_marks.size() ? m_marks[m_mark].selectedText() : QString();
}

} // namespace halflens
