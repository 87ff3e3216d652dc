// SPDX-License-Identifier: BSD-3-Clause
// What is known of a block, as a card beside the pointer that rests on it.
#pragma once

#include "ui/canvas/canvas_view.h"
#include "ui/panels/block_table_model.h"
#include "ui/state/viewer.h"

#include <QObject>

namespace halflens {

/// GUI thread. Watches the canvas for tool tips; the numbers are those of the table of blocks and of the layers that
/// are there. Nothing is computed for it.
class BlockCard final : public QObject {
    Q_OBJECT

public:
    /// Both outlive the card, which the canvas owns.
    BlockCard(Viewer& viewer, CanvasView& canvas);
    /// Rich text: a title and a table of two columns.
    QString text(BlockIndex block) const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    Viewer& m_viewer;
    CanvasView& m_canvas;
    BlockTableModel m_table;
};

} // namespace halflens
