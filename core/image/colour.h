// SPDX-License-Identifier: BSD-3-Clause
// Sample values and CMYK to 8-bit sRGB. Private to core/image.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace halflens {

/// v of 0..max to 0..255, rounded to nearest: round(v * 255 / max). 0 <= v <= max <= 65535.
constexpr std::uint8_t scaleTo8Bit(std::uint32_t v, std::uint32_t max)
{
    return static_cast<std::uint8_t>((v * 255u + max / 2) / max);
}

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
    struct Transform;
    std::unique_ptr<Transform> m_transform; ///< null: the formula
    bool m_inverted;
    std::string m_note;
};

/// The note for an embedded profile that is not used.
inline constexpr const char* ProfileIgnoredNote = "embedded colour profile ignored";
inline constexpr const char* AlphaDroppedNote = "alpha dropped, colours kept as stored";
inline constexpr const char* SixteenBitNote = "16 bits rounded to 8";

} // namespace halflens
