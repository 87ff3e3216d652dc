// SPDX-License-Identifier: BSD-3-Clause
// The sizes by which networks of one family differ.
#pragma once

#include <vector>

namespace halflens {

/// Sizes of a head, and of the transformer before it; what a family does not have is ignored.
struct HeadSizes {
    int outputs = 5; ///< grades, or 1
    int width = 32; ///< TRIQ tokens, AIHIQnet pyramid, Swin-IQA projection
    int layers = 2; ///< TRIQ
    int feedForward = 64; ///< TRIQ
    int hidden = 64; ///< TRIQ's and Swin-IQA's head
    int positions = 193; ///< TRIQ, CLS included
    std::vector<int> widths{512, 256, 64}; ///< KonCept's three stages
    int swinWidth = 64;
    int swinPatch = 2; ///< cells of the map, or pixels, a side
    std::vector<int> swinWindows{8, 4};
    std::vector<int> swinDepths{2, 2};
    std::vector<int> swinHeads{4, 8};
};

} // namespace halflens
