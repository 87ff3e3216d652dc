// SPDX-License-Identifier: BSD-3-Clause
// How much of the model one number per block can tell (spec measures 11): a sentence and a bar.
#pragma once

#include "ui/state/current_image.h"

#include <QWidget>

namespace halflens {

/// Alone, in pairs, in larger sets: three parts of one bar. In the warning colour where blocks on their own explain
/// less than half.
class OrdersBar final : public QWidget {
    Q_OBJECT

public:
    explicit OrdersBar(CurrentImage& image, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }
    const QString& sentence() const { return m_sentence; } ///< empty: nothing is known

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    CurrentImage& m_image;
    QString m_sentence;
    QString m_short; ///< where there is no room for it
};

} // namespace halflens
