// SPDX-License-Identifier: BSD-3-Clause
// Contributions of cells finer than the 3x4 blocks, estimated by random orders (spec measures 13).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/masking/token_chain.h"
#include "core/predictor/model_types.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace halflens {

struct FineOptions {
    CellGrid cells{6, 8}; ///< of a landscape input; portrait inputs take it turned. Cut to the network's token grid
    int permutations = 0; ///< rounded up to even; 0: until the largest standard error is at most `standardError`
    double standardError = 0.01; ///< grades of 1..5
    std::uint64_t seed = 0;
    bool operator==(const FineOptions&) const = default;
};

inline constexpr int FirstPermutations = 60; ///< before the first estimate with an error
inline constexpr int MostPermutations = 20'000; ///< however large the error still is, where no number was asked for
inline constexpr int MostAskedPermutations = 1'000'000;

/// Immutable once shared. Never exact.
struct FineContributions {
    CellGrid cells;
    std::vector<double> values; ///< of each cell, row-major: what its visibility adds to the native score
    std::vector<double> standardErrors; ///< of each value; infinite where nothing is known yet
    double sum = 0; ///< score with all visible less score with all hidden; the values sum to it
    int permutations = 0; ///< single ones
    bool settled = false; ///< the wanted error, or number of permutations, is reached
    double seconds = 0; ///< without the trunk

    /// Whether a cell's value is more than twice its standard error from 0.
    bool isClear(std::size_t cell) const
    {
        return values[cell] > 2 * standardErrors[cell] || -values[cell] > 2 * standardErrors[cell];
    }
};

/// Worth of the first k players of an order, k = first..last, told from several threads at once.
using OrderedWorth = std::function<std::vector<double>(std::span<const int> order, int first, int last)>;

struct FineSink {
    std::function<void(int permutations, double largestError)> progress; ///< error in grades of 1..5
    std::function<void(std::shared_ptr<const FineContributions>)> publish; ///< after the exact ends, then now and then
};

/// The estimate for any game of `cells.count()` players. Orders depend on the seed and their number only; batches run
/// side by side on threadCount() threads and are added in order, so the result does not depend on timing.
/// Cancelled; InvalidInput: negative options, or not a number.
Result<FineContributions> fineContributions(CellGrid cells, const OrderedWorth& worth, const ScoreScale& scale,
                                            const FineOptions& options, std::stop_token stop = {},
                                            const FineSink& sink = {});

/// The grid `options` ask for, as the token grid of an image allows: turned where the image stands, and cut.
CellGrid fineGrid(const FineOptions& options, const TokenGrid& tokens);

/// Of a model with attention mask, from its features. Unsupported: another model.
Result<FineContributions> fineContributions(const Predictor& predictor, const Features& features,
                                            const FineOptions& options, std::stop_token stop = {},
                                            const FineSink& sink = {});

/// A value per cell painted over H x W, cell by cell; rows and columns are cut as those of blocks are.
ScalarMap paintCells(CellGrid cells, std::span<const double> values, int height, int width);
/// The contributions painted so.
ScalarMap fineMap(const FineContributions& fine, int height, int width);

} // namespace halflens
