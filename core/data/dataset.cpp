// SPDX-License-Identifier: BSD-3-Clause
#include "core/data/dataset.h"

#include "core/base/file.h"
#include "core/base/json_object.h"
#include "core/base/numbers_text.h"
#include "core/data/photo_names.h"
#include "core/data/table.h"
#include "core/data/table_text.h"

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

/// The word of a split column, counted where it means nothing.
class SplitWords {
public:
    Split read(const std::string& word)
    {
        const Split split = splitFromWord(word);
        if (split == Split::None)
            ++m_unknown[std::string(trimmed(word))];
        return split;
    }

    std::string note() const
    {
        std::size_t rows = 0;
        std::vector<std::string> words;
        for (const auto& [word, count] : m_unknown) {
            rows += count;
            words.push_back(word);
        }
        if (rows == 0)
            return {};
        return std::to_string(rows) + " rows are left out: their split is " + listed(words)
            + ", and train, val and test are known";
    }

private:
    std::map<std::string, std::size_t> m_unknown;
};

/// Words of the split column by image, of a file that holds nothing else.
Result<ByName<std::string>> readSplits(const std::filesystem::path& file, const DataRecipe& data)
{
    const Result<Table> table = readTable(file);
    if (!table)
        return table.error();
    const Result<std::size_t> image = table->column(data.imageColumn);
    const Result<std::size_t> split = table->column(data.splitColumn);
    if (!image || !split)
        return Error(image ? split.error() : image.error()).withFile(file.string());
    ByName<std::string> splits;
    for (const auto& row : table->rows)
        splits.add(std::string(trimmed(row[*image])), row[*split]);
    return splits;
}

/// Columns of the table a form needs, by index.
class RowReader {
public:
    /// `anyScale`: opinions need not lie on 1..5, because only their correlation is of interest.
    RowReader(const DataRecipe& data, const Table& table, bool anyScale)
        : m_data(data)
        , m_table(table)
        , m_anyScale(anyScale)
    { }

    Status findColumns(bool needsSplit)
    {
        find(m_data.imageColumn, m_image);
        if (needsSplit)
            find(m_data.splitColumn, m_split.emplace());
        if (!m_data.subsetColumn.empty())
            find(m_data.subsetColumn, m_subset.emplace());
        if (m_data.form == DataForm::Mos || m_data.form == DataForm::MosDeviation)
            find(m_data.mosColumn, m_mos);
        if (m_data.form == DataForm::MosDeviation)
            find(m_data.deviationColumn, m_deviation);
        if (m_data.form == DataForm::Votes) {
            for (std::size_t i = 0; i < m_votes.size(); ++i)
                find(m_data.voteColumns[i], m_votes[i]);
        }
        return m_problem;
    }

    std::string image(std::size_t row) const { return std::string(trimmed(m_table.rows[row][m_image])); }
    std::string subset(std::size_t row) const { return m_subset ? m_table.rows[row][*m_subset] : std::string(); }
    std::string splitWord(std::size_t row) const { return m_split ? m_table.rows[row][*m_split] : std::string(); }

    /// Whether the column holds the value that the recipe says means no opinion.
    bool hasNoOpinion(std::size_t row) const
    {
        if (!m_data.noOpinion || (m_data.form != DataForm::Mos && m_data.form != DataForm::MosDeviation))
            return false;
        const Result<double> mos = m_table.number(row, m_mos);
        return mos && *mos == *m_data.noOpinion;
    }

    /// Score and distribution of a row.
    Status readScore(std::size_t row, DataRow& result) const
    {
        if (m_data.form == DataForm::Masks)
            return {};
        if (m_data.form == DataForm::Votes)
            return readVotes(row, result);
        const Result<double> mos = m_table.number(row, m_mos);
        if (!mos)
            return mos.error();
        double deviation = m_data.deviation;
        if (m_data.form == DataForm::MosDeviation) {
            const Result<double> given = m_table.number(row, m_deviation);
            if (!given)
                return given.error();
            deviation = std::max(LeastDeviation, std::abs(m_data.factor) * *given);
        }
        result.mos5 = m_data.offset + m_data.factor * *mos;
        if (*mos == -1 && (result.mos5 < 1 || result.mos5 > 5))
            return Error{ErrorCode::InvalidInput,
                         "table",
                         "row " + std::to_string(row + 1) + ": -1 is not on the scale, and often means \"no opinion\"",
                         "leave such rows out with \"no_opinion\": -1 in the recipe",
                         {}};
        if (!m_anyScale && (result.mos5 < 0.5 || result.mos5 > 5.5))
            return rowError(row, "the score is " + exact(result.mos5) + " on the scale 1 to 5");
        result.grades = discretisedNormal(result.mos5, deviation);
        return {};
    }

private:
    void find(const std::string& name, std::size_t& index)
    {
        const Result<std::size_t> found = m_table.column(name);
        if (found)
            index = *found;
        else if (m_problem)
            m_problem = found.error();
    }

    Status readVotes(std::size_t row, DataRow& result) const
    {
        std::array<double, Grades> votes{};
        double sum = 0;
        for (std::size_t i = 0; i < votes.size(); ++i) {
            const Result<double> value = m_table.number(row, m_votes[i]);
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
    const Table& m_table;
    const bool m_anyScale;
    std::size_t m_image = 0;
    std::optional<std::size_t> m_split;
    std::optional<std::size_t> m_subset;
    std::size_t m_mos = 0;
    std::size_t m_deviation = 0;
    std::array<std::size_t, Grades> m_votes{};
    Status m_problem;
};

/// Counts of what is worth a note.
std::string counted(std::size_t count, const std::string& words)
{
    return count == 0 ? std::string() : std::to_string(count) + words;
}

} // namespace

Split splitFromWord(const std::string& word)
{
    std::string lower;
    for (const char c : trimmed(word))
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
                            const std::filesystem::path& recipeFolder, RowsWanted wanted)
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
    const std::string file = paths["table"].string();
    const Result<Table> table = readTable(paths["table"]);
    if (!table)
        return table.error();
    Dataset dataset;
    dataset.sources.push_back(paths["table"]);
    ByName<std::string> splits;
    if (!data.splits.empty()) {
        Result<ByName<std::string>> read = readSplits(paths["splits"], data);
        if (!read)
            return std::move(read).error();
        splits = *std::move(read);
        dataset.sources.push_back(paths["splits"]);
    }
    const bool splitColumn = wanted == RowsWanted::WithSplit || table->hasColumn(data.splitColumn);
    RowReader reader(data, *table, wanted == RowsWanted::All);
    if (Status found = reader.findColumns(data.splits.empty() && splitColumn); !found)
        return std::move(found).error().withFile(file);

    std::set<std::string> seen;
    SplitWords words;
    PhotoFinder photos(paths["images"]);
    std::size_t unlisted = 0;
    std::size_t withoutOpinion = 0;
    int trainingRows = 0;
    for (std::size_t i = 0; i < table->rows.size(); ++i) {
        DataRow row;
        row.image = reader.image(i);
        const std::string own = reader.splitWord(i);
        const std::string* word = data.splits.empty() ? &own : splits.find(row.image);
        if (wanted == RowsWanted::All)
            row.split = word ? splitFromWord(*word) : Split::None;
        else if (word)
            row.split = words.read(*word);
        unlisted += word ? 0 : 1;
        if (row.split == Split::None && wanted == RowsWanted::WithSplit)
            continue;
        if (reader.hasNoOpinion(i)) {
            ++withoutOpinion;
            continue;
        }
        if (wanted == RowsWanted::WithSplit && row.split == Split::Train && trainingRows++ % data.trainEvery != 0)
            continue;
        if (!staysInside(row.image + data.imageSuffix))
            return rowError(i, "the image is not inside the image folder").withFile(file);
        row.file = photos.find(row.image + data.imageSuffix);
        if (!seen.insert(row.file.native()).second)
            return rowError(i, "the image \"" + JsonObject::shown(row.image) + "\" is listed twice").withFile(file);
        if (Status score = reader.readScore(i, row); !score)
            return std::move(score).error().withFile(file);
        if (data.form == DataForm::Masks)
            row.mask = paths["masks"] / (row.image + data.maskSuffix);
        row.subset = reader.subset(i);
        dataset.rows.push_back(std::move(row));
    }
    for (const std::string& note :
         {table->note, words.note(), counted(unlisted, " rows are left out: the split file does not name their images"),
          counted(withoutOpinion, " rows are left out: they hold no opinion"),
          counted(photos.renamed(),
                  " photos were found under the table's name with another suffix or without folders")}) {
        if (!note.empty())
            dataset.notes.push_back(file + ": " + note);
    }
    return dataset;
}

Result<Dataset> loadDatasets(const std::vector<DataRecipe>& sets, const DataFolders& folders,
                             const std::filesystem::path& recipeFolder)
{
    Dataset all;
    for (const DataRecipe& data : sets) {
        Result<Dataset> one = loadDataset(data, folders, recipeFolder);
        if (!one)
            return one;
        if (one->of(Split::Train).empty() || one->of(Split::Validation).empty())
            return Error{ErrorCode::InvalidInput, "table",
                         "the set has no training rows or no validation rows"
                             + (one->notes.empty() ? std::string() : " (" + one->notes.back() + ")"),
                         "mark rows with train and val in the split column", one->sources.front().string()};
        for (DataRow& row : one->rows) {
            if (sets.size() > 1)
                row.subset = data.name + (row.subset.empty() ? "" : "/" + row.subset);
            all.rows.push_back(std::move(row));
        }
        all.notes.insert(all.notes.end(), one->notes.begin(), one->notes.end());
        all.sources.insert(all.sources.end(), one->sources.begin(), one->sources.end());
    }
    return all;
}

Status lookForPhotos(Dataset& dataset)
{
    std::size_t missing = 0;
    std::string first;
    std::map<Split, std::size_t> found;
    std::map<Split, std::size_t> wanted;
    for (const DataRow& row : dataset.rows) {
        std::error_code failed;
        ++wanted[row.split];
        if (std::filesystem::exists(row.file, failed)) {
            ++found[row.split];
            continue;
        }
        ++missing;
        if (first.empty())
            first = row.file.string();
    }
    if (missing == 0)
        return {};
    const std::string counts = missing == dataset.rows.size()
        ? "none of the " + std::to_string(missing) + " photos was found"
        : std::to_string(missing) + " of " + std::to_string(dataset.rows.size()) + " photos were not found";
    for (const auto& [split, count] : wanted) {
        if (found[split] == 0)
            return Error{ErrorCode::InvalidInput, "photos",
                         counts + (missing == dataset.rows.size() ? "" : ", and none of " + toString(split))
                             + "; the first looked for is this",
                         "check the folder given with --data, and images, columns and image_suffix of the recipe",
                         first};
    }
    dataset.notes.push_back(counts + "; the first looked for is " + first);
    return {};
}

std::string rowsHash(const Dataset& dataset)
{
    std::string facts;
    for (const DataRow& row : dataset.rows) {
        facts += std::to_string(row.image.size()) + ":" + row.image + " " + toString(row.split) + " " + exact(row.mos5);
        for (const float part : row.grades)
            facts += " " + exact(static_cast<double>(part));
        facts += "\n";
    }
    return sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(facts.data()), facts.size()));
}

} // namespace halflens
