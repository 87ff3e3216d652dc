// SPDX-License-Identifier: BSD-3-Clause
// One page of the help as text: laid out in the colours of the theme, with links, pictures, and what was searched
// marked.
#pragma once

#include "ui/dialogs/help_library.h"

#include <QTextBrowser>

#include <cstdint>
#include <vector>

namespace halflens {

class HelpBrowser final : public QTextBrowser {
    Q_OBJECT

public:
    explicit HelpBrowser(QWidget* parent = nullptr);

    enum class Step : std::uint8_t { Own, Passing };

    /// "viewer.md" or "viewer.md#keys". An anchor that is not there shows the page from its top; a page that is not
    /// there changes nothing. Of several Passing ones in a row, as a search makes them, going back knows the last.
    void showAddress(const QString& address, Step step = Step::Own);
    const QString& address() const { return m_address; } ///< of what was shown last, with its anchor
    const HelpPage* page() const { return m_page; }

    void goBack();
    void goForward();
    bool canGoBack() const { return m_at > 0; }
    bool canGoForward() const { return m_at + 1 < m_history.size(); }

    /// Marks all places of these words, whole or parts.
    void setWords(const QStringList& words);
    /// To the next (+1) or previous (-1) marked place after what is in sight or was gone to last; false at the end.
    bool stepMark(int by);
    /// To the first or the last marked place of the page.
    bool goToMark(bool first);
    int marks() const { return static_cast<int>(m_marks.size()); }
    /// The text of the mark that was gone to last; empty: none.
    QString currentMark() const;

Q_SIGNALS:
    void addressChanged(const QString& address);

protected:
    QVariant loadResource(int type, const QUrl& name) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Visit {
        QString address;
        int scroll = -1; ///< of the bar when it was left; -1: at its anchor
        bool isPassing = false;
    };

    void render();
    void styleBlocks();
    void styleTables();
    void setMargins();
    void go(std::size_t at);
    void scrollToAnchorOf(const QString& address);
    void findMarks();
    void paintMarks();
    void showMark(std::size_t mark);
    void followLink(const QUrl& link);

    const HelpPage* m_page = nullptr;
    QString m_address;
    std::vector<Visit> m_history;
    std::size_t m_at = 0; ///< in the history
    int m_anchorScroll = 0; ///< of the bar when the section was shown
    QStringList m_words;
    std::vector<QTextCursor> m_marks;
    std::size_t m_mark = 0; ///< current one of the marks; their number: none
};

} // namespace halflens
