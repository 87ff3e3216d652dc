// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/journal.h"

#include "core/base/file.h"
#include "core/base/numbers_text.h"
#include "core/data/table.h"

#include <algorithm>
#include <array>

namespace halflens {

namespace {

constexpr const char* Header = "step,epoch,loss,rate,seconds,plcc,srocc,rmse\n";
constexpr std::size_t Columns = 8;

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == '<')
            result += "&lt;";
        else if (c == '&')
            result += "&amp;";
        else
            result += c;
    }
    return result;
}

struct Point {
    double x;
    double y;
};

struct Curve {
    std::string name;
    const char* colour;
    std::vector<Point> points;
};

/// One set of axes with its curves.
class Plot {
public:
    static constexpr double Width = 640;
    static constexpr double Height = 200;
    static constexpr double Left = 60;
    static constexpr double Bottom = 30;

    Plot(double top, std::string name)
        : m_top(top)
        , m_name(std::move(name))
    { }

    std::string draw(const std::vector<Curve>& curves, double lastX) const
    {
        double low = 0;
        double high = 0;
        bool first = true;
        for (const Curve& curve : curves) {
            for (const Point& point : curve.points) {
                low = first ? point.y : std::min(low, point.y);
                high = first ? point.y : std::max(high, point.y);
                first = false;
            }
        }
        if (first)
            return {};
        const double room = std::max((high - low) * 0.05, 1e-9);
        low -= room;
        high += room;
        const auto x = [&](double value) { return Left + value / std::max(lastX, 1e-9) * (Width - Left - 20); };
        const auto y = [&](double value) {
            return m_top + Height - Bottom - (value - low) / (high - low) * (Height - Bottom - 20);
        };
        std::string svg;
        const auto line = [&](double x1, double y1, double x2, double y2) {
            svg += "<line x1=\"" + fixed(x1, 1) + "\" y1=\"" + fixed(y1, 1) + "\" x2=\"" + fixed(x2, 1) + "\" y2=\""
                + fixed(y2, 1) + "\" stroke=\"#bbb\"/>\n";
        };
        const auto text = [&](double at, double base, const char* anchor, const char* colour,
                              const std::string& words) {
            svg += "<text x=\"" + fixed(at, 1) + "\" y=\"" + fixed(base, 1) + "\" text-anchor=\"" + anchor
                + "\" fill=\"" + colour + "\">" + escaped(words) + "</text>\n";
        };
        constexpr int Marks = 4;
        for (int i = 0; i <= Marks; ++i) {
            const double value = low + (high - low) * i / Marks;
            line(Left, y(value), Width - 20, y(value));
            text(Left - 6, y(value) + 4, "end", "#444", fixed(value, 3));
            text(x(lastX * i / Marks), m_top + Height - Bottom + 16, "middle", "#444", fixed(lastX * i / Marks, 1));
        }
        double legend = Left + 6;
        text(Width - 20, m_top + 12, "end", "#000", m_name);
        for (const Curve& curve : curves) {
            svg +=
                std::string("<polyline fill=\"none\" stroke=\"") + curve.colour + "\" stroke-width=\"1.5\" points=\"";
            for (const Point& point : curve.points)
                svg += fixed(x(point.x), 1) + "," + fixed(y(point.y), 1) + " ";
            svg += "\"/>\n";
            text(legend, m_top + 12, "start", curve.colour, curve.name);
            legend += 12 + 8 * static_cast<double>(curve.name.size());
        }
        return svg;
    }

private:
    double m_top;
    std::string m_name;
};

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
    Curve loss{"loss", "#1f5fbf", {}};
    Curve rate{"rate", "#777777", {}};
    std::array<Curve, 3> figures{Curve{figureNames[0], "#1f5fbf", {}}, Curve{figureNames[1], "#c05a00", {}},
                                 Curve{figureNames[2], "#2e8540", {}}};
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
    constexpr double Heading = 30;
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 "
        + fixed(Heading + 4 * Plot::Height, 0) + "\" font-family=\"sans-serif\" font-size=\"11\">\n"
        + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"10\" y=\"20\" font-size=\"14\">"
        + escaped(title) + "</text>\n";
    svg += Plot(Heading, "training").draw({loss}, lastX);
    svg += Plot(Heading + Plot::Height, "validation").draw({figures[0], figures[1]}, lastX);
    svg += Plot(Heading + 2 * Plot::Height, "validation").draw({figures[2]}, lastX);
    svg += Plot(Heading + 3 * Plot::Height, "learning rate, over epochs").draw({rate}, lastX);
    return svg + "</svg>\n";
}

} // namespace halflens
