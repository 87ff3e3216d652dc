// SPDX-License-Identifier: BSD-3-Clause
// Scores of a TRIQ model while cells of any grid become visible one after the other, through the attention mask.
#pragma once

#include "core/base/result.h"
#include "core/masking/table_builder.h"
#include "core/predictor/triq_encoder.h"

#include <memory>
#include <span>
#include <vector>

namespace halflens {

struct CellGrid {
    int rows = 0;
    int columns = 0;
    int count() const { return rows * columns; }
    bool operator==(const CellGrid&) const = default;
};

/// The cell each token stands in, row-major, by the centre rule of blockOfToken(). No side of `cells` exceeds the token
/// grid's, so every cell has a token.
std::vector<int> cellsOfTokens(CellGrid cells, int tokenRows, int tokenColumns);

/// The tokens of one image, ready to be shown in any order. Immutable; its functions may be called from several
/// threads.
class TokenChains {
public:
    /// Copies what it needs of the encoder. InvalidInput: a side of `cells` exceeds the token grid or is below 1;
    /// errors of embedTokens().
    static Result<TokenChains> create(const TriqEncoder& encoder, const TokenGrid& tokens, CellGrid cells,
                                      TableKernel kernel = TableKernel::Auto);

    CellGrid cells() const;

    /// Native scores with the first k cells of `order`, a permutation of all cells, visible and the others hidden;
    /// k = first..last, from 0 to the number of cells. About 20 microseconds a step for 192 tokens.
    std::vector<double> scores(std::span<const int> order, int first, int last) const;

private:
    struct Private;
    explicit TokenChains(std::shared_ptr<const Private> d);
    std::shared_ptr<const Private> m_d;
};

} // namespace halflens
