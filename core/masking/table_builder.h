// SPDX-License-Identifier: BSD-3-Clause
// Fills the mask table of a TRIQ model: exact, all 4096 masks (spec models 6; paper section 2).
#pragma once

#include "core/base/result.h"
#include "core/masking/mask_table.h"
#include "core/predictor/model_types.h"
#include "core/predictor/triq_encoder.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

/// The attention-mask table of one image. Masked tokens are dropped, which equals masking (spec
/// models 6.4); layer-1 attention is factored over blocks with a maximum per block, so that sums do
/// not underflow however far logits lie apart; the last layer is evaluated for the CLS query only.
/// Multi-threaded (threadCount()), same numbers for any number of threads. Any thread.
/// Unsupported: the model has no attention mask; Cancelled.
Result<std::shared_ptr<const MaskTable>> buildMaskTable(const Predictor& predictor, const Features& features,
                                                        std::stop_token stop = {});

/// The table of two versions of a picture (spec measures 12): row m is the prediction when the tokens of the blocks in
/// m come from `b` and the others from `a`; nothing is hidden, row 0 is `a`, the last row `b`. The features are those
/// of whole pictures, so blocks that are equal in both still differ where the trunk looked across their borders.
/// Threads, errors and exactness as buildMaskTable(); twice its token rows. InvalidInput: token grids of different
/// sizes.
Result<std::shared_ptr<const MaskTable>> buildExchangeTable(const Predictor& predictor, const Features& a,
                                                            const Features& b, std::stop_token stop = {});

/// Instruction set the table is computed with. Auto: the widest the machine has; the environment
/// variable HALFLENS_TABLE_KERNEL ("generic", "avx2", "avx512") narrows it.
enum class TableKernel { Auto, Generic, Avx2, Avx512 };
std::vector<TableKernel> availableTableKernels();
std::string toString(TableKernel kernel);

/// MaskCount * outputs values, row = mask number. The encoder may have any size; the published
/// one (2 layers, width 32, 8 heads, 64 hidden) takes the fast path, others drop tokens mask by mask.
Result<std::vector<float>> evaluateAllMasks(const TriqEncoder& encoder, const TokenGrid& tokens,
                                            std::stop_token stop = {}, TableKernel kernel = TableKernel::Auto);

/// The same for exchanges: row m has the blocks of m from `b`.
Result<std::vector<float>> evaluateAllExchanges(const TriqEncoder& encoder, const TokenGrid& a, const TokenGrid& b,
                                                std::stop_token stop = {}, TableKernel kernel = TableKernel::Auto);

/// `a` with the tokens of `blocks` from `b`, a grid of the same size.
TokenGrid exchangeTokens(const TokenGrid& a, const TokenGrid& b, BlockMask blocks);

} // namespace halflens
