// SPDX-License-Identifier: BSD-3-Clause
// Pinned masks as a list: apply one, compare two, measure one on all photos, write the numbers to a file.
#pragma once

#include <QImage>
#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QProgressBar;
class QPushButton;

namespace halflens {

class ScenarioBook;
struct Scenario;
struct Viewer;

class ScenariosPanel final : public QWidget {
    Q_OBJECT

public:
    /// Both outlive the panel; `pin` is the action that pins.
    ScenariosPanel(Viewer& viewer, QAction* pin, QWidget* parent = nullptr);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void makeParts(QAction* pin);
    void fill();
    QImage photoOf(const Scenario& scenario) const;
    void describe();
    void showProgress();
    QList<int> chosen() const;

    Viewer& m_viewer;
    ScenarioBook& m_book;
    QListWidget* m_list;
    QLabel* m_hint;
    QLineEdit* m_note;
    QLabel* m_text;
    QProgressBar* m_progress;
    QPushButton* m_all;
    QPushButton* m_cancel;
    QPushButton* m_remove;
    QPushButton* m_export;
    bool m_isFilling = false;
};

} // namespace halflens
