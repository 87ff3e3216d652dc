// SPDX-License-Identifier: BSD-3-Clause
// Sessions in the window: the file menu, the question about unsaved work, and the offer to recover.
#pragma once

#include <QObject>
#include <QStringList>

#include <functional>

namespace halflens {

class Actions;
class MainWindow;
class NoticeBar;
struct Viewer;

class SessionController final : public QObject {
    Q_OBJECT

public:
    /// Child of the window; the others outlive it or are its children too.
    SessionController(MainWindow& window, Viewer& viewer, Actions& actions, NoticeBar& notice, NoticeBar& offer);

    static bool isSession(const QString& path);
    /// A session among the paths is opened in place of what is there, else the photos are opened.
    void openPaths(const QStringList& paths);
    /// Whether the window may close now. If not, a question is shown, and the answer closes it.
    bool mayClose();
    /// " — trip[*]" for the title; empty without a file.
    QString titlePart() const;

private:
    void chooseSession();
    void save();
    void saveAs(std::function<void()> then = {});
    void ask(std::function<void()> then);
    QString proposedName() const;
    QString proposedFolder() const;
    void offerRecovery();
    void tellMissing(const QStringList& names, int elsewhere);

    MainWindow& m_window;
    Viewer& m_viewer;
    NoticeBar& m_notice; ///< what is to be known
    NoticeBar& m_offer; ///< a copy to recover: it waits for an answer, whatever else is told
    bool m_isDecided = false; ///< the work may go
};

} // namespace halflens
