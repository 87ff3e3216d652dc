// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/view_export.h"

#include "ui/dialogs/figure_formats.h"
#include "ui/panels/view_picture.h"
#include "ui/state/text.h"
#include "ui/state/viewer.h"
#include "ui/state/window_settings.h"

#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>

#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr Slot ExportSlot{0, Stage::Export, -1}; ///< beside that of figures

} // namespace

ViewExport::ViewExport(QWidget& window, Viewer& viewer, const CanvasView& canvas, const ColorBarView& bar)
    : QObject(&window)
    , m_window(window)
    , m_viewer(viewer)
    , m_canvas(canvas)
    , m_bar(bar)
{ }

void ViewExport::chooseAndExport()
{
    const Document* document = m_viewer.workspace.current();
    if (!document || !document->loaded())
        return;
    const QString kept = m_viewer.settings.word(setting::FigureFolder);
    auto* dialog = new QFileDialog(&m_window, tr("Export the view"),
                                   kept.isEmpty() ? QFileInfo(document->path()).absolutePath() : kept);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Pixels (*.png)"), tr("Lines and text (*.pdf)"), tr("Drawing (*.svg)")});
    dialog->setDefaultSuffix(u"png"_s);
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        for (const QString& suffix : {u"png"_s, u"pdf"_s, u"svg"_s}) {
            if (filter.contains(u"*."_s + suffix))
                dialog->setDefaultSuffix(suffix);
        }
    });
    dialog->selectFile(figureName(document->path(), u"view"_s));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_viewer.settings.setValue(setting::FigureFolder, QFileInfo(path).absolutePath());
        exportTo(path);
    });
    dialog->open();
}

void ViewExport::exportTo(const QString& path)
{
    Workspace& workspace = m_viewer.workspace;
    if (Status status = workspace.mayWrite(path); !status) {
        workspace.report(std::move(status).error().withFile(path.toStdString()));
        return;
    }
    workspace.engine().submit({ExportSlot,
                               Lane::Interactive,
                               {},
                               [painting = paintingOf(viewPicture(m_viewer, m_canvas, m_bar)),
                                provenance = provenanceOf(m_viewer), path](const JobContext& context) -> Outcome {
                                   context.report(-1, "Writing the view");
                                   if (Status written = writePainting(painting, provenance, toPath(path)); !written)
                                       return std::move(written).error().withFile(path.toStdString());
                                   return Artifact();
                               }},
                              {[&workspace, path](const Outcome& outcome) {
                                   if (outcome)
                                       workspace.announce(path);
                                   else
                                       workspace.report(outcome.error());
                               },
                               {}});
}

void ViewExport::copy() const
{
    const Document* document = m_viewer.workspace.current();
    if (document && document->loaded())
        QGuiApplication::clipboard()->setImage(imageOf(viewPicture(m_viewer, m_canvas, m_bar)));
}

} // namespace halflens
