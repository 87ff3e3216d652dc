// SPDX-License-Identifier: BSD-3-Clause
// Shapley values from random orders in pairs with their reverses (spec measures 13).
#pragma once

#include <span>
#include <vector>

namespace halflens {

/// Collects pairs of orders of n players. What a player adds as the first and as the last of all is known exactly and
/// booked alike for every order; the orders only tell about the steps between, which are far quieter. Games of single
/// players and pairs of players are exact after one pair of orders, whatever order it is.
class OrderEstimate {
public:
    /// `none`, `all`: worth of nobody and of everybody; `alone[c]` of player c alone; `without[c]` of all but c.
    OrderEstimate(double none, double all, std::vector<double> alone, std::vector<double> without);

    int players() const { return static_cast<int>(m_alone.size()); }

    /// An order and its reverse. `forward[k]` is the worth of the first k players of `order`, `backward[k]` of the
    /// first k of its reverse, for k = 2..n - 2; other entries are not read. n + 1 entries each.
    void addPair(std::span<const int> order, std::span<const double> forward, std::span<const double> backward);

    int pairs() const { return m_pairs; }
    double sum() const { return m_all - m_none; }

    /// An estimate for each player. They sum to worth of all less worth of none: what chance leaves over is shared out
    /// equally. Without any pair: half of what the player adds first and last.
    std::vector<double> values() const;

    /// Of each estimate, from the spread of the pairs; infinite where less than two tell of the player.
    std::vector<double> standardErrors() const;

private:
    double worthAt(std::span<const int> order, bool reversed, std::size_t count, std::span<const double> between) const;

    double m_none;
    double m_all;
    std::vector<double> m_alone;
    std::vector<double> m_without;
    /// Pair means of a player's steps that are neither first nor last.
    struct Between {
        int count = 0;
        double mean = 0;
        double squares = 0; ///< of the distances from the mean
    };
    std::vector<Between> m_between;
    int m_pairs = 0;
};

} // namespace halflens
