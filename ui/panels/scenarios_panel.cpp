// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/scenarios_panel.h"

#include "ui/panels/card.h"
#include "ui/panels/csv_button.h"
#include "ui/panels/help_point.h"
#include "ui/state/text.h"
#include "ui/state/theme.h"
#include "ui/state/viewer.h"

#include <QAction>
#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr QSize PictureSize(72, 54);
constexpr int Margin = 6;
constexpr int PictureRole = Qt::UserRole; ///< QPixmap
constexpr int ScoreRole = Qt::UserRole + 1; ///< a line of text
constexpr int NoteRole = Qt::UserRole + 2; ///< the same

/// The photo with the blocks hidden, or the blocks alone where it is not at hand.
QPixmap maskPicture(BlockMask hidden, const QImage& photo, const ThemeColors& theme, double ratio)
{
    QPixmap picture(PictureSize * ratio);
    picture.setDevicePixelRatio(ratio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const QSize size = photo.isNull() ? PictureSize : photo.size().scaled(PictureSize, Qt::KeepAspectRatio);
    painter.translate(QPoint((PictureSize.width() - size.width()) / 2, (PictureSize.height() - size.height()) / 2));
    if (photo.isNull())
        painter.fillRect(QRect({0, 0}, size), theme.card);
    else
        painter.drawImage(QRect({0, 0}, size), photo);
    for (int block = 0; block < BlockCount; ++block) {
        const BlockRect cell = blockRect({block}, size.height(), size.width());
        if (hidden.contains({block}))
            painter.fillRect(QRect(cell.left, cell.top, cell.right - cell.left, cell.bottom - cell.top), Qt::black);
    }
    if (photo.isNull()) {
        painter.setPen(theme.mutedText);
        painter.drawRect(QRect(0, 0, size.width() - 1, size.height() - 1));
    }
    return picture;
}

/// Picture, name, score, note.
class ScenarioDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {PictureSize.width() + 60, std::max(PictureSize.height(), 3 * option.fontMetrics.height()) + 2 * Margin};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const ThemeColors& theme = themeColors(option.palette);
        const bool isSelected = option.state.testFlag(QStyle::State_Selected);
        painter->save();
        if (isSelected)
            painter->fillRect(option.rect, theme.accent);
        else if (option.state.testFlag(QStyle::State_MouseOver))
            painter->fillRect(option.rect, theme.track);
        painter->drawPixmap(option.rect.left() + Margin, option.rect.center().y() - PictureSize.height() / 2 + 1,
                            index.data(PictureRole).value<QPixmap>());
        QRect line = textRect(option);
        QFont bold = option.font;
        bold.setBold(true);
        const auto write = [&](const QString& text, const QColor& color, const QFont& font) {
            painter->setFont(font);
            painter->setPen(isSelected ? theme.accentText : color);
            painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                              QFontMetrics(font).elidedText(text, Qt::ElideRight, line.width()));
            line.translate(0, line.height());
        };
        write(index.data().toString(), theme.text, bold);
        write(index.data(ScoreRole).toString(), theme.text, option.font);
        write(index.data(NoteRole).toString(), theme.mutedText, option.font);
        painter->restore();
    }

    /// Over the name, not over all of it.
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        editor->setGeometry(textRect(option).adjusted(-4, -5, 0, 1));
    }

private:
    /// Of the name.
    static QRect textRect(const QStyleOptionViewItem& option)
    {
        const int height = option.fontMetrics.height();
        const QRect row = option.rect.adjusted(PictureSize.width() + 3 * Margin, 0, -Margin, 0);
        return {row.left(), row.center().y() - 3 * height / 2, row.width(), height};
    }
};

/// By the chosen model, else by the first that knows.
QString scoreLine(const std::vector<ScenarioScore>& scores, const std::string& model)
{
    auto shown = std::find_if(scores.begin(), scores.end(), [&](const auto& score) { return score.model == model; });
    if (shown == scores.end())
        shown = scores.begin();
    if (shown == scores.end())
        return {};
    const QString mark = estimateMark(shown->isEstimate);
    return u"%1 (%2)"_s.arg(mark + scoreText(shown->masked), mark + changeText(shown->masked - shown->whole));
}

QString scoresText(const std::vector<ScenarioScore>& scores)
{
    QStringList lines;
    for (const ScenarioScore& score : scores) {
        const QString mark = estimateMark(score.isEstimate);
        lines << u"%1: %2 → %3 (%4)"_s.arg(toQt(score.name), scoreText(score.whole), mark + scoreText(score.masked),
                                           mark + changeText(score.masked - score.whole));
    }
    return lines.join(u'\n');
}

QString effectText(const ScenarioEffect& effect)
{
    QString text = effect.photos == 1
        ? ScenariosPanel::tr("%1 on one photo: %2").arg(toQt(effect.name), changeText(effect.mean))
        : ScenariosPanel::tr("%1 on %2 photos: mean change %3")
              .arg(toQt(effect.name))
              .arg(effect.photos)
              .arg(changeText(effect.mean));
    if (effect.deviation)
        text += ScenariosPanel::tr(", standard deviation over the photos %1").arg(scoreText(*effect.deviation));
    if (effect.plcc)
        text += ScenariosPanel::tr(", PLCC of whole and masked scores %1").arg(QString::number(*effect.plcc, 'f', 3));
    else if (effect.photos > 1)
        text += ScenariosPanel::tr(", PLCC undefined: all scores are the same");
    if (effect.without > 0)
        text += effect.without == 1 ? ScenariosPanel::tr("; one photo could not be scored")
                                    : ScenariosPanel::tr("; %1 photos could not be scored").arg(effect.without);
    return text + u'.';
}

} // namespace

ScenariosPanel::ScenariosPanel(Viewer& viewer, QAction* pin, QWidget* parent)
    : QWidget(parent)
    , m_viewer(viewer)
    , m_book(viewer.scenarios)
{
    setHelpTopic(*this, HelpTopic::Scenarios);
    makeParts(pin);
    connect(&m_book, &ScenarioBook::changed, this, &ScenariosPanel::fill);
    connect(&m_book, &ScenarioBook::effectProgressed, this, &ScenariosPanel::showProgress);
    connect(&m_book, &ScenarioBook::pinned, this,
            [this](int index) { m_list->setCurrentRow(index, QItemSelectionModel::ClearAndSelect); });
    connect(&viewer.workspace.image(), &CurrentImage::changed, this,
            &ScenariosPanel::fill); // with its picture, perhaps
    connect(&viewer.workspace, &Workspace::modelChanged, this, &ScenariosPanel::fill);
    connect(&viewer.workspace.thumbnails(), &ThumbnailStore::changed, this, [this](std::uint64_t id) {
        const Document* document = m_viewer.workspace.documents().find(id);
        if (document && !document->imageHash().empty() && m_book.isPinnedOn(document->imageHash()))
            fill();
    });
    connect(&viewer.workspace.image(), &CurrentImage::analysisChanged, this, &ScenariosPanel::describe);
    connect(&viewer.workspace.image(), &CurrentImage::scoresChanged, this, &ScenariosPanel::describe);
    fill();
}

void ScenariosPanel::makeParts(QAction* pin)
{
    auto* pinButton = new QPushButton(tr("Pin the mask"), this);
    pinButton->setObjectName(u"pinScenario"_s);
    pinButton->setToolTip(pin->toolTip());
    connect(pinButton, &QPushButton::clicked, pin, &QAction::trigger);
    connect(pin, &QAction::enabledChanged, pinButton, &QWidget::setEnabled);
    pinButton->setEnabled(pin->isEnabled());
    m_hint = mutedLabel(this);
    m_hint->setWordWrap(true);
    m_hint->setText(tr("A scenario is a mask worth keeping: hide blocks, pin, and compare what each costs."));
    m_list = new QListWidget(this);
    m_list->setObjectName(u"scenarioList"_s);
    m_list->setAccessibleName(tr("Scenarios"));
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_list->setItemDelegate(new ScenarioDelegate(m_list));
    m_list->setMouseTracking(true);
    m_list->setToolTip(tr("Click: hide these blocks. Ctrl+click a second one: compare. F2: rename. Del: remove"));
    m_list->installEventFilter(this);
    connect(m_list, &QListWidget::itemClicked, this, [this](const QListWidgetItem* item) {
        if (m_list->selectedItems().size() == 1)
            m_book.apply(m_list->row(item));
    });
    connect(m_list, &QListWidget::itemSelectionChanged, this, &ScenariosPanel::describe);
    connect(m_list, &QListWidget::itemChanged, this, [this](const QListWidgetItem* item) {
        if (!m_isFilling) // a queue, for filling anew ends the editor that told
            QMetaObject::invokeMethod(
                this,
                [this, row = m_list->row(item), name = item->text()] {
                    if (row < m_book.count())
                        m_book.rename(row, name);
                    fill();
                },
                Qt::QueuedConnection);
    });
    m_note = new QLineEdit(this);
    m_note->setObjectName(u"scenarioNote"_s);
    m_note->setPlaceholderText(tr("Note"));
    m_note->setAccessibleName(tr("Note on the scenario"));
    m_note->setMaxLength(Scenario::LongestNote);
    connect(m_note, &QLineEdit::editingFinished, this, [this] {
        const QList<int> rows = chosen();
        if (rows.size() == 1)
            m_book.setNote(rows.front(), m_note->text());
    });
    m_text = new QLabel(this);
    m_text->setObjectName(u"scenarioText"_s);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_all = new QPushButton(tr("Try on all photos"), this);
    m_all->setObjectName(u"scenarioAll"_s);
    setHelpTopic(*m_all, HelpTopic::ScenarioEffect);
    setHelpTopic(*m_text, HelpTopic::ScenarioEffect);
    m_all->setToolTip(tr("Scores every photo of the list whole and with these blocks hidden, by the chosen model"));
    connect(m_all, &QPushButton::clicked, this, [this] {
        if (const QList<int> rows = chosen(); rows.size() == 1)
            m_book.measureEffect(rows.front());
    });
    m_cancel = new QPushButton(tr("Cancel"), this);
    m_cancel->setObjectName(u"scenarioCancel"_s);
    connect(m_cancel, &QPushButton::clicked, &m_book, &ScenarioBook::cancelEffect);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(u"scenarioProgress"_s);
    m_progress->setFormat(tr("%v of %m photos"));
    m_remove = new QPushButton(tr("Remove"), this);
    m_remove->setObjectName(u"scenarioRemove"_s);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        QList<int> rows = chosen();
        std::sort(rows.begin(), rows.end(), std::greater());
        for (const int row : rows)
            m_book.remove(row);
    });
    m_export = new QPushButton(tr("Export CSV…"), this);
    m_export->setObjectName(u"scenarioExport"_s);
    m_export->setToolTip(tr("A line for each scenario, photo and model; scores on the 1 to 5 scale"));
    connect(m_export, &QPushButton::clicked, this,
            [this] { saveCsv(m_viewer, *this, tr("Export scenarios"), {}, [this] { return m_book.toCsv(); }); });
    auto* buttons = new QGridLayout;
    buttons->addWidget(m_all, 0, 0);
    buttons->addWidget(m_remove, 0, 1);
    buttons->addWidget(m_progress, 1, 0);
    buttons->addWidget(m_cancel, 1, 1);
    buttons->addWidget(m_export, 2, 0, 1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(pinButton);
    layout->addWidget(m_hint);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_note);
    layout->addWidget(m_text);
    layout->addLayout(buttons);
    showProgress();
}

QList<int> ScenariosPanel::chosen() const
{
    QList<int> rows;
    for (const QListWidgetItem* item : m_list->selectedItems())
        rows << m_list->row(item);
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// The photo it was pinned on, small; null where it is not at hand.
QImage ScenariosPanel::photoOf(const Scenario& scenario) const
{
    for (int i = 0; !scenario.image.empty() && i < m_viewer.workspace.count(); ++i) {
        const Document& document = *m_viewer.workspace.at(i);
        if (document.imageHash() == scenario.image)
            return m_viewer.workspace.thumbnails().thumbnail(document);
    }
    return {};
}

void ScenariosPanel::fill()
{
    m_isFilling = true;
    {
        const QSignalBlocker quiet(m_list);
        while (m_list->count() > m_book.count())
            delete m_list->takeItem(m_list->count() - 1);
        while (m_list->count() < m_book.count()) {
            auto* item = new QListWidgetItem(m_list);
            item->setFlags(item->flags() | Qt::ItemIsEditable);
        }
        for (int row = 0; row < m_book.count(); ++row) {
            const Scenario& scenario = m_book.at(row);
            QListWidgetItem* item = m_list->item(row);
            item->setText(toQt(scenario.name));
            item->setToolTip(toQt(scenario.note));
            item->setData(PictureRole,
                          maskPicture(scenario.hidden, photoOf(scenario), themeColors(palette()), devicePixelRatioF()));
            item->setData(ScoreRole, scoreLine(scenario.scores, m_viewer.workspace.modelId().toStdString()));
            item->setData(NoteRole, toQt(scenario.note).simplified());
            item->setData(Qt::AccessibleTextRole,
                          item->data(ScoreRole).toString().isEmpty()
                              ? item->text()
                              : u"%1, %2"_s.arg(item->text(), item->data(ScoreRole).toString()));
        }
    }
    m_isFilling = false;
    m_hint->setVisible(m_book.count() == 0);
    m_list->setVisible(m_book.count() > 0);
    m_export->setVisible(m_book.count() > 0);
    describe();
}

void ScenariosPanel::describe()
{
    const QList<int> rows = chosen();
    const bool isOne = rows.size() == 1;
    m_note->setVisible(isOne);
    m_all->setEnabled(isOne && m_viewer.workspace.count() > 0);
    m_all->setVisible(m_book.count() > 0);
    m_remove->setVisible(m_book.count() > 0);
    m_remove->setEnabled(!rows.isEmpty());
    QStringList lines;
    if (isOne) {
        const Scenario& scenario = m_book.at(rows.front());
        if (!m_note->hasFocus())
            m_note->setText(toQt(scenario.note));
        const int hidden = scenario.hidden.count();
        lines << (hidden == 1 ? tr("1 block hidden.") : tr("%1 blocks hidden.").arg(hidden));
        if (!scenario.scores.empty())
            lines << tr("On %1:").arg(toQt(scenario.photo)) << scoresText(scenario.scores);
        const Document* shown = m_viewer.workspace.current();
        if (const auto here = m_book.shownScores(scenario);
            shown && shown->imageHash() != scenario.image && !here.empty())
            lines << tr("On the shown photo:") << scoresText(here);
        for (const ScenarioEffect& effect : scenario.effects)
            lines << effectText(effect);
    } else if (rows.size() == 2) {
        lines << m_book.comparisonText(rows[0], rows[1]);
    } else if (m_book.count() > 0) {
        lines << tr("Click one to hide its blocks; Ctrl+click a second one to compare them.");
    }
    m_text->setText(lines.join(u'\n'));
    m_text->setVisible(!lines.isEmpty());
}

void ScenariosPanel::showProgress()
{
    const bool isOn = m_book.measured() >= 0;
    m_progress->setVisible(isOn);
    m_cancel->setVisible(isOn);
    if (isOn) {
        m_progress->setMaximum(m_book.wantedPhotos());
        m_progress->setValue(m_book.measuredPhotos());
    }
}

bool ScenariosPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const QList<int> rows = chosen();
        if (key == Qt::Key_Delete && !rows.isEmpty()) {
            m_remove->click();
            return true;
        }
        if ((key == Qt::Key_Return || key == Qt::Key_Enter) && rows.size() == 1) {
            m_book.apply(rows.front());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace halflens
