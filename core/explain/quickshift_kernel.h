// SPDX-License-Identifier: BSD-3-Clause
// The inner loop of quickshift's density, once per instruction set. Private to core/explain.
#pragma once

#include <array>
#include <cstddef>

namespace halflens::detail {

/// Runs of pixels of the three colour planes.
using ColourRun = std::array<const double*, 3>;

/// For n < count: adds spatial * exp(scale * squared colour distance of a[n] and b[n]) to toA[n]
/// and to toB[n], as if toA came first; the two may overlap. scale < 0.
using AddPairs = void (*)(ColourRun a, ColourRun b, std::size_t count, double scale, double spatial, double* toA,
                          double* toB);

void addPairsGeneric(ColourRun a, ColourRun b, std::size_t count, double scale, double spatial, double* toA,
                     double* toB);
#if defined(__x86_64__)
void addPairsAvx2(ColourRun a, ColourRun b, std::size_t count, double scale, double spatial, double* toA, double* toB);
#endif

/// The fastest one this machine runs.
AddPairs bestAddPairs();

} // namespace halflens::detail
