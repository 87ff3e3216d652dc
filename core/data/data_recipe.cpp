// SPDX-License-Identifier: BSD-3-Clause
#include "core/data/data_recipe.h"

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
    return found->second / path.substr(colon + 1);
}

} // namespace halflens
