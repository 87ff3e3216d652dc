// SPDX-License-Identifier: BSD-3-Clause
// Samples whose numbers do not say what is black and what is white: floating point, signed, 32 bits.
// Private to core/image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace halflens {

/// How a sample is stored. Whole bytes, in this machine's order.
struct SampleType {
    enum class Format { Unsigned, Signed, Float };
    Format format = Format::Unsigned;
    int bits = 32; ///< 16, 32 or 64 of Float; 8, 16 or 32 of Signed; 32 of Unsigned

    bool isKnown() const;
    double valueAt(const std::uint8_t* packed, std::size_t index) const;
};

/// What the samples of a picture have in common, and from it what black and white are:
/// - floating point within 0 to 1: these two;
/// - whole numbers within 0 to 255, or within 0 to 65535: these, as an 8- or 16-bit file would have them;
/// - other unsigned ones: 0 and the largest number there is;
/// - everything else: the smallest and the largest sample of the picture.
class SampleRange {
public:
    explicit SampleRange(const SampleType& type)
        : m_type(type)
    { }

    void add(double value);
    /// Settles black and white; call it after the last add().
    void finish();
    /// 0..255, rounded to nearest. What is no number is black.
    std::uint8_t toByte(double value) const;
    /// The rule that was taken, in words.
    std::string note() const;

private:
    SampleType m_type;
    double m_smallest = 0;
    double m_largest = 0;
    bool m_whole = true;
    std::uint64_t m_count = 0;
    std::uint64_t m_notNumbers = 0;
    double m_black = 0;
    double m_white = 1;
    bool m_stretched = false;
};

} // namespace halflens
