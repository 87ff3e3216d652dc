// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/tiff_values.h"

#include "core/base/numbers_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace halflens {

namespace {

template<class T> double read(const std::uint8_t* packed, std::size_t index)
{
    T value = 0;
    std::memcpy(&value, packed + index * sizeof(T), sizeof(T));
    return static_cast<double>(value);
}

double halfFloat(const std::uint8_t* packed, std::size_t index)
{
    std::uint16_t bits = 0;
    std::memcpy(&bits, packed + 2 * index, 2);
    const int exponent = bits >> 10 & 31;
    const int fraction = bits & 1023;
    const double size = exponent == 31
        ? (fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity())
        : exponent == 0 ? std::ldexp(fraction, -24)
                        : std::ldexp(fraction + 1024, exponent - 25);
    return (bits & 0x8000) != 0 ? -size : size;
}

} // namespace

bool SampleType::isKnown() const
{
    switch (format) {
    case Format::Float:
        return bits == 16 || bits == 32 || bits == 64;
    case Format::Signed:
        return bits == 8 || bits == 16 || bits == 32;
    case Format::Unsigned:
        return bits == 32;
    }
    return false;
}

double SampleType::valueAt(const std::uint8_t* packed, std::size_t index) const
{
    if (format == Format::Float)
        return bits == 16 ? halfFloat(packed, index)
            : bits == 32  ? read<float>(packed, index)
                          : read<double>(packed, index);
    if (format == Format::Unsigned)
        return read<std::uint32_t>(packed, index);
    return bits == 8 ? read<std::int8_t>(packed, index)
        : bits == 16 ? read<std::int16_t>(packed, index)
                     : read<std::int32_t>(packed, index);
}

void SampleRange::add(double value)
{
    if (!std::isfinite(value)) {
        ++m_notNumbers;
        return;
    }
    m_smallest = m_count == 0 ? value : std::min(m_smallest, value);
    m_largest = m_count == 0 ? value : std::max(m_largest, value);
    m_whole = m_whole && value == std::floor(value);
    ++m_count;
}

void SampleRange::finish()
{
    m_black = 0;
    const bool isFloat = m_type.format == SampleType::Format::Float;
    if (isFloat && m_smallest >= 0 && m_largest <= 1)
        m_white = 1;
    else if (m_whole && m_smallest >= 0 && m_largest <= 255)
        m_white = 255;
    else if (m_whole && m_smallest >= 0 && m_largest <= 65535)
        m_white = 65535;
    else if (m_type.format == SampleType::Format::Unsigned)
        m_white = 4294967295.0;
    else {
        m_stretched = true;
        m_black = m_smallest;
        m_white = m_largest;
    }
}

std::uint8_t SampleRange::toByte(double value) const
{
    if (!std::isfinite(value) || m_white <= m_black)
        return 0;
    // Halves first: the difference of two large numbers of opposite sign may not fit.
    const double part = (value / 2 - m_black / 2) / (m_white / 2 - m_black / 2);
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(part, 0.0, 1.0)));
}

std::string SampleRange::note() const
{
    const std::string kind = std::to_string(m_type.bits)
        + (m_type.format == SampleType::Format::Float        ? "-bit floating-point values"
               : m_type.format == SampleType::Format::Signed ? "-bit signed values"
                                                             : "-bit values");
    std::string note = kind + ": " + exact(m_black) + " is black, " + exact(m_white) + " white";
    if (m_stretched)
        note += ", the smallest and the largest of the picture";
    if (m_notNumbers > 0)
        note += "; " + std::to_string(m_notNumbers) + " are no numbers and black";
    return note;
}

} // namespace halflens
