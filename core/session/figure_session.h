// SPDX-License-Identifier: BSD-3-Clause
// A figure as a session: its metadata name the photos, the model and the masks it shows.
#pragma once

#include "core/session/session.h"

#include <cstdint>
#include <filesystem>
#include <span>

namespace halflens {

/// From the bytes of a PNG, SVG or PDF: photos by name in `folder`, the model;
/// each mask of each photo becomes a scenario. What the metadata say beyond that is passed over, as newer figures may
/// say more. Any bytes may be given. Unsupported: no figure of HalfLens; InvalidInput: its metadata are damaged.
Result<Session> sessionFromFigure(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder);
/// The same from the JSON of readProvenance().
Result<Session> sessionFromProvenance(const std::string& json, const std::filesystem::path& folder);

} // namespace halflens
