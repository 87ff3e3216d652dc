// SPDX-License-Identifier: BSD-3-Clause
// The opened photos as strip and table show them: sorted and filtered here, once for all views and for the keys.
#pragma once

#include "ui/state/photo_columns.h"

#include <QAbstractTableModel>
#include <QTimer>

#include <vector>

namespace halflens {

/// Rows are the photos the filter lets through, in the order asked for, which Page Up and Down follow; columns are
/// those of PhotoColumns. DisplayRole: text; DecorationRole of the first column: QImage, null until it is there (asking
/// for it starts it); SortRole: the number behind a cell; ScoreRole: the score in words, empty while there is none.
/// While scores arrive, rows that depend on them are put in order a few times a second.
class PhotoListModel final : public QAbstractTableModel, public PhotoSequence {
    Q_OBJECT

public:
    static constexpr int SortRole = Qt::UserRole;
    static constexpr int ScoreRole = Qt::UserRole + 1;
    static constexpr int UnreadableRole = Qt::UserRole + 2; ///< bool
    static constexpr int MissingRole = Qt::UserRole + 3; ///< bool: a session names it, its file is not there
    static constexpr int MarkRole = Qt::UserRole + 4; ///< PhotoMark as a number
    static constexpr int NoteRole = Qt::UserRole + 5; ///< the note, empty where there is none
    static constexpr int AsOpened = -1; ///< in place of a column

    /// Both outlive the model.
    PhotoListModel(Workspace& workspace, PhotoScores& scores, QObject* parent = nullptr);
    ~PhotoListModel() override;

    const PhotoColumns& columns() const { return m_columns; }
    PhotoScores& scores() const { return m_scores; }
    int sortColumn() const { return m_sortColumn; }
    Qt::SortOrder sortOrder() const { return m_sortOrder; }
    const QString& filter() const { return m_filterLine; }
    /// False, with a sentence in filterProblem(), where it cannot be read; the rows stay.
    bool setFilter(const QString& line);
    const QString& filterProblem() const { return m_filterProblem; }

    int photos() const override { return static_cast<int>(m_rows.size()); }
    Document* photo(int place) const override { return m_rows[static_cast<std::size_t>(place)]; }
    int placeOf(const Document* document) const override;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override; ///< of the column of notes
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

Q_SIGNALS:
    void arranged(); ///< other rows, or in another order
    void filterChanged(); ///< the line or its problem

private:
    void takeAdded(int first, int last);
    void takeRemoved(int index);
    void takeChanged(Document* document);
    void takeModels();
    void rowChanged(int row, const QList<int>& roles = {});
    bool dependsOnScores() const;
    bool accepts(const Document& document) const;
    std::vector<Document*> wantedRows() const;
    void arrange(); ///< rows anew, those selected stay so

    Workspace& m_workspace;
    PhotoScores& m_scores;
    PhotoColumns m_columns;
    std::vector<Document*> m_rows;
    int m_sortColumn = AsOpened;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    ColumnFilter m_filter;
    QString m_filterLine;
    QString m_filterProblem;
    QTimer m_later; ///< to arrange
};

} // namespace halflens
