// SPDX-License-Identifier: BSD-3-Clause
// Agreement of two lists of numbers: once, for training, studies and checks of explanations.
//
// One rule for what cannot be said: a correlation of fewer than two pairs, or of a side that holds one value only,
// is not-a-number. Callers say what that counts as (definedOr) or leave the cell empty.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// `value`, or `instead` where it is not-a-number.
double definedOr(double value, double instead);

/// Ranks from 0, equal values sharing their mean rank. Finite values; O(n log n).
std::vector<double> ranks(std::span<const double> values);
std::vector<double> ranks(std::span<const float> values);

/// Pearson's correlation in float64, -1..1, two passes. Not-a-number where undefined (above). Both of one length.
double pearson(std::span<const double> a, std::span<const double> b);
double pearson(std::span<const float> a, std::span<const float> b);
/// Spearman's: Pearson's of the ranks.
double spearman(std::span<const double> a, std::span<const double> b);
double spearman(std::span<const float> a, std::span<const float> b);
/// Root of the mean squared difference; 0 for empty lists.
double rootMeanSquare(std::span<const double> a, std::span<const double> b);

/// The straight line slope x + offset nearest to y in the squared mean; slope 0 where x does not vary.
struct Line {
    double slope = 1;
    double offset = 0;
};
Line leastSquares(std::span<const double> x, std::span<const double> y);

/// Pearson's correlation of a stream of pairs. Values are shifted by `Offset` before summing, so
/// that scores around 3 lose no digits in the difference of large sums.
class PlccAccumulator {
public:
    static constexpr double Offset = 3;

    void add(double x, double y);
    /// Joins another stream; sums are added, so results agree to rounding with one long stream.
    void merge(const PlccAccumulator& other);
    std::int64_t count() const { return m_count; }
    /// In [-1, 1]; not-a-number where undefined (above).
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

struct Interval {
    double low = 0;
    double high = 0;
};

/// A figure of two lists, such as pearson.
using PairFigure = double (*)(std::span<const double>, std::span<const double>);

/// 95 % percentile interval of `figure` over `samples` resamplings with replacement, drawn by `seed`: the order
/// statistics nearest to 2.5 % and 97.5 %. Resamplings in which the figure is undefined are left out; not-a-number
/// where that leaves none.
Interval bootstrapInterval(std::span<const double> a, std::span<const double> b, PairFigure figure, int samples,
                           std::uint64_t seed);

} // namespace halflens
