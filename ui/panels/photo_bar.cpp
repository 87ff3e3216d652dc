// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/photo_bar.h"

#include "ui/panels/note_field.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"
#include "ui/state/viewer.h"

#include <QActionGroup>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QStyle>
#include <QToolButton>

#include <algorithm>
#include <array>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int FilterWidth = 230;
constexpr int NoteWidth = 280;

struct Order {
    QString name;
    int column;
    Qt::SortOrder order;
};

std::array<Order, 8> orders()
{
    const auto of = [](PhotoColumn column) { return static_cast<int>(column); };
    return {{{PhotoBar::tr("As opened"), PhotoListModel::AsOpened, Qt::AscendingOrder},
             {PhotoBar::tr("Worst first"), of(PhotoColumn::Score), Qt::AscendingOrder},
             {PhotoBar::tr("Best first"), of(PhotoColumn::Score), Qt::DescendingOrder},
             {PhotoBar::tr("By name"), of(PhotoColumn::Photo), Qt::AscendingOrder},
             {PhotoBar::tr("Newest first"), of(PhotoColumn::Date), Qt::DescendingOrder},
             {PhotoBar::tr("Oldest first"), of(PhotoColumn::Date), Qt::AscendingOrder},
             {PhotoBar::tr("Most pixels first"), of(PhotoColumn::Pixels), Qt::DescendingOrder},
             {PhotoBar::tr("Largest files first"), of(PhotoColumn::Size), Qt::DescendingOrder}}};
}

QToolButton* titleButton(QWidget* parent, QStyle::StandardPixmap icon, const QString& tip)
{
    auto* button = new QToolButton(parent);
    button->setIcon(parent->style()->standardIcon(icon));
    const int side = parent->style()->pixelMetric(QStyle::PM_TitleBarButtonIconSize, nullptr, parent);
    button->setIconSize(QSize(side, side));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::NoFocus);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

} // namespace

PhotoBar::PhotoBar(Viewer& viewer, const QList<QAction*>& marks, QDockWidget* dock, QWidget* parent)
    : QWidget(parent)
    , m_viewer(viewer)
    , m_title(new QLabel(dock ? dock->windowTitle() : QString(), this))
    , m_place(new QLabel(this))
    , m_order(new QToolButton(this))
    , m_orders(new QMenu(this))
    , m_filter(new QLineEdit(this))
    , m_progress(new QLabel(this))
    , m_pause(new QToolButton(this))
    , m_marks(makeMarks(marks))
    , m_note(new NoteField(viewer.workspace, this))
{
    m_place->setObjectName(u"photoPlace"_s);
    m_order->setObjectName(u"photoOrder"_s);
    m_order->setPopupMode(QToolButton::InstantPopup);
    m_order->setAutoRaise(true);
    m_order->setFocusPolicy(Qt::TabFocus);
    m_order->setToolTip(tr("Order of the photos, for the strip and for Page Up and Page Down"));
    m_filter->setObjectName(u"photoFilter"_s);
    m_filter->setMaximumWidth(FilterWidth);
    m_filter->setPlaceholderText(tr("Filter: part of a name, score<2 …"));
    connectPhotoFilter(*m_filter, viewer);
    m_progress->setObjectName(u"photoProgress"_s);
    m_progress->setForegroundRole(QPalette::PlaceholderText);
    m_pause->setObjectName(u"photoPause"_s);
    m_pause->setAutoRaise(true);
    m_pause->setFocusPolicy(Qt::TabFocus);
    makeOrderMenu();
    m_note->setMaximumWidth(NoteWidth);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 1, 2, 1);
    layout->setSpacing(8);
    layout->addWidget(m_title);
    layout->addWidget(m_place);
    layout->addWidget(m_order);
    layout->addWidget(m_filter, 1);
    layout->addStretch();
    layout->addWidget(m_progress);
    layout->addWidget(m_pause);
    layout->addWidget(m_marks);
    layout->addWidget(m_note, 1);
    if (dock) {
        auto* floating = titleButton(this, QStyle::SP_TitleBarNormalButton, tr("Float"));
        connect(floating, &QToolButton::clicked, dock, [dock] { dock->setFloating(!dock->isFloating()); });
        auto* close = titleButton(this, QStyle::SP_TitleBarCloseButton, tr("Close"));
        connect(close, &QToolButton::clicked, dock, &QDockWidget::close);
        layout->addWidget(floating);
        layout->addWidget(close);
        layout->setSpacing(6);
    }

    connect(&viewer.photos, &PhotoListModel::arranged, this, &PhotoBar::showPlace);
    connect(&viewer.photos, &PhotoListModel::arranged, this, &PhotoBar::showOrder);
    connect(&viewer.workspace.documents(), &DocumentList::wantedChanged, this, &PhotoBar::showPlace);
    connect(&viewer.workspace.documents(), &DocumentList::removed, this, &PhotoBar::showPlace);
    connect(&viewer.photoScores, &PhotoScores::progressed, this, &PhotoBar::showProgress);
    connect(&viewer.photoScores, &PhotoScores::manyChanged, this, &PhotoBar::showProgress);
    const auto setNoting = [this](bool isNoting) {
        m_isNoting = isNoting;
        fit();
    };
    connect(m_note, &NoteField::editingBegan, this, [setNoting] { setNoting(true); });
    connect(m_note, &NoteField::editingEnded, this, [setNoting] { setNoting(false); });
    connect(m_pause, &QToolButton::clicked, this,
            [this] { m_viewer.photoScores.setPaused(!m_viewer.photoScores.isPaused()); });
    showPlace();
    showOrder();
    showProgress();
}

void PhotoBar::makeOrderMenu()
{
    auto* group = new QActionGroup(m_orders);
    for (const Order& order : orders()) {
        QAction* action = m_orders->addAction(order.name);
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, column = order.column, way = order.order] { m_viewer.photos.sort(column, way); });
    }
    m_order->setMenu(m_orders);
}

QWidget* PhotoBar::makeMarks(const QList<QAction*>& marks)
{
    auto* box = new QWidget(this);
    box->setObjectName(u"photoMarks"_s);
    auto* layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (QAction* mark : marks) {
        auto* button = new QToolButton(box);
        button->setDefaultAction(mark);
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->setIconSize(QSize(18, 18));
        layout->addWidget(button);
    }
    return box;
}

void PhotoBar::showPlace()
{
    const Workspace& workspace = m_viewer.workspace;
    const int all = workspace.count();
    const int shown = m_viewer.photos.photos();
    const int wanted = workspace.wantedIndex();
    const int place = wanted >= 0 ? m_viewer.photos.placeOf(m_viewer.workspace.at(wanted)) : -1;
    QString text;
    if (all > 0)
        text = place >= 0 ? tr("%1 of %2").arg(place + 1).arg(shown) : tr("– of %1").arg(shown);
    if (shown < all)
        text += u' ' + tr("(%1 in all)").arg(all);
    m_place->setText(text);
    fit();
}

void PhotoBar::showOrder()
{
    const PhotoListModel& photos = m_viewer.photos;
    const auto known = orders();
    QString text =
        photos.sortColumn() >= 0 ? tr("By %1").arg(photos.columns().title(photos.sortColumn()).toLower()) : QString();
    for (std::size_t i = 0; i < known.size(); ++i) {
        const bool isIt = known[i].column == photos.sortColumn()
            && (known[i].column == PhotoListModel::AsOpened || known[i].order == photos.sortOrder());
        m_orders->actions().at(static_cast<qsizetype>(i))->setChecked(isIt);
        if (isIt)
            text = known[i].name;
    }
    m_order->setText(text);
    m_order->setAccessibleName(tr("Order: %1").arg(text));
    fit();
}

void PhotoBar::showProgress()
{
    const PhotoScores& scores = m_viewer.photoScores;
    const bool isDone = scores.scored() >= scores.wanted();
    QPalette colors = palette();
    QString tip;
    QString text;
    if (scores.problem() && !isDone) {
        text = tr("Scoring has stopped");
        tip = toQt(scores.problem()->reason);
        colors.setColor(QPalette::PlaceholderText, themeColors(colors).worse);
    } else if (!isDone) {
        text = tr("scored %1 of %2").arg(scores.scored()).arg(scores.wanted());
    }
    m_progress->setText(text);
    m_progress->setToolTip(tip);
    m_progress->setPalette(colors);
    m_pause->setText(scores.isPaused() ? tr("Score all") : tr("Pause"));
    m_pause->setToolTip(scores.isPaused()
                            ? tr("Scores all photos of the list in the background, when nothing else is to do")
                            : tr("No more photos are scored in the background; those there are stay"));
    fit();
}

QSize PhotoBar::minimumSizeHint() const
{
    return {60, barHeight()};
}

QSize PhotoBar::sizeHint() const
{
    return {QWidget::sizeHint().width(), barHeight()};
}

/// Whatever is left out: else the picture above would move when a field comes or goes.
int PhotoBar::barHeight() const
{
    int height = 0;
    for (const QObject* child : children()) {
        if (const auto* part = qobject_cast<const QWidget*>(child); part && !part->isWindow())
            height = std::max(height, part->sizeHint().height());
    }
    return height + 2;
}

void PhotoBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
}

/// Left out in turn while there is no room: the title, the filter, the note, the progress, the marks, the order.
void PhotoBar::fit()
{
    const PhotoScores& scores = m_viewer.photoScores;
    const bool isOpen = m_viewer.workspace.count() > 0;
    const bool isDone = scores.scored() >= scores.wanted();
    struct Part {
        QWidget* widget;
        bool isWanted;
        int least;
    };
    std::array<Part, 8> parts{{{m_place, isOpen, 0},
                               {m_order, isOpen, 0},
                               {m_marks, isOpen, 0},
                               {m_pause, isOpen && !isDone && !scores.problem(), 0},
                               {m_progress, isOpen && !m_progress->text().isEmpty(), 0},
                               {m_note, isOpen, NoteWidth / 2},
                               {m_filter, isOpen, FilterWidth / 2},
                               {m_title, true, 0}}};
    if (m_isNoting)
        std::rotate(parts.begin(), parts.begin() + 5, parts.begin() + 6);
    int room = width() - 64; // margins and the buttons at the end
    for (const Part& part : parts) {
        const int width = part.least > 0 ? part.least : part.widget->sizeHint().width() + 6;
        const bool isShown = part.isWanted && width <= room;
        part.widget->setVisible(isShown);
        if (isShown)
            room -= width;
    }
}

void connectPhotoFilter(QLineEdit& field, Viewer& viewer)
{
    field.setClearButtonEnabled(true);
    field.setAccessibleName(PhotoBar::tr("Filter of the photos"));
    const QString help =
        PhotoBar::tr("Conditions that all have to hold: part of a name, score<2, mark=keep, note=sky, size>5, "
                     "date=2026-05 …");
    field.setToolTip(help);
    QObject::connect(&field, &QLineEdit::textEdited, &viewer.photos,
                     [&viewer](const QString& line) { viewer.photos.setFilter(line); });
    QObject::connect(&field, &QLineEdit::textChanged, &viewer.photos, [&viewer](const QString& line) {
        if (line.isEmpty())
            viewer.photos.setFilter({}); // the button that clears it edits nothing
    });
    QObject::connect(&viewer.photos, &PhotoListModel::filterChanged, &field, [&field, &viewer, help] {
        if (field.text() != viewer.photos.filter())
            field.setText(viewer.photos.filter());
        const QString problem = viewer.photos.filterProblem();
        QPalette colors = field.parentWidget()->palette();
        if (!problem.isEmpty())
            colors.setColor(QPalette::Text, themeColors(colors).worse);
        field.setPalette(colors);
        field.setToolTip(problem.isEmpty() ? help : problem);
    });
}

void showWorstFirst(Viewer& viewer)
{
    constexpr int Score = static_cast<int>(PhotoColumn::Score);
    const bool isOn = viewer.photos.sortColumn() == Score && viewer.photos.sortOrder() == Qt::AscendingOrder;
    viewer.photos.sort(isOn ? PhotoListModel::AsOpened : Score, Qt::AscendingOrder);
}

} // namespace halflens
