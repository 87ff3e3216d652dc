// SPDX-License-Identifier: BSD-3-Clause
// The note on the photo, edited where it stands.
#pragma once

#include <QLineEdit>

#include <cstdint>

namespace halflens {

class Document;
class Workspace;

/// Shows the note of the photo that is wanted. What is typed is kept at once, as one undoable step, so that neither
/// another photo nor the end of the program costs a letter. Enter ends typing; Escape takes back what was typed.
class NoteField final : public QLineEdit {
    Q_OBJECT

public:
    explicit NoteField(Workspace& workspace, QWidget* parent = nullptr); ///< `workspace` outlives this

Q_SIGNALS:
    void editingBegan();
    void editingEnded(); ///< the keyboard has gone elsewhere
    void left(); ///< by Enter or Escape: something else may have the keyboard

protected:
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    Document* document() const;
    void follow();
    void beginEdit();

    Workspace& m_workspace;
    std::uint64_t m_shown = 0; ///< id of the document the text is of
    int m_edit = 0; ///< number of what is being typed
    QString m_before; ///< the note when that began
};

} // namespace halflens
