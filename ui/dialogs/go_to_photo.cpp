// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/go_to_photo.h"

#include "ui/state/text.h"
#include "ui/state/viewer.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace halflens {

using namespace Qt::StringLiterals;

GoToPhotoDialog::GoToPhotoDialog(Viewer& viewer, QWidget* parent)
    : QDialog(parent)
    , m_viewer(viewer)
    , m_input(new QLineEdit(this))
    , m_list(new QTreeWidget(this))
{
    setWindowTitle(tr("Go to a photo"));
    setObjectName(u"goToPhoto"_s);
    m_input->setObjectName(u"goToPhotoName"_s);
    m_input->setPlaceholderText(tr("Part of a name, or a number"));
    m_input->setAccessibleName(tr("Part of a name, or a number"));
    m_input->setClearButtonEnabled(true);
    m_input->installEventFilter(this);
    m_list->setObjectName(u"goToPhotoList"_s);
    m_list->setColumnCount(3);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->setFocusPolicy(Qt::NoFocus);
    connect(m_input, &QLineEdit::textChanged, this, &GoToPhotoDialog::fill);
    connect(m_input, &QLineEdit::returnPressed, this, &GoToPhotoDialog::showChosen);
    connect(m_list, &QTreeWidget::itemClicked, this, &GoToPhotoDialog::showChosen);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 10, 10);
    layout->addWidget(m_input);
    layout->addWidget(m_list);
    resize(460, 360);
    fill({});
}

/// A number is a place in the order photos are gone through; names that begin with what is typed stand first.
void GoToPhotoDialog::fill(const QString& typed)
{
    m_list->clear();
    const PhotoListModel& photos = m_viewer.photos;
    const QString wanted = typed.trimmed();
    bool isNumber = false;
    const int place = wanted.toInt(&isNumber) - 1;
    std::vector<int> first;
    std::vector<int> later;
    if (isNumber && place >= 0 && place < photos.photos())
        first.push_back(place);
    for (int row = 0; row < photos.photos(); ++row) {
        const QString& name = photos.photo(row)->title();
        if (!first.empty() && first.front() == row)
            continue;
        if (name.startsWith(wanted, Qt::CaseInsensitive))
            first.push_back(row);
        else if (name.contains(wanted, Qt::CaseInsensitive))
            later.push_back(row);
        if (first.size() >= Most)
            break;
    }
    first.insert(first.end(), later.begin(), later.end());
    first.resize(std::min<std::size_t>(first.size(), Most));
    for (const int row : first) {
        const Document& document = *photos.photo(row);
        const QString score = photos.index(row, 0).data(PhotoListModel::ScoreRole).toString();
        auto* item =
            new QTreeWidgetItem(m_list, {document.title(), score, tr("%1 of %2").arg(row + 1).arg(photos.photos())});
        for (const int column : {1, 2})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        item->setForeground(2, palette().placeholderText());
        item->setSizeHint(0, QSize(0, 26));
        item->setData(0, Qt::UserRole, static_cast<qulonglong>(document.id()));
        item->setToolTip(0, document.path());
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void GoToPhotoDialog::showChosen()
{
    const QTreeWidgetItem* item = m_list->currentItem();
    if (!item)
        return;
    DocumentList& documents = m_viewer.workspace.documents();
    documents.show(documents.indexOf(documents.find(item->data(0, Qt::UserRole).toULongLong())));
    accept();
}

bool GoToPhotoDialog::eventFilter(QObject* watched, QEvent* event)
{
    const int count = m_list->topLevelItemCount();
    if (event->type() == QEvent::KeyPress && count > 0) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
        if (step != 0) {
            const int row = m_list->indexOfTopLevelItem(m_list->currentItem());
            m_list->setCurrentItem(m_list->topLevelItem((row + step + count) % count));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace halflens
