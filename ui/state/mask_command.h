// SPDX-License-Identifier: BSD-3-Clause
// An undoable change of the mask; holds two values of 12 bits.
#pragma once

#include "core/base/block.h"

#include <QUndoCommand>

namespace halflens {

class Document;

class MaskCommand final : public QUndoCommand {
public:
    MaskCommand(Document& document, BlockMask before, BlockMask after, const QString& label);
    void undo() override;
    void redo() override;
    BlockMask before() const { return m_before; }
    BlockMask after() const { return m_after; }

private:
    Document& m_document; ///< owns the stack that owns this
    BlockMask m_before;
    BlockMask m_after;
};

} // namespace halflens
