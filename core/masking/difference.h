// SPDX-License-Identifier: BSD-3-Clause
// Two versions of a picture: which part of the change costs or gains quality (spec measures 12). Blocks come from A or
// from B; nothing is hidden and no fill is chosen.
#pragma once

#include "core/base/result.h"
#include "core/image/image.h"
#include "core/masking/composite_table.h"
#include "core/masking/importance.h"
#include "core/masking/mask_table.h"
#include "core/masking/orders.h"
#include "core/masking/table_cache.h"
#include "core/predictor/model_types.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace halflens {

/// What is exchanged.
enum class ExchangeBy : std::uint8_t {
    Tokens, ///< behind the trunk: all 4096 rows at once, exact, models with attention mask only
    Pixels ///< of the network's input: every model, a forward pass a row
};
/// "tokens", "pixels" and back. InvalidInput: another word.
std::string toString(ExchangeBy by);
Result<ExchangeBy> exchangeByFromString(const std::string& word);

struct CarriesOptions {
    double epsilon = 0.1; ///< grades of 1..5, >= 0
    double share = 0.5; ///< of the change, 0..1
    bool operator==(const CarriesOptions&) const = default;
};

/// The smallest set of blocks that carries the change: with these from B, and any others, the score stays near B's.
struct Carries {
    double epsilon = 0.1; ///< as asked
    double share = 0.5;
    double tolerance = 0; ///< max(epsilon, share * |change|), grades of 1..5
    BlockMask blocks; ///< fewest; of several the smallest `remaining`, then the smaller number; may be empty
    double remaining = 0; ///< largest distance from B's score then possible, grades of 1..5
};

/// All that follows from a table of exchanges, in native units where nothing else is said.
struct Difference {
    double scoreA = 0; ///< row 0
    double scoreB = 0; ///< last row
    double change = 0; ///< B - A
    Shapley shapley; ///< of "block b comes from B"; the values sum to `change`
    Orders orders; ///< of the same game, Banzhaf values with it
    /// Of tokens: the part of the contributions, by magnitude, that falls on blocks equal in A and B, because the trunk
    /// looks across borders; 0 where nothing contributes. None for pixels, and where all blocks differ.
    std::optional<double> leak;
    std::optional<Carries> carries; ///< none where rows are estimates
};

/// `differing` are the blocks in which the inputs differ. Any thread; milliseconds.
Difference reportDifference(const MaskTable& table, ExchangeBy by, BlockMask differing, const CarriesOptions& options);

/// Blocks in which two inputs of the same size differ in any value.
BlockMask differingBlocks(const ModelInput& a, const ModelInput& b);

/// Whether B is a version of A by its proportions. InvalidInput: they differ by more than 1 %, or B is empty.
Status comparable(const Image& a, const Image& b);

/// Both pictures as the network is fed them, B at A's size and in A's orientation. Errors of comparable();
/// InvalidInput: where the network takes pictures at their own size, different sizes.
Result<std::array<ModelInput, 2>> comparedInputs(const Image& a, const Image& b, const InputSpec& spec);

/// Rows computed of pictures that differ in more than eight blocks, where nobody asks for another number.
inline constexpr int FirstExchanges = 256;

struct VersionComparisonOptions {
    ExchangeBy by = ExchangeBy::Tokens;
    int samples = 0; ///< of pixels: rows really computed, LeastSamples..MaskCount; 0: all up to eight differing blocks
    std::uint64_t seed = 0; ///< of the random rows
    CarriesOptions carries;
};

/// Two pictures seen by one model. Immutable once shared.
struct VersionComparison {
    ModelInfo model;
    ExchangeBy by = ExchangeBy::Tokens;
    int fedWidth = 0;
    int fedHeight = 0;
    BlockMask differing; ///< blocks in which the inputs differ
    std::shared_ptr<const MaskTable> table; ///< row m: blocks of m from B
    Difference difference;
    double trunkSeconds = 0; ///< of both pictures; 0 for pixels
};

/// Feeds both pictures, fills the table, reports. Rows of pixels are kept in `cache` (may be null) under the contents
/// of both pictures. Of pixels only: `sink` is told of the rows, `publish` what follows from those so far, a few times,
/// once LeastSamples are there. Any thread, one per predictor. Unsupported: tokens of a model
/// without attention mask; errors of comparedInputs() and of the model; Cancelled.
Result<VersionComparison> compareVersions(const Image& a, const Image& b, const Predictor& predictor,
                                          const VersionComparisonOptions& options, TableCache* cache = nullptr,
                                          std::stop_token stop = {}, TableSink sink = {},
                                          const std::function<void(VersionComparison)>& publish = {});

} // namespace halflens
