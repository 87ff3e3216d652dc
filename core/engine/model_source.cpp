// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/model_source.h"

namespace halflens {

Result<ExplainedMap> ModelSource::explain(const Predictor& predictor, const Image&, const MapRequest& request,
                                          const JobContext&)
{
    return Error{ErrorCode::Unsupported,
                 "explain",
                 predictor.info().name + " has no " + spokenName(request.kind) + " map",
                 "choose another model or another layer",
                 {}};
}

Result<std::shared_ptr<const MaskTable>> ModelSource::sampleTable(const Predictor& predictor, const Image&, int,
                                                                  const JobContext&, const PublishTable&)
{
    return Error{ErrorCode::Unsupported,
                 "table",
                 predictor.info().name + " would have to run once for every mask",
                 "hide blocks one by one",
                 {}};
}

std::shared_ptr<const ObjectnessSource> ModelSource::objectness()
{
    static const auto fallback = std::make_shared<const MinimumBarrierObjectness>();
    return fallback;
}

} // namespace halflens
