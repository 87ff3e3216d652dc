// SPDX-License-Identifier: BSD-3-Clause
// What the models say of two versions of a picture: scores, contributions of the blocks, what carries the change.
#pragma once

#include "ui/state/viewer.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTableWidget;
class QToolButton;

namespace halflens {

/// Everything in grades of 1..5, so that models stand beside each other.
class VersionsPanel final : public QWidget {
    Q_OBJECT

public:
    /// `viewer` outlives the panel.
    explicit VersionsPanel(Viewer& viewer, QWidget* parent = nullptr);

private:
    void makeTables();
    void makeCarries();
    void refresh();
    void refreshModels();
    void refreshBlocks(const VersionComparison& comparison);
    void refreshCarries(const VersionComparison& comparison);
    void refreshComposite();
    void refreshMarks();
    void followFocus();
    BlockMask carrying() const; ///< of the chosen model; empty where nothing is known

    Viewer& m_viewer;
    QLabel* m_headline;
    QTableWidget* m_models;
    QLabel* m_composite;
    QWidget* m_bar;
    QTableWidget* m_blocks;
    QLabel* m_sum;
    QLabel* m_carries;
    QToolButton* m_show;
    QPushButton* m_take;
    QLabel* m_method;
};

} // namespace halflens
