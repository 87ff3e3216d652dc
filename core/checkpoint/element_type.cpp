// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/element_type.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

namespace halflens {

namespace {

static_assert(std::endian::native == std::endian::little, "stored elements are copied as they are");

template<class Stored, class Convert>
void convertEach(std::span<const std::uint8_t> bytes, std::span<float> out, Convert&& convert)
{
    const std::uint8_t* source = bytes.data();
    for (float& value : out) {
        Stored stored;
        std::memcpy(&stored, source, sizeof(stored));
        source += sizeof(stored);
        value = convert(stored);
    }
}

template<class Stored> void convertNumbers(std::span<const std::uint8_t> bytes, std::span<float> out)
{
    convertEach<Stored>(bytes, out, [](Stored stored) { return static_cast<float>(stored); });
}

float doubleToFloat(double value)
{
    // The conversion of a finite double beyond the range of float is not defined by the language.
    constexpr double Limit = std::numeric_limits<float>::max();
    if (value > Limit)
        return std::numeric_limits<float>::infinity();
    if (value < -Limit)
        return -std::numeric_limits<float>::infinity();
    return static_cast<float>(value);
}

float float8E4M3ToFloat(std::uint8_t bits)
{
    const float sign = bits & 0x80u ? -1.0F : 1.0F;
    const int exponent = bits >> 3 & 0x0f;
    const int fraction = bits & 7;
    if (exponent == 0x0f && fraction == 7)
        return std::numeric_limits<float>::quiet_NaN();
    if (exponent == 0)
        return sign * static_cast<float>(fraction) * 0x1p-9F;
    return sign * std::ldexp(static_cast<float>(8 + fraction), exponent - 10);
}

} // namespace

std::size_t elementSize(ElementType type)
{
    switch (type) {
    case ElementType::Int8:
    case ElementType::UInt8:
    case ElementType::Bool:
    case ElementType::Float8E4M3:
    case ElementType::Float8E5M2:
        return 1;
    case ElementType::Float16:
    case ElementType::BFloat16:
    case ElementType::Int16:
    case ElementType::UInt16:
        return 2;
    case ElementType::Float32:
    case ElementType::Int32:
    case ElementType::UInt32:
        return 4;
    case ElementType::Float64:
    case ElementType::Int64:
    case ElementType::UInt64:
    case ElementType::Complex64:
        return 8;
    case ElementType::Complex128:
        return 16;
    }
    return 16;
}

bool isReal(ElementType type)
{
    return type != ElementType::Complex64 && type != ElementType::Complex128;
}

void convertElements(ElementType type, std::span<const std::uint8_t> bytes, std::span<float> out)
{
    assert(bytes.size() == out.size() * elementSize(type));
    if (out.empty())
        return;
    switch (type) {
    case ElementType::Float32:
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return;
    case ElementType::Float16:
        return convertEach<std::uint16_t>(bytes, out, halfToFloat);
    case ElementType::BFloat16:
        return convertEach<std::uint16_t>(bytes, out, [](std::uint16_t bits) {
            return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
        });
    case ElementType::Float64:
        return convertEach<double>(bytes, out, doubleToFloat);
    case ElementType::Int8:
        return convertNumbers<std::int8_t>(bytes, out);
    case ElementType::UInt8:
        return convertNumbers<std::uint8_t>(bytes, out);
    case ElementType::Bool:
        return convertEach<std::uint8_t>(bytes, out, [](std::uint8_t stored) { return stored != 0 ? 1.0F : 0.0F; });
    case ElementType::Int16:
        return convertNumbers<std::int16_t>(bytes, out);
    case ElementType::UInt16:
        return convertNumbers<std::uint16_t>(bytes, out);
    case ElementType::Int32:
        return convertNumbers<std::int32_t>(bytes, out);
    case ElementType::UInt32:
        return convertNumbers<std::uint32_t>(bytes, out);
    case ElementType::Int64:
        return convertNumbers<std::int64_t>(bytes, out);
    case ElementType::UInt64:
        return convertNumbers<std::uint64_t>(bytes, out);
    case ElementType::Float8E4M3:
        return convertEach<std::uint8_t>(bytes, out, float8E4M3ToFloat);
    case ElementType::Float8E5M2:
        return convertEach<std::uint8_t>(
            bytes, out, [](std::uint8_t bits) { return halfToFloat(static_cast<std::uint16_t>(bits << 8)); });
    case ElementType::Complex64:
    case ElementType::Complex128:
        break;
    }
    assert(false);
}

float halfToFloat(std::uint16_t bits)
{
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t exponent = bits >> 10 & 0x1fu;
    const std::uint32_t fraction = bits & 0x3ffu;
    if (exponent == 0) {
        // Zero and subnormals: fraction * 2^-24, exact in float32.
        const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
        return sign != 0 ? -magnitude : magnitude;
    }
    const std::uint32_t wideExponent = exponent == 0x1f ? 0xffu : exponent + (127 - 15);
    return std::bit_cast<float>(sign | wideExponent << 23 | fraction << 13);
}

std::uint16_t floatToHalf(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) // NaN: keep the upper payload bits, stay a NaN
        return static_cast<std::uint16_t>(sign | 0x7e00u | (magnitude >> 13 & 0x1ffu));
    if (magnitude >= 0x477ff000u) // 65520 and more round to infinity
        return static_cast<std::uint16_t>(sign | 0x7c00u);
    if (magnitude < 0x38800000u) {
        // Subnormal result: adding 0.5 puts the unit of the sum at 2^-24, so that the addition rounds
        // (to nearest, ties to even) exactly where binary16 does.
        const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u));
    }
    const std::uint32_t odd = magnitude >> 13 & 1u;
    const std::uint32_t rounded = magnitude - 0x38000000u + 0xfffu + odd;
    return static_cast<std::uint16_t>(sign | rounded >> 13);
}

std::optional<std::uint64_t> valueCount(const Shape& shape)
{
    std::uint64_t count = 1;
    bool overflow = false;
    bool empty = false;
    for (const std::int64_t extent : shape) {
        if (extent < 0)
            return std::nullopt;
        empty = empty || extent == 0;
        overflow = __builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count) || overflow;
    }
    if (empty)
        return 0;
    if (overflow)
        return std::nullopt;
    return count;
}

} // namespace halflens
