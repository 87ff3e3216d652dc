// SPDX-License-Identifier: BSD-3-Clause
// Importance over a whole dataset: correlations of masked with unmasked predictions, gathered
// image by image (spec measures 6.1).
#pragma once

#include "core/base/result.h"
#include "core/masking/mask_table.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// Pearson correlation of a stream of pairs. Values are shifted by `Offset` before summing, so
/// that scores around 3 lose no digits in the difference of large sums.
class PlccAccumulator {
public:
    static constexpr double Offset = 3;

    void add(double x, double y);
    /// Joins another stream; sums are added, so results agree to rounding with one long stream.
    void merge(const PlccAccumulator& other);
    std::int64_t count() const { return m_count; }
    /// In [-1, 1]; not-a-number with fewer than two pairs or when x or y does not vary.
    double plcc() const;

private:
    std::int64_t m_count = 0;
    double m_x = 0;
    double m_y = 0;
    double m_xx = 0;
    double m_yy = 0;
    double m_xy = 0;
    double m_minX = 0, m_maxX = 0, m_minY = 0, m_maxY = 0;
};

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
