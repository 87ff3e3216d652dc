// SPDX-License-Identifier: BSD-3-Clause
// The 3x4 block grid and sets of its blocks (spec models 0.1, 6; measures 0, 5).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>

namespace halflens {

inline constexpr int GridRows = 3;
inline constexpr int GridColumns = 4;
inline constexpr int BlockCount = GridRows * GridColumns;
inline constexpr int MaskCount = 1 << BlockCount; ///< 4096
inline constexpr int HalfSize = BlockCount / 2;

/// Block number b = 4 * row + column, 0..11, row-major from the top left.
struct BlockIndex {
    int value = 0;
    constexpr int row() const { return value / GridColumns; }
    constexpr int column() const { return value % GridColumns; }
    static constexpr BlockIndex at(int row, int column) { return {row * GridColumns + column}; }
    auto operator<=>(const BlockIndex&) const = default;
};

/// A set of blocks as 12 bits; as a mask, bit b set means block b is hidden.
class BlockMask {
public:
    constexpr BlockMask() = default;
    constexpr explicit BlockMask(std::uint32_t bits)
        : m_bits(static_cast<std::uint16_t>(bits & (MaskCount - 1)))
    { }
    static constexpr BlockMask all() { return BlockMask(MaskCount - 1); }
    constexpr std::uint16_t bits() const { return m_bits; }
    constexpr bool contains(BlockIndex block) const { return (m_bits >> block.value & 1) != 0; }
    constexpr int count() const { return std::popcount(m_bits); }
    constexpr bool isEmpty() const { return m_bits == 0; }
    constexpr BlockMask with(BlockIndex block) const { return BlockMask(m_bits | 1u << block.value); }
    constexpr BlockMask without(BlockIndex block) const { return BlockMask(m_bits & ~(1u << block.value)); }
    constexpr BlockMask toggled(BlockIndex block) const { return BlockMask(m_bits ^ 1u << block.value); }
    constexpr BlockMask complement() const { return BlockMask(~static_cast<std::uint32_t>(m_bits)); }
    auto operator<=>(const BlockMask&) const = default;

private:
    std::uint16_t m_bits = 0;
};

/// Half-open pixel ranges of a block in an image of `height` x `width` (spec measures 0):
/// rows floor(r H / 3) .. floor((r + 1) H / 3), columns floor(c W / 4) .. floor((c + 1) W / 4).
struct BlockRect {
    int top = 0;
    int bottom = 0;
    int left = 0;
    int right = 0;
    auto operator<=>(const BlockRect&) const = default;
};

constexpr BlockRect blockRect(BlockIndex block, int height, int width)
{
    const auto cut = [](int part, int parts, int length) {
        return static_cast<int>(static_cast<std::int64_t>(part) * length / parts);
    };
    return {cut(block.row(), GridRows, height), cut(block.row() + 1, GridRows, height),
            cut(block.column(), GridColumns, width), cut(block.column() + 1, GridColumns, width)};
}

/// Block of the pixel (y, x), the inverse of blockRect(). 0 <= y < height, 0 <= x < width.
constexpr BlockIndex blockAt(int y, int x, int height, int width)
{
    const auto find = [](int position, int parts, int length) {
        int part = 0;
        while (part + 1 < parts && position >= static_cast<std::int64_t>(part + 1) * length / parts)
            ++part;
        return part;
    };
    return BlockIndex::at(find(y, GridRows, height), find(x, GridColumns, width));
}

/// Block of token (row, column) on a token grid of `height` x `width`: the centre rule of spec models 6.2.
constexpr BlockIndex blockOfToken(int row, int column, int height, int width)
{
    return BlockIndex::at((2 * row + 1) * GridRows / (2 * height), (2 * column + 1) * GridColumns / (2 * width));
}

} // namespace halflens
