// SPDX-License-Identifier: BSD-3-Clause
// LIME for images with one score as output (spec models 13).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/explain/segmentation.h"
#include "core/explain/surrogate.h"
#include "core/image/image.h"

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace halflens {

enum class LimeSegments { Quickshift, Slic, Grid };
enum class LimeHide {
    MeanColour, ///< each segment filled with its own mean, truncated to 8 bits
    Black
};

struct LimeOptions {
    LimeSegments segments = LimeSegments::Quickshift;
    QuickshiftOptions quickshift; ///< its seed is replaced by `seed`
    SlicOptions slic;
    LimeHide hide = LimeHide::MeanColour;
    int samples = 1000; ///< predictions, the unchanged image among them
    std::uint64_t seed = 0;
    /// Stop early, at a multiple of LimeCheckSamples, once the coefficients' standard errors, root mean square, are at
    /// most this part of the coefficients, root mean square. 0: all samples.
    double settle = 0;
    int batch = 10; ///< samples scored between two looks at progress and stop; no influence on the result
    double kernelWidth = 0.25;
    SurrogateOptions surrogate;
    auto operator<=>(const LimeOptions&) const = default;
};

inline constexpr int LimeCheckSamples = 100;
/// What viewer and commands settle at where nobody says how many samples to take.
inline constexpr double LimeSettleShare = 0.2;

/// Text that differs where results differ.
std::string cacheKey(const LimeOptions& options);

/// "quickshift", "slic", "grid" and back. InvalidInput: another word.
std::string toString(LimeSegments segments);
Result<LimeSegments> limeSegmentsFromString(const std::string& word);

/// One finite score for each of the rows begin..end-1: of the image with the segments hidden that the row does not
/// keep.
using SampleScores = std::function<Result<std::vector<double>>(const SampleMatrix& samples, int begin, int end)>;
/// Asked once, when the segments are known; they live as long as what it gives is used.
using SampleScorer = std::function<Result<SampleScores>(const Segmentation& segments)>;
/// Called between batches, from the calling thread.
using LimeProgress = std::function<void(int done, int total)>;

struct LimeResult {
    Segmentation segments;
    SampleMatrix samples; ///< those that were scored
    std::vector<double> predictions; ///< one per sample; the first is of the unchanged image
    Surrogate surrogate;
    double error = 0; ///< root mean square of the coefficients' standard errors; 0 where it was not asked for
    ScalarMap map; ///< H x W, the coefficient of each pixel's segment; signed
};

/// Told at every multiple of LimeCheckSamples before the last sample, for pictures that are refined in place. `soFar`
/// has everything but the map.
using LimePublish = std::function<void(const ScalarMap& map, const LimeResult& soFar)>;

/// Segments, samples, predictions, fit. Runs in the calling thread but for segmentation.
/// InvalidInput: empty image, options out of range; Model: a prediction missing or not finite;
/// errors of `scorer` and what it gives; Cancelled.
Result<LimeResult> lime(const Image& image, const SampleScorer& scorer, const LimeOptions& options = {},
                        std::stop_token stop = {}, const LimeProgress& progress = {}, const LimePublish& publish = {});

/// The segments `options` asks for.
Result<Segmentation> limeSegments(const Image& image, const LimeOptions& options, std::stop_token stop = {});

/// What hidden pixels show, for every segment: its mean colour, truncated, or black.
std::vector<std::array<std::uint8_t, 3>> hiddenColours(const Image& image, const Segmentation& segments, LimeHide hide);

/// Paints segments over an image, many times: whole runs of pixels are copied from the image or from its painted twin.
class SegmentHider {
public:
    /// `image` must outlive this object and have the size of `segments`; one colour per segment.
    SegmentHider(const Image& image, const Segmentation& segments,
                 std::span<const std::array<std::uint8_t, 3>> colours);

    /// `result` becomes the image with every segment whose `kept` is 0 painted; its memory is used again. Any thread.
    void hide(std::span<const std::uint8_t> kept, Image& result) const;

private:
    struct Run {
        std::size_t segment;
        std::size_t begin; ///< in bytes of the image
        std::size_t bytes;
    };
    const Image& m_image;
    std::vector<std::uint8_t> m_allHidden;
    std::vector<Run> m_runs;
};

/// A value per segment as a map.
ScalarMap paintSegments(const Segmentation& segments, std::span<const double> values);

} // namespace halflens
