// SPDX-License-Identifier: BSD-3-Clause
// The pages of resources/help as the program holds them: sections, addresses, full-text search.
#pragma once

#include <QString>
#include <QStringList>
#include <QUrl>

#include <vector>

class QTextDocument;

namespace halflens {

struct HelpSection {
    QString title;
    QString anchor; ///< unique on its page
    int level = 1; ///< of the heading, 1..6
    QString text; ///< words of heading and body, without those of sections below it
};

struct HelpPage {
    QString file; ///< "viewer.md"
    QString title; ///< the first heading
    QString markdown;
    std::vector<HelpSection> sections; ///< at least one
};

/// A section in which all words of a search stand.
struct HelpHit {
    const HelpPage* page = nullptr;
    const HelpSection* section = nullptr;
    int count = 0; ///< how often they do, at least 1
    bool inTitle = false; ///< all of them stand in the heading
    QString excerpt; ///< a line around the first
};

/// "Sets that decide" -> "sets-that-decide": as the usual viewers of Markdown make anchors of headings.
QString helpSlug(const QString& heading);

/// GUI thread. Pages are read once, in the order in which start.md links them.
class HelpLibrary {
public:
    static const HelpLibrary& instance();

    const std::vector<HelpPage>& pages() const { return m_pages; }
    const HelpPage* page(const QString& file) const; ///< null: there is none
    /// Of "page.md#anchor", or "page.md" for its first. Null: there is none.
    const HelpSection* section(const QString& address) const;
    /// In the order of pages and sections; empty for nothing but spaces. The case does not count.
    std::vector<HelpHit> search(const QString& words) const;

    static QStringList wordsOf(const QString& typed);
    /// The file behind a link of a page, as a resource path; empty for links to elsewhere.
    static QString resourceOf(const QString& page, const QUrl& link);

private:
    HelpLibrary();

    std::vector<HelpPage> m_pages;
};

/// Title and anchor of every heading of a document, with the number of its block: the same rule for pages that are
/// read and pages that are shown.
struct HelpHeading {
    QString title;
    QString anchor;
    int level = 1;
    int block = 0;
};
std::vector<HelpHeading> helpHeadings(const QTextDocument& document);

} // namespace halflens
