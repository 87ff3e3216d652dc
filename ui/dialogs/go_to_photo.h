// SPDX-License-Identifier: BSD-3-Clause
// A photo of the list by a part of its name, or by its number.
#pragma once

#include <QDialog>

class QLineEdit;
class QTreeWidget;

namespace halflens {

struct Viewer;

class GoToPhotoDialog final : public QDialog {
    Q_OBJECT

public:
    static constexpr int Most = 100; ///< names listed at once

    /// `viewer` outlives the dialog.
    explicit GoToPhotoDialog(Viewer& viewer, QWidget* parent = nullptr);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill(const QString& typed);
    void showChosen();

    Viewer& m_viewer;
    QLineEdit* m_input;
    QTreeWidget* m_list;
};

} // namespace halflens
