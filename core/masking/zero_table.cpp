// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/zero_table.h"

#include <chrono>

namespace halflens {

Result<Prediction> predictFilled(const Predictor& predictor, const ModelInput& input, BlockMask blocks, Fill fill,
                                 std::stop_token stop)
{
    if (blocks.isEmpty())
        return predictor.predict(input, stop);
    ModelInput filled = input;
    fillBlocks(filled, blocks, fill, predictor.info().input.normalization);
    return predictor.predict(filled, stop);
}

Result<std::shared_ptr<const MaskTable>> buildZeroTable(const Predictor& predictor, const ModelInput& input, Fill fill,
                                                        std::stop_token stop, const std::function<void(int)>& progress)
{
    const auto begin = std::chrono::steady_clock::now();
    auto table = std::make_shared<MaskTable>();
    table->outputs = predictor.info().outputs;
    table->scale = predictor.info().scale;
    table->rows.reserve(static_cast<std::size_t>(MaskCount) * static_cast<std::size_t>(table->outputs));
    for (int mask = 0; mask < MaskCount; ++mask) {
        const Result<Prediction> row =
            predictFilled(predictor, input, BlockMask(static_cast<std::uint32_t>(mask)), fill, stop);
        if (!row)
            return row.error();
        table->rows.insert(table->rows.end(), row->output.begin(), row->output.end());
        if (progress)
            progress(mask + 1);
    }
    table->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::shared_ptr<const MaskTable>(std::move(table));
}

} // namespace halflens
