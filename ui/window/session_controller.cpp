// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/session_controller.h"

#include "ui/panels/notice_bar.h"
#include "ui/state/text.h"
#include "ui/state/viewer.h"
#include "ui/window/actions.h"
#include "ui/window/main_window.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMessageBox>

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostNames = 3; ///< of missing photos, in words

} // namespace

SessionController::SessionController(MainWindow& window, Viewer& viewer, Actions& actions, NoticeBar& notice,
                                     NoticeBar& offer)
    : QObject(&window)
    , m_window(window)
    , m_viewer(viewer)
    , m_notice(notice)
    , m_offer(offer)
{
    connect(actions.openSession, &QAction::triggered, this, &SessionController::chooseSession);
    connect(actions.saveSession, &QAction::triggered, this, &SessionController::save);
    connect(actions.saveSessionAs, &QAction::triggered, this, [this] { saveAs(); });
    connect(&viewer.session, &SessionService::leftoverChanged, this, &SessionController::offerRecovery);
    connect(&viewer.session, &SessionService::photosLookedFor, this, &SessionController::tellMissing);
}

bool SessionController::isSession(const QString& path)
{
    return path.endsWith(u".halflens"_s, Qt::CaseInsensitive);
}

void SessionController::openPaths(const QStringList& paths)
{
    const auto session = std::find_if(paths.begin(), paths.end(), isSession);
    if (session == paths.end())
        m_viewer.workspace.open(paths);
    else
        ask([this, file = *session] { m_viewer.session.open(file); });
}

QString SessionController::titlePart() const
{
    return m_viewer.session.file().isEmpty() ? QString() : u" — "_s + m_viewer.session.name() + u"[*]"_s;
}

void SessionController::chooseSession()
{
    auto* dialog = new QFileDialog(&m_window, tr("Open session"), m_viewer.settings.word(setting::LastFolder),
                                   tr("Sessions (*.halflens);;Figures of HalfLens (*.png *.svg *.pdf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_viewer.settings.setValue(setting::LastFolder, QFileInfo(file).absolutePath());
        ask([this, file] { m_viewer.session.open(file); });
    });
    dialog->open();
}

void SessionController::save()
{
    if (m_viewer.session.file().isEmpty())
        saveAs();
    else
        m_viewer.session.save(m_viewer.session.file());
}

void SessionController::saveAs(std::function<void()> then)
{
    auto* dialog = new QFileDialog(&m_window, tr("Save session"), proposedFolder(), tr("Sessions (*.halflens)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"halflens"_s);
    if (const QString name = proposedName(); !name.isEmpty())
        dialog->selectFile(name + u".halflens"_s);
    connect(dialog, &QFileDialog::fileSelected, this, [this, then = std::move(then)](const QString& file) {
        m_viewer.settings.setValue(setting::LastFolder, QFileInfo(file).absolutePath());
        m_viewer.session.save(file, then);
    });
    dialog->open();
}

/// That of the file, else that of the folder of the shown photo.
QString SessionController::proposedName() const
{
    const Document* document = m_viewer.workspace.current();
    if (!m_viewer.session.name().isEmpty() || !document || document->path().isEmpty())
        return m_viewer.session.name();
    return QFileInfo(document->path()).absoluteDir().dirName();
}

/// Beside the photos, so that all of it can be taken elsewhere together.
QString SessionController::proposedFolder() const
{
    const Document* document = m_viewer.workspace.current();
    if (!m_viewer.session.file().isEmpty())
        return QFileInfo(m_viewer.session.file()).absolutePath();
    if (document && !document->path().isEmpty())
        return QFileInfo(document->path()).absolutePath();
    return m_viewer.settings.word(setting::LastFolder);
}

/// `then` at once where no work is lost, else once a person has decided.
void SessionController::ask(std::function<void()> then)
{
    if (!m_viewer.session.hasUnsavedWork()) {
        then();
        return;
    }
    if (auto* asked = m_window.findChild<QMessageBox*>(u"unsavedQuestion"_s); asked && asked->isVisible()) {
        asked->activateWindow();
        return;
    }
    const QString name = m_viewer.session.name();
    auto* box = new QMessageBox(QMessageBox::Question, tr("Unsaved session"),
                                name.isEmpty() ? tr("Save the session with its marks, notes and scenarios?")
                                               : tr("Save the changes of the session “%1”?").arg(name),
                                QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, &m_window);
    box->setObjectName(u"unsavedQuestion"_s);
    box->setAttribute(Qt::WA_DeleteOnClose);
    connect(box, &QMessageBox::finished, this, [this, then = std::move(then)](int answer) {
        if (answer == QMessageBox::Discard) {
            then();
            return;
        }
        const auto again = [this, then] { ask(then); }; // something may have been changed meanwhile
        if (answer == QMessageBox::Save && m_viewer.session.file().isEmpty())
            saveAs(again);
        else if (answer == QMessageBox::Save)
            m_viewer.session.save(m_viewer.session.file(), again);
    });
    box->open();
}

bool SessionController::mayClose()
{
    if (m_isDecided || !m_viewer.session.hasUnsavedWork())
        return true;
    ask([this] {
        m_isDecided = true;
        m_window.close();
    });
    return false;
}

void SessionController::offerRecovery()
{
    const Leftover* leftover = m_viewer.session.leftover();
    if (!leftover) {
        m_offer.hide();
        return;
    }
    const std::size_t photos = leftover->session.photos.size();
    const QString file = QFileInfo(fromFilePath(leftover->session.file)).completeBaseName();
    const QString what = photos == 1 ? tr("one photo") : tr("%1 photos").arg(photos);
    const QString when = QLocale().toString(leftover->when, QLocale::ShortFormat);
    const QString text = file.isEmpty()
        ? tr("HalfLens did not end properly. A copy of %2 holds %1.").arg(what, when)
        : tr("HalfLens did not end properly. A copy of the session “%3” of %2 holds %1.").arg(what, when, file);
    m_offer.showNotice(text, [this] { m_viewer.session.postponeLeftover(); });
    m_offer.addChoice(tr("Recover"), u"recoverSession"_s, [this] {
        offerRecovery(); // until a question is answered
        ask([this] { m_viewer.session.recover(); });
    });
    m_offer.addChoice(tr("Delete it"), u"discardSession"_s, [this] { m_viewer.session.discardLeftover(); });
}

void SessionController::tellMissing(const QStringList& names, int elsewhere)
{
    if (names.isEmpty() && elsewhere == 0) {
        m_notice.hide(); // it was about the session before
        return;
    }
    QStringList parts;
    if (!names.isEmpty()) {
        QString list = names.mid(0, MostNames).join(u", "_s);
        if (names.size() > MostNames)
            list = tr("%1 and %2 more").arg(list).arg(names.size() - MostNames);
        parts
            << (names.size() == 1
                    ? tr("A photo of the session is missing and stays in the list: %1.").arg(list)
                    : tr("%1 photos of the session are missing and stay in the list: %2.").arg(names.size()).arg(list));
    }
    if (elsewhere > 0)
        parts << (elsewhere == 1 ? tr("One photo was found by its content under another name.")
                                 : tr("%1 photos were found by their content under other names.").arg(elsewhere));
    m_notice.showNotice(parts.join(u' '));
}

} // namespace halflens
