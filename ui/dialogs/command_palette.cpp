// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/command_palette.h"

#include <QAction>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <vector>

namespace halflens {

using namespace Qt::StringLiterals;

CommandPalette::CommandPalette(const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent)
    , m_input(new QLineEdit(this))
    , m_list(new QTreeWidget(this))
    , m_actions(actions)
{
    setWindowTitle(tr("Commands"));
    setObjectName(u"commandPalette"_s);
    m_input->setPlaceholderText(tr("Type a part of a command's name"));
    m_input->setClearButtonEnabled(true);
    m_input->installEventFilter(this);
    m_list->setColumnCount(2);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setIconSize(QSize(18, 18));
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_list->setFocusPolicy(Qt::NoFocus);
    connect(m_input, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_input, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QTreeWidget::itemClicked, this, &CommandPalette::runCurrent);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 10, 10);
    layout->addWidget(m_input);
    layout->addWidget(m_list);
    resize(460, 360);
    filter({});
}

int CommandPalette::rank(const QString& name, const QString& typed)
{
    const QString wanted = typed.simplified();
    if (name.startsWith(wanted, Qt::CaseInsensitive))
        return 0;
    if (name.contains(wanted, Qt::CaseInsensitive))
        return 1;
    const QStringList words = wanted.split(u' ');
    if (std::all_of(words.begin(), words.end(),
                    [&](const QString& word) { return name.contains(word, Qt::CaseInsensitive); }))
        return 2;
    qsizetype at = 0;
    for (const QChar letter : wanted) {
        if (letter.isSpace())
            continue;
        at = name.indexOf(letter, at, Qt::CaseInsensitive);
        if (at < 0)
            return -1;
        ++at;
    }
    return 3;
}

void CommandPalette::filter(const QString& typed)
{
    struct Match {
        int rank;
        qsizetype action;
        QString name;
    };
    std::vector<Match> matches;
    for (qsizetype i = 0; i < m_actions.size(); ++i) {
        QString name = m_actions.at(i)->text();
        name.remove(u'&');
        const int fit = rank(name, typed);
        if (fit >= 0 && m_actions.at(i)->isEnabled())
            matches.push_back({fit, i, name});
    }
    std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.rank < b.rank; });
    QPixmap blank(m_list->iconSize());
    blank.fill(Qt::transparent);
    m_list->clear();
    for (const Match& match : matches) {
        const QAction* action = m_actions.at(match.action);
        auto* item = new QTreeWidgetItem(m_list, {match.name, action->shortcut().toString(QKeySequence::NativeText)});
        item->setIcon(0, action->icon().isNull() ? QIcon(blank) : action->icon()); // names in one line
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setForeground(1, palette().placeholderText());
        item->setSizeHint(0, QSize(0, 28));
        item->setData(0, Qt::UserRole, QVariant::fromValue(match.action));
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void CommandPalette::runCurrent()
{
    const QTreeWidgetItem* item = m_list->currentItem();
    if (!item)
        return;
    QAction* action = m_actions.at(item->data(0, Qt::UserRole).value<qsizetype>());
    accept(); // first: the action may open a dialog of its own
    action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
        const int count = m_list->topLevelItemCount();
        if (step != 0 && count > 0) {
            const int row = m_list->indexOfTopLevelItem(m_list->currentItem());
            m_list->setCurrentItem(m_list->topLevelItem((row + step + count) % count));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace halflens
