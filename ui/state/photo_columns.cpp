// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/photo_columns.h"

#include "core/base/numbers_text.h"
#include "ui/state/help_topics.h"
#include "ui/state/text.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr double None = std::numeric_limits<double>::quiet_NaN();
constexpr double Megabyte = 1e6;

QString tr(const char* text)
{
    return QCoreApplication::translate("PhotoColumns", text);
}

QDateTime dateOf(const PhotoFacts& facts)
{
    return QDateTime::fromMSecsSinceEpoch(facts.changedMs);
}

} // namespace

PhotoColumns::PhotoColumns(Workspace& workspace, const PhotoScores& scores)
    : m_workspace(workspace)
    , m_scores(scores)
{
    readModels();
}

void PhotoColumns::readModels()
{
    m_models = m_workspace.models().models();
}

const ModelEntry* PhotoColumns::model(int column) const
{
    const int number = column - PhotoColumnCount;
    return number >= 0 && number < static_cast<int>(m_models.size()) ? &m_models[static_cast<std::size_t>(number)]
                                                                     : nullptr;
}

QString PhotoColumns::title(int column) const
{
    if (const ModelEntry* entry = model(column))
        return toQt(entry->name);
    const std::array<QString, PhotoColumnCount> titles{tr("Photo"),  tr("Score"),  tr("Mark"), tr("Note"), tr("Change"),
                                                       tr("Enough"), tr("Pixels"), tr("Size"), tr("Date")};
    return titles[static_cast<std::size_t>(column)];
}

QString PhotoColumns::help(int column) const
{
    if (model(column))
        return tr("Score of the whole photo by this model, on 1 to 5");
    const std::array<QString, PhotoColumnCount> texts{
        tr("Name of the file"),
        tr("Score of the whole photo by the chosen model, on 1 to 5"),
        tr("What you decided on the photo (Alt+1 to 3, Alt+0 for none);\n"
           "in the filter: mark=keep, mark=again, mark=reject, mark=none"),
        tr("Your words on the photo; a double click or F2 edits them. In the filter, a part of them: note=sky"),
        tr("Change of the score when the blocks are hidden that are hidden in the shown photo,\n"
           "for photos that were looked at and whose table is at hand; ~ is an estimate"),
        tr("Fewest visible blocks that keep the score, whatever else is hidden; for photos that were looked at"),
        tr("Width and height; the filter counts megapixels"),
        tr("Of the file; the filter counts megabytes"),
        tr("Last change of the file; in the filter, the beginning of the date: date=2026-05")};
    return texts[static_cast<std::size_t>(column)];
}

HelpTopic PhotoColumns::helpTopic(int column)
{
    switch (static_cast<PhotoColumn>(std::min(column, PhotoColumnCount))) {
    case PhotoColumn::Score:
    case PhotoColumn::FirstModel:
        return HelpTopic::PhotoScore;
    case PhotoColumn::Mark:
    case PhotoColumn::Note:
        return HelpTopic::MarksAndNotes;
    case PhotoColumn::Change:
        return HelpTopic::PhotoChange;
    case PhotoColumn::Guaranteed:
        return HelpTopic::PhotoEnough;
    case PhotoColumn::Photo:
    case PhotoColumn::Pixels:
    case PhotoColumn::Size:
    case PhotoColumn::Date:
        return HelpTopic::Photos;
    }
    return HelpTopic::Photos;
}

std::vector<FilterColumn> PhotoColumns::filterColumns() const
{
    std::vector<FilterColumn> columns{{u"photo"_s, true}, {u"score"_s},  {u"mark"_s, true},
                                      {u"note"_s, true},  {u"change"_s}, {u"enough"_s},
                                      {u"pixels"_s},      {u"size"_s},   {u"date"_s, true}};
    for (const ModelEntry& entry : m_models)
        columns.push_back({toQt(entry.id)});
    return columns;
}

std::optional<MaskedScore> PhotoColumns::masked(const Document& document) const
{
    const BlockMask mask = m_workspace.image().mask();
    if (mask.isEmpty())
        return std::nullopt;
    const std::shared_ptr<const Analysis> analysis = m_workspace.analysisOf(document);
    return analysis ? m_workspace.scores().scoreFor(*analysis, mask) : std::nullopt;
}

double PhotoColumns::number(const Document& document, int column) const
{
    if (const ModelEntry* entry = model(column))
        return m_scores.score(document, entry->id).value_or(None);
    const PhotoFacts& facts = m_scores.facts(document);
    switch (static_cast<PhotoColumn>(column)) {
    case PhotoColumn::Score:
        return m_scores.score(document).value_or(None);
    case PhotoColumn::Change: {
        const std::optional<MaskedScore> hidden = masked(document);
        const std::optional<double> whole = m_scores.score(document);
        return hidden && whole ? hidden->score5 - *whole : None;
    }
    case PhotoColumn::Guaranteed:
        return facts.guaranteed < 0 ? None : facts.guaranteed;
    case PhotoColumn::Pixels:
        return facts.photo.hash.empty() ? None : facts.photo.width / 1e6 * facts.photo.height;
    case PhotoColumn::Size:
        return facts.bytes < 0 ? None : static_cast<double>(facts.bytes) / Megabyte;
    case PhotoColumn::Date:
        return facts.changedMs < 0 ? None : static_cast<double>(facts.changedMs);
    case PhotoColumn::Mark:
        return document.marking().mark == PhotoMark::None ? None : static_cast<double>(document.marking().mark);
    default:
        return None;
    }
}

QString PhotoColumns::text(const Document& document, int column) const
{
    const auto kind = static_cast<PhotoColumn>(column);
    if (kind == PhotoColumn::Photo)
        return document.title();
    if (kind == PhotoColumn::Note)
        return document.marking().note;
    if (kind == PhotoColumn::Mark)
        return document.marking().mark == PhotoMark::None ? QString() : markName(document.marking().mark);
    const double value = number(document, column);
    if (!std::isfinite(value))
        return u"–"_s;
    const PhotoFacts& facts = m_scores.facts(document);
    switch (kind) {
    case PhotoColumn::Change: {
        const std::optional<MaskedScore> hidden = masked(document);
        return estimateMark(hidden && hidden->isEstimate) + changeText(value);
    }
    case PhotoColumn::Guaranteed:
        return QString::number(facts.guaranteed);
    case PhotoColumn::Pixels:
        return u"%1×%2"_s.arg(facts.photo.width).arg(facts.photo.height);
    case PhotoColumn::Size:
        return value < 0.1 ? tr("%1 kB").arg(std::max(1.0, std::round(value * 1000)))
                           : tr("%1 MB").arg(value, 0, 'f', 1);
    case PhotoColumn::Date:
        return dateOf(facts).toString(u"yyyy-MM-dd hh:mm"_s);
    default:
        return scoreText(value);
    }
}

QString PhotoColumns::filterText(const Document& document, int column) const
{
    const QString shown = text(document, column); // in the language of the user
    return static_cast<PhotoColumn>(column) == PhotoColumn::Mark
        ? QString::fromLatin1(toString(document.marking().mark)) + u' ' + shown
        : shown;
}

QString PhotoColumns::exactText(const Document& document, int column) const
{
    const auto kind = static_cast<PhotoColumn>(column);
    if (kind == PhotoColumn::Photo)
        return document.title();
    if (kind == PhotoColumn::Note)
        return document.marking().note;
    const double value = number(document, column);
    if (!std::isfinite(value))
        return {};
    const PhotoFacts& facts = m_scores.facts(document);
    switch (kind) {
    case PhotoColumn::Pixels:
        return u"%1x%2"_s.arg(facts.photo.width).arg(facts.photo.height);
    case PhotoColumn::Size:
        return QString::number(facts.bytes);
    case PhotoColumn::Mark:
        return QString::fromLatin1(toString(document.marking().mark));
    case PhotoColumn::Date:
        return dateOf(facts).toUTC().toString(Qt::ISODate);
    default:
        return toQt(exact(value));
    }
}

} // namespace halflens
