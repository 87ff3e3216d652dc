// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/difference.h"

#include "core/masking/deciding_sets.h"
#include "core/masking/table_builder.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace halflens {

namespace {

constexpr int FewBlocks = 8; ///< all rows of so many differing blocks are computed unasked
constexpr std::int64_t MostStretchPercent = 1;

Carries whatCarries(const MaskTable& table, const CarriesOptions& options)
{
    const std::vector<double> scores = scoresOf(table);
    std::vector<double> distances(scores.size());
    std::transform(scores.begin(), scores.end(), distances.begin(),
                   [&](double score) { return std::abs(changeOnFive(table.scale, score - scores.back())); });
    const double change = distances.front();
    // Supersets of m are the subsets of its complement, which has the number 4095 - m.
    std::reverse(distances.begin(), distances.end());
    std::vector<double> worst = worstBelow(std::move(distances));
    std::reverse(worst.begin(), worst.end());

    Carries carries;
    carries.epsilon = options.epsilon;
    carries.share = options.share;
    carries.tolerance = std::max(options.epsilon, options.share * change);
    carries.blocks = BlockMask::all(); // B itself: distance 0
    for (std::uint32_t m = 0; m < MaskCount; ++m) {
        const BlockMask mask(m);
        if (!(worst[m] <= carries.tolerance))
            continue;
        const int fewer = carries.blocks.count() - mask.count();
        if (fewer > 0 || (fewer == 0 && worst[m] < carries.remaining)) {
            carries.blocks = mask;
            carries.remaining = worst[m];
        }
    }
    return carries;
}

Error sizeError(const Image& a, const Image& b, const char* remedy)
{
    const auto size = [](const Image& image) {
        return std::to_string(image.width) + " x " + std::to_string(image.height);
    };
    return {ErrorCode::InvalidInput,
            "compare",
            "the pictures measure " + size(a) + " and " + size(b) + " pixels",
            remedy,
            {}};
}

Result<std::shared_ptr<const MaskTable>> pixelTable(const Image& a, const Image& b, const Predictor& predictor,
                                                    const std::array<ModelInput, 2>& inputs, BlockMask differing,
                                                    const VersionComparisonOptions& options, TableCache* cache,
                                                    std::stop_token stop, const TableSink& sink)
{
    CompositeTableOptions filling;
    filling.players = differing;
    filling.samples = options.samples > 0 ? options.samples
        : differing.count() <= FewBlocks  ? MaskCount
                                          : FirstExchanges;
    filling.seed = options.seed;
    const std::unique_ptr<CachedRows> rows =
        cache ? cache->open(exchangeKey(a.contentHash, b.contentHash, predictor.info(), inputs[0])) : nullptr;
    return fillCompositeTable(
        predictor, inputs[0], [&] { return inputs[1]; }, filling, rows.get(), std::move(stop), sink);
}

} // namespace

std::string toString(ExchangeBy by)
{
    return by == ExchangeBy::Tokens ? "tokens" : "pixels";
}

Result<ExchangeBy> exchangeByFromString(const std::string& word)
{
    for (const ExchangeBy by : {ExchangeBy::Tokens, ExchangeBy::Pixels})
        if (toString(by) == word)
            return by;
    return Error{ErrorCode::InvalidInput, "options", "unknown exchange \"" + word + "\"", "use tokens or pixels", {}};
}

Difference reportDifference(const MaskTable& table, ExchangeBy by, BlockMask differing, const CarriesOptions& options)
{
    const std::vector<double> worth = scoresOf(table); // bit b of a row: block b comes from B
    Difference difference;
    difference.scoreA = worth.front();
    difference.scoreB = worth.back();
    difference.change = worth.back() - worth.front();
    difference.shapley = computeShapley(worth);
    difference.orders = computeOrders(worth, table.scale);
    if (by == ExchangeBy::Tokens && differing != BlockMask::all()) {
        double equal = 0;
        double all = 0;
        for (int block = 0; block < BlockCount; ++block) {
            const double size = std::abs(difference.shapley.values[static_cast<std::size_t>(block)]);
            all += size;
            equal += differing.contains({block}) ? 0 : size;
        }
        difference.leak = all > 0 ? equal / all : 0;
    }
    if (table.exact)
        difference.carries = whatCarries(table, options);
    return difference;
}

BlockMask differingBlocks(const ModelInput& a, const ModelInput& b)
{
    assert(a.width == b.width && a.height == b.height);
    BlockMask differing;
    for (int block = 0; block < BlockCount; ++block) {
        const BlockRect rect = blockRect({block}, a.height, a.width);
        const auto rowDiffers = [&](int plane, int y) {
            const std::ptrdiff_t row = (static_cast<std::ptrdiff_t>(plane) * a.height + y) * a.width;
            return !std::equal(a.planes.begin() + row + rect.left, a.planes.begin() + row + rect.right,
                               b.planes.begin() + row + rect.left);
        };
        for (int line = 0; line < 3 * (rect.bottom - rect.top) && !differing.contains({block}); ++line)
            if (rowDiffers(line % 3, rect.top + line / 3))
                differing = differing.with({block});
    }
    return differing;
}

Status comparable(const Image& a, const Image& b)
{
    if (b.width < 1 || b.height < 1)
        return Error{ErrorCode::InvalidInput, "compare", "the second picture is empty", "open another image", {}};
    // Whole numbers: exactly 1 % is within.
    const std::int64_t across = std::int64_t{a.width} * b.height;
    const std::int64_t down = std::int64_t{a.height} * b.width;
    if (std::abs(across - down) * 100 > down * MostStretchPercent)
        return sizeError(a, b, "compare two versions of one picture: their proportions may differ by 1 % at most");
    return {};
}

Result<std::array<ModelInput, 2>> comparedInputs(const Image& a, const Image& b, const InputSpec& spec)
{
    Result<ModelInput> first = toModelInput(a, spec);
    if (!first)
        return std::move(first).error();
    if (Status fits = comparable(a, b); !fits)
        return std::move(fits).error();
    if (spec.policy == InputPolicy::Native && (a.width != b.width || a.height != b.height))
        return sizeError(a, b, "this model takes pictures at their own size: bring both to one size");
    InputSpec likeFirst = spec;
    if (spec.policy == InputPolicy::Fit) { // a nearly square B must not be turned where A is not
        likeFirst.width = first->width;
        likeFirst.height = first->height;
        likeFirst.transposePortrait = false;
    }
    Result<ModelInput> second = toModelInput(b, likeFirst);
    if (!second)
        return std::move(second).error();
    return std::array<ModelInput, 2>{*std::move(first), *std::move(second)};
}

Result<VersionComparison> compareVersions(const Image& a, const Image& b, const Predictor& predictor,
                                          const VersionComparisonOptions& options, TableCache* cache,
                                          std::stop_token stop, TableSink sink,
                                          const std::function<void(VersionComparison)>& publish)
{
    VersionComparison result;
    result.model = predictor.info();
    result.by = options.by;
    if (options.by == ExchangeBy::Tokens && !predictor.attentionEncoder())
        return Error{ErrorCode::Unsupported,
                     "compare",
                     result.model.id + " is of the family " + result.model.family + ", which has no tokens to exchange",
                     "exchange pixels (--by pixels), or use a TRIQ model",
                     {}};
    const Result<std::array<ModelInput, 2>> inputs = comparedInputs(a, b, result.model.input);
    if (!inputs)
        return inputs.error();
    result.fedWidth = inputs->front().width;
    result.fedHeight = inputs->front().height;
    result.differing = differingBlocks((*inputs)[0], (*inputs)[1]);

    Result<std::shared_ptr<const MaskTable>> table = std::shared_ptr<const MaskTable>();
    if (options.by == ExchangeBy::Tokens) {
        std::array<std::shared_ptr<const Features>, 2> features;
        for (std::size_t version = 0; version < features.size(); ++version) {
            Result<std::shared_ptr<const Features>> made = predictor.features((*inputs)[version], stop);
            if (!made)
                return std::move(made).error();
            features[version] = *std::move(made);
            result.trunkSeconds += features[version]->seconds;
        }
        table = buildExchangeTable(predictor, *features[0], *features[1], stop);
    } else {
        if (publish)
            sink.publish = [&](std::shared_ptr<const MaskTable> soFar) {
                VersionComparison estimate = result;
                estimate.difference = reportDifference(*soFar, options.by, result.differing, options.carries);
                estimate.table = std::move(soFar);
                publish(std::move(estimate));
            };
        table = pixelTable(a, b, predictor, *inputs, result.differing, options, cache, stop, sink);
    }
    if (!table)
        return std::move(table).error();
    result.table = *std::move(table);
    result.difference = reportDifference(*result.table, options.by, result.differing, options.carries);
    return result;
}

} // namespace halflens
