// SPDX-License-Identifier: BSD-3-Clause
// What somebody decided about a photo, in one word.
#pragma once

#include <array>
#include <cstdint>

namespace halflens {

enum class PhotoMark : std::uint8_t { None, Keep, Again, Reject };
inline constexpr std::array EveryPhotoMark{PhotoMark::None, PhotoMark::Keep, PhotoMark::Again, PhotoMark::Reject};

/// For filters and tables: "none", "keep", "again", "reject".
inline const char* toString(PhotoMark mark)
{
    constexpr std::array<const char*, EveryPhotoMark.size()> Words{"none", "keep", "again", "reject"};
    return Words[static_cast<std::size_t>(mark)];
}

} // namespace halflens
