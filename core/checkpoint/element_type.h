// SPDX-License-Identifier: BSD-3-Clause
// Element types that checkpoint files store, and their conversion to float32.
#pragma once

#include "core/checkpoint/tensor_archive.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace halflens {

enum class ElementType {
    Float8E4M3, ///< sign, 4 bits of exponent (bias 7), 3 of fraction; no infinities (float8_e4m3fn)
    Float8E5M2, ///< the upper byte of a Float16
    Float16,
    BFloat16,
    Float32,
    Float64,
    Int8,
    UInt8,
    Bool,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Complex64, ///< two Float32; no weights are made of these
    Complex128,
};

/// Whether elements are real numbers, which convertElements() can read.
bool isReal(ElementType type);

/// Bytes of one stored element: 1, 2, 4, 8 or 16.
std::size_t elementSize(ElementType type);

/// Converts `out.size()` little-endian elements (no alignment needed) to float32. Integers and
/// doubles are rounded to the nearest float, doubles beyond its range become infinite, Bool is 0 or 1.
/// Precondition: isReal(type), bytes.size() == out.size() * elementSize(type).
void convertElements(ElementType type, std::span<const std::uint8_t> bytes, std::span<float> out);

/// IEEE binary16, all values, infinities and NaN included.
float halfToFloat(std::uint16_t bits);
/// Nearest binary16, ties to even; too large becomes infinite.
std::uint16_t floatToHalf(float value);

/// Number of values of a shape; nothing when an extent is negative or the product overflows.
std::optional<std::uint64_t> valueCount(const Shape& shape);

} // namespace halflens
