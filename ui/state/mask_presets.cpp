// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/mask_presets.h"

#include <random>

namespace halflens {

BlockMask randomHalf(std::uint32_t seed)
{
    // Selection sampling on the raw generator: the library's distributions differ between platforms.
    std::mt19937 random(seed);
    BlockMask half;
    for (int block = 0; block < BlockCount; ++block) {
        const auto needed = static_cast<std::uint64_t>(HalfSize - half.count());
        const auto left = static_cast<std::uint64_t>(BlockCount - block);
        if (random() * left < needed << 32U)
            half = half.with({block});
    }
    return half;
}

std::optional<BlockMask> presetMask(MaskPreset preset, const Analysis* analysis, BlockMask current, std::uint32_t seed)
{
    const BlockReport* report = analysis && analysis->report ? &*analysis->report : nullptr;
    switch (preset) {
    case MaskPreset::None:
        return BlockMask();
    case MaskPreset::All:
        return BlockMask::all();
    case MaskPreset::Invert:
        return current.complement();
    case MaskPreset::Random:
        return randomHalf(seed);
    case MaskPreset::Important:
        return report ? std::optional(report->important) : std::nullopt;
    case MaskPreset::Trivial:
        return report ? std::optional(report->trivial) : std::nullopt;
    case MaskPreset::BestHalf:
        return report ? std::optional(report->oracleTrivial) : std::nullopt;
    case MaskPreset::Enough:
        return report ? std::optional(report->enough.keep.complement()) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace halflens
