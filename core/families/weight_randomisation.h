// SPDX-License-Identifier: BSD-3-Clause
// Networks with shuffled weights: a map that stays the same without what was learnt does not show what
// the network learnt (Adebayo et al., "Sanity checks for saliency maps").
#pragma once

#include "core/base/tensor.h"

#include <cstdint>
#include <string>

namespace halflens {

enum class RandomisedPart { Head, Trunk };

/// "head", "trunk".
std::string toString(RandomisedPart part);

/// Shuffles the values inside every tensor of the part: sizes and spreads stay, what was learnt goes.
/// The trunk is "trunk.*" and "swin.*". The same seed gives the same weights on every machine.
void randomiseWeights(StateDict& state, RandomisedPart part, std::uint64_t seed);

} // namespace halflens
