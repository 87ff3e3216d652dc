// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/orders.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace halflens {

namespace {

constexpr double FlatOnFive = 1e-6;

} // namespace

Orders computeOrders(std::span<const double> worth, const ScoreScale& scale)
{
    assert(worth.size() > 1 && std::has_single_bit(worth.size()));
    const auto players = static_cast<std::size_t>(std::countr_zero(worth.size()));
    // A constant changes no term but the empty set's, which is not read: without it the others lose no digits.
    std::vector<double> terms(worth.begin(), worth.end());
    for (double& term : terms)
        term -= worth.front();
    for (std::size_t bit = 1; bit < terms.size(); bit *= 2) {
        for (std::size_t set = 0; set < terms.size(); ++set) {
            if ((set & bit) != 0)
                continue;
            const double without = terms[set];
            const double with = terms[set | bit];
            terms[set] = without + with;
            terms[set | bit] = without - with;
        }
    }
    Orders orders;
    orders.shares.assign(players, 0.0);
    for (std::size_t player = 0; player < players; ++player)
        orders.banzhaf.push_back(-2 * terms[std::size_t{1} << player] / static_cast<double>(worth.size()));

    const auto [least, most] = std::minmax_element(worth.begin(), worth.end());
    if (std::abs(changeOnFive(scale, *most - *least)) <= FlatOnFive)
        return orders;
    double sum = 0;
    for (std::size_t set = 1; set < terms.size(); ++set) {
        const double square = terms[set] * terms[set];
        orders.shares[static_cast<std::size_t>(std::popcount(set)) - 1] += square;
        sum += square;
    }
    for (double& share : orders.shares)
        share /= sum;
    return orders;
}

Orders computeOrders(const MaskTable& table)
{
    return computeOrders(worthOfVisible(table), table.scale);
}

} // namespace halflens
