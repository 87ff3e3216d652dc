// SPDX-License-Identifier: BSD-3-Clause
// Where a figure comes from: carried in the metadata of PNG, SVG and PDF, so that a figure can be
// explained, checked and opened again.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace halflens {

struct Provenance {
    struct Model {
        std::string id;
        std::string weightsHash; ///< SHA-256 of the weights file
    };
    struct Source {
        std::string file; ///< as it shall be stored: a name, or a path to open it again
        std::string contentHash; ///< Image::contentHash
        std::vector<std::pair<std::string, BlockMask>> masks; ///< e.g. {"important", ...}
    };
    std::string figure; ///< "1", "2", "3" or the name of a layout
    std::string title; ///< document title; "HalfLens figure" when empty
    std::string version = HALFLENS_VERSION;
    std::vector<Model> models;
    std::string by; ///< "attention", "zero"; empty when nothing was masked
    std::string fill; ///< "zero", "black", "mean", "blur"
    std::string indicator; ///< "dmos", ...
    std::vector<Source> sources;
    std::map<std::string, std::string> settings; ///< anything else that shaped the figure
};

std::string documentTitle(const Provenance& provenance);
/// Compact JSON in ASCII, keys in a fixed order; text that is no UTF-8 is repaired.
std::string toJson(const Provenance& provenance);
/// The same in words, one short line: for readers of PDF keywords and SVG descriptions.
std::string keywords(const Provenance& provenance);

/// The JSON carried by a PNG, SVG or PDF that HalfLens wrote. Any bytes may be given.
/// Unsupported: no such file, or nothing of HalfLens in it.
Result<std::string> readProvenance(std::span<const std::uint8_t> bytes);

} // namespace halflens
