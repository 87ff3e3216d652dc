// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/journal.h"

#include "core/base/file.h"
#include "core/base/numbers_text.h"
#include "core/chart/svg_chart.h"
#include "core/data/table.h"

#include <algorithm>
#include <array>

namespace halflens::train {

namespace {

constexpr const char* Header = "step,epoch,loss,rate,seconds,plcc,srocc,rmse\n";
constexpr std::size_t Columns = 8;

} // namespace

Journal::Journal(std::filesystem::path file)
    : m_file(std::move(file))
{ }

Status Journal::resume(std::int64_t step)
{
    m_entries.clear();
    std::error_code failed;
    if (!std::filesystem::exists(m_file, failed))
        return {};
    const Result<Table> table = readTable(m_file);
    if (!table)
        return table.error();
    if (table->header.size() != Columns)
        return Error{ErrorCode::InvalidInput, "log", "the log has other columns than this program writes",
                     "move it away, or start in another folder", m_file.string()};
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
        const std::vector<std::string>& fields = table->rows[row];
        std::array<double, Columns> values{};
        for (std::size_t i = 0; i < Columns; ++i) {
            if (fields[i].empty() && i >= 5)
                continue;
            const Result<double> value = table->number(row, i);
            if (!value)
                return Error(value.error()).withFile(m_file.string());
            values[i] = *value;
        }
        JournalEntry entry{static_cast<std::int64_t>(values[0]), values[1], values[2], values[3], values[4], {}};
        if (!fields[5].empty())
            entry.validation = ValidationFigures{values[5], values[6], values[7]};
        if (entry.step <= step)
            m_entries.push_back(entry);
    }
    return {};
}

Status Journal::write() const
{
    std::string text = Header;
    for (const JournalEntry& entry : m_entries) {
        text += std::to_string(entry.step) + "," + exact(entry.epoch) + "," + exact(entry.loss) + ","
            + exact(entry.rate) + "," + fixed(entry.seconds, 1);
        text += entry.validation ? "," + exact(entry.validation->plcc) + "," + exact(entry.validation->srocc) + ","
                + exact(entry.validation->rmse)
                                 : ",,,";
        text += "\n";
    }
    return writeFileAtomically(m_file, text);
}

std::string curvesSvg(const std::vector<JournalEntry>& entries, const std::string& title,
                      const std::vector<std::string>& figureNames)
{
    ChartSeries loss{"loss", {}};
    ChartSeries rate{"rate", {}};
    std::array<ChartSeries, 3> figures{ChartSeries{figureNames[0], {}}, ChartSeries{figureNames[1], {}},
                                       ChartSeries{figureNames[2], {}}};
    double lastX = 0;
    for (const JournalEntry& entry : entries) {
        lastX = std::max(lastX, entry.epoch);
        loss.points.push_back({entry.epoch, entry.loss});
        rate.points.push_back({entry.epoch, entry.rate});
        if (entry.validation) {
            figures[0].points.push_back({entry.epoch, entry.validation->plcc});
            figures[1].points.push_back({entry.epoch, entry.validation->srocc});
            figures[2].points.push_back({entry.epoch, entry.validation->rmse});
        }
    }
    const auto chart = [&](const std::string& name, const std::string& y, std::vector<ChartSeries> series) {
        return SheetChart{{name, "epochs", y, 0, lastX, 0, 1}, std::move(series)};
    };
    return chartSheet(title,
                      {chart("Training", "loss", {loss}), chart("Validation", {}, {figures[0], figures[1]}),
                       chart("Validation", figureNames[2], {figures[2]}), chart("Learning rate", "rate", {rate})});
}

} // namespace halflens::train
