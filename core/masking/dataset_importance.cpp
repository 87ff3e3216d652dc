// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/dataset_importance.h"

#include "core/masking/summation.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace halflens {

void PlccAccumulator::add(double x, double y)
{
    if (m_count == 0) {
        m_minX = m_maxX = x;
        m_minY = m_maxY = y;
    }
    m_minX = std::min(m_minX, x);
    m_maxX = std::max(m_maxX, x);
    m_minY = std::min(m_minY, y);
    m_maxY = std::max(m_maxY, y);
    ++m_count;
    x -= Offset;
    y -= Offset;
    m_x += x;
    m_y += y;
    m_xx += x * x;
    m_yy += y * y;
    m_xy += x * y;
}

void PlccAccumulator::merge(const PlccAccumulator& other)
{
    if (other.m_count == 0)
        return;
    if (m_count == 0) {
        *this = other;
        return;
    }
    m_minX = std::min(m_minX, other.m_minX);
    m_maxX = std::max(m_maxX, other.m_maxX);
    m_minY = std::min(m_minY, other.m_minY);
    m_maxY = std::max(m_maxY, other.m_maxY);
    m_count += other.m_count;
    m_x += other.m_x;
    m_y += other.m_y;
    m_xx += other.m_xx;
    m_yy += other.m_yy;
    m_xy += other.m_xy;
}

double PlccAccumulator::plcc() const
{
    // The extremes tell "does not vary" for sure; the variance from sums may be a rounding error.
    if (m_count < 2 || m_minX == m_maxX || m_minY == m_maxY)
        return std::numeric_limits<double>::quiet_NaN();
    const auto n = static_cast<double>(m_count);
    const double varianceX = n * m_xx - m_x * m_x;
    const double varianceY = n * m_yy - m_y * m_y;
    if (!(varianceX > 0) || !(varianceY > 0))
        return std::numeric_limits<double>::quiet_NaN();
    return std::clamp((n * m_xy - m_x * m_y) / (std::sqrt(varianceX) * std::sqrt(varianceY)), -1.0, 1.0);
}

DatasetImportance::DatasetImportance(int blocks)
    : m_blocks(blocks)
    , m_masks(std::size_t{1} << blocks)
{
    assert(blocks >= 2 && blocks <= BlockCount);
}

void DatasetImportance::add(std::span<const double> scores)
{
    assert(scores.size() == m_masks.size());
    for (std::size_t m = 0; m < m_masks.size(); ++m)
        m_masks[m].add(scores[m], scores.front());
}

void DatasetImportance::add(const MaskTable& table)
{
    std::vector<double> scores(MaskCount);
    for (std::uint32_t m = 0; m < MaskCount; ++m)
        scores[m] = table.score(BlockMask(m));
    add(scores);
}

void DatasetImportance::merge(const DatasetImportance& other)
{
    assert(m_blocks == other.m_blocks);
    for (std::size_t m = 0; m < m_masks.size(); ++m)
        m_masks[m].merge(other.m_masks[m]);
}

Result<std::vector<double>> DatasetImportance::blockMeans() const
{
    if (images() < 2)
        return Error{ErrorCode::InvalidInput,
                     "importance",
                     "a correlation over images needs at least two images",
                     "add images, or use an indicator of single images such as dmos",
                     {}};
    if (std::isnan(plcc(0)))
        return Error{ErrorCode::InvalidInput,
                     "importance",
                     "the model predicts the same score for every image",
                     "use other images or another model",
                     {}};
    const std::size_t all = m_masks.size() - 1;
    std::vector<CompensatedSum> sums(static_cast<std::size_t>(m_blocks));
    for (std::size_t m = 1; m < all; ++m) {
        const double rho = plcc(m);
        for (std::size_t b = 0; b < sums.size(); ++b)
            if ((m >> b & 1) != 0)
                sums[b].add(std::isnan(rho) ? 0 : rho);
    }
    const std::size_t masksPerBlock = m_masks.size() / 2 - 1;
    std::vector<double> means;
    means.reserve(sums.size());
    for (const CompensatedSum& sum : sums)
        means.push_back(sum.value() / static_cast<double>(masksPerBlock));
    return means;
}

} // namespace halflens
