// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/mask_command.h"

#include "ui/state/document.h"

namespace halflens {

MaskCommand::MaskCommand(Document& document, BlockMask before, BlockMask after, const QString& label)
    : QUndoCommand(label)
    , m_document(document)
    , m_before(before)
    , m_after(after)
{ }

void MaskCommand::undo()
{
    m_document.setMask(m_before);
}

void MaskCommand::redo()
{
    m_document.setMask(m_after);
}

} // namespace halflens
