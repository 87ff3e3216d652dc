// SPDX-License-Identifier: BSD-3-Clause
// Exact Shapley values and pair interactions of the 12 blocks: the game is "these blocks are
// visible", its worth the native score (headless contract, `explain`), or any other game of 12.
#include "core/masking/importance.h"
#include "core/masking/summation.h"

#include <cassert>
#include <vector>

namespace halflens {

namespace {

/// |S|! (n - 1 - |S|)! / n! for each |S| = 0..n-1, which is 1 / (n C(n - 1, |S|)): how probable
/// it is that exactly the players S come before a given one when n players arrive in random order.
std::vector<double> arrivalWeights(int n)
{
    std::vector<double> weights;
    double binomial = 1;
    for (int size = 0; size < n; ++size) {
        weights.push_back(1 / (n * binomial));
        binomial = binomial * (n - 1 - size) / (size + 1);
    }
    return weights;
}

} // namespace

Shapley computeShapley(const MaskTable& table)
{
    return computeShapley(worthOfVisible(table));
}

Shapley computeShapley(std::span<const double> worth)
{
    assert(worth.size() == MaskCount);
    const std::vector<double> single = arrivalWeights(BlockCount);
    const std::vector<double> pair = arrivalWeights(BlockCount - 1);
    Shapley result;
    result.sum = worth.back() - worth.front();
    for (unsigned i = 0; i < BlockCount; ++i) {
        const unsigned bitI = 1u << i;
        CompensatedSum value;
        for (unsigned set = 0; set < MaskCount; ++set)
            if ((set & bitI) == 0)
                value.add(single[static_cast<std::size_t>(std::popcount(set))] * (worth[set | bitI] - worth[set]));
        result.values[i] = value.value();

        for (unsigned j = 0; j < i; ++j) {
            const unsigned bitJ = 1u << j;
            CompensatedSum interaction;
            for (unsigned set = 0; set < MaskCount; ++set) {
                if ((set & (bitI | bitJ)) != 0)
                    continue;
                // Grouped so that exchanging i and j changes no rounding.
                const double together =
                    (worth[set | bitI | bitJ] + worth[set]) - (worth[set | bitI] + worth[set | bitJ]);
                interaction.add(pair[static_cast<std::size_t>(std::popcount(set))] * together);
            }
            result.interactions[i][j] = result.interactions[j][i] = interaction.value();
        }
    }
    return result;
}

} // namespace halflens
