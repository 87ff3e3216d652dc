// SPDX-License-Identifier: BSD-3-Clause
// Mark and note on a photo as one value, and the undoable change of it.
#pragma once

#include "core/session/photo_mark.h"

#include <QString>
#include <QUndoCommand>

namespace halflens {

class Document;

struct PhotoMarking {
    static constexpr int LongestNote = 1000; ///< UTF-16 units

    PhotoMark mark = PhotoMark::None;
    QString note;
    bool isEmpty() const { return mark == PhotoMark::None && note.isEmpty(); }
    bool operator==(const PhotoMarking&) const = default;
};

/// "Keep", "Look again", "Reject"; "No mark".
QString markName(PhotoMark mark);

class MarkCommand final : public QUndoCommand {
public:
    /// Changes of one `edit` become one step; 0: this one stays by itself.
    MarkCommand(Document& document, PhotoMarking before, PhotoMarking after, const QString& label, int edit);
    void undo() override;
    void redo() override;
    int id() const override { return m_edit == 0 ? -1 : 1; }
    bool mergeWith(const QUndoCommand* later) override;

private:
    Document& m_document; ///< owns the stack that owns this
    PhotoMarking m_before;
    PhotoMarking m_after;
    int m_edit;
};

} // namespace halflens
