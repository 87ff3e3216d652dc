// SPDX-License-Identifier: BSD-3-Clause
// The test "layers_notices" expects the namespace of this file to be named, "unique_names_notices" its second Twice.
#pragma once

namespace halflens {

struct Layer { };
class Twice final : public Layer { };

} // namespace halflens
