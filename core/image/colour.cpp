// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/colour.h"

#include <lcms2.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace halflens {

namespace {

/// Press profiles have 0.5 to 3 MB.
constexpr std::size_t MaxProfileBytes = 16'000'000;

void ignoreMessage(cmsContext, cmsUInt32Number, const char*)
{ }

} // namespace

/// A context of its own, so that neither the error handler nor the plug-ins of lcms are shared.
struct LcmsTransform {
    cmsContext context = cmsCreateContext(nullptr, nullptr);
    cmsHTRANSFORM handle = nullptr;

    LcmsTransform() = default;
    LcmsTransform(const LcmsTransform&) = delete;
    LcmsTransform& operator=(const LcmsTransform&) = delete;
    ~LcmsTransform()
    {
        if (handle)
            cmsDeleteTransform(handle);
        if (context)
            cmsDeleteContext(context);
    }

    /// From `source`, which is closed, to sRGB of 8 bits, if its colours are of `space`.
    bool open(cmsHPROFILE source, cmsColorSpaceSignature space, cmsUInt32Number type)
    {
        if (!source)
            return false;
        const cmsHPROFILE target = cmsCreate_sRGBProfileTHR(context);
        if (target && cmsGetColorSpace(source) == space)
            handle = cmsCreateTransformTHR(context, source, type, target, TYPE_RGB_8, INTENT_PERCEPTUAL, 0);
        if (target)
            cmsCloseProfile(target);
        cmsCloseProfile(source);
        return handle != nullptr;
    }

    bool openCmyk(std::span<const std::uint8_t> profile, bool inverted)
    {
        if (!context)
            return false;
        cmsSetLogErrorHandlerTHR(context, ignoreMessage);
        return open(cmsOpenProfileFromMemTHR(context, profile.data(), static_cast<cmsUInt32Number>(profile.size())),
                    cmsSigCmykData, inverted ? TYPE_CMYK_8_REV : TYPE_CMYK_8);
    }
};

LabConverter::LabConverter()
    : m_transform(std::make_unique<LcmsTransform>())
{
    // Null: D50.
    if (!m_transform->context
        || !m_transform->open(cmsCreateLab4ProfileTHR(m_transform->context, nullptr), cmsSigLabData, TYPE_Lab_8))
        throw std::bad_alloc();
}

LabConverter::~LabConverter() = default;

void LabConverter::convertRow(const std::uint8_t* lab, std::uint8_t* rgb, int width) const
{
    cmsDoTransform(m_transform->handle, lab, rgb, static_cast<cmsUInt32Number>(width));
}

namespace {

unsigned sampleAt(std::span<const std::uint8_t> packed, int bits, std::size_t index)
{
    if (bits <= 8)
        return packed[index];
    std::uint16_t value = 0;
    std::memcpy(&value, packed.data() + 2 * index, 2);
    return value;
}

} // namespace

void takeRgb(std::span<const std::uint8_t> packed, int bits, std::size_t channels, std::vector<std::uint8_t>& rgb)
{
    const std::size_t pixels = packed.size() / channels / (bits > 8 ? 2 : 1);
    const unsigned most = (1u << bits) - 1;
    rgb.resize(3 * pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        for (std::size_t c = 0; c < 3; ++c)
            rgb[3 * i + c] = scaleTo8Bit(std::min(sampleAt(packed, bits, i * channels + c), most), most);
    }
}

void divideByAlpha(std::span<const std::uint8_t> packed, int bits, std::vector<std::uint8_t>& rgb)
{
    for (std::size_t i = 0; i < rgb.size(); ++i) {
        const unsigned alpha = sampleAt(packed, bits, i / 3 * 4 + 3);
        const unsigned value = sampleAt(packed, bits, i / 3 * 4 + i % 3);
        rgb[i] = alpha == 0 ? 0 : scaleTo8Bit(std::min(value, alpha), alpha);
    }
}

bool isOtherThanSrgb(int primaries, int transfer)
{
    const bool usualPrimaries = primaries == 0 || primaries == 1 || primaries == 2 || primaries == 5 || primaries == 6;
    const bool usualTransfer =
        transfer == 0 || transfer == 1 || transfer == 2 || transfer == 6 || transfer == 13 || transfer == 14;
    return !usualPrimaries || !usualTransfer;
}

CmykConverter::CmykConverter(std::span<const std::uint8_t> profile, bool inverted)
    : m_inverted(inverted)
{
    if (!profile.empty() && profile.size() <= MaxProfileBytes) {
        auto transform = std::make_unique<LcmsTransform>();
        if (transform->openCmyk(profile, inverted))
            m_transform = std::move(transform);
    }
    if (m_transform)
        m_note = "CMYK converted through its colour profile";
    else if (!profile.empty())
        m_note = "CMYK converted by formula, its colour profile is not usable";
    else
        m_note = "CMYK converted by formula";
}

CmykConverter::~CmykConverter() = default;

void CmykConverter::convertRow(const std::uint8_t* cmyk, std::uint8_t* rgb, int width) const
{
    if (m_transform) {
        cmsDoTransform(m_transform->handle, cmyk, rgb, static_cast<cmsUInt32Number>(width));
        return;
    }
    const unsigned flip = m_inverted ? 0 : 255;
    for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
        const unsigned white = cmyk[3] ^ flip;
        for (int c = 0; c < 3; ++c)
            rgb[c] = static_cast<std::uint8_t>(((cmyk[c] ^ flip) * white + 127) / 255);
    }
}

} // namespace halflens
