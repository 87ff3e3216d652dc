// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/low/upward.h"

namespace halflens {

namespace {

struct Layer { }; // one of its own

} // namespace

enum class Twice { Here };

} // namespace halflens
