// SPDX-License-Identifier: BSD-3-Clause
// The weights of a network under the names HalfLens gives its parameters.
#pragma once

#include "core/base/result.h"
#include "core/base/score.h"
#include "core/base/tensor.h"
#include "core/image/model_input.h"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace halflens {

/// Weights under HalfLens names: "trunk.*" as the trunk's graph names them, and the head's:
/// "triq.*" ("triq.projection.weight" [32, C, 1, 1], "triq.layers.0.attention.query.weight" [out, in], ...,
/// "triq.position_embedding" [rows, width], "triq.quality_token" [width]), "aihiq.*" (aihiqnet.h),
/// "koncept.*" (koncept.h), "dbcnn.fc.*". Swin-IQA has "swin.*", "proj.*", "ca.*", "head.*" (swin_iqa.h).
struct NetworkWeights {
    std::string family; ///< "triq", "aihiqnet", "koncept", "dbcnn", "swin-iqa"
    std::string trunk; ///< a name trunkByName() knows, or "swin"
    StateDict state = {};
    /// How the makers of the file feed it (spec models 0.6); width and height are what fitting goes to.
    InputSpec input = {};
    ScoreScale scale = {}; ///< spec models 11
    bool isScaleAssumed = false; ///< nothing tells the scale of this one-output network: `scale` is the likeliest
    bool isFitOnly = false; ///< the network takes one size: images are fitted whatever is asked for
    bool isDescribed = false; ///< input and scale are those of the manifest the file carries
    std::vector<std::string> notes = {}; ///< for people: what was chosen among several or taken from elsewhere
    std::vector<std::string> passedOver = {}; ///< TensorArchive::passedOver
};

/// `error` with what was passed over in the file, which may be what is missing now.
Error mentioning(const std::vector<std::string>& passedOver, Error error);

/// Whether `state` holds exactly the tensors `expected`, all finite. InvalidInput, with the lists of
/// missing, surplus and mis-shaped tensors of `network`.
Status checkWeights(const std::map<std::string, Shape>& expected, const StateDict& state, const std::string& network);

/// The tensors whose names begin with one of the prefixes, without it.
StateDict withoutPrefixes(StateDict state, std::initializer_list<std::string_view> prefixes);

} // namespace halflens
