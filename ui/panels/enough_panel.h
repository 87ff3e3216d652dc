// SPDX-License-Identifier: BSD-3-Clause
// "4 of 12 blocks decide": the headline, its tolerance and the curve behind it (spec measures 10).
#pragma once

#include "ui/state/viewer.h"

#include <QAbstractButton>
#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QToolButton;

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
    explicit EnoughPanel(Viewer& viewer, QWidget* parent = nullptr); ///< `viewer` outlives the panel

Q_SIGNALS:
    void keepRequested(halflens::BlockMask keep); ///< show these blocks only
    void allMasksRequested(); ///< an estimate guarantees nothing: try all 4096

private:
    void refresh();
    void refreshSets(const Analysis& analysis);
    void refreshCurrent();
    void refreshOthers();
    /// Shows a minimal guaranteed set, `by` further than the last one, round and round.
    void stepSet(int by);

    CurrentImage& m_image;
    Settings& m_settings;
    const Comparison& m_comparison;
    HeadlineButton* m_headline;
    QPushButton* m_breaking; ///< "hiding these 2 breaks it"
    QPushButton* m_best; ///< "at best 1 block, by luck"
    QPushButton* m_tryAll;
    QWidget* m_sets; ///< steps through the minimal guaranteed sets
    QLabel* m_setLabel;
    std::size_t m_set = 0; ///< shown one of them
    QDoubleSpinBox* m_epsilon;
    QToolButton* m_csv; ///< of the curve
    CurvePlot* m_curve;
};

} // namespace halflens
