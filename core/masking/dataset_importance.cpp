// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/dataset_importance.h"

#include "core/masking/summation.h"

#include <cassert>
#include <cmath>

namespace halflens {

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
                sums[b].add(definedOr(rho, 0));
    }
    const std::size_t masksPerBlock = m_masks.size() / 2 - 1;
    std::vector<double> means;
    means.reserve(sums.size());
    for (const CompensatedSum& sum : sums)
        means.push_back(sum.value() / static_cast<double>(masksPerBlock));
    return means;
}

} // namespace halflens
