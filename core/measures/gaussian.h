// SPDX-License-Identifier: BSD-3-Clause
// Gaussian smoothing as spec measures 0 defines it.
#pragma once

#include "core/measures/field.h"

#include <stop_token>

namespace halflens {

/// Separable Gaussian, radius ceil(3 sigma), weights of sum 1, edge replication, in place.
/// sigmaPx <= 0 leaves the field as it is. Any thread; uses threadCount() threads.
/// Returns false when `stop` ended it early; the field is then useless.
bool smoothGaussian(Field& field, double sigmaPx, std::stop_token stop = {});

} // namespace halflens
