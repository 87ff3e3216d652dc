// SPDX-License-Identifier: BSD-3-Clause
// How likely the network thinks each of the five grades is: now as bars, the whole image as outlines.
#pragma once

#include <QWidget>

#include <vector>

namespace halflens {

class GradeChart final : public QWidget {
    Q_OBJECT

public:
    explicit GradeChart(QWidget* parent = nullptr);
    /// Five probabilities each, or empty.
    void setGrades(std::vector<float> current, std::vector<float> whole);
    QSize sizeHint() const override { return {200, 96}; }
    QSize minimumSizeHint() const override { return {120, 80}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF column(int grade) const;

    std::vector<float> m_current;
    std::vector<float> m_whole;
};

} // namespace halflens
