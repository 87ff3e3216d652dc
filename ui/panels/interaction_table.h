// SPDX-License-Identifier: BSD-3-Clause
// What two blocks add together beyond what each adds by itself: the 12 x 12 interactions as a table.
#pragma once

#include "ui/state/current_image.h"

#include <QAbstractTableModel>
#include <QTableView>

namespace halflens {

/// Row and column are block numbers; the diagonal is empty. Native units of the score.
class InteractionModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    explicit InteractionModel(CurrentImage& image, QObject* parent = nullptr); ///< `image` outlives the model

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : BlockCount; }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : BlockCount; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// "Blocks 3 and 7: +0.031. Together they add more …"
    QString words(const QModelIndex& index) const;
    /// The two blocks; empty on the diagonal.
    static BlockMask pairOf(const QModelIndex& index);

private:
    double largest() const; ///< magnitude, of all pairs

    CurrentImage& m_image;
};

/// The pair under the pointer, else the one the keyboard is on, is told.
class InteractionTable final : public QTableView {
    Q_OBJECT

public:
    explicit InteractionTable(CurrentImage& image, QWidget* parent = nullptr);
    const InteractionModel& interactions() const { return *m_model; }
    QSize sizeHint() const override;

Q_SIGNALS:
    void pairShown(const QModelIndex& pair); ///< invalid: none

protected:
    bool viewportEvent(QEvent* event) override;

private:
    InteractionModel* m_model;
    QPersistentModelIndex m_pointed; ///< under the pointer
};

} // namespace halflens
