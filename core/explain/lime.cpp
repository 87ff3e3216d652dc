// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/lime.h"

#include "core/base/numbers_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace halflens {

namespace {

constexpr int MaxSamples = 1'000'000;

Status checkOptions(const Image& image, const LimeOptions& options)
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "lime", "the image is empty", "open another image", {}};
    if (options.samples < 2 || options.samples > MaxSamples || options.batch < 1 || !(options.kernelWidth > 0))
        return Error{ErrorCode::InvalidInput,
                     "lime",
                     "the number of samples, the batch size or the kernel width is out of range",
                     "use 2 to 1000000 samples, batches of at least 1 and a kernel width above 0",
                     {}};
    return {};
}

/// Predictions for all rows of `samples`, batch by batch.
Result<std::vector<double>> predictSamples(const Segmentation& segments, const SampleMatrix& samples,
                                           const SampleScorer& scorer, const LimeOptions& options,
                                           const std::stop_token& stop, const LimeProgress& progress)
{
    const Result<SampleScores> score = scorer(segments);
    if (!score)
        return score.error();
    std::vector<double> predictions;
    for (int done = 0; done < samples.samples;) {
        if (stop.stop_requested())
            return cancelledError();
        const int end = std::min(samples.samples, done + std::min(options.batch, samples.samples));
        Result<std::vector<double>> scores = (*score)(samples, done, end);
        if (!scores)
            return std::move(scores).error();
        const bool usable = static_cast<int>(scores->size()) == end - done
            && std::all_of(scores->begin(), scores->end(), [](double s) { return std::isfinite(s); });
        if (!usable)
            return Error{ErrorCode::Model,
                         "lime",
                         "the model gave no usable score for an image with hidden segments",
                         "check the model with its own verification",
                         {}};
        predictions.insert(predictions.end(), scores->begin(), scores->end());
        done = end;
        if (progress)
            progress(done, samples.samples);
    }
    return predictions;
}

} // namespace

std::string toString(LimeSegments segments)
{
    switch (segments) {
    case LimeSegments::Quickshift:
        return "quickshift";
    case LimeSegments::Slic:
        return "slic";
    case LimeSegments::Grid:
        return "grid";
    }
    return {};
}

Result<LimeSegments> limeSegmentsFromString(const std::string& word)
{
    for (const LimeSegments segments : {LimeSegments::Quickshift, LimeSegments::Slic, LimeSegments::Grid}) {
        if (word == toString(segments))
            return segments;
    }
    return Error{ErrorCode::InvalidInput,
                 "options",
                 "unknown segmentation \"" + word + "\"",
                 "use quickshift, slic or grid",
                 {}};
}

std::string cacheKey(const LimeOptions& options)
{
    std::string key = "lime/1 " + toString(options.segments);
    if (options.segments == LimeSegments::Quickshift) {
        key += " " + exact(options.quickshift.kernelSize) + " " + exact(options.quickshift.maxDistance) + " "
            + exact(options.quickshift.ratio);
    }
    if (options.segments == LimeSegments::Slic)
        key += " " + std::to_string(options.slic.segments) + " " + exact(options.slic.compactness);
    return key + (options.hide == LimeHide::MeanColour ? " mean" : " black") + " n=" + std::to_string(options.samples)
        + " seed=" + std::to_string(options.seed) + " kernel=" + exact(options.kernelWidth)
        + " features=" + std::to_string(options.surrogate.numFeatures) + " selection="
        + std::to_string(static_cast<int>(options.surrogate.selection)) + " alpha=" + exact(options.surrogate.alpha);
}

Result<Segmentation> limeSegments(const Image& image, const LimeOptions& options, std::stop_token stop)
{
    switch (options.segments) {
    case LimeSegments::Quickshift: {
        QuickshiftOptions quickshiftOptions = options.quickshift;
        quickshiftOptions.seed = options.seed;
        return quickshift(image, quickshiftOptions, std::move(stop));
    }
    case LimeSegments::Slic:
        return slic(image, options.slic, std::move(stop));
    case LimeSegments::Grid:
        break;
    }
    return gridSegments(image.height, image.width);
}

std::vector<std::array<std::uint8_t, 3>> hiddenColours(const Image& image, const Segmentation& segments, LimeHide hide)
{
    const auto count = static_cast<std::size_t>(segments.count);
    std::vector<std::array<std::uint8_t, 3>> colours(count);
    if (hide == LimeHide::Black)
        return colours;
    std::vector<std::array<std::uint64_t, 4>> sums(count); // red, green, blue, pixels
    for (std::size_t i = 0; i < segments.labels.size(); ++i) {
        auto& sum = sums[static_cast<std::size_t>(segments.labels[i])];
        for (std::size_t c = 0; c < 3; ++c)
            sum[c] += image.rgb[3 * i + c];
        ++sum[3];
    }
    for (std::size_t segment = 0; segment < count; ++segment) {
        for (std::size_t c = 0; c < 3; ++c)
            colours[segment][c] = static_cast<std::uint8_t>(sums[segment][c] / sums[segment][3]);
    }
    return colours;
}

SegmentHider::SegmentHider(const Image& image, const Segmentation& segments,
                           std::span<const std::array<std::uint8_t, 3>> colours)
    : m_image(image)
    , m_allHidden(image.rgb.size())
{
    for (std::size_t i = 0; i < segments.labels.size(); ++i) {
        const auto segment = static_cast<std::size_t>(segments.labels[i]);
        std::copy(colours[segment].begin(), colours[segment].end(),
                  m_allHidden.begin() + static_cast<std::ptrdiff_t>(3 * i));
        if (m_runs.empty() || m_runs.back().segment != segment)
            m_runs.push_back({segment, 3 * i, 0});
        m_runs.back().bytes += 3;
    }
}

void SegmentHider::hide(std::span<const std::uint8_t> kept, Image& result) const
{
    result.width = m_image.width;
    result.height = m_image.height;
    result.rgb.resize(m_image.rgb.size());
    for (const Run& run : m_runs)
        std::copy_n((kept[run.segment] != 0 ? m_image.rgb.data() : m_allHidden.data()) + run.begin, run.bytes,
                    result.rgb.data() + run.begin);
}

ScalarMap paintSegments(const Segmentation& segments, std::span<const double> values)
{
    ScalarMap map(segments.height, segments.width);
    std::transform(segments.labels.begin(), segments.labels.end(), map.values.begin(),
                   [&](std::int32_t label) { return static_cast<float>(values[static_cast<std::size_t>(label)]); });
    return map;
}

std::vector<int> strongestPositive(const Surrogate& surrogate, int count)
{
    std::vector<int> result;
    for (std::size_t i = 0; i < surrogate.features.size() && static_cast<int>(result.size()) < count; ++i) {
        if (surrogate.coefficients[i] > 0)
            result.push_back(surrogate.features[i]);
    }
    return result;
}

Result<LimeResult> lime(const Image& image, const SampleScorer& scorer, const LimeOptions& options,
                        std::stop_token stop, const LimeProgress& progress)
{
    if (const Status usable = checkOptions(image, options); !usable)
        return usable.error();
    return guarded("lime", [&]() -> Result<LimeResult> {
        LimeResult result;
        Result<Segmentation> segments = limeSegments(image, options, stop);
        if (!segments)
            return std::move(segments).error();
        result.segments = std::move(*segments);
        result.samples = drawSamples(options.samples, result.segments.count, options.seed);
        Result<std::vector<double>> predictions =
            predictSamples(result.segments, result.samples, scorer, options, stop, progress);
        if (!predictions)
            return std::move(predictions).error();
        result.predictions = std::move(*predictions);
        const std::vector<double> weights = sampleWeights(sampleDistances(result.samples), options.kernelWidth);
        Result<Surrogate> surrogate = fitSurrogate(result.samples, result.predictions, weights, options.surrogate);
        if (!surrogate)
            return std::move(surrogate).error();
        result.surrogate = std::move(*surrogate);
        result.map = paintSegments(result.segments, result.surrogate.byFeature(result.segments.count));
        return result;
    });
}

} // namespace halflens
