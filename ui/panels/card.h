// SPDX-License-Identifier: BSD-3-Clause
// A raised panel with rounded corners that follows the theme, and the small text styles on it.
#pragma once

#include <QFrame>
#include <QLabel>

namespace halflens {

class Card : public QFrame {
    Q_OBJECT

public:
    explicit Card(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// One line that loses its middle when there is no room; the tool tip has the whole text.
class ElidedLabel final : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget* parent = nullptr, Qt::TextElideMode mode = Qt::ElideMiddle);
    void setFullText(const QString& text);
    const QString& fullText() const { return m_text; }
    QSize minimumSizeHint() const override { return {24, sizeHint().height()}; }
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();

    QString m_text;
    Qt::TextElideMode m_mode;
};

/// A plain-text label in the muted colour of the theme.
QLabel* mutedLabel(QWidget* parent = nullptr);

/// The widget's font, `factor` times as large.
QFont scaledFont(const QWidget& widget, double factor, bool bold = false);

} // namespace halflens
