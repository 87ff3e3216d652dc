// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/note_field.h"

#include "ui/state/photo_marking.h"
#include "ui/state/workspace.h"

#include <QKeyEvent>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

/// Never the same twice, so that two fields do not go on with each other's step.
int nextEdit()
{
    static int last = 0;
    return ++last;
}

} // namespace

NoteField::NoteField(Workspace& workspace, QWidget* parent)
    : QLineEdit(parent)
    , m_workspace(workspace)
{
    setObjectName(u"photoNote"_s);
    setPlaceholderText(tr("Note on this photo"));
    setAccessibleName(tr("Note on this photo"));
    setMaxLength(PhotoMarking::LongestNote);
    const DocumentList& documents = workspace.documents();
    connect(&documents, &DocumentList::wantedChanged, this, &NoteField::follow);
    connect(&documents, &DocumentList::markingChanged, this, &NoteField::follow);
    connect(this, &QLineEdit::textEdited, this, [this](const QString& text) {
        if (Document* shown = document())
            shown->changeNote(text, m_edit);
    });
    follow();
}

Document* NoteField::document() const
{
    const int index = m_workspace.wantedIndex();
    return index >= 0 ? m_workspace.at(index) : nullptr;
}

void NoteField::follow()
{
    const Document* shown = document();
    const std::uint64_t id = shown ? shown->id() : 0;
    const QString note = shown ? shown->marking().note : QString();
    if (note != text()) {
        setText(note);
        setCursorPosition(hasFocus() ? static_cast<int>(note.size()) : 0); // else the beginning is to be read
    }
    setToolTip(note.isEmpty() ? tr("A note on this photo, kept in the session (Ctrl+N)") : note.toHtmlEscaped());
    if (id != m_shown) {
        m_shown = id;
        beginEdit();
    }
    setEnabled(shown != nullptr);
}

void NoteField::beginEdit()
{
    m_edit = nextEdit();
    m_before = text();
}

void NoteField::focusInEvent(QFocusEvent* event)
{
    QLineEdit::focusInEvent(event);
    if (event->reason() == Qt::PopupFocusReason || event->reason() == Qt::ActiveWindowFocusReason)
        return; // a menu or another window was in between
    beginEdit();
    Q_EMIT editingBegan();
}

void NoteField::focusOutEvent(QFocusEvent* event)
{
    QLineEdit::focusOutEvent(event);
    if (event->reason() == Qt::PopupFocusReason || event->reason() == Qt::ActiveWindowFocusReason)
        return;
    setCursorPosition(0); // the beginning is to be read
    Q_EMIT editingEnded();
}

void NoteField::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Escape:
        if (Document* shown = document())
            shown->changeNote(m_before, m_edit);
        Q_EMIT left();
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        Q_EMIT left();
        break;
    default:
        QLineEdit::keyPressEvent(event);
    }
}

} // namespace halflens
