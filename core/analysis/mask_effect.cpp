// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/mask_effect.h"

#include "core/analysis/analysis.h"
#include "core/base/statistics.h"

#include <cmath>
#include <vector>

namespace halflens {

Result<MaskEffect> maskEffect(const Image& image, const std::string& modelId, BlockMask hidden, ModelSource& models,
                              const std::stop_token& stop)
{
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(modelId);
    if (!predictor)
        return predictor.error();
    const Result<Fed> fed = feed(image, **predictor, {}, stop);
    if (!fed)
        return fed.error();
    const Result<Prediction> masked = (*predictor)->info().masksAttention
        ? (*predictor)->predict(*fed->features, hidden)
        : models.evaluator().predictHidden(**predictor, image, hidden, stop);
    if (!masked)
        return masked.error();
    return MaskEffect{fed->prediction.score5, masked->score5};
}

MaskEffects summarize(std::span<const MaskEffect> effects)
{
    MaskEffects all;
    std::vector<double> whole;
    std::vector<double> masked;
    double sum = 0;
    for (const MaskEffect& effect : effects) {
        whole.push_back(effect.whole);
        masked.push_back(effect.masked);
        sum += effect.change();
    }
    all.photos = static_cast<int>(effects.size());
    if (effects.empty())
        return all;
    all.mean = sum / static_cast<double>(effects.size());
    if (effects.size() >= 2) {
        double squares = 0;
        for (const MaskEffect& effect : effects)
            squares += (effect.change() - all.mean) * (effect.change() - all.mean);
        all.deviation = std::sqrt(squares / static_cast<double>(effects.size() - 1));
    }
    if (const double plcc = pearson(whole, masked); std::isfinite(plcc))
        all.plcc = plcc;
    return all;
}

} // namespace halflens
