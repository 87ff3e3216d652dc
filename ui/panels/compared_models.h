// SPDX-License-Identifier: BSD-3-Clause
// The other models beside the shown one: a line each, a click away.
#pragma once

#include "ui/state/comparison.h"

#include <QAbstractButton>
#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace halflens {

/// Name, score in the model's own unit, grades as a small chart, how many blocks are enough, change
/// under the mask, and the score on the common scale; or what keeps it from having them.
class ModelCard final : public QAbstractButton {
    Q_OBJECT

public:
    explicit ModelCard(QWidget* parent = nullptr);
    /// `masked` under the mask of now, which is that of the whole image or not; `number` is the key of the model.
    void setModel(const ComparedModel& model, const std::optional<MaskedScore>& masked, bool isWhole, int number);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

    QString scoreShown() const { return m_score; } ///< "3.21"; "–" without one
    QString changeShown() const { return m_change; }
    QString noteShown() const { return m_note; } ///< in place of numbers
    QString ownShown() const { return m_own; } ///< in the model's own unit
    QString enoughShown() const { return m_enough; }

    /// Right edges and widths of the columns, shared with the heading above them.
    enum Column { Own, Grades, Enough, Change, Score, ColumnCount };
    static QRect column(Column column, const QWidget& widget);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintGrades(QPainter& painter) const;

    QString m_name;
    QString m_score;
    QString m_change;
    QString m_note;
    QString m_own;
    QString m_enough;
    double m_changeValue = 0;
    double m_fraction = -1;
    bool m_isWorking = false;
    std::vector<float> m_grades;
};

/// What the columns are.
class ColumnHeading final : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    QSize sizeHint() const override { return {240, fontMetrics().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// One card for each model but the shown one, under a heading with the switch.
class ComparedModels final : public QWidget {
    Q_OBJECT

public:
    ComparedModels(Workspace& workspace, Comparison& comparison, QWidget* parent = nullptr);
    const std::vector<ModelCard*>& cards() const { return m_cards; } ///< in the order of the models

private:
    void rebuild();
    void refresh();
    void refreshCard(int index);

    Workspace& m_workspace;
    Comparison& m_comparison;
    QLabel* m_heading;
    QPushButton* m_switch;
    ColumnHeading* m_columns;
    QVBoxLayout* m_list;
    std::vector<ModelCard*> m_cards;
};

} // namespace halflens
