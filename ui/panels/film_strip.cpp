// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/film_strip.h"

#include "ui/state/document_list_model.h"
#include "ui/state/theme.h"
#include "ui/state/workspace.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QWheelEvent>

#include <algorithm>

namespace halflens {

namespace {

constexpr int PictureWidth = 116;
constexpr int PictureHeight = 78;
constexpr int Margin = 7;

class ThumbnailDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {PictureWidth + 2 * Margin, PictureHeight + option.fontMetrics.height() + 3 * Margin - 2};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const ThemeColors& theme = themeColors(option.palette);
        const bool isSelected = option.state.testFlag(QStyle::State_Selected);
        painter->save();
        painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
        QRectF cell(0, 0, std::min(option.rect.width(), PictureWidth + 2 * Margin) - 4, option.rect.height() - 4);
        cell.moveCenter(QRectF(option.rect).center());
        if (isSelected || option.state.testFlag(QStyle::State_MouseOver)) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(isSelected ? theme.accent : theme.track);
            painter->drawRoundedRect(cell, 5, 5);
        }
        const QRectF frame(option.rect.left() + (option.rect.width() - PictureWidth) / 2.0, option.rect.top() + Margin,
                           PictureWidth, PictureHeight);
        const QImage picture = index.data(Qt::DecorationRole).value<QImage>();
        if (picture.isNull()) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(theme.track);
            painter->drawRoundedRect(frame, 3, 3);
        } else {
            const double scale = std::min(frame.width() / picture.width(), frame.height() / picture.height());
            QRectF target(0, 0, picture.width() * scale, picture.height() * scale);
            target.moveCenter(frame.center());
            painter->drawImage(target, picture);
        }
        painter->setPen(isSelected ? theme.accentText : theme.text);
        const QRectF label(cell.left() + 4, frame.bottom() + 3, cell.width() - 8, option.fontMetrics.height());
        const QString name =
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, static_cast<int>(label.width()));
        painter->drawText(label, Qt::AlignCenter, name);
        painter->restore();
    }
};

} // namespace

FilmStrip::FilmStrip(Workspace& workspace, QWidget* parent)
    : QListView(parent)
    , m_workspace(workspace)
{
    setObjectName(QStringLiteral("filmStrip"));
    setAccessibleName(tr("Opened images"));
    // Before the model, which makes the view choose a neighbour: which image comes next the list decides.
    connect(&workspace.documents(), &DocumentList::aboutToBeRemoved, this, [this] { m_isRemoving = true; });
    setModel(new DocumentListModel(workspace, this));
    connect(&workspace.documents(), &DocumentList::removed, this, [this] { m_isRemoving = false; });
    setItemDelegate(new ThumbnailDelegate(this));
    setUniformItemSizes(true);
    setFrameShape(QFrame::NoFrame);
    viewport()->setBackgroundRole(QPalette::Window);
    setMouseTracking(true);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setMinimumWidth(PictureWidth + 2 * Margin + 4);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (current.isValid() && !m_isRemoving && current.row() != m_workspace.wantedIndex())
            m_workspace.show(current.row());
    });
    connect(&workspace.documents(), &DocumentList::wantedChanged, this, &FilmStrip::followWorkspace);
    connect(&workspace.documents(), &DocumentList::added, this, &FilmStrip::followWorkspace);
}

QSize FilmStrip::sizeHint() const
{
    return {PictureWidth + 2 * Margin + 20, 400};
}

void FilmStrip::followWorkspace()
{
    const int row = m_workspace.wantedIndex();
    if (row >= 0 && row != currentIndex().row()) {
        const QModelIndex index = model()->index(row, 0);
        setCurrentIndex(index);
        scrollTo(index, PositionAtCenter); // what comes before and after is in sight
    }
}

/// A strip that lies goes along with a wheel that only turns up and down.
void FilmStrip::wheelEvent(QWheelEvent* event)
{
    const QPoint angle = event->angleDelta();
    if (flow() != LeftToRight || angle.x() != 0 || angle.y() == 0) {
        QListView::wheelEvent(event);
        return;
    }
    const QPoint pixels = event->pixelDelta();
    QWheelEvent along(event->position(), event->globalPosition(), pixels.transposed(), angle.transposed(),
                      event->buttons(), event->modifiers(), event->phase(), event->inverted(), event->source());
    QListView::wheelEvent(&along);
    event->accept();
}

/// The keys that go to the next photo do nothing else at the last one.
void FilmStrip::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_PageDown || event->key() == Qt::Key_PageUp)
        event->accept();
    else
        QListView::keyPressEvent(event);
}

void FilmStrip::resizeEvent(QResizeEvent* event)
{
    QListView::resizeEvent(event);
    const Flow wanted = width() > 2 * height() ? LeftToRight : TopToBottom;
    if (wanted != flow())
        setFlow(wanted);
}

void FilmStrip::contextMenuEvent(QContextMenuEvent* event)
{
    const QModelIndex index = indexAt(event->pos());
    if (!index.isValid())
        return;
    QMenu menu(this);
    QAction* compare = menu.addAction(tr("Compare with the shown photo"));
    compare->setEnabled(m_workspace.current() && index.row() != m_workspace.currentIndex());
    const QAction* close = menu.addAction(tr("Close image"));
    const int row = index.row();
    const QAction* chosen = menu.exec(event->globalPos());
    if (chosen == close)
        m_workspace.close(row);
    else if (chosen && chosen == compare)
        Q_EMIT compareRequested(row);
}

} // namespace halflens
