// SPDX-License-Identifier: BSD-3-Clause
// The test "layers_notices" expects both faults of this file to be named.
#pragma once

#include "core/high/fine.h"
#include <torch/torch.h>
