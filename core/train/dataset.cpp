// SPDX-License-Identifier: BSD-3-Clause
#include "core/train/dataset.h"

#include "core/train/csv.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace halflens {

namespace {

constexpr double LeastDeviation = 0.3; ///< narrower ones would make the target a single grade

Error rowError(std::size_t row, const std::string& reason)
{
    return {ErrorCode::InvalidInput,
            "table",
            "row " + std::to_string(row + 1) + ": " + reason,
            "correct the table or the recipe's columns and scale",
            {}};
}

/// Tables name files inside the image folder only.
bool staysInside(const std::string& name)
{
    const std::filesystem::path path(name);
    if (name.empty() || path.is_absolute() || name.find('\0') != std::string::npos)
        return false;
    return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

/// Splits by image, of a file that holds nothing else.
Result<std::map<std::string, Split>> readSplits(const std::filesystem::path& file, const DataRecipe& data)
{
    const Result<CsvTable> table = readCsv(file);
    if (!table)
        return table.error();
    const int image = table->column(data.imageColumn);
    const int split = table->column(data.splitColumn);
    if (image < 0 || split < 0)
        return Error{ErrorCode::InvalidInput, "table",
                     "the split file has no column " + (image < 0 ? data.imageColumn : data.splitColumn),
                     "name the columns in the recipe", file.string()};
    std::map<std::string, Split> splits;
    for (const auto& row : table->rows)
        splits[row[static_cast<std::size_t>(image)]] = splitFromWord(row[static_cast<std::size_t>(split)]);
    return splits;
}

/// Columns of the table a form needs, by index.
class RowReader {
public:
    RowReader(const DataRecipe& data, const CsvTable& table)
        : m_data(data)
        , m_table(table)
    { }

    Status findColumns(bool splitInTable)
    {
        m_image = find(m_data.imageColumn);
        if (splitInTable)
            m_split = find(m_data.splitColumn);
        if (!m_data.subsetColumn.empty())
            m_subset = find(m_data.subsetColumn);
        if (m_data.form == DataForm::Mos || m_data.form == DataForm::MosDeviation)
            m_mos = find(m_data.mosColumn);
        if (m_data.form == DataForm::MosDeviation)
            m_deviation = find(m_data.deviationColumn);
        if (m_data.form == DataForm::Votes) {
            for (std::size_t i = 0; i < m_votes.size(); ++i)
                m_votes[i] = find(m_data.voteColumns[i]);
        }
        if (m_missing.empty())
            return {};
        return Error{ErrorCode::InvalidInput,
                     "table",
                     "the table has no column " + m_missing,
                     "name the columns in the recipe",
                     {}};
    }

    std::string image(std::size_t row) const { return field(row, m_image); }
    std::string subset(std::size_t row) const { return m_subset < 0 ? std::string() : field(row, m_subset); }
    Split split(std::size_t row) const { return splitFromWord(field(row, m_split)); }

    /// Score and distribution of a row.
    Status readScore(std::size_t row, DataRow& result) const
    {
        if (m_data.form == DataForm::Masks)
            return {};
        if (m_data.form == DataForm::Votes)
            return readVotes(row, result);
        const Result<double> mos = number(row, m_mos);
        if (!mos)
            return mos.error();
        double deviation = m_data.deviation;
        if (m_data.form == DataForm::MosDeviation) {
            const Result<double> given = number(row, m_deviation);
            if (!given)
                return given.error();
            deviation = std::max(LeastDeviation, std::abs(m_data.factor) * *given);
        }
        result.mos5 = m_data.offset + m_data.factor * *mos;
        if (result.mos5 < 0.5 || result.mos5 > 5.5)
            return rowError(row, "the score is " + std::to_string(result.mos5) + " on the scale 1 to 5");
        result.grades = discretisedNormal(result.mos5, deviation);
        return {};
    }

private:
    int find(const std::string& name)
    {
        const int index = m_table.column(name);
        if (index < 0 && m_missing.empty())
            m_missing = "\"" + name + "\"";
        return index;
    }

    const std::string& field(std::size_t row, int column) const
    {
        return m_table.rows[row][static_cast<std::size_t>(column)];
    }

    Result<double> number(std::size_t row, int column) const
    {
        Result<double> value = csvNumber(field(row, column));
        if (!value)
            return rowError(row, value.error().reason);
        return value;
    }

    Status readVotes(std::size_t row, DataRow& result) const
    {
        std::array<double, Grades> votes{};
        double sum = 0;
        for (std::size_t i = 0; i < votes.size(); ++i) {
            const Result<double> value = number(row, m_votes[i]);
            if (!value)
                return value.error();
            if (*value < 0)
                return rowError(row, "a negative number of votes");
            votes[i] = *value;
            sum += *value;
        }
        if (!(sum > 0))
            return rowError(row, "no votes");
        result.mos5 = 0;
        for (std::size_t i = 0; i < votes.size(); ++i) {
            result.grades[i] = static_cast<float>(votes[i] / sum);
            result.mos5 += static_cast<double>(i + 1) * votes[i] / sum;
        }
        return {};
    }

    const DataRecipe& m_data;
    const CsvTable& m_table;
    int m_image = -1;
    int m_split = -1;
    int m_subset = -1;
    int m_mos = -1;
    int m_deviation = -1;
    std::array<int, Grades> m_votes{};
    std::string m_missing;
};

} // namespace

Split splitFromWord(const std::string& word)
{
    std::string lower;
    for (const char c : word)
        lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (lower == "train" || lower == "training")
        return Split::Train;
    if (lower == "val" || lower == "valid" || lower == "validation")
        return Split::Validation;
    return lower == "test" || lower == "testing" ? Split::Test : Split::None;
}

std::string toString(Split split)
{
    switch (split) {
    case Split::Train:
        return "train";
    case Split::Validation:
        return "val";
    case Split::Test:
        return "test";
    case Split::None:
        break;
    }
    return "none";
}

std::vector<std::size_t> Dataset::of(Split split) const
{
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].split == split)
            result.push_back(i);
    }
    return result;
}

GradeDistribution discretisedNormal(double mean, double deviation)
{
    std::array<double, Grades> density{};
    double sum = 0;
    for (int k = 0; k < Grades; ++k) {
        const double z = (k + 1 - mean) / deviation;
        sum += density[static_cast<std::size_t>(k)] = std::exp(-z * z / 2);
    }
    GradeDistribution result{};
    for (std::size_t k = 0; k < result.size(); ++k)
        result[k] = static_cast<float>(density[k] / sum);
    return result;
}

Result<Dataset> loadDataset(const DataRecipe& data, const DataFolders& folders,
                            const std::filesystem::path& recipeFolder)
{
    std::map<std::string, std::filesystem::path> paths;
    for (const auto& [key, path] : {std::pair{"table", &data.table},
                                    {"images", &data.images},
                                    {"masks", &data.masks},
                                    {"splits", &data.splits}}) {
        if (path->empty())
            continue;
        Result<std::filesystem::path> resolved = resolvePath(*path, folders, recipeFolder);
        if (!resolved)
            return std::move(resolved).error();
        paths[key] = *std::move(resolved);
    }
    const Result<CsvTable> table = readCsv(paths["table"]);
    if (!table)
        return table.error();
    std::map<std::string, Split> splits;
    if (!data.splits.empty()) {
        Result<std::map<std::string, Split>> read = readSplits(paths["splits"], data);
        if (!read)
            return std::move(read).error();
        splits = *std::move(read);
    }
    RowReader reader(data, *table);
    if (Status found = reader.findColumns(data.splits.empty()); !found)
        return std::move(found).error().withFile(paths["table"].string());

    Dataset dataset;
    std::set<std::string> seen;
    int trainingRows = 0;
    for (std::size_t i = 0; i < table->rows.size(); ++i) {
        DataRow row;
        row.image = reader.image(i);
        const auto given = splits.find(row.image);
        row.split = data.splits.empty() ? reader.split(i) : given == splits.end() ? Split::None : given->second;
        if (row.split == Split::None)
            continue;
        if (row.split == Split::Train && trainingRows++ % data.trainEvery != 0)
            continue;
        if (!staysInside(row.image + data.imageSuffix))
            return rowError(i, "the image is not inside the image folder").withFile(paths["table"].string());
        if (!seen.insert(row.image).second)
            return rowError(i, "the image is listed twice").withFile(paths["table"].string());
        if (Status score = reader.readScore(i, row); !score)
            return std::move(score).error().withFile(paths["table"].string());
        row.file = paths["images"] / (row.image + data.imageSuffix);
        if (data.form == DataForm::Masks)
            row.mask = paths["masks"] / (row.image + data.maskSuffix);
        row.subset = reader.subset(i);
        dataset.rows.push_back(std::move(row));
    }
    if (dataset.of(Split::Train).empty() || dataset.of(Split::Validation).empty())
        return Error{ErrorCode::InvalidInput, "table", "the set has no training rows or no validation rows",
                     "mark rows with train and val in the split column", paths["table"].string()};
    return dataset;
}

Result<Dataset> loadDatasets(const Recipe& recipe, const DataFolders& folders)
{
    Dataset all;
    for (const DataRecipe& data : recipe.data) {
        Result<Dataset> one = loadDataset(data, folders, recipe.folder);
        if (!one)
            return one;
        for (DataRow& row : one->rows) {
            if (recipe.data.size() > 1)
                row.subset = data.name + (row.subset.empty() ? "" : "/" + row.subset);
            all.rows.push_back(std::move(row));
        }
    }
    return all;
}

} // namespace halflens
