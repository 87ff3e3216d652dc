// SPDX-License-Identifier: BSD-3-Clause
// A map at full, half, quarter, ... size: colouring costs what is on the screen, not what is in the file.
#pragma once

#include "core/analysis/maps.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace halflens {

/// What the Map stage yields for the viewer. Immutable; level 0 is the map itself, each further one
/// has means of two by two values, down to 256 on the longer side.
class ShownMap {
public:
    /// O(H W); meant for the worker thread.
    static std::shared_ptr<const ShownMap> build(std::shared_ptr<const ImageMap> map);

    const ImageMap& source() const { return *m_source; }
    /// The smallest level at least as large as the map drawn at `zoom`.
    const ScalarMap& levelFor(double zoom) const;
    std::uint64_t byteSize() const; ///< of the smaller levels

private:
    std::shared_ptr<const ImageMap> m_source;
    std::vector<ScalarMap> m_smaller;
};

} // namespace halflens
