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
    if (options.samples < 2 || options.samples > MaxSamples || options.batch < 1 || !(options.kernelWidth > 0)
        || !(options.settle >= 0))
        return Error{
            ErrorCode::InvalidInput,
            "lime",
            "the number of samples, the batch size, the kernel width or the share to settle at is out of range",
            "use 2 to 1000000 samples, batches of at least 1 and a kernel width above 0",
            {}};
    return {};
}

/// One fit under way: samples are scored batch by batch, and now and then the fit so far is looked at.
class Fitting {
public:
    Fitting(const LimeOptions& options, const std::stop_token& stop, const LimeProgress& progress,
            const LimePublish& publish)
        : m_options(options)
        , m_stop(stop)
        , m_progress(progress)
        , m_publish(publish)
    { }

    Status run(LimeResult& result, const SampleScorer& scorer) const
    {
        const Result<SampleScores> score = scorer(result.segments);
        if (!score)
            return score.error();
        const SampleMatrix all = drawSamples(m_options.samples, result.segments.count, m_options.seed);
        for (int done = 0; done < all.samples;) {
            if (m_stop.stop_requested())
                return cancelledError();
            const int check = (done / LimeCheckSamples + 1) * LimeCheckSamples;
            const int end = std::min({all.samples, done + std::min(m_options.batch, all.samples), check});
            if (Status scored = take(*score, all, done, end, result.predictions); !scored)
                return scored;
            done = end;
            if (m_progress)
                m_progress(done, all.samples);
            const bool looks = done < all.samples && done == check && (m_options.settle > 0 || m_publish);
            if (looks || done == all.samples) {
                result.samples = firstRows(all, done);
                if (Status fitted = fit(result); !fitted)
                    return fitted;
                if (looks && m_publish)
                    m_publish(paintSegments(result.segments, result.surrogate.byFeature(result.segments.count)),
                              result);
                if (looks && hasSettled(result))
                    break;
            }
        }
        return {};
    }

private:
    static SampleMatrix firstRows(const SampleMatrix& all, int count)
    {
        const std::size_t values = static_cast<std::size_t>(count) * static_cast<std::size_t>(all.features);
        return {count, all.features, {all.kept.begin(), all.kept.begin() + static_cast<std::ptrdiff_t>(values)}};
    }

    static Status take(const SampleScores& score, const SampleMatrix& samples, int begin, int end,
                       std::vector<double>& predictions)
    {
        Result<std::vector<double>> scores = score(samples, begin, end);
        if (!scores)
            return std::move(scores).error();
        const bool usable = static_cast<int>(scores->size()) == end - begin
            && std::all_of(scores->begin(), scores->end(), [](double s) { return std::isfinite(s); });
        if (!usable)
            return Error{ErrorCode::Model,
                         "lime",
                         "the model gave no usable score for an image with hidden segments",
                         "check the model with its own verification",
                         {}};
        predictions.insert(predictions.end(), scores->begin(), scores->end());
        return {};
    }

    Status fit(LimeResult& result) const
    {
        const std::vector<double> weights = sampleWeights(sampleDistances(result.samples), m_options.kernelWidth);
        Result<Surrogate> surrogate = fitSurrogate(result.samples, result.predictions, weights, m_options.surrogate);
        if (!surrogate)
            return std::move(surrogate).error();
        result.surrogate = *std::move(surrogate);
        if (m_options.settle > 0)
            result.error = rootMeanSquare(coefficientErrors(result.samples, result.predictions, weights,
                                                            result.surrogate, m_options.surrogate.alpha));
        return {};
    }

    static double rootMeanSquare(const std::vector<double>& values)
    {
        double squares = 0;
        for (const double value : values)
            squares += value * value;
        return std::sqrt(squares / static_cast<double>(values.size()));
    }

    bool hasSettled(const LimeResult& result) const
    {
        return m_options.settle > 0
            && result.error <= m_options.settle * rootMeanSquare(result.surrogate.byFeature(result.segments.count));
    }

    const LimeOptions& m_options;
    const std::stop_token& m_stop;
    const LimeProgress& m_progress;
    const LimePublish& m_publish;
};

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
    if (options.settle > 0)
        key += " settle=" + exact(options.settle);
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

Result<LimeResult> lime(const Image& image, const SampleScorer& scorer, const LimeOptions& options,
                        std::stop_token stop, const LimeProgress& progress, const LimePublish& publish)
{
    if (const Status usable = checkOptions(image, options); !usable)
        return usable.error();
    return guarded("lime", [&]() -> Result<LimeResult> {
        LimeResult result;
        Result<Segmentation> segments = limeSegments(image, options, stop);
        if (!segments)
            return std::move(segments).error();
        result.segments = std::move(*segments);
        if (Status fitted = Fitting(options, stop, progress, publish).run(result, scorer); !fitted)
            return std::move(fitted).error();
        result.map = paintSegments(result.segments, result.surrogate.byFeature(result.segments.count));
        return result;
    });
}

} // namespace halflens
