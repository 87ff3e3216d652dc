// SPDX-License-Identifier: BSD-3-Clause
// Where objectness comes from: a network, or the fallback that needs no weights (spec measures 3, design 5).
#pragma once

#include "core/base/result.h"
#include "core/base/scalar_map.h"
#include "core/image/image.h"

#include <stop_token>
#include <string>

namespace halflens {

/// One way of computing objectness. Networks implement it beside their models; callers only see
/// which source a map came from.
class ObjectnessSource {
public:
    ObjectnessSource() = default;
    ObjectnessSource(const ObjectnessSource&) = delete;
    ObjectnessSource& operator=(const ObjectnessSource&) = delete;
    virtual ~ObjectnessSource() = default;

    /// For people and the "source" of JSON output: what computed the map.
    virtual std::string name() const = 0;
    /// Distinguishes results in caches: method and weights.
    virtual std::string cacheKey() const = 0;
    /// True where no network was at hand; shown as such.
    virtual bool isFallback() const { return false; }
    /// H x W, 0..1 (raw scores where a source says so), larger = more likely part of an object.
    virtual Result<ScalarMap> objectness(const Image& image, std::stop_token stop) const = 0;
};

/// "MB+": how far a pixel's colour is fenced off from the image border (minimum barrier distance),
/// plus how unlike the border's colours it is. No weights. Any thread.
class MinimumBarrierObjectness final : public ObjectnessSource {
public:
    std::string name() const override
    {
        return "MB+ (fallback without a network: minimum barrier distance with border colour)";
    }
    std::string cacheKey() const override { return "mb+/1"; }
    bool isFallback() const override { return true; }
    /// InvalidInput: empty image; Cancelled.
    Result<ScalarMap> objectness(const Image& image, std::stop_token stop) const override;
};

} // namespace halflens
