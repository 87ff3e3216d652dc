// SPDX-License-Identifier: BSD-3-Clause
// A complete TRIQ with made-up weights, under HalfLens' names and as a Keras file would hold it, and
// what it must predict, evaluated slowly in float64.
#pragma once

#include "core/checkpoint/tensor_archive.h"
#include "core/image/model_input.h"
#include "core/predictor/triq_encoder.h"
#include "core/weights/network_weights.h"

#include <map>
#include <string>
#include <vector>

namespace halflens::test {

struct MadeUpTriq {
    NetworkWeights weights;
    TriqEncoder encoder; ///< the same numbers as in weights
};

MadeUpTriq madeUpTriq(const std::string& trunk, int outputs = 5);

/// The file's tensors as Keras lays them out (spec models 0.4, 5.6): numbers of anonymous layers
/// begin at `firstNumber`, the CLS token is called `tokenName`.
TensorArchive kerasArchive(const MadeUpTriq& triq, int firstNumber = 0, const std::string& tokenName = "quality_emb:0");

/// safetensors as HalfLens writes them.
TensorArchive ownArchive(const MadeUpTriq& triq);

ModelInput madeUpInput(int height, int width);

/// What enters the transformer: trunk, projection, pooling, in float64. evaluateMasked() does the rest.
TokenGrid tokensSlowly(const MadeUpTriq& triq, const ModelInput& input);

} // namespace halflens::test
