// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/colour.h"

#include <lcms2.h>

namespace halflens {

namespace {

/// Press profiles have 0.5 to 3 MB.
constexpr std::size_t MaxProfileBytes = 16'000'000;

void ignoreMessage(cmsContext, cmsUInt32Number, const char*)
{ }

} // namespace

/// A context of its own, so that neither the error handler nor the plug-ins of lcms are shared.
struct CmykConverter::Transform {
    cmsContext context = cmsCreateContext(nullptr, nullptr);
    cmsHTRANSFORM handle = nullptr;

    Transform() = default;
    Transform(const Transform&) = delete;
    Transform& operator=(const Transform&) = delete;
    ~Transform()
    {
        if (handle)
            cmsDeleteTransform(handle);
        if (context)
            cmsDeleteContext(context);
    }

    bool open(std::span<const std::uint8_t> profile, bool inverted)
    {
        if (!context)
            return false;
        cmsSetLogErrorHandlerTHR(context, ignoreMessage);
        const cmsHPROFILE source =
            cmsOpenProfileFromMemTHR(context, profile.data(), static_cast<cmsUInt32Number>(profile.size()));
        if (!source)
            return false;
        const cmsHPROFILE target = cmsCreate_sRGBProfileTHR(context);
        if (target && cmsGetColorSpace(source) == cmsSigCmykData)
            handle = cmsCreateTransformTHR(context, source, inverted ? TYPE_CMYK_8_REV : TYPE_CMYK_8, target,
                                           TYPE_RGB_8, INTENT_PERCEPTUAL, 0);
        if (target)
            cmsCloseProfile(target);
        cmsCloseProfile(source);
        return handle != nullptr;
    }
};

CmykConverter::CmykConverter(std::span<const std::uint8_t> profile, bool inverted)
    : m_inverted(inverted)
{
    if (!profile.empty() && profile.size() <= MaxProfileBytes) {
        auto transform = std::make_unique<Transform>();
        if (transform->open(profile, inverted))
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
