// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/photo_marking.h"

#include "ui/state/document.h"

#include <QCoreApplication>

#include <utility>

namespace halflens {

QString markName(PhotoMark mark)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("PhotoMark", text); };
    switch (mark) {
    case PhotoMark::Keep:
        return tr("Keep");
    case PhotoMark::Again:
        return tr("Look again");
    case PhotoMark::Reject:
        return tr("Reject");
    case PhotoMark::None:
        break;
    }
    return tr("No mark");
}

MarkCommand::MarkCommand(Document& document, PhotoMarking before, PhotoMarking after, const QString& label, int edit)
    : QUndoCommand(label)
    , m_document(document)
    , m_before(std::move(before))
    , m_after(std::move(after))
    , m_edit(edit)
{ }

void MarkCommand::undo()
{
    m_document.setMarking(m_before);
}

void MarkCommand::redo()
{
    m_document.setMarking(m_after);
}

bool MarkCommand::mergeWith(const QUndoCommand* later)
{
    const auto* other = dynamic_cast<const MarkCommand*>(later);
    if (!other || other->m_edit != m_edit)
        return false;
    m_after = other->m_after;
    setObsolete(m_after == m_before); // what was typed is gone again
    return true;
}

} // namespace halflens
