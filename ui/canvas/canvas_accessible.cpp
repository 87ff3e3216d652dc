// SPDX-License-Identifier: BSD-3-Clause
#include "ui/canvas/canvas_accessible.h"

#include "ui/canvas/canvas_view.h"
#include "ui/state/text.h"

#include <QAccessibleWidget>

#include <array>
#include <memory>

namespace halflens {

namespace {

/// One block: a check box that is checked while the block is visible.
class AccessibleBlock final : public QAccessibleInterface, public QAccessibleActionInterface {
public:
    AccessibleBlock(CanvasView* canvas, BlockIndex block)
        : m_canvas(canvas)
        , m_block(block)
    { }

    bool isValid() const override { return m_canvas && m_canvas->document(); }
    QObject* object() const override { return nullptr; }
    QWindow* window() const override { return m_canvas ? m_canvas->window()->windowHandle() : nullptr; }
    QAccessibleInterface* parent() const override { return QAccessible::queryAccessibleInterface(m_canvas); }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    void setText(QAccessible::Text, const QString&) override { }
    QAccessible::Role role() const override { return QAccessible::CheckBox; }

    QString text(QAccessible::Text kind) const override
    {
        return kind == QAccessible::Name && m_canvas ? m_canvas->blockDescription(m_block) : QString();
    }

    QRect rect() const override
    {
        const QRectF inWidget = blockViewRect(m_block, m_canvas->view());
        return {m_canvas->mapToGlobal(inWidget.topLeft().toPoint()), inWidget.size().toSize()};
    }

    QAccessible::State state() const override
    {
        QAccessible::State state;
        state.checkable = true;
        state.focusable = true;
        if (isValid()) {
            state.checked = !m_canvas->document()->mask().contains(m_block);
            state.focused = m_canvas->hasFocus() && m_canvas->document()->focusedBlock() == m_block;
        }
        return state;
    }

    void* interface_cast(QAccessible::InterfaceType type) override // NOLINT(readability-identifier-naming)
    {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this) : nullptr;
    }

    QStringList actionNames() const override { return {toggleAction(), setFocusAction()}; }
    QStringList keyBindingsForAction(const QString&) const override { return {}; }
    void doAction(const QString& name) override
    {
        if (!isValid())
            return;
        Document* document = m_canvas->document();
        if (name == setFocusAction()) {
            m_canvas->setFocus();
            document->setFocusedBlock(m_block);
        } else if (name == toggleAction()) {
            document->beginStroke(m_block);
            document->endStroke();
        }
    }

private:
    QPointer<CanvasView> m_canvas;
    BlockIndex m_block;
};

class AccessibleCanvas final : public QAccessibleWidget {
public:
    explicit AccessibleCanvas(CanvasView* canvas)
        : QAccessibleWidget(canvas, QAccessible::Grouping)
    {
        for (int block = 0; block < BlockCount; ++block) {
            auto* child = new AccessibleBlock(canvas, {block});
            m_ids[static_cast<std::size_t>(block)] = QAccessible::registerAccessibleInterface(child); // takes it over
        }
    }
    ~AccessibleCanvas() override
    {
        for (const QAccessible::Id id : m_ids)
            QAccessible::deleteAccessibleInterface(id);
    }

    int childCount() const override { return BlockCount; }
    QAccessibleInterface* child(int index) const override
    {
        return index >= 0 && index < BlockCount
            ? QAccessible::accessibleInterface(m_ids[static_cast<std::size_t>(index)])
            : nullptr;
    }
    int indexOfChild(const QAccessibleInterface* wanted) const override
    {
        for (int index = 0; index < BlockCount; ++index) {
            if (child(index) == wanted)
                return index;
        }
        return -1;
    }
    QAccessibleInterface* childAt(int x, int y) const override
    {
        for (int index = 0; index < BlockCount; ++index) {
            if (child(index)->rect().contains(x, y))
                return child(index);
        }
        return nullptr;
    }
    QAccessibleInterface* focusChild() const override
    {
        const Document* document = static_cast<CanvasView*>(widget())->document();
        return document && document->focusedBlock() ? child(document->focusedBlock()->value) : nullptr;
    }

private:
    std::array<QAccessible::Id, BlockCount> m_ids{};
};

QAccessibleInterface* makeAccessible(const QString&, QObject* object)
{
    auto* canvas = qobject_cast<CanvasView*>(object);
    return canvas ? new AccessibleCanvas(canvas) : nullptr;
}

} // namespace

void installCanvasAccessibility()
{
    QAccessible::installFactory(&makeAccessible);
}

QString CanvasView::blockDescription(BlockIndex block) const
{
    QString text = tr("%1, row %2, column %3").arg(blockName(block)).arg(block.row() + 1).arg(block.column() + 1);
    if (!document())
        return text;
    text += document()->mask().contains(block) ? tr(", hidden") : tr(", visible");
    if (const auto& analysis = document()->analysis(); analysis && analysis->report)
        text += analysis->report->important.contains(block) ? tr(", important half") : tr(", trivial half");
    return text;
}

} // namespace halflens
