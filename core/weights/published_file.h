// SPDX-License-Identifier: BSD-3-Clause
// A weight file that authors publish: where it comes from and under which licence (spec models 5-10).
#pragma once

#include <string_view>

namespace halflens {

/// One published file, or one of a row of sisters. All texts are for people; nothing is downloaded.
struct PublishedFile {
    std::string_view id; ///< suggested for the import
    std::string_view file; ///< as its authors call it
    std::string_view name;
    std::string_view trunk;
    std::string_view format; ///< TensorArchive::format
    std::string_view hashPrefix; ///< start of the file's SHA-256 where its authors state it; else empty
    std::string_view source; ///< repository
    std::string_view link; ///< page or file to get it from
    std::string_view licence;
};

} // namespace halflens
