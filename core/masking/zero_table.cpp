// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/zero_table.h"

namespace halflens {

Result<Prediction> predictFilled(const Predictor& predictor, const ModelInput& input, BlockMask blocks, Fill fill,
                                 std::stop_token stop)
{
    if (blocks.isEmpty())
        return predictor.predict(input, stop);
    ModelInput filled = input;
    fillBlocks(filled, blocks, fill, predictor.info().input);
    return predictor.predict(filled, stop);
}

Result<std::shared_ptr<const MaskTable>> fillZeroTable(const Predictor& predictor, const ModelInput& input,
                                                       const ZeroTableOptions& options, CachedRows* cache,
                                                       std::stop_token stop, const ZeroTableSink& sink)
{
    CompositeTableOptions composite;
    composite.samples = options.samples;
    composite.seed = options.seed;
    composite.doing = "hidden";
    composite.remedy = "try another fill";
    return fillCompositeTable(
        predictor, input, [&] { return fillSource(input, options.fill, predictor.info().input); }, composite, cache,
        std::move(stop), sink);
}

} // namespace halflens
