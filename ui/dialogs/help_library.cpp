// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/help_library.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextDocument>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

const QString Folder = u":/halflens/help/"_s;

HelpPage readPage(const QString& file)
{
    QFile source(Folder + file);
    HelpPage page{file, file, {}, {}};
    if (source.open(QIODevice::ReadOnly))
        page.markdown = QString::fromUtf8(source.readAll());
    QTextDocument document;
    document.setMarkdown(page.markdown);
    const std::vector<HelpHeading> headings = helpHeadings(document);
    for (std::size_t i = 0; i < headings.size(); ++i) {
        HelpSection section{headings[i].title, headings[i].anchor, headings[i].level, {}};
        const int end = i + 1 < headings.size() ? headings[i + 1].block : document.blockCount();
        QStringList lines;
        for (int block = headings[i].block; block < end; ++block)
            lines << document.findBlockByNumber(block).text();
        section.text = lines.join(u'\n').remove(QChar::ObjectReplacementCharacter);
        page.sections.push_back(section);
    }
    if (page.sections.empty())
        page.sections.push_back({file, {}, 1, page.markdown});
    page.title = page.sections.front().title;
    return page;
}

/// About a line of text around a place.
QString excerptOf(const QString& text, qsizetype at)
{
    constexpr qsizetype Before = 30;
    constexpr qsizetype Length = 110;
    qsizetype begin = std::max<qsizetype>(0, at - Before);
    while (begin > 0 && !text.at(begin - 1).isSpace())
        --begin;
    qsizetype end = std::min(text.size(), begin + Length);
    while (end < text.size() && !text.at(end).isSpace())
        ++end;
    QString excerpt = text.mid(begin, end - begin).simplified();
    if (begin > 0)
        excerpt.prepend(u"… "_s);
    if (end < text.size())
        excerpt.append(u" …"_s);
    return excerpt;
}

} // namespace

QString helpSlug(const QString& heading)
{
    QString slug;
    for (const QChar letter : heading.trimmed().toLower()) {
        if (letter.isLetterOrNumber() || letter == u'_' || letter == u'-')
            slug += letter;
        else if (letter == u' ')
            slug += u'-';
    }
    return slug;
}

std::vector<HelpHeading> helpHeadings(const QTextDocument& document)
{
    std::vector<HelpHeading> headings;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        const int level = block.blockFormat().headingLevel();
        if (level <= 0)
            continue;
        const QString slug = helpSlug(block.text());
        const auto isSame = [&](const HelpHeading& other) { return helpSlug(other.title) == slug; };
        const auto before = std::count_if(headings.begin(), headings.end(), isSame);
        headings.push_back(
            {block.text(), before == 0 ? slug : u"%1-%2"_s.arg(slug).arg(before), level, block.blockNumber()});
    }
    return headings;
}

const HelpLibrary& HelpLibrary::instance()
{
    static const HelpLibrary library;
    return library;
}

HelpLibrary::HelpLibrary()
{
    const QStringList files = QDir(Folder).entryList({u"*.md"_s}, QDir::Files, QDir::Name);
    const HelpPage start = readPage(u"start.md"_s);
    QStringList order{start.file};
    static const QRegularExpression link(u"\\]\\(([a-z_]+\\.md)"_s);
    for (auto match = link.globalMatch(start.markdown); match.hasNext();)
        order << match.next().captured(1);
    order << files; // what start.md does not name comes last
    order.removeDuplicates();
    for (const QString& file : order) {
        if (files.contains(file))
            m_pages.push_back(file == start.file ? start : readPage(file));
    }
}

const HelpPage* HelpLibrary::page(const QString& file) const
{
    const auto found =
        std::find_if(m_pages.begin(), m_pages.end(), [&](const HelpPage& page) { return page.file == file; });
    return found == m_pages.end() ? nullptr : &*found;
}

const HelpSection* HelpLibrary::section(const QString& address) const
{
    const HelpPage* found = page(address.section(u'#', 0, 0));
    if (!found)
        return nullptr;
    const QString anchor = address.section(u'#', 1);
    if (anchor.isEmpty())
        return &found->sections.front();
    const auto at = std::find_if(found->sections.begin(), found->sections.end(),
                                 [&](const HelpSection& section) { return section.anchor == anchor; });
    return at == found->sections.end() ? nullptr : &*at;
}

QStringList HelpLibrary::wordsOf(const QString& typed)
{
    return typed.simplified().split(u' ', Qt::SkipEmptyParts);
}

std::vector<HelpHit> HelpLibrary::search(const QString& typed) const
{
    const QStringList words = wordsOf(typed);
    std::vector<HelpHit> hits;
    if (words.isEmpty())
        return hits;
    for (const HelpPage& page : m_pages) {
        for (const HelpSection& section : page.sections) {
            const auto isIn = [](const QString& text) {
                return [&text](const QString& word) { return text.contains(word, Qt::CaseInsensitive); };
            };
            if (!std::all_of(words.begin(), words.end(), isIn(section.text)))
                continue;
            HelpHit hit{&page, &section, 0, std::all_of(words.begin(), words.end(), isIn(section.title)), {}};
            for (const QString& word : words)
                hit.count += static_cast<int>(section.text.count(word, Qt::CaseInsensitive));
            const qsizetype body = std::min(section.text.size(), section.title.size() + 1);
            const qsizetype inBody = section.text.indexOf(words.front(), body, Qt::CaseInsensitive);
            hit.excerpt = excerptOf(section.text.mid(body), std::max<qsizetype>(0, inBody - body));
            hits.push_back(hit);
        }
    }
    return hits;
}

QString HelpLibrary::resourceOf(const QString& page, const QUrl& link)
{
    if (!link.isRelative())
        return {};
    if (link.path().isEmpty())
        return Folder + page;
    return QDir::cleanPath(Folder + link.path());
}

} // namespace halflens
