// SPDX-License-Identifier: BSD-3-Clause
// The quality card: what the model thinks of the visible blocks, against the whole image.
#pragma once

#include "ui/state/workspace.h"

#include <QWidget>

class QLabel;

namespace halflens {

class Card;
class ElidedLabel;
class GradeChart;
class ScoreBar;

/// Reads the current image; a toggled block shows in the same turn of the event loop.
class QualityPanel final : public QWidget {
    Q_OBJECT

public:
    explicit QualityPanel(Workspace& workspace, QWidget* parent = nullptr); ///< outlives the panel
    /// Name shown while no result is there yet; empty: there is no model at all.
    void setModelName(const QString& name);
    /// Puts something under the card.
    void addBelow(QWidget* widget);

private:
    void refresh();
    void refreshFacts(const Analysis& analysis);
    void refreshLeak(const Analysis& analysis);
    void changeEvent(QEvent* event) override;

    Workspace& m_workspace;
    CurrentImage& m_image;
    QString m_modelName;
    Card* m_card;
    ElidedLabel* m_model;
    QLabel* m_score;
    QLabel* m_scale;
    QLabel* m_change;
    QLabel* m_changeNote;
    ScoreBar* m_bar;
    GradeChart* m_grades;
    QLabel* m_facts;
    QLabel* m_note;
    QLabel* m_leak;
};

} // namespace halflens
