// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/halves.h"

#include <utility>

namespace halflens {

std::string toString(HalvesOf whose)
{
    return whose == HalvesOf::Judge ? "judge" : "model";
}

Result<HalvesOf> halvesOfFromString(const std::string& word)
{
    for (const HalvesOf whose : {HalvesOf::Judge, HalvesOf::Model}) {
        if (word == toString(whose))
            return whose;
    }
    return Error{ErrorCode::InvalidInput, "halves", "unknown word \"" + word + "\"", "use judge or model", {}};
}

Result<std::shared_ptr<const Analysis>> halvesFrom(const Image& image, HalvesOf whose, const std::string& modelId,
                                                   Indicator indicator, ModelSource& models, ResultCache& cache,
                                                   const JobContext& context)
{
    const std::string id = whose == HalvesOf::Judge ? models.defaultId() : modelId;
    TableRequest request;
    request.zero.samples = FirstSamples;
    if (whose == HalvesOf::Judge)
        request.by = HiddenBy::Attention;
    AnalysisOptions options;
    options.indicator = indicator;
    Result<std::shared_ptr<const Analysis>> found = analyzeBlocks(image, id, request, options, models, cache, context);
    if (!found && whose == HalvesOf::Judge && found.error().code == ErrorCode::Unsupported)
        return Error{ErrorCode::Unsupported,
                     "halves",
                     "the default model " + id + " has no attention mask to judge the halves by",
                     "install a TRIQ model, or take the model's own halves (--halves model)",
                     {}};
    return found;
}

std::string hidingMethod(const Analysis& analysis)
{
    if (analysis.by == HiddenBy::Attention)
        return "attention mask";
    const bool isExact = !analysis.table || analysis.table->exact;
    return isExact ? "pixels set to zero"
                   : "pixels set to zero, estimated from " + std::to_string(analysis.table->samples) + " of 4096 masks";
}

} // namespace halflens
