// SPDX-License-Identifier: BSD-3-Clause
// Sample values and CMYK to 8-bit sRGB. Private to core/image.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace halflens {

/// v of 0..max to 0..255, rounded to nearest: round(v * 255 / max). 0 <= v <= max <= 65535.
constexpr std::uint8_t scaleTo8Bit(std::uint32_t v, std::uint32_t max)
{
    return static_cast<std::uint8_t>((v * 255u + max / 2) / max);
}

/// The first three of `channels` interleaved samples a pixel as 8 bits. `packed`: bytes, or with `bits` above 8
/// 16-bit samples in this machine's order, of which the lower `bits` are used.
void takeRgb(std::span<const std::uint8_t> packed, int bits, std::size_t channels, std::vector<std::uint8_t>& rgb);

/// Divides the colours taken from `packed`, which has four channels, by their alpha.
void divideByAlpha(std::span<const std::uint8_t> packed, int bits, std::vector<std::uint8_t>& rgb);

/// Whether the code numbers of H.273 for primaries and transfer curve name other colours than sRGB; unspecified ones
/// and those of BT.709 and BT.601 pass as sRGB, as they do elsewhere.
bool isOtherThanSrgb(int primaries, int transfer);

struct LcmsTransform;

/// Rows of CMYK samples (0 = no ink, 255 = full ink) to sRGB: through the embedded profile when
/// it is a usable CMYK profile, else R = (255 - C)(255 - K) / 255 and so on, rounded.
/// One converter serves one thread.
class CmykConverter {
public:
    /// `profile`: ICC bytes, empty when none. `inverted`: 255 = no ink, as Adobe writes JPEG.
    CmykConverter(std::span<const std::uint8_t> profile, bool inverted);
    ~CmykConverter();
    CmykConverter(const CmykConverter&) = delete;
    CmykConverter& operator=(const CmykConverter&) = delete;

    /// 4 * width bytes to 3 * width bytes.
    void convertRow(const std::uint8_t* cmyk, std::uint8_t* rgb, int width) const;
    /// What was done, for ImageOrigin::notes.
    const std::string& note() const { return m_note; }

private:
    std::unique_ptr<LcmsTransform> m_transform; ///< null: the formula
    bool m_inverted;
    std::string m_note;
};

/// Rows of CIE L*a*b* (D50) to sRGB. One converter serves one thread.
class LabConverter {
public:
    LabConverter();
    ~LabConverter();
    LabConverter(const LabConverter&) = delete;
    LabConverter& operator=(const LabConverter&) = delete;

    /// 3 * width bytes, L* of 0..100 as 0..255, a* and b* plus 128, to as many.
    void convertRow(const std::uint8_t* lab, std::uint8_t* rgb, int width) const;

private:
    std::unique_ptr<LcmsTransform> m_transform;
};

/// The note for an embedded profile that is not used.
inline constexpr const char* ProfileIgnoredNote = "embedded colour profile ignored";
inline constexpr const char* AlphaDroppedNote = "alpha dropped, colours kept as stored";
inline constexpr const char* AlphaDividedNote = "alpha dropped, colours divided by it";
inline constexpr const char* SixteenBitNote = "16 bits rounded to 8";

} // namespace halflens
