// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/command_palette.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

enum Column { Name, Detail, Kind, ColumnCount };

QString nameOf(PaletteKind kind)
{
    switch (kind) {
    case PaletteKind::Command:
        return CommandPalette::tr("Command");
    case PaletteKind::Layer:
        return CommandPalette::tr("Layer");
    case PaletteKind::Photo:
        return CommandPalette::tr("Photo");
    case PaletteKind::Setting:
        return CommandPalette::tr("Setting");
    case PaletteKind::Help:
        return CommandPalette::tr("Help");
    }
    return {};
}

} // namespace

CommandPalette::CommandPalette(std::vector<PaletteEntry> entries, QWidget* parent)
    : QDialog(parent)
    , m_input(new QLineEdit(this))
    , m_list(new QTreeWidget(this))
    , m_entries(std::move(entries))
{
    setWindowTitle(tr("Find"));
    setObjectName(u"commandPalette"_s);
    m_input->setPlaceholderText(tr("Command, layer, photo, setting or help: type a part of its name"));
    m_input->setAccessibleName(tr("Part of a name"));
    m_input->setClearButtonEnabled(true);
    m_input->installEventFilter(this);
    m_list->setObjectName(u"paletteList"_s);
    m_list->setColumnCount(ColumnCount);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setIconSize(QSize(18, 18));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(Name, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(Detail, QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(Kind, QHeaderView::Fixed);
    m_list->header()->resizeSection(Kind, fontMetrics().horizontalAdvance(tr("Command")) + 22);
    m_list->setFocusPolicy(Qt::NoFocus);
    connect(m_input, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_input, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QTreeWidget::itemClicked, this, &CommandPalette::runCurrent);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 10, 10);
    layout->addWidget(m_input);
    layout->addWidget(m_list);
    resize(560, 400);
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
        std::size_t entry;
    };
    std::vector<Match> matches;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const int fit = rank(m_entries[i].name, typed);
        // Scattered letters fit nearly every heading of the help and many names of photos.
        const bool isCounted = fit >= 0 && (fit < 3 || m_entries[i].kind == PaletteKind::Command);
        if (isCounted)
            matches.push_back({fit, i});
    }
    std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.rank < b.rank; });
    if (matches.size() > Most)
        matches.resize(Most);
    QPixmap blank(m_list->iconSize());
    blank.fill(Qt::transparent);
    m_list->clear();
    for (const Match& match : matches) {
        const PaletteEntry& entry = m_entries[match.entry];
        auto* item = new QTreeWidgetItem(m_list, {entry.name, entry.detail, nameOf(entry.kind)});
        item->setIcon(Name, entry.icon.isNull() ? QIcon(blank) : entry.icon); // names in one line
        item->setTextAlignment(Detail, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(Kind, Qt::AlignRight | Qt::AlignVCenter);
        item->setForeground(Detail, palette().placeholderText());
        item->setForeground(Kind, palette().placeholderText());
        item->setSizeHint(Name, QSize(0, 28));
        item->setToolTip(Name, entry.name);
        item->setData(Name, Qt::UserRole, static_cast<qulonglong>(match.entry));
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void CommandPalette::runCurrent()
{
    const QTreeWidgetItem* item = m_list->currentItem();
    if (!item)
        return;
    const std::function<void()> run = m_entries[item->data(Name, Qt::UserRole).toULongLong()].run;
    accept(); // first: it may open a dialog of its own
    run();
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
