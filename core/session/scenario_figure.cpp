// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/scenario_figure.h"

#include "core/figure/figures.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace halflens {

namespace {

constexpr int NoteLetters = 34; ///< in a line; type shrinks where even that is too wide
constexpr int Decimals = 2; ///< scores of scenarios are on 1..5

TextRun bold(QString text)
{
    return {std::move(text), true};
}

TextRun muted(QString text)
{
    return {std::move(text), false, true};
}

TextLine scoreLine(const ScenarioScore& score, bool withName)
{
    const QString mark = score.isEstimate ? QStringLiteral("~") : QString();
    const QString number = mark + formatNumber(score.masked, Decimals);
    TextRun change = muted(QStringLiteral("  ") + mark + formatChange(score.masked - score.whole, Decimals));
    change.mayBreak = !withName;
    if (!withName)
        return {bold(number), change};
    return {muted(cleanText(score.name.empty() ? score.model : score.name) + QStringLiteral(" ")), {number}, change};
}

/// Broken at blanks, as the panel is no wider than a few words.
std::vector<TextLine> noteLines(const std::string& note)
{
    std::vector<TextLine> lines;
    QString line;
    const auto end = [&] {
        if (!line.isEmpty())
            lines.push_back({muted(std::exchange(line, QString()))});
    };
    for (const QString& word : cleanText(note).simplified().split(u' ', Qt::SkipEmptyParts)) {
        if (!line.isEmpty() && line.size() + 1 + word.size() > NoteLetters)
            end();
        line += (line.isEmpty() ? QString() : QStringLiteral(" ")) + word;
    }
    end();
    if (lines.size() > ScenarioFigure::MostNoteLines) {
        lines.resize(ScenarioFigure::MostNoteLines);
        lines.back().front().text += QChar(0x2026);
    }
    for (TextLine& one : lines)
        one.front().elide = one.front().text.size() > NoteLetters; // a word longer than a line
    return lines;
}

std::vector<TextLine> captionsOf(const Scenario& scenario, const std::string& model)
{
    TextRun name = bold(cleanText(scenario.name));
    name.elide = true;
    std::vector<TextLine> lines{{name}};
    const auto isFirst = [&](const ScenarioScore& score) { return score.model == model; };
    const auto first = std::find_if(scenario.scores.begin(), scenario.scores.end(), isFirst);
    if (first != scenario.scores.end())
        lines.push_back(scoreLine(*first, false));
    for (const ScenarioScore& score : scenario.scores) {
        if (!isFirst(score))
            lines.push_back(scoreLine(score, true));
    }
    for (TextLine& line : noteLines(scenario.note))
        lines.push_back(std::move(line));
    return lines;
}

Panel wholePanel(const ScenarioFigure& figure)
{
    TextRun name{cleanText(figure.name), false, false, true};
    Panel panel{photoPanel(figure.image), {{name}}, {}};
    for (const Scenario& scenario : figure.scenarios) {
        for (const ScenarioScore& score : scenario.scores) {
            if (score.model != figure.model)
                continue;
            panel.captions.push_back({bold(formatNumber(score.whole, Decimals)), muted(QStringLiteral("  whole"))});
            return panel;
        }
    }
    return panel;
}

QString footnoteOf(const ScenarioFigure& figure)
{
    QString text =
        QStringLiteral("Black blocks are hidden. Below each panel: the score of what is visible, on the scale "
                       "from 1 to 5, and its difference from the score of the whole image.");
    bool isKnown = false;
    bool hasOthers = false;
    for (const Scenario& scenario : figure.scenarios) {
        for (const ScenarioScore& score : scenario.scores)
            (score.model == figure.model ? isKnown : hasOthers) = true;
    }
    if (isKnown)
        text += (hasOthers ? QStringLiteral(" First line by %1.") : QStringLiteral(" Model %1."))
                    .arg(cleanText(figure.model));
    return text;
}

Provenance provenanceOf(const ScenarioFigure& figure)
{
    Provenance provenance;
    provenance.figure = "scenarios";
    provenance.title = figure.title;
    provenance.models = {{figure.model, {}}};
    Provenance::Source source{figure.name, figure.image->contentHash, {}};
    for (const Scenario& scenario : figure.scenarios)
        source.masks.emplace_back(scenario.name, scenario.hidden);
    provenance.sources = {std::move(source)};
    return provenance;
}

} // namespace

Result<ComposedFigure> composeScenarios(const ScenarioFigure& figure)
{
    if (!figure.image || figure.image->width < 1 || figure.image->height < 1 || figure.scenarios.empty())
        return Error{ErrorCode::InvalidInput, "figure", "there is no scenario of this image to show",
                     "hide blocks and pin the mask", figure.name};
    std::vector<Panel> panels;
    if (figure.original)
        panels.push_back(wholePanel(figure));
    for (const Scenario& scenario : figure.scenarios)
        panels.push_back(
            {photoPanel(figure.image, scenario.hidden, figure.gridLines), captionsOf(scenario, figure.model), {}});
    ComposedFigure composed;
    PanelGrid& grid = composed.grid;
    grid.fit = PanelGrid::Fit::SharedHeights;
    grid.title = cleanText(figure.title);
    grid.caption = cleanText(figure.caption);
    grid.footnote = footnoteOf(figure);
    const int rows = (static_cast<int>(panels.size()) + ScenarioFigure::MostColumns - 1) / ScenarioFigure::MostColumns;
    const int columns = (static_cast<int>(panels.size()) + rows - 1) / rows; // as even as it gets
    panels.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
    for (int row = 0; row < rows; ++row)
        grid.rows.emplace_back(std::make_move_iterator(panels.begin() + row * columns),
                               std::make_move_iterator(panels.begin() + (row + 1) * columns));
    composed.provenance = provenanceOf(figure);
    return composed;
}

} // namespace halflens
