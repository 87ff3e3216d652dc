// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine/model_source.h"

namespace halflens {

Result<ExplainedMap> ModelSource::explain(const Predictor& predictor, const Image&, const MapRequest& request,
                                          const JobContext&)
{
    return Error{ErrorCode::Unsupported,
                 "explain",
                 predictor.info().name + " has no " + toString(request.kind) + " map",
                 "choose another model or another layer",
                 {}};
}

std::shared_ptr<const ObjectnessSource> ModelSource::objectness()
{
    static const auto fallback = std::make_shared<const MinimumBarrierObjectness>();
    return fallback;
}

} // namespace halflens
