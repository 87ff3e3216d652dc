// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/film_strip.h"

#include "ui/panels/mark_badge.h"
#include "ui/state/photo_list_model.h"
#include "ui/state/theme.h"
#include "ui/state/workspace.h"

#include <QContextMenuEvent>
#include <QFileInfo>
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
constexpr double SignSide = 20; ///< of marks and notes in the upper corners

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
            const bool isMissing = index.data(PhotoListModel::MissingRole).toBool();
            if (isMissing) { // unlike one that is on its way
                painter->setPen(QPen(theme.mutedText, 1, Qt::DashLine));
                painter->setBrush(Qt::NoBrush);
                painter->drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
            }
            if (isMissing || index.data(PhotoListModel::UnreadableRole).toBool()) {
                painter->setPen(theme.mutedText);
                painter->drawText(frame, Qt::AlignCenter,
                                  isMissing ? FilmStrip::tr("missing") : FilmStrip::tr("not readable"));
            }
        } else {
            const double scale = std::min(frame.width() / picture.width(), frame.height() / picture.height());
            QRectF target(0, 0, picture.width() * scale, picture.height() * scale);
            target.moveCenter(frame.center());
            painter->drawImage(target, picture);
        }
        const QRectF sign(frame.topLeft() + QPointF(3, 3), QSizeF(SignSide, SignSide));
        paintMark(*painter, sign, static_cast<PhotoMark>(index.data(PhotoListModel::MarkRole).toInt()));
        if (!index.data(PhotoListModel::NoteRole).toString().isEmpty())
            paintNoteSign(*painter, sign.translated(frame.width() - SignSide - 6, 0));
        painter->setPen(isSelected ? theme.accentText : theme.text);
        const QRectF label(cell.left() + 4, frame.bottom() + 3, cell.width() - 8, option.fontMetrics.height());
        const QString score = index.data(PhotoListModel::ScoreRole).toString();
        if (score.isEmpty()) {
            painter->drawText(label, Qt::AlignCenter, elided(option, index, label.width()));
        } else {
            QFont bold = option.font;
            bold.setBold(true);
            const double width = QFontMetricsF(bold).horizontalAdvance(score);
            const QRectF beside = label.adjusted(0, 0, -width - 6, 0);
            painter->drawText(beside, Qt::AlignLeft | Qt::AlignVCenter, elided(option, index, beside.width()));
            painter->setFont(bold);
            painter->drawText(label, Qt::AlignRight | Qt::AlignVCenter, score);
        }
        painter->restore();
    }

private:
    /// Without the suffix where that makes the name fit.
    static QString elided(const QStyleOptionViewItem& option, const QModelIndex& index, double width)
    {
        QString name = index.data().toString();
        if (option.fontMetrics.horizontalAdvance(name) > width - 2) // rounding
            name = QFileInfo(name).completeBaseName();
        return option.fontMetrics.elidedText(name, Qt::ElideMiddle, static_cast<int>(width));
    }
};

} // namespace

FilmStrip::FilmStrip(Workspace& workspace, PhotoListModel& photos, QWidget* parent)
    : QListView(parent)
    , m_workspace(workspace)
    , m_photos(photos)
{
    setObjectName(QStringLiteral("filmStrip"));
    setAccessibleName(tr("Opened images"));
    // Before the view, which chooses a neighbour: which image comes next the list decides.
    connect(&photos, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_isRemoving = true; });
    setModel(&photos);
    connect(&photos, &QAbstractItemModel::rowsRemoved, this, [this] { m_isRemoving = false; });
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
        const int place = listIndex(current);
        if (place >= 0 && !m_isRemoving && place != m_workspace.wantedIndex())
            m_workspace.show(place);
    });
    connect(&workspace.documents(), &DocumentList::wantedChanged, this, &FilmStrip::followWorkspace);
    connect(&photos, &PhotoListModel::arranged, this, &FilmStrip::followWorkspace);
    connect(&photos, &QAbstractItemModel::layoutChanged, this, &FilmStrip::showCurrent);
}

QSize FilmStrip::sizeHint() const
{
    return {PictureWidth + 2 * Margin + 20, 400};
}

int FilmStrip::listIndex(const QModelIndex& index) const
{
    return index.isValid() ? m_workspace.documents().indexOf(m_photos.photo(index.row())) : -1;
}

void FilmStrip::followWorkspace()
{
    const int wanted = m_workspace.wantedIndex();
    const int row = wanted >= 0 ? m_photos.placeOf(m_workspace.at(wanted)) : -1;
    if (row >= 0 && row != currentIndex().row()) {
        setCurrentIndex(model()->index(row, 0));
        showCurrent();
    } else if (row < 0) {
        setCurrentIndex({}); // it is filtered out
    }
}

/// What comes before and after it is in sight.
void FilmStrip::showCurrent()
{
    scrollTo(currentIndex(), PositionAtCenter);
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
    else if (event->key() == Qt::Key_Delete && currentIndex().isValid())
        m_workspace.close(listIndex(currentIndex()));
    else
        QListView::keyPressEvent(event);
}

void FilmStrip::resizeEvent(QResizeEvent* event)
{
    QListView::resizeEvent(event);
    const Flow wanted = width() > 2 * height() ? LeftToRight : TopToBottom;
    if (wanted != flow())
        setFlow(wanted);
    setVerticalScrollBarPolicy(wanted == LeftToRight ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
}

void FilmStrip::contextMenuEvent(QContextMenuEvent* event)
{
    const QModelIndex index = indexAt(event->pos());
    if (!index.isValid())
        return;
    QMenu menu(this);
    QAction* compare = menu.addAction(tr("Compare with the shown photo"));
    const int row = listIndex(index);
    compare->setEnabled(m_workspace.current() && row != m_workspace.currentIndex());
    menu.addSeparator();
    Document* document = m_workspace.at(row);
    for (const PhotoMark mark : EveryPhotoMark) {
        QAction* action = menu.addAction(markIcon(mark), markName(mark));
        action->setCheckable(true);
        action->setChecked(document->marking().mark == mark);
        connect(action, &QAction::triggered, document, [document, mark] { document->changeMark(mark); });
    }
    menu.addSeparator();
    const QAction* close = menu.addAction(tr("Remove from the list"));
    const QAction* chosen = menu.exec(event->globalPos());
    if (chosen == close)
        m_workspace.close(row);
    else if (chosen && chosen == compare)
        Q_EMIT compareRequested(row);
}

} // namespace halflens
