// SPDX-License-Identifier: BSD-3-Clause
#include "core/measures/measures.h"

#include "core/base/numbers_text.h"

#include <utility>

namespace halflens {

std::string cacheKey(const SaliencyOptions& options)
{
    return "saliency/1 " + toString(options.mode);
}

std::string cacheKey(const FrequencyOptions& options)
{
    return "frequency/1 " + toString(options.mode) + " ppd=" + exact(options.pixelsPerDegree) + " "
        + toString(options.sensitivity) + (options.extension == Extension::Mirror ? " mirror" : " periodic")
        + (options.smooth ? " smooth" : " rough");
}

std::string cacheKey(const AverageOptions& options)
{
    return std::string("average/1 ") + (options.range == CommonRange::MinMax ? "min-max" : "rank")
        + (options.objectnessAsIs ? " objectness as is" : "");
}

std::string cacheKey(const MeasureOptions& options)
{
    return cacheKey(options.saliency) + "; " + cacheKey(options.frequency) + "; " + cacheKey(options.average);
}

Result<Measure> summarized(ScalarMap map)
{
    const Result<BlockMeans> means = blockMeans(map);
    if (!means)
        return means.error();
    const MapExtremes range = mapExtremes(map);
    return Measure{std::move(map), *means, isFlat(range) ? BlockMask() : upperHalf(*means), range};
}

Result<ImageMeasures> measureImage(const Image& image, const MeasureOptions& options,
                                   const ObjectnessSource& objectness, std::stop_token stop)
{
    ImageMeasures result;
    Result<ScalarMap> salient = saliency(image, options.saliency);
    if (!salient)
        return salient.error();
    Result<FrequencyResult> frequent = spatialFrequency(image, options.frequency, stop);
    if (!frequent)
        return frequent.error();
    Result<ScalarMap> objects = objectness.objectness(image, stop);
    if (!objects)
        return objects.error();
    Result<ScalarMap> average = averagedMeasure(*salient, frequent->map, *objects, options.average);
    if (!average)
        return average.error();
    if (stop.stop_requested())
        return cancelledError();

    for (const auto& [measure, map] :
         {std::pair(&result.saliency, &*salient), std::pair(&result.frequency, &frequent->map),
          std::pair(&result.objectness, &*objects), std::pair(&result.averaged, &*average)}) {
        Result<Measure> summary = summarized(std::move(*map));
        if (!summary)
            return summary.error();
        *measure = std::move(*summary);
    }
    result.bands = std::move(frequent->bands);
    if (frequent->bandBlockMeans)
        result.bandBlockMeans = *frequent->bandBlockMeans;
    result.objectnessSource = objectness.name();
    result.objectnessIsFallback = objectness.isFallback();
    return result;
}

} // namespace halflens
