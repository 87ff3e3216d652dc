// SPDX-License-Identifier: BSD-3-Clause
// The weight files that authors publish: where each comes from and under which licence (spec models 5-10).
#pragma once

#include <span>
#include <string_view>

namespace halflens {

/// One published file, or one of a row of sisters. All texts are for people; nothing is downloaded.
struct PublishedModel {
    std::string_view id; ///< suggested for the import
    std::string_view file; ///< as its authors call it
    std::string_view name;
    std::string_view family;
    std::string_view trunk;
    std::string_view format; ///< TensorArchive::format
    std::string_view hashPrefix; ///< start of the file's SHA-256 where its authors state it; else empty
    std::string_view source; ///< repository
    std::string_view link; ///< page or file to get it from
    std::string_view licence;
};

/// All of them, by family.
std::span<const PublishedModel> publishedModels();

/// The file with this SHA-256; null when no published hash fits.
const PublishedModel* publishedByHash(std::string_view sha256);

/// The published file of the same layout, which another file may or may not be; null when none.
const PublishedModel* publishedByLayout(std::string_view family, std::string_view trunk, std::string_view format);

} // namespace halflens
