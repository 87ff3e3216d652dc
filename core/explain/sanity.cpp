// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/sanity.h"

#include "core/base/statistics.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double KernelWidth = 0.25; // the package's

Error notComparable()
{
    return {ErrorCode::InvalidInput,
            "sanity",
            "the maps have different sizes, fewer than two values, or values that are not finite",
            "please report this with the model that caused it",
            {}};
}

/// Kept blocks of a sample as the mask of the hidden ones.
BlockMask hiddenBlocks(std::span<const std::uint8_t> kept)
{
    std::uint32_t bits = 0;
    for (std::size_t block = 0; block < kept.size(); ++block)
        bits |= kept[block] == 0 ? 1U << block : 0U;
    return BlockMask(bits);
}

Result<Surrogate> fitOnRows(const MaskTable& table, const SampleMatrix& matrix, const SurrogateOptions& options)
{
    std::vector<double> predictions;
    for (int sample = 0; sample < matrix.samples; ++sample)
        predictions.push_back(table.score(hiddenBlocks(matrix.row(sample))));
    return fitSurrogate(matrix, predictions, sampleWeights(sampleDistances(matrix), KernelWidth), options);
}

} // namespace

Result<double> rankCorrelation(std::span<const float> a, std::span<const float> b)
{
    const auto finite = [](float v) { return std::isfinite(v); };
    if (a.size() != b.size() || a.size() < 2 || !std::all_of(a.begin(), a.end(), finite)
        || !std::all_of(b.begin(), b.end(), finite))
        return notComparable();
    return definedOr(spearman(a, b), 0);
}

Result<Surrogate> limeOnTable(const MaskTable& table, int samples, std::uint64_t seed, const SurrogateOptions& options)
{
    if (samples < 2)
        return Error{ErrorCode::InvalidInput, "lime", "a fit needs two samples or more", "use more samples", {}};
    return fitOnRows(table, drawSamples(samples, BlockCount, seed), options);
}

Result<Surrogate> limeOnWholeTable(const MaskTable& table, const SurrogateOptions& options)
{
    SampleMatrix matrix{MaskCount, BlockCount, {}};
    for (std::uint32_t hidden = 0; hidden < MaskCount; ++hidden) {
        for (int block = 0; block < BlockCount; ++block)
            matrix.kept.push_back((hidden >> block & 1U) == 0 ? 1 : 0);
    }
    return fitOnRows(table, matrix, options);
}

Result<std::vector<LimeSamplingError>> limeSamplingErrors(const MaskTable& table, std::span<const int> samples,
                                                          std::uint64_t seed, int repetitions)
{
    const Result<Surrogate> whole = limeOnWholeTable(table);
    if (!whole)
        return whole.error();
    const std::vector<double> expected = whole->byFeature(BlockCount);
    std::vector<LimeSamplingError> errors;
    for (const int count : samples) {
        LimeSamplingError error{count, 0, 0};
        for (int repetition = 0; repetition < repetitions; ++repetition) {
            const Result<Surrogate> fitted = limeOnTable(table, count, seed + static_cast<std::uint64_t>(repetition));
            if (!fitted)
                return fitted.error();
            const std::vector<double> found = fitted->byFeature(BlockCount);
            double sum = 0;
            double largest = 0;
            for (std::size_t block = 0; block < expected.size(); ++block) {
                sum += std::abs(found[block] - expected[block]);
                largest = std::max(largest, std::abs(found[block] - expected[block]));
            }
            error.meanError += sum / BlockCount / repetitions;
            error.maxError += largest / repetitions;
        }
        errors.push_back(error);
    }
    return errors;
}

} // namespace halflens
