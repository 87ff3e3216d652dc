// SPDX-License-Identifier: BSD-3-Clause
#include "core/study/study_report.h"

#include "core/base/file.h"
#include "core/base/numbers_text.h"
#include "core/chart/svg_chart.h"
#include "core/study/paper_values.h"
#include "core/study/study_table_cells.h"
#include "core/study/study_telling.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halflens {

namespace {

constexpr std::size_t MostPoints = 3000; ///< of a scatter plot: a report stays small

constexpr const char* Head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root{color-scheme:light dark;--ink:#1c1f23;--soft:#5b636d;--line:#d5d9de;--page:#fff;--zebra:#f5f6f8}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a1a9b3;--line:#3b4148;--page:#17191c;--zebra:#1f2226}}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--page:#fff;--zebra:#fff}table,svg{break-inside:avoid}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}p{margin:.3rem 0 .8rem}.soft{color:var(--soft)}
.wide{overflow-x:auto;margin-top:.8rem}table{border-collapse:collapse;font-size:13px}th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid var(--line)}
th{vertical-align:bottom;max-width:7.5rem;line-height:1.3}th.n,td.n{text-align:right}td{white-space:nowrap}td.n{font-variant-numeric:tabular-nums}td small{color:var(--soft)}tr:nth-child(even) td{background:var(--zebra)}.paper{color:var(--soft);font-style:italic}
.charts{display:flex;flex-wrap:wrap;gap:1.2rem}svg{max-width:100%;height:auto}
)";

double numberOf(const std::string& text)
{
    return finiteNumber(text).value_or(std::numeric_limits<double>::quiet_NaN());
}

/// The cells of a table by the names of its columns.
class Cells {
public:
    explicit Cells(const StudyTable& table)
        : m_table(table)
    { }
    std::string text(const std::vector<std::string>& row, const char* column) const
    {
        const auto found = std::find(m_table.header.begin(), m_table.header.end(), column);
        return found == m_table.header.end() ? std::string()
                                             : row[static_cast<std::size_t>(found - m_table.header.begin())];
    }
    double number(const std::vector<std::string>& row, const char* column) const { return numberOf(text(row, column)); }

private:
    const StudyTable& m_table;
};

class ReportWriter {
public:
    ReportWriter(StudyStore& store, const StudyRecipe& recipe, const std::vector<StudyTable>& tables)
        : m_store(store)
        , m_recipe(recipe)
        , m_tables(tables)
        , m_paper(paperValues(recipe.paper))
    { }

    Result<std::string> write()
    {
        const Status read = m_store.forEach([&](StudiedPhoto photo) -> Status {
            (photo.findings.error.empty() ? m_photos : m_failed).push_back(std::move(photo));
            return {};
        });
        if (!read)
            return read.error();
        m_html = std::string(Head) + ChartStyleSheet + TellingStyleSheet + "</style>\n";
        m_html += "<title>" + forHtml(m_recipe.name) + "</title></head><body>\n";
        head();
        for (const StudyTable& table : m_tables) {
            if (table.name != "images")
                section(table);
        }
        telling();
        failed();
        return m_html + "</body></html>\n";
    }

private:
    void head()
    {
        m_html += "<h1>" + forHtml(m_recipe.name) + "</h1>\n<p class=\"soft\">HalfLens " HALFLENS_VERSION ", "
            + std::to_string(m_photos.size()) + " photos";
        if (!m_failed.empty())
            m_html += ", " + std::to_string(m_failed.size()) + " left out";
        if (m_photos.size() + m_failed.size() < m_store.facts().photos)
            m_html += ", " + std::to_string(m_store.facts().photos - m_photos.size() - m_failed.size()) + " of "
                + std::to_string(m_store.facts().photos) + " not yet computed";
        m_html += ". Halves by " + forHtml(m_store.facts().judge)
            + ", its attention mask and mean score change. Intervals: 95 %, percentile bootstrap over photos.</p>\n";
        if (!m_paper.empty())
            m_html += "<p>Figures in italics are the paper's. Ours come from other weights and other photos: they show "
                      "whether its claims carry over, not whether its numbers were right.</p>\n";
    }

    std::string familyOf(const std::string& model) const
    {
        // The default pack names its models after their families: "lite-triq", "lite-swin-iqa".
        for (const char* family : {"triq", "aihiqnet", "koncept", "dbcnn", "swin-iqa"}) {
            if (model.ends_with(family))
                return family;
        }
        return model;
    }

    std::string paperCell(const std::string& table, const std::string& row, const std::string& column) const
    {
        for (const PaperValue& value : m_paper) {
            if (value.table == table && value.row == row && value.column == column)
                return " <span class=\"paper\">" + exact(value.value) + "</span>";
        }
        return {};
    }

    void section(const StudyTable& table)
    {
        m_html += "<h2>" + forHtml(table.title) + "</h2>\n";
        charts(table);
        m_html += "<div class=\"wide\"><table><thead><tr>";
        const std::vector<std::size_t> columns = shownColumns(table);
        for (const std::size_t i : columns) {
            const bool isNumber = std::any_of(table.rows.begin(), table.rows.end(),
                                              [i](const auto& row) { return finiteNumber(row[i]).has_value(); });
            m_html += std::string(isNumber ? "<th class=\"n\"" : "<th") + " title=\"" + forHtml(table.header[i]) + "\">"
                + forHtml(columnWords(table.header[i])) + "</th>";
        }
        m_html += "</tr></thead><tbody>\n";
        for (const std::vector<std::string>& row : table.rows) {
            m_html += "<tr>";
            for (const std::size_t i : columns)
                m_html += cell(table, row, i);
            m_html += "</tr>\n";
        }
        m_html += "</tbody></table></div>\n";
    }

    std::string cell(const StudyTable& table, const std::vector<std::string>& row, std::size_t i) const
    {
        const bool isNumber = finiteNumber(row[i]).has_value();
        const ShownCell shown = shownCell(table, row, i);
        return std::string(isNumber ? "<td class=\"n\">" : "<td>") + forHtml(shown.text)
            + paperCell(table.name, familyOf(row.front()), table.header[i])
            + (shown.interval.empty() ? std::string() : "<br><small>" + forHtml(shown.interval) + "</small>") + "</td>";
    }

    void charts(const StudyTable& table)
    {
        std::string svg;
        if (table.name == "halves")
            svg = scatterCharts();
        else if (table.name == "size")
            svg = sizeChart(table);
        else if (table.name == "importance")
            svg = importanceCharts(table);
        else if (table.name == "damage")
            svg = damageCharts(table);
        if (!svg.empty())
            m_html += "<div class=\"charts\">" + svg + "</div>\n";
    }

    std::string scatterCharts() const
    {
        std::string svg;
        for (const std::string& model : m_store.facts().models) {
            std::vector<ChartSeries> series{{"trivial half hidden", {}}, {"important half hidden", {}}};
            double low = std::numeric_limits<double>::infinity();
            double high = -low;
            const std::size_t step = m_photos.size() / MostPoints + 1;
            for (std::size_t i = 0; i < m_photos.size(); i += step) {
                const PhotoFindings& found = m_photos[i].findings;
                for (const ModelFindings& entry : found.models) {
                    if (entry.model != model || !found.important)
                        continue;
                    const HiddenBy by = entry.oracle ? HiddenBy::Attention : HiddenBy::Zero;
                    const std::array scores{entry.scoreWith(by, found.important->complement()),
                                            entry.scoreWith(by, *found.important)};
                    for (std::size_t half = 0; half < scores.size(); ++half) {
                        if (!std::isfinite(scores[half]))
                            continue;
                        series[half].points.push_back({entry.score, scores[half]});
                        low = std::min({low, entry.score, scores[half]});
                        high = std::max({high, entry.score, scores[half]});
                    }
                }
            }
            if (low <= high)
                svg += scatterChart({model, "score of the whole photo", "score with half hidden", low, high, low, high},
                                    series);
        }
        return svg;
    }

    std::string sizeChart(const StudyTable& table) const
    {
        const Cells cells(table);
        std::vector<ChartSeries> series;
        double low = 1;
        for (const char* line : {"best", "mean", "worst"}) {
            for (const auto& row : table.rows) {
                const std::string name = cells.text(row, "model") + ", " + line;
                const double plcc = cells.number(row, (std::string(line) + "_plcc").c_str());
                if (!std::isfinite(plcc))
                    continue;
                if (series.empty() || series.back().name != name)
                    series.push_back({name, {}});
                series.back().points.push_back({cells.number(row, "hidden"), plcc});
                low = std::min(low, plcc);
            }
        }
        return series.empty()
            ? std::string()
            : lineChart({"Agreement against hidden blocks", "hidden blocks", "PLCC", 1, 11, low, 1}, series);
    }

    std::string importanceCharts(const StudyTable& table) const
    {
        const Cells cells(table);
        std::string svg;
        std::vector<double> values;
        for (const auto& row : table.rows) {
            values.push_back(1 - cells.number(row, "mean_plcc"));
            if (values.size() == BlockCount) {
                svg += gridChart(cells.text(row, "model") + ": 1 − mean PLCC of each block", values);
                values.clear();
            }
        }
        return svg;
    }

    std::string damageCharts(const StudyTable& table) const
    {
        const Cells cells(table);
        std::string svg;
        std::string title;
        std::vector<ChartBar> bars;
        const auto close = [&] {
            if (!bars.empty())
                svg += barChart({title, "AUC", {}, 0, 1, 0, 1}, 0.5, bars);
            bars.clear();
        };
        for (const auto& row : table.rows) {
            if (cells.text(row, "strength") != "full" || cells.text(row, "region") != "2x2")
                continue;
            const std::string now = cells.text(row, "model") + ", " + cells.text(row, "kind");
            if (now != title)
                close();
            title = now;
            bars.push_back({cells.text(row, "explainer"), cells.number(row, "auc"), cells.number(row, "auc_low"),
                            cells.number(row, "auc_high")});
        }
        close();
        return svg;
    }

    void telling()
    {
        StudyOverview study{{}, m_recipe.name, m_store.facts(), m_recipe.listedEpsilon(), {}};
        for (const StudiedPhoto& photo : m_photos)
            study.photos.push_back(overviewOf(photo, study.facts, study.epsilon));
        m_html += tellingSection(study);
    }

    void failed()
    {
        if (m_failed.empty())
            return;
        m_html += "<h2>Photos left out</h2>\n<div "
                  "class=\"wide\"><table><thead><tr><th>photo</th><th>reason</th></tr></thead><tbody>\n";
        for (const StudiedPhoto& photo : m_failed)
            m_html += "<tr><td>" + forHtml(photo.name) + "</td><td>" + forHtml(photo.findings.error) + "</td></tr>\n";
        m_html += "</tbody></table></div>\n";
    }

    StudyStore& m_store;
    const StudyRecipe& m_recipe;
    const std::vector<StudyTable>& m_tables;
    std::vector<PaperValue> m_paper;
    std::vector<StudiedPhoto> m_photos;
    std::vector<StudiedPhoto> m_failed;
    std::string m_html;
};

} // namespace

Status writeStudyReport(StudyStore& store, const StudyRecipe& recipe, const std::vector<StudyTable>& tables,
                        const std::filesystem::path& folder)
{
    const Result<std::string> html = guarded("study", [&] { return ReportWriter(store, recipe, tables).write(); });
    if (!html)
        return html.error();
    return writeFileAtomically(folder / "report.html", *html);
}

} // namespace halflens
