// SPDX-License-Identifier: BSD-3-Clause
// All photos of a study as a table: sorted and filtered here, where 10 000 rows are a few milliseconds.
#pragma once

#include "ui/panels/study_filter.h"
#include "ui/panels/study_pictures.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace halflens {

/// Rows are the photos the filter lets through, in the order asked for; columns are StudyColumn. SortRole gives the
/// number, or the text, behind a cell. The first column has small pictures, made when a row is looked at.
class StudyTableModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    static constexpr int SortRole = Qt::UserRole;

    /// The workspace outlives the model.
    explicit StudyTableModel(Workspace& workspace, QObject* parent = nullptr);

    void setStudy(std::shared_ptr<const StudyOverview> study);
    const std::shared_ptr<const StudyOverview>& study() const { return m_study; }
    void setModel(std::size_t model); ///< whose scores are shown: index among StudyFacts::models
    void setFilter(const StudyFilter& filter);
    /// Where the photos lie, instead of where the study read them; empty: there.
    void setPhotoFolder(const QString& folder);

    const OverviewPhoto* photoAt(int row) const; ///< null: no such row
    QString fileOf(const OverviewPhoto& photo) const; ///< empty: not known
    bool hasValues(StudyColumn column) const; ///< whether any photo of the study has one
    const StudyPictures& pictures() const { return *m_pictures; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : StudyColumnCount; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    void arrange(); ///< rows anew, those selected stay so
    void fillOrder();
    void showPicture(std::size_t photo);

    StudyPictures* m_pictures;
    std::shared_ptr<const StudyOverview> m_study;
    std::size_t m_modelIndex = 0;
    StudyFilter m_filter;
    int m_sortColumn = -1; ///< -1: as in the study
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    std::vector<std::size_t> m_order; ///< index of a photo, by row
    QString m_folder;
};

} // namespace halflens
