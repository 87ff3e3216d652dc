// SPDX-License-Identifier: BSD-3-Clause
// Copies of photos with a known order of quality: five growing levels of one degradation.
#pragma once

#include "core/base/result.h"
#include "core/image/image.h"

#include <cstdint>
#include <string>

namespace halflens::train {

enum class DegradationKind { None, Blur, Noise, Jpeg, Contrast };

struct Degradation {
    DegradationKind kind = DegradationKind::None;
    int level = 0; ///< 1..5
    auto operator<=>(const Degradation&) const = default;
};

inline constexpr int DegradationLevels = 5;

/// "blur", "noise", "jpeg", "contrast"; None for anything else.
DegradationKind degradationFromWord(const std::string& word);
std::string toString(DegradationKind kind);

/// `image` as a network sees it at that level, contentHash left empty. Blur: Gaussian of 0.8, 1.4, 2.2,
/// 3.3, 5 pixels; Noise: Gaussian per channel of 6, 12, 20, 32, 50 grey levels from `seed`; Jpeg: quality 50, 30,
/// 18, 10, 5; Contrast: 0.8, 0.64, 0.5, 0.38, 0.28 about the mean grey. Any thread. Internal: a library failed.
Result<Image> degraded(const Image& image, Degradation degradation, std::uint64_t seed);

} // namespace halflens::train
