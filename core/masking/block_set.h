// SPDX-License-Identifier: BSD-3-Clause
// BLOCKS of the headless commands: "0,3,5", "none", "0x…", "important", "trivial".
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace halflens {

/// A set of blocks as it was asked for. The halves depend on image and model, so they are kept
/// as names until resolve().
struct BlockSet {
    enum class Kind { Fixed, Important, Trivial };
    Kind kind = Kind::Fixed;
    BlockMask mask; ///< of a fixed set

    bool needsHalves() const { return kind != Kind::Fixed; }
    /// The blocks meant, given the important half of the image; the trivial half is its complement.
    BlockMask resolve(BlockMask importantHalf) const;
    bool operator==(const BlockSet&) const = default;
};

/// Reads BLOCKS. Blanks around numbers and words are allowed, upper and lower case are the same.
/// InvalidInput: empty, no number, a number outside 0..11, a block named twice, more than 12 bits.
Result<BlockSet> parseBlockSet(std::string_view text);

/// "none", "important", "trivial" or the ascending comma list: parseBlockSet() gives the set back.
std::string blocksToString(const BlockSet& set);
std::string blocksToString(BlockMask mask);

} // namespace halflens
