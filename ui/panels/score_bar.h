// SPDX-License-Identifier: BSD-3-Clause
// A score on the scale from 1 to 5: the masked image as a bar, the whole image as a mark.
#pragma once

#include <QWidget>

#include <optional>

namespace halflens {

class ScoreBar final : public QWidget {
    Q_OBJECT

public:
    explicit ScoreBar(QWidget* parent = nullptr);
    void setScores(std::optional<double> current, std::optional<double> whole);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::optional<double> m_current;
    std::optional<double> m_whole;
};

} // namespace halflens
