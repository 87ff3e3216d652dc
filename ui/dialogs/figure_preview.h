// SPDX-License-Identifier: BSD-3-Clause
// A rendered figure page on a desk, fitted to the room there is.
#pragma once

#include <QImage>
#include <QWidget>

namespace halflens {

class FigurePreview final : public QWidget {
    Q_OBJECT

public:
    explicit FigurePreview(QWidget* parent = nullptr);
    void setImage(const QImage& image);
    void setMessage(const QString& message); ///< instead of an image
    const QImage& image() const { return m_image; }
    const QString& message() const { return m_message; }
    bool isOnFigure(QPointF position) const; ///< where it can be taken by the pointer
    void showGrip(bool isHeld); ///< as a hand that holds it
    QSize sizeHint() const override { return {560, 420}; }

Q_SIGNALS:
    void resized();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    QRectF figureRect() const;

    QImage m_image;
    QString m_message;
    bool m_isHeld = false;
};

} // namespace halflens
