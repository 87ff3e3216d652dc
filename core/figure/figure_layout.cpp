// SPDX-License-Identifier: BSD-3-Clause
#include "core/figure/figure_layout.h"

#include "core/base/json_object.h"
#include "core/figure/figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace halflens {

namespace {

using nlohmann::json;

constexpr std::size_t MaxLayoutBytes = 1 << 20;
constexpr std::size_t MaxSide = 64;
constexpr std::size_t MaxText = 2000;
constexpr int MaxDepth = 8;
constexpr int MaxImages = 4096;

/// The first thing that was wrong; reading goes on with defaults.
class Problems {
public:
    void add(const std::string& where, const std::string& what)
    {
        if (m_first.empty())
            m_first = (where.empty() ? "the layout" : where) + " " + what;
    }
    const std::string& first() const { return m_first; }

private:
    std::string m_first;
};

/// A key as it may be shown: short and printable.
std::string shown(const std::string& text)
{
    std::string result;
    for (const char c : text.substr(0, 40))
        result += c >= ' ' && c <= '~' ? c : '?';
    return result;
}

void knowOnly(const json& object, const std::string& where, std::initializer_list<const char*> keys, Problems& problems)
{
    for (const auto& [key, value] : object.items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            problems.add(where, "has the unknown key \"" + shown(key) + "\"");
    }
}

std::string textOf(const json& object, const char* key, const std::string& where, Problems& problems)
{
    const auto found = object.find(key);
    if (found == object.end())
        return {};
    if (!found->is_string() || found->get_ref<const std::string&>().size() > MaxText) {
        problems.add(where, std::string("has a ") + key + " that is no text of at most 2000 bytes");
        return {};
    }
    return found->get<std::string>();
}

double numberOf(const json& value, double low, double high, const std::string& where, Problems& problems)
{
    const double number = value.is_number() ? value.get<double>() : std::nan("");
    if (!(number >= low && number <= high)) {
        problems.add(where, "is not a number in its range");
        return low;
    }
    return number;
}

BlockMask blocksOf(const json& value, const std::string& where, Problems& problems)
{
    BlockMask mask;
    if (!value.is_array()) {
        problems.add(where, "is not a list of block numbers");
        return mask;
    }
    for (const json& entry : value) {
        if (!entry.is_number_integer() || entry < 0 || entry >= BlockCount)
            problems.add(where, "has a block that is not 0 to 11");
        else
            mask = mask.with({entry.get<int>()});
    }
    return mask;
}

void readMap(const json& object, const std::string& where, LayoutCell& cell, Problems& problems)
{
    const auto& names = layoutMapNames();
    if (std::find(names.begin(), names.end(), cell.map) == names.end())
        problems.add(where,
                     "needs a map: saliency, frequency, objectness, averaged, lime, gradcam, attention or product");
    if (object.contains("colors")) {
        if (const Result<ColorMap> colors = colorMapFromName(textOf(object, "colors", where, problems)))
            cell.colors = *colors;
        else
            problems.add(where, "has colors that are not viridis, magma, inferno, cividis or blue-red");
    }
    if (const auto range = object.find("range"); range != object.end()) {
        constexpr double Most = 1e30;
        if (!range->is_array() || range->size() != 2) {
            problems.add(where, "has a range that is not [low, high]");
        } else {
            cell.range = ValueRange{numberOf((*range)[0], -Most, Most, where + ".range", problems),
                                    numberOf((*range)[1], -Most, Most, where + ".range", problems)};
            if (!(cell.range->low < cell.range->high))
                problems.add(where, "has a range whose low end is not below its high end");
        }
    }
    if (const auto opacity = object.find("opacity"); opacity != object.end())
        cell.opacity = numberOf(*opacity, 0, 1, where + ".opacity", problems);
    if (const auto bar = object.find("bar"); bar != object.end()) {
        if (bar->is_boolean())
            cell.bar = bar->get<bool>();
        else
            problems.add(where + ".bar", "is not true or false");
    }
}

LayoutCell cellOf(const json& object, const std::string& where, Problems& problems)
{
    LayoutCell cell;
    if (object.is_null())
        return cell;
    if (!object.is_object()) {
        problems.add(where, "is neither null nor an object");
        return cell;
    }
    knowOnly(object, where,
             {"content", "image", "map", "model", "blocks", "colors", "range", "opacity", "bar", "caption"}, problems);
    const std::string content = textOf(object, "content", where, problems);
    using Content = LayoutCell::Content;
    static const std::map<std::string, Content> contents{{"photo", Content::Photo},
                                                         {"important", Content::Important},
                                                         {"trivial", Content::Trivial},
                                                         {"masked", Content::Masked},
                                                         {"map", Content::Map}};
    if (const auto found = contents.find(content); found != contents.end())
        cell.content = found->second;
    else
        problems.add(where, "needs a content: photo, important, trivial, masked or map");
    if (const auto image = object.find("image"); image != object.end()) {
        const double index = numberOf(*image, 0, MaxImages, where + ".image", problems);
        cell.image = static_cast<int>(index);
        if (static_cast<double>(cell.image) != index)
            problems.add(where + ".image", "is not a whole number");
    }
    cell.map = textOf(object, "map", where, problems);
    cell.model = textOf(object, "model", where, problems);
    cell.caption = textOf(object, "caption", where, problems);
    if (const auto blocks = object.find("blocks"); blocks != object.end())
        cell.hidden = blocksOf(*blocks, where + ".blocks", problems);
    if (cell.content == Content::Map)
        readMap(object, where, cell, problems);
    return cell;
}

std::vector<std::string> textsOf(const json& root, const char* key, Problems& problems)
{
    std::vector<std::string> texts;
    const auto found = root.find(key);
    if (found == root.end())
        return texts;
    if (!found->is_array() || found->size() > MaxSide) {
        problems.add(key, "is not a list of at most 64 texts");
        return texts;
    }
    for (const json& entry : *found) {
        if (!entry.is_string() || entry.get_ref<const std::string&>().size() > MaxText)
            problems.add(key, "has an entry that is no text of at most 2000 bytes");
        else
            texts.push_back(entry.get<std::string>());
    }
    return texts;
}

void readRows(const json& root, FigureLayout& layout, Problems& problems)
{
    const auto rows = root.find("rows");
    if (rows == root.end() || !rows->is_array() || rows->empty() || rows->size() > MaxSide) {
        problems.add("rows", "is not a list of 1 to 64 rows");
        return;
    }
    for (std::size_t r = 0; r < rows->size(); ++r) {
        const json& row = (*rows)[r];
        const std::string where = "rows[" + std::to_string(r) + "]";
        if (!row.is_array() || row.empty() || row.size() > MaxSide || row.size() != (*rows)[0].size()) {
            problems.add(where, "is not a list of 1 to 64 cells, as many as in the other rows");
            return;
        }
        layout.rows.emplace_back();
        for (std::size_t c = 0; c < row.size(); ++c)
            layout.rows.back().push_back(cellOf(row[c], where + "[" + std::to_string(c) + "]", problems));
    }
    if (!layout.columnHeaders.empty() && layout.columnHeaders.size() != layout.rows[0].size())
        problems.add("column_headers", "does not have one entry for every column");
    if (!layout.rowLabels.empty() && layout.rowLabels.size() != layout.rows.size())
        problems.add("row_labels", "does not have one entry for every row");
}

Error layoutError(std::string reason)
{
    return {ErrorCode::InvalidInput, "layout", std::move(reason), "see \"Free layouts\" in the help on figures", {}};
}

std::string filledIn(std::string text, const CellContent& content)
{
    for (const auto& [word, value] :
         {std::pair<std::string_view, std::string_view>{"{name}", content.name}, {"{score}", content.score}}) {
        for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size()))
            text.replace(at, word.size(), value);
    }
    return text;
}

/// As many decimals as tell the ends of the range apart.
int decimalsFor(ValueRange range)
{
    const double span = range.high - range.low;
    return span > 0 ? std::clamp(static_cast<int>(std::ceil(1 - std::log10(span))), 0, 4) : 2;
}

void showMap(const LayoutCell& cell, const CellContent& content, Panel& panel)
{
    const bool isSigned = cell.map == "lime";
    const ColorMap colors = cell.colors.value_or(isSigned ? ColorMap::BlueRed : ColorMap::Viridis);
    const ValueRange range = cell.range.value_or(isSigned ? symmetricRangeOf(*content.map) : rangeOf(*content.map));
    panel.image = mapOverPhoto(content.image, content.map, colors, range, cell.opacity);
    if (cell.bar)
        panel.bar = ColorBar{colors, range, decimalsFor(range)};
}

} // namespace

const std::vector<std::string>& layoutMapNames()
{
    static const std::vector<std::string> names{"saliency", "frequency", "objectness", "averaged",
                                                "lime",     "gradcam",   "attention",  "product"};
    return names;
}

Result<FigureLayout> parseFigureLayout(const std::string& text)
{
    if (text.size() > MaxLayoutBytes || nestsDeeperThan(text, MaxDepth))
        return layoutError("the layout is too long or too deeply nested");
    const json root = json::parse(text, nullptr, false);
    if (root.is_discarded() || !root.is_object() || text.find('\0') != std::string::npos)
        return layoutError("the layout is not a JSON object");
    Problems problems;
    FigureLayout layout;
    knowOnly(root, {}, {"format", "title", "caption", "footnote", "fit", "column_headers", "row_labels", "rows"},
             problems);
    if (!root.contains("format") || root["format"] != 1)
        problems.add({}, "needs \"format\": 1");
    layout.title = textOf(root, "title", {}, problems);
    layout.caption = textOf(root, "caption", {}, problems);
    layout.footnote = textOf(root, "footnote", {}, problems);
    const std::string fit = textOf(root, "fit", {}, problems);
    if (!fit.empty() && fit != "heights" && fit != "widths")
        problems.add("fit", "is not heights or widths");
    layout.fit = fit == "widths" ? PanelGrid::Fit::SharedWidths : PanelGrid::Fit::SharedHeights;
    layout.columnHeaders = textsOf(root, "column_headers", problems);
    layout.rowLabels = textsOf(root, "row_labels", problems);
    readRows(root, layout, problems);
    if (!problems.first().empty())
        return layoutError(problems.first());
    return layout;
}

Result<PanelGrid> layoutGrid(const FigureLayout& layout,
                             const std::function<Result<CellContent>(const LayoutCell&)>& contentOf)
{
    PanelGrid grid;
    grid.fit = layout.fit;
    grid.title = cleanText(layout.title);
    grid.caption = cleanText(layout.caption);
    grid.footnote = cleanText(layout.footnote);
    for (const std::string& header : layout.columnHeaders)
        grid.columnHeaders.push_back({{TextRun{cleanText(header)}}});
    for (const std::string& label : layout.rowLabels)
        grid.rowLabels.push_back({{TextRun{cleanText(label)}}});
    for (const std::vector<LayoutCell>& row : layout.rows) {
        grid.rows.emplace_back();
        for (const LayoutCell& cell : row) {
            Panel& panel = grid.rows.back().emplace_back();
            if (cell.content == LayoutCell::Content::Empty)
                continue;
            const Result<CellContent> content = contentOf(cell);
            if (!content)
                return content.error();
            const bool isMap = cell.content == LayoutCell::Content::Map;
            if (!content->image || content->image->rgb.empty() || (isMap && (!content->map || content->map->isEmpty())))
                return layoutError("a cell has no image or no map to show");
            if (isMap)
                showMap(cell, *content, panel);
            else
                panel.image = photoPanel(content->image, content->hidden);
            if (!cell.caption.empty())
                panel.captions.push_back({TextRun{cleanText(filledIn(cell.caption, *content))}});
        }
    }
    return grid;
}

} // namespace halflens
