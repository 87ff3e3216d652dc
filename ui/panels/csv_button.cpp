// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/csv_button.h"

#include "core/base/file.h"
#include "ui/state/text.h"
#include "ui/state/viewer.h"

#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>

#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

void saveCsv(Viewer& viewer, QWidget& parent, const QString& title, const QString& proposed,
             std::function<std::string()> csv)
{
    auto* dialog =
        new QFileDialog(&parent, title, viewer.settings.word(setting::LastFolder), QFileDialog::tr("Tables (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"csv"_s);
    if (!proposed.isEmpty())
        dialog->selectFile(proposed + u".csv"_s);
    QObject::connect(dialog, &QFileDialog::fileSelected, &parent, [&viewer, csv = std::move(csv)](const QString& path) {
        Status status = viewer.workspace.mayWrite(path);
        if (status)
            status = writeFileAtomically(toPath(path), csv());
        if (status)
            viewer.workspace.announce(path);
        else
            viewer.workspace.report(std::move(status).error().withFile(path.toStdString()));
    });
    dialog->open();
}

QString csvName(const Viewer& viewer, const QString& what)
{
    const Document* document = viewer.workspace.current();
    const QString base = document ? QFileInfo(document->path()).completeBaseName() : QString();
    return base.isEmpty() ? what : base + u'-' + what;
}

CsvButton::CsvButton(Viewer& viewer, QString what, std::function<std::string()> csv, QWidget* parent)
    : QToolButton(parent)
    , m_viewer(viewer)
    , m_what(std::move(what))
    , m_csv(std::move(csv))
{
    setText(tr("CSV"));
    setToolTip(tr("The numbers with all digits, for a spreadsheet"));
    setAccessibleName(tr("The numbers as CSV"));
    setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(this);
    QAction* copy = menu->addAction(tr("&Copy as CSV"));
    copy->setObjectName(u"copyCsv"_s);
    connect(copy, &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(QString::fromStdString(m_csv())); });
    QAction* save = menu->addAction(tr("&Save as CSV…"));
    save->setObjectName(u"saveCsv"_s);
    connect(save, &QAction::triggered, this,
            [this] { saveCsv(m_viewer, *this, tr("Save as CSV"), csvName(m_viewer, m_what), m_csv); });
    setMenu(menu);
}

} // namespace halflens
