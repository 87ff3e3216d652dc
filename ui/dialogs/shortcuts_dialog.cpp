// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/shortcuts_dialog.h"

#include "ui/panels/card.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QKeySequence>
#include <QScrollArea>
#include <QVBoxLayout>

#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

QString withoutMnemonic(QString text)
{
    text.remove(u'&');
    return text.endsWith(u'…') ? text.chopped(1) : text;
}

QString keysOf(const QAction& action)
{
    QStringList keys;
    for (const QKeySequence& sequence : action.shortcuts())
        keys << sequence.toString(QKeySequence::NativeText);
    return keys.join(u"  /  "_s);
}

class Page final : public QWidget {
public:
    Page()
        : m_grid(new QGridLayout(this))
    {
        m_grid->setContentsMargins(20, 8, 20, 16);
        m_grid->setHorizontalSpacing(28);
        m_grid->setVerticalSpacing(5);
        m_grid->setColumnStretch(1, 1);
    }
    void heading(const QString& text)
    {
        auto* label = new QLabel(text, this);
        label->setFont(scaledFont(*this, 1.1, true));
        label->setContentsMargins(0, 12, 0, 2);
        m_grid->addWidget(label, m_row++, 0, 1, 2);
    }
    void row(const QString& keys, const QString& text)
    {
        auto* keyLabel = new QLabel(keys, this);
        keyLabel->setTextFormat(Qt::PlainText);
        keyLabel->setAlignment(Qt::AlignTop);
        auto* textLabel = mutedLabel(this);
        textLabel->setText(text);
        textLabel->setWordWrap(true);
        m_grid->addWidget(keyLabel, m_row, 0);
        m_grid->addWidget(textLabel, m_row++, 1);
    }

private:
    QGridLayout* m_grid;
    int m_row = 0;
};

} // namespace

ShortcutsDialog::ShortcutsDialog(const ActionSections& sections, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Keyboard and mouse"));
    setObjectName(u"shortcutsDialog"_s);
    auto* page = new Page;
    page->heading(tr("On the image"));
    page->row(tr("Click"), tr("Hide or show a block"));
    page->row(tr("Drag"), tr("Hide or show several blocks in one step"));
    page->row(tr("Ctrl and drag"), tr("Select a rectangle: it gets a score of its own"));
    page->row(tr("Wheel"), tr("Zoom to the pointer"));
    page->row(tr("Middle button, or Space and drag"), tr("Move the image"));
    page->row(tr("Hold Shift"), tr("See the original"));
    page->row(tr("Arrows"), tr("Choose a block while the image has the keyboard"));
    page->row(tr("Space or Enter"), tr("Hide or show the chosen block"));
    page->row(tr("Esc"), tr("Remove the rectangle, then leave the grid: Left and Right change the image"));
    for (const auto& [title, actions] : sections) {
        bool hasHeading = false;
        for (const QAction* action : actions) {
            if (action->shortcuts().isEmpty())
                continue;
            if (!std::exchange(hasHeading, true))
                page->heading(withoutMnemonic(title));
            page->row(keysOf(*action), withoutMnemonic(action->text()));
        }
    }
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 12);
    layout->addWidget(scroll);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(12, 0, 12, 0);
    foot->addWidget(buttons);
    layout->addLayout(foot);
    resize(600, 680);
}

} // namespace halflens
