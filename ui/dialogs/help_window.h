// SPDX-License-Identifier: BSD-3-Clause
// The help in a window beside the viewer: pages and their sections at the left, the page at the right, search over all.
#pragma once

#include "ui/dialogs/help_library.h"

#include <QWidget>

#include <vector>

class QAction;
class QLabel;
class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace halflens {

class HelpBrowser;

/// Not modal. Ctrl+F searches: typing leaves only pages and sections with all the words and shows the first; Enter, F3
/// and Shift+F3 go from one place to the next, over all pages; Escape ends the search, then closes.
class HelpWindow final : public QWidget {
    Q_OBJECT

public:
    explicit HelpWindow(QWidget* parent = nullptr);

    /// "numbers.md#score"; ends a search.
    void showAddress(const QString& address);
    QString address() const;
    HelpBrowser& browser() { return *m_browser; }

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QAction* makeAction(const QString& text, const QList<QKeySequence>& keys, const QString& icon, bool inBar);
    void fill();
    void search(const QString& typed);
    void stepHit(int by);
    void openItem(QTreeWidgetItem* item);
    void followAddress(const QString& address);
    void updateIcons();

    QLineEdit* m_search;
    QLabel* m_found;
    QTreeWidget* m_list;
    HelpBrowser* m_browser;
    QAction* m_back = nullptr;
    QAction* m_forward = nullptr;
    QAction* m_home = nullptr;
    std::vector<HelpHit> m_hits; ///< of the search; empty without one
};

} // namespace halflens
