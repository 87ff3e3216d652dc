// SPDX-License-Identifier: BSD-3-Clause
// The opened photos as a table: scores by any model, sorted and filtered as the strip is; a click opens one.
#pragma once

#include <QTimer>
#include <QWidget>

#include <string>
#include <vector>

class QLabel;
class QMenu;
class QTableView;

namespace halflens {

class Document;
class ScoreHistogram;
struct Viewer;

class PhotoTable final : public QWidget {
    Q_OBJECT

public:
    /// `viewer` outlives the panel.
    explicit PhotoTable(Viewer& viewer, QWidget* parent = nullptr);

    /// The rows and columns shown, in their order, and the path of each photo: numbers with all digits, sizes in bytes,
    /// dates in UTC.
    std::string toCsv() const;
    std::vector<Document*> chosen() const; ///< of the rows that are selected, from the top
    void editNote(); ///< of the current row, in its cell
    QSize sizeHint() const override { return {900, 300}; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void makeColumnMenu();
    void showColumns();
    void setColumnShown(int column, bool shown);
    void headerClicked(int column);
    void openRow(const QModelIndex& index);
    void removeChosen();
    void followWorkspace();
    void updateLater();
    void showSummary();
    std::vector<int> shownColumns() const;

    Viewer& m_viewer;
    QTableView* m_table;
    ScoreHistogram* m_histogram;
    QLabel* m_summary;
    QLabel* m_problem;
    QMenu* m_columns;
    QTimer m_later; ///< to count scores again
};

} // namespace halflens
