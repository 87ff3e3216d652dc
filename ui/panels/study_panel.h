// SPDX-License-Identifier: BSD-3-Clause
// A study opened in the viewer: all its photos as a table; a click opens one.
#pragma once

#include "ui/panels/study_table_model.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QToolButton;

namespace halflens {

class ElidedLabel;

/// The study is read on the engine; what is shown stays until the new one is there.
class StudyPanel final : public QWidget {
    Q_OBJECT

public:
    /// The workspace outlives the panel.
    explicit StudyPanel(Workspace& workspace, QWidget* parent = nullptr);
    ~StudyPanel() override;

    /// The folder a study writes to. An error is said in the panel.
    void open(const QString& folder);
    /// Looks for the photos in that folder instead of where the study read them.
    void setPhotoFolder(const QString& folder);
    QString message() const; ///< the line below the table
    QSize sizeHint() const override { return {900, 300}; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void arrived(const Outcome& outcome);
    void filterChanged();
    void showCount();
    void openRow(const QModelIndex& index);
    void tellOpened();
    void say(const QString& text, bool isProblem = false);

    Workspace& m_workspace;
    StudyTableModel* m_model;
    QString m_folder;
    QString m_openedFile; ///< of the row clicked last
    std::size_t m_opened = 0; ///< its number among the study's photos
    bool m_isProblem = false;

    ElidedLabel* m_title;
    QComboBox* m_models;
    QLineEdit* m_filter;
    QLabel* m_count;
    QToolButton* m_again;
    QTableView* m_table;
    QLabel* m_message;
    QPushButton* m_choose;
};

} // namespace halflens
