// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/versions_page.h"

#include "ui/canvas/versions_canvas.h"
#include "ui/panels/card.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

QToolButton* switchButton(const QString& name, const QString& text, const QString& help, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(help);
    button->setAutoRaise(true);
    button->setCheckable(true);
    return button;
}

} // namespace

VersionsPage::VersionsPage(Viewer& viewer, QWidget* parent)
    : QWidget(parent)
    , m_viewer(viewer)
    , m_canvas(new VersionsCanvas(viewer.versions, viewer.workspace.image(), viewer.view, this))
{
    setObjectName(u"versionsPage"_s);
    m_views = {switchButton(u"versionsSideBySide"_s, tr("Side by side"),
                            tr("A and B beside each other, with one zoom and position"), this),
               switchButton(u"versionsSplit"_s, tr("Split"),
                            tr("A left and B right of a line to drag (Shift and arrow keys move it)"), this),
               switchButton(u"versionsBlink"_s, tr("Blink"),
                            tr("A and B in turn; in any view the key B shows B while it is held"), this)};
    auto* group = new QButtonGroup(this);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(8, 4, 8, 4);
    for (QToolButton* button : m_views) {
        group->addButton(button, group->buttons().size());
        bar->addWidget(button);
    }
    m_contributions =
        switchButton(u"versionsContributions"_s, tr("Contributions"),
                     tr("What each block of B adds to the change, over the pictures: red raises, blue lowers"), this);
    bar->addSpacing(12);
    bar->addWidget(m_contributions);
    bar->addSpacing(12);
    m_note = new ElidedLabel(this, Qt::ElideRight);
    m_note->setObjectName(u"versionsNote"_s);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    bar->addWidget(m_note, 1);
    auto* leave = new QToolButton(this);
    leave->setObjectName(u"versionsLeave"_s);
    leave->setText(tr("Leave"));
    leave->setToolTip(tr("Back to the one photo (Esc)"));
    leave->setAutoRaise(true);
    bar->addWidget(leave);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(bar);
    layout->addWidget(m_canvas, 1);

    VersionService& versions = viewer.versions;
    connect(group, &QButtonGroup::idClicked, &versions,
            [&versions](int id) { versions.setView(static_cast<VersionsView>(id)); });
    connect(m_contributions, &QToolButton::clicked, &versions, &VersionService::setContributions);
    connect(leave, &QToolButton::clicked, &versions, &VersionService::stop);
    connect(&versions, &VersionService::viewChanged, this, &VersionsPage::refresh);
    connect(&versions, &VersionService::onChanged, this, &VersionsPage::refresh);
    connect(m_canvas, &VersionsCanvas::zoomChanged, this, &VersionsPage::refresh);
    refresh();
}

void VersionsPage::refresh()
{
    const VersionsState& state = m_viewer.versions.state();
    m_views[static_cast<std::size_t>(state.view)]->setChecked(true);
    m_contributions->setChecked(state.contributions);
    QStringList note{tr("%1 %").arg(std::lround(100 * m_canvas->view().zoom()))};
    if (const QString size = m_viewer.versions.sizeNote(); !size.isEmpty())
        note << size;
    m_note->setFullText(note.join(u" · "_s));
}

} // namespace halflens
