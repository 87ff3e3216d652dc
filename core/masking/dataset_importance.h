// SPDX-License-Identifier: BSD-3-Clause
// Importance over a whole dataset: correlations of masked with unmasked predictions, gathered
// image by image (spec measures 6.1).
#pragma once

#include "core/base/result.h"
#include "core/base/statistics.h"
#include "core/masking/mask_table.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// One partition for a dataset: per mask the PLCC over images, per block its mean over the
/// masks that contain the block. About 330 KiB; not for use from several threads at once.
class DatasetImportance {
public:
    /// `blocks`: 2..12 blocks, masks 1 .. 2^blocks - 2.
    explicit DatasetImportance(int blocks = BlockCount);

    /// Adds an image. `scores[m]` is its prediction with mask m, 2^blocks of them, finite.
    void add(std::span<const double> scores);
    void add(const MaskTable& table); ///< native scores; only with 12 blocks
    void merge(const DatasetImportance& other); ///< of the same number of blocks

    std::int64_t images() const { return m_masks.front().count(); }
    /// PLCC of mask m, not-a-number when undefined.
    double plcc(std::size_t mask) const { return m_masks[mask].plcc(); }
    /// P_b per block; low = important. A mask under which all images get the same score has no
    /// correlation and counts as 0: nothing of the ranking is left.
    /// InvalidInput: fewer than two images, or all unmasked predictions equal.
    Result<std::vector<double>> blockMeans() const;

private:
    int m_blocks;
    std::vector<PlccAccumulator> m_masks;
};

} // namespace halflens
