// SPDX-License-Identifier: BSD-3-Clause
#include "ui/window/photo_controller.h"

#include "ui/canvas/canvas_view.h"
#include "ui/dialogs/go_to_photo.h"
#include "ui/panels/film_strip.h"
#include "ui/panels/help_point.h"
#include "ui/panels/mark_badge.h"
#include "ui/panels/note_field.h"
#include "ui/panels/photo_bar.h"
#include "ui/panels/photo_table.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QDockWidget>

#include <algorithm>
#include <vector>

namespace halflens {

using namespace Qt::StringLiterals;

PhotoController::PhotoController(MainWindow& window, Viewer& viewer, Actions& actions)
    : QObject(&window)
    , m_window(window)
    , m_viewer(viewer)
    , m_actions(actions)
    , m_strip(new QDockWidget(tr("Images"), &window))
    , m_table(new QDockWidget(tr("Table of the photos"), &window))
{
    m_strip->setObjectName(u"imagesDock"_s);
    auto* strip = new FilmStrip(viewer.workspace, viewer.photos, m_strip);
    connect(strip, &FilmStrip::compareRequested, this,
            [this](int index) { m_viewer.versions.start(*m_viewer.workspace.at(index)); });
    setHelpTopic(*strip, HelpTopic::Photos);
    m_strip->setWidget(strip);
    QList<QAction*> marks;
    for (auto it = actions.marks.cbegin(); it != actions.marks.cend(); ++it) {
        it.value()->setIcon(markIcon(it.key()));
        if (it.key() != PhotoMark::None)
            marks << it.value();
    }
    m_bar = new PhotoBar(viewer, marks, m_strip);
    m_strip->setTitleBarWidget(m_bar);
    window.addDockWidget(Qt::BottomDockWidgetArea, m_strip);
    m_table->setObjectName(u"photosDock"_s);
    m_photoTable = new PhotoTable(viewer, m_table);
    m_table->setWidget(m_photoTable);
    window.addDockWidget(Qt::BottomDockWidgetArea, m_table);
    window.tabifyDockWidget(m_strip, m_table);
    m_table->hide(); // comes with a key
    connect(m_table->toggleViewAction(), &QAction::toggled, m_actions.photoTable, &QAction::setChecked);
    connectActions();
}

void PhotoController::connectActions()
{
    const auto on = [this](QAction* action, auto slot) { connect(action, &QAction::triggered, this, slot); };
    Workspace& workspace = m_viewer.workspace;
    on(m_actions.analyseAgain, [this] {
        m_viewer.workspace.refresh();
        m_viewer.maps.resume();
        m_viewer.photoScores.lookAgain();
    });
    on(m_actions.siblings, [&workspace] {
        if (const Document* document = workspace.current())
            workspace.documents().addSiblings(*document);
    });
    on(m_actions.scorePhotos, [this](bool scored) { m_viewer.photoScores.setPaused(!scored); });
    on(m_actions.closeImage, [&workspace] { workspace.close(workspace.currentIndex()); });
    on(m_actions.closeAll, [&workspace] { workspace.documents().closeAll(); });
    on(m_actions.previous, [&workspace] { workspace.step(-1); });
    on(m_actions.next, [&workspace] { workspace.step(1); });
    on(m_actions.first, [this] { showPlace(0); });
    on(m_actions.last, [this] { showPlace(m_viewer.photos.photos() - 1); });
    on(m_actions.goTo, [this] { goTo(); });
    on(m_actions.photoTable, [this](bool shown) { showTable(shown); });
    on(m_actions.worstFirst, [this] { showWorstFirst(m_viewer); });
    for (auto it = m_actions.marks.cbegin(); it != m_actions.marks.cend(); ++it)
        on(it.value(), [this, chosen = it.key()] { mark(chosen); });
    on(m_actions.note, [this] { editNote(); });
    connect(&m_bar->note(), &NoteField::left, this, [this] {
        if (m_window.canvas().isVisible())
            m_window.canvas().setFocus();
        else
            m_window.setFocus();
    });
    connect(&workspace.documents(), &DocumentList::markingChanged, this, &PhotoController::showMarks);
    connect(&m_viewer.photos, &PhotoListModel::arranged, this, &PhotoController::updateActions);
    const auto showScoring = [this] { m_actions.scorePhotos->setChecked(!m_viewer.photoScores.isPaused()); };
    connect(&m_viewer.photoScores, &PhotoScores::progressed, this, showScoring);
    showScoring();
}

void PhotoController::showPlace(int place)
{
    if (place >= 0 && place < m_viewer.photos.photos())
        m_viewer.workspace.show(m_viewer.workspace.documents().indexOf(m_viewer.photos.photo(place)));
}

void PhotoController::showTable(bool shown)
{
    m_table->setVisible(shown);
    if (shown)
        m_table->raise();
    if (!m_table->isFloating())
        QMetaObject::invokeMethod(
            this,
            [this, shown] { // once the dock has its place
                m_window.resizeDocks({shown ? m_table : m_strip}, {shown ? m_window.height() * 2 / 5 : StripHeight},
                                     Qt::Vertical);
            },
            Qt::QueuedConnection);
}

void PhotoController::goTo()
{
    for (QDialog* open : m_window.findChildren<GoToPhotoDialog*>())
        open->close();
    auto* dialog = new GoToPhotoDialog(m_viewer, &m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

/// Of the rows that are chosen while the table has the keyboard, else of the photo. The same mark again takes it away.
void PhotoController::mark(PhotoMark mark)
{
    std::vector<Document*> photos;
    if (m_photoTable->isAncestorOf(QApplication::focusWidget()))
        photos = m_photoTable->chosen();
    if (const int wanted = m_viewer.workspace.wantedIndex(); photos.size() < 2 && wanted >= 0)
        photos = {m_viewer.workspace.at(wanted)};
    const bool isOn =
        std::all_of(photos.begin(), photos.end(), [&](const Document* photo) { return photo->marking().mark == mark; });
    for (Document* photo : photos)
        photo->changeMark(isOn ? PhotoMark::None : mark);
    showMarks(); // the click turned the button, whatever became of it
}

void PhotoController::showMarks()
{
    const int wanted = m_viewer.workspace.wantedIndex();
    for (auto it = m_actions.marks.cbegin(); it != m_actions.marks.cend(); ++it) {
        it.value()->setEnabled(wanted >= 0);
        if (it.value()->isCheckable())
            it.value()->setChecked(wanted >= 0 && m_viewer.workspace.at(wanted)->marking().mark == it.key());
    }
    m_actions.note->setEnabled(wanted >= 0);
}

/// In the table while that is in front, else above the strip, which comes back for it.
void PhotoController::editNote()
{
    if (m_photoTable->isVisible() && !m_bar->isVisible()) {
        m_photoTable->editNote();
        return;
    }
    m_strip->show();
    m_strip->raise();
    m_bar->note().show(); // else it cannot have the keyboard; its room is found then
    m_bar->note().setFocus(Qt::ShortcutFocusReason);
}

void PhotoController::updateActions()
{
    showMarks();
    Workspace& workspace = m_viewer.workspace;
    const PhotoListModel& photos = m_viewer.photos;
    const Document* document = workspace.current();
    const int wanted = workspace.wantedIndex();
    const int place = wanted >= 0 ? photos.placeOf(workspace.at(wanted)) : -1;
    const bool isLeftOut = wanted >= 0 && place < 0 && photos.photos() > 0; // one comes in again at either end
    for (QAction* action : {m_actions.previous, m_actions.first})
        action->setEnabled(place > 0 || isLeftOut);
    for (QAction* action : {m_actions.next, m_actions.last})
        action->setEnabled((place >= 0 && place + 1 < photos.photos()) || isLeftOut);
    m_actions.closeImage->setEnabled(document != nullptr);
    m_actions.closeAll->setEnabled(workspace.count() > 0);
    m_actions.analyseAgain->setEnabled(document != nullptr);
    m_actions.siblings->setEnabled(document && !document->path().isEmpty());
    m_actions.worstFirst->setEnabled(workspace.count() > 1);
    m_actions.goTo->setEnabled(workspace.count() > 0);
    m_actions.worstFirst->setChecked(photos.sortColumn() == static_cast<int>(PhotoColumn::Score)
                                     && photos.sortOrder() == Qt::AscendingOrder);
}

} // namespace halflens
