// SPDX-License-Identifier: BSD-3-Clause
// Training recipes: whatever is accepted keeps its promises, whatever is refused says so in UTF-8.
#include "core/train/recipe.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {

void require(bool condition)
{
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace halflens;
    const auto recipe = train::parseRecipe(std::string(reinterpret_cast<const char*>(data), size), "folder");
    if (!recipe) {
        const std::string message = recipe.error().message();
        require(!message.empty());
        (void)nlohmann::json(message).dump(); // throws where it is not UTF-8
        return 0;
    }
    require(!recipe->id.empty() && !recipe->family.empty() && !recipe->data.empty() && !recipe->views.empty());
    require(recipe->optimizer.batch >= 1 && recipe->optimizer.epochs > 0 && recipe->optimizer.rate > 0);
    require(recipe->head.widths.size() == 3 && recipe->head.swinDepths.size() == recipe->head.swinHeads.size());
    require(recipe->masking.most >= 1 && recipe->masking.most <= 11);
    const train::DamageRecipe& damage = recipe->damage;
    require(damage.most >= 1 && damage.most <= 11 && damage.copies >= 1 && damage.comparisons >= 1);
    require(!recipe->losses.usesDamage() || (damage.pairs > 0 && !damage.kinds.empty()));
    for (const train::DamageStrength& kind : damage.kinds)
        require(!kind.kind.empty() && kind.low > 0 && kind.low <= kind.high && std::isfinite(kind.high));
    require(recipe->scale.low < recipe->scale.high);
    for (const DataRecipe& set : recipe->data)
        require(set.voteColumns.size() == 5 && std::isfinite(set.factor) && set.deviation > 0);
    for (const train::ViewRecipe& view : recipe->views)
        require(view.x >= 0 && view.x <= 1 && view.y >= 0 && view.y <= 1 && view.weight >= 0);
    return 0;
}
