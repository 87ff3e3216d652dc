// SPDX-License-Identifier: BSD-3-Clause
// Above the strip of thumbnails: where one is, in which order, what is filtered out, mark and note of the photo, and
// how far scoring is.
#pragma once

#include <QList>
#include <QWidget>

class QAction;
class QDockWidget;
class QLabel;
class QLineEdit;
class QMenu;
class QToolButton;

namespace halflens {

class NoteField;
struct Viewer;

/// The title bar of the strip's dock, so that it takes no room of its own. What does not fit a narrow dock is left out,
/// the least important first.
class PhotoBar final : public QWidget {
    Q_OBJECT

public:
    /// `viewer` and `marks`, the actions that mark a photo, outlive this. `dock` gets buttons to float and to close it;
    /// null: none.
    PhotoBar(Viewer& viewer, const QList<QAction*>& marks, QDockWidget* dock, QWidget* parent = nullptr);
    /// While it is written in, it has room whatever else must go.
    NoteField& note() const { return *m_note; }
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeOrderMenu();
    QWidget* makeMarks(const QList<QAction*>& marks);
    void showPlace();
    void showOrder();
    void showProgress();
    void fit();
    int barHeight() const;

    Viewer& m_viewer;
    QLabel* m_title;
    QLabel* m_place;
    QToolButton* m_order;
    QMenu* m_orders;
    QLineEdit* m_filter;
    QLabel* m_progress;
    QToolButton* m_pause;
    QWidget* m_marks;
    NoteField* m_note;
    bool m_isNoting = false; ///< the note has the keyboard
};

/// Sets a line as the filter of `viewer`'s photos, and shows what is wrong with it: `field` keeps what is typed, and
/// follows filters set elsewhere. Child of the field.
void connectPhotoFilter(QLineEdit& field, Viewer& viewer);

/// Lets the photos of `viewer` be gone through worst first, again as opened.
void showWorstFirst(Viewer& viewer);

} // namespace halflens
