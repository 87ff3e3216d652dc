// SPDX-License-Identifier: BSD-3-Clause
// What tests of sessions do with the window: its file dialogs, its question, its bars.
#pragma once

#include "core/base/file.h"
#include "core/session/session_files.h"
#include "tests/gui/gui_fixture.h"
#include "ui/panels/notice_bar.h"
#include "ui/state/text.h"

#include <QAbstractItemView>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>

namespace halflens::test {

/// Keys reach the window again after a dialog: there is no window manager here that sees to it.
inline bool activate(QWidget& window)
{
    if (!window.isVisible())
        return true;
    window.activateWindow();
    return QTest::qWaitForWindowActive(&window, PatienceMs);
}

/// The dialog that is open gets the name and is accepted; false: there is none.
inline bool answerFileDialog(QWidget& parent, const QString& path)
{
    QFileDialog* dialog = nullptr;
    const auto isThere = [&] {
        for (auto* found : parent.findChildren<QFileDialog*>()) {
            if (found->isVisible())
                dialog = found;
        }
        return dialog != nullptr;
    };
    if (!QTest::qWaitFor(isThere, PatienceMs))
        return false;
    auto* edit = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
    edit->setText(path); // keys would open a completion
    for (auto* view : dialog->findChildren<QAbstractItemView*>()) { // what is selected goes before what is written
        if (view->selectionModel())
            view->clearSelection();
    }
    const bool saves = dialog->acceptMode() == QFileDialog::AcceptSave;
    const auto* buttons = dialog->findChild<QDialogButtonBox*>();
    QTest::mouseClick(buttons->button(saves ? QDialogButtonBox::Save : QDialogButtonBox::Open), Qt::LeftButton);
    return activate(parent);
}

/// The question about unsaved work; null: none is shown.
inline QMessageBox* question(const QWidget& window)
{
    auto* box = window.findChild<QMessageBox*>(QStringLiteral("unsavedQuestion"));
    return box && box->isVisible() ? box : nullptr;
}

inline bool answerQuestion(QWidget& window, QMessageBox::StandardButton answer)
{
    QMessageBox* box = nullptr;
    if (!QTest::qWaitFor([&] { return (box = question(window)) != nullptr; }, PatienceMs))
        return false;
    QTest::mouseClick(box->button(answer), Qt::LeftButton);
    return activate(window);
}

/// The bar of that name, where it is shown.
inline QString barText(const QWidget& window, const char* name)
{
    const auto* bar = window.findChild<NoticeBar*>(QLatin1String(name));
    return bar && bar->isVisible() ? bar->text() : QString();
}

inline bool clickInBar(const QWidget& window, const char* name, const char* button)
{
    const auto* bar = window.findChild<NoticeBar*>(QLatin1String(name));
    QAbstractButton* shown = nullptr;
    const auto isThere = [&] {
        for (auto* found : bar->findChildren<QAbstractButton*>(QLatin1String(button))) {
            if (found->isVisible())
                shown = found;
        }
        return shown != nullptr;
    };
    if (!QTest::qWaitFor(isThere, PatienceMs))
        return false;
    QTest::mouseClick(shown, Qt::LeftButton);
    return true;
}

/// What the file holds; photos as it names them.
inline Session sessionIn(const QString& file)
{
    const auto bytes = readFile(toPath(file), MaxSessionBytes);
    if (!bytes)
        return {};
    Result<Session> session = sessionFromText(std::string(bytes->begin(), bytes->end()));
    return session ? *std::move(session) : Session();
}

} // namespace halflens::test
