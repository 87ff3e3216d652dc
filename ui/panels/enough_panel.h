// SPDX-License-Identifier: BSD-3-Clause
// "4 of 12 blocks are enough": the headline, its tolerance and the curve behind it.
#pragma once

#include "ui/state/comparison.h"
#include "ui/state/settings.h"

#include <QAbstractButton>
#include <QWidget>

class QDoubleSpinBox;

namespace halflens {

class CurvePlot;

/// A large text that can be pressed, with a line of explanation.
class HeadlineButton final : public QAbstractButton {
    Q_OBJECT

public:
    explicit HeadlineButton(QWidget* parent = nullptr);
    void setTexts(const QString& headline, const QString& explanation);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QFont headlineFont() const;

    QString m_explanation;
};

class EnoughPanel final : public QWidget {
    Q_OBJECT

public:
    /// `comparison` brings the curves of other models.
    EnoughPanel(Settings& settings, CurrentImage& image, const Comparison& comparison, QWidget* parent = nullptr);

Q_SIGNALS:
    void keepRequested(halflens::BlockMask keep); ///< show these blocks only

private:
    void refresh();
    void refreshCurrent();
    void refreshOthers();

    CurrentImage& m_image;
    Settings& m_settings;
    const Comparison& m_comparison;
    HeadlineButton* m_headline;
    QDoubleSpinBox* m_epsilon;
    CurvePlot* m_curve;
};

} // namespace halflens
