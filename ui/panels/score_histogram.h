// SPDX-License-Identifier: BSD-3-Clause
// How many photos have which score, as a small row of bars from 1 to 5.
#pragma once

#include <QWidget>

#include <array>
#include <vector>

namespace halflens {

class ScoreHistogram final : public QWidget {
    Q_OBJECT

public:
    static constexpr int Bars = 16; ///< a quarter of a grade each

    explicit ScoreHistogram(QWidget* parent = nullptr);
    /// Scores on 1..5; those beyond are counted at the ends, what is no number not at all.
    void setScores(const std::vector<double>& scores);
    int count(int bar) const { return m_counts[static_cast<std::size_t>(bar)]; }
    int barAt(int x) const;
    static double low(int bar) { return 1 + 4.0 * bar / Bars; } ///< where the bar begins
    QSize sizeHint() const override { return {180, 44}; }
    QSize minimumSizeHint() const override { return {100, 36}; }

Q_SIGNALS:
    void rangeChosen(double low, double high); ///< a bar was clicked

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRect plot() const;

    std::array<int, Bars> m_counts{};
};

} // namespace halflens
