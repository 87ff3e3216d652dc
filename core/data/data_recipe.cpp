// SPDX-License-Identifier: BSD-3-Clause
#include "core/data/data_recipe.h"

#include "core/base/json_object.h"

namespace halflens {

Result<std::filesystem::path> resolvePath(const std::string& path, const DataFolders& folders,
                                          const std::filesystem::path& recipeFolder)
{
    const std::size_t colon = path.find(':');
    if (colon == std::string::npos)
        return recipeFolder / path;
    const std::string name = path.substr(0, colon);
    const auto found = folders.find(name);
    if (found == folders.end())
        return Error{ErrorCode::InvalidInput, "recipe", "the recipe needs a folder called " + name,
                     "give it with --data " + name + "=DIR", path};
    // A name alone may stand for a file, which a path with a slash at its end would not find.
    const std::string rest = path.substr(colon + 1);
    return rest.empty() ? found->second : found->second / rest;
}

DataRecipe readDataRecipe(const nlohmann::json& value, const std::string& where, std::string& problem)
{
    JsonObject reader(value, where, problem);
    DataRecipe data;
    data.name = reader.text("name", true);
    data.form = reader.word<DataForm>("form",
                                      {{"mos", DataForm::Mos},
                                       {"mos_deviation", DataForm::MosDeviation},
                                       {"votes", DataForm::Votes},
                                       {"masks", DataForm::Masks}});
    data.images = reader.text("images", true);
    data.table = reader.text("table", true);
    data.splits = reader.text("splits", false);
    data.masks = reader.text("masks", data.form == DataForm::Masks);
    data.imageSuffix = reader.text("image_suffix", false);
    data.maskSuffix = reader.text("mask_suffix", false, data.imageSuffix);
    if (const nlohmann::json* columns = reader.get("columns", false)) {
        JsonObject names(*columns, reader.path("columns"), problem);
        data.imageColumn = names.text("image", false, data.imageColumn);
        data.mosColumn = names.text("mos", false, data.mosColumn);
        data.deviationColumn = names.text("deviation", false, data.deviationColumn);
        data.subsetColumn = names.text("subset", false, data.subsetColumn);
        data.splitColumn = names.text("split", false, data.splitColumn);
        data.voteColumns = names.texts("votes", 5, data.voteColumns);
        if (data.voteColumns.size() != 5)
            names.fail(names.path("votes") + " does not name five columns");
        names.finish();
    }
    data.offset = reader.number("offset", -1e6, 1e6, data.offset);
    data.factor = reader.number("factor", -1e6, 1e6, data.factor);
    if (reader.get("no_opinion", false))
        data.noOpinion = reader.number("no_opinion", -1e6, 1e6, 0);
    data.trainEvery = reader.integer("train_every", 1, 1000, data.trainEvery);
    data.deviation = reader.number("deviation", 0.05, 5, data.deviation);
    reader.finish();
    return data;
}

} // namespace halflens
