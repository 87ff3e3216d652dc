// SPDX-License-Identifier: BSD-3-Clause
#include "ui/dialogs/figure_drag.h"

#include "core/figure/figure_writer.h"
#include "ui/dialogs/figure_preview.h"
#include "ui/state/text.h"
#include "ui/state/workspace.h"

#include <QApplication>
#include <QDir>
#include <QDrag>
#include <QFileInfo>
#include <QMimeData>
#include <QMouseEvent>
#include <QPointer>
#include <QTemporaryDir>
#include <QUrl>

#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr Slot DragSlot{0, Stage::Export, -2}; ///< beside those of figures and views
constexpr int PictureSide = 160; ///< under the pointer

/// A folder of its own for each drag, so that names stay what they are. Empty: there is no room for one.
QString freshFolder()
{
    static const QTemporaryDir root(QDir::temp().filePath(u"halflens-drag-XXXXXX"_s));
    static int drags = 0;
    const QString folder = root.filePath(QString::number(++drags));
    return root.isValid() && QDir().mkpath(folder) ? folder : QString();
}

} // namespace

Outcome writeFigures(const LaidOutFigure& figure, const QStringList& paths, const JobContext& context)
{
    context.report(-1, "Writing the figure");
    std::string done;
    for (const QString& path : paths) {
        if (Status written = writeFigure(figure.page, figure.provenance, toPath(path)); !written) {
            Error error = std::move(written).error();
            if (!done.empty())
                error.reason += "; written before it: " + done;
            return std::move(error).withFile(path.toStdString());
        }
        done += (done.empty() ? "" : ", ") + QFileInfo(path).fileName().toStdString();
    }
    return Artifact();
}

FigureDrag::FigureDrag(FigurePreview& preview, Workspace& workspace, std::function<Result<LaidOutFigure>()> figure,
                       std::function<QStringList()> names)
    : QObject(&preview)
    , m_preview(preview)
    , m_workspace(workspace)
    , m_figure(std::move(figure))
    , m_names(std::move(names))
{
    preview.installEventFilter(this);
}

bool FigureDrag::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::MouseButtonPress) {
        const auto* press = static_cast<QMouseEvent*>(event);
        m_isHeld = press->button() == Qt::LeftButton && m_preview.isOnFigure(press->position());
        m_pressed = press->position();
    } else if (event->type() == QEvent::MouseButtonRelease) {
        m_isHeld = false;
        m_preview.showGrip(false);
    } else if (event->type() == QEvent::MouseMove && m_isHeld && !m_isAsked) {
        const QPointF way = static_cast<QMouseEvent*>(event)->position() - m_pressed;
        if (way.manhattanLength() >= QApplication::startDragDistance())
            prepare();
    }
    return QObject::eventFilter(watched, event);
}

void FigureDrag::prepare()
{
    Result<LaidOutFigure> figure = m_figure();
    const QString folder = figure ? freshFolder() : QString();
    if (folder.isEmpty())
        return;
    QStringList files;
    for (const QString& name : m_names())
        files << folder + u'/' + name;
    m_isAsked = true;
    m_preview.showGrip(true);
    m_workspace.engine().submit({DragSlot,
                                 Lane::Interactive,
                                 {},
                                 [figure = *std::move(figure), files](const JobContext& context) {
                                     return writeFigures(figure, files, context);
                                 }},
                                {[self = QPointer(this), &workspace = m_workspace, files](const Outcome& outcome) {
                                     if (!self)
                                         return;
                                     self->m_isAsked = false;
                                     if (!outcome)
                                         workspace.report(outcome.error());
                                     else if (self->m_isHeld)
                                         self->begin(files);
                                 },
                                 {}});
}

void FigureDrag::begin(const QStringList& files)
{
    QList<QUrl> addresses;
    for (const QString& file : files)
        addresses << QUrl::fromLocalFile(file);
    auto* content = new QMimeData;
    content->setUrls(addresses);
    auto* drag = new QDrag(&m_preview);
    drag->setMimeData(content);
    drag->setPixmap(QPixmap::fromImage(
        m_preview.image().scaled(PictureSide, PictureSide, Qt::KeepAspectRatio, Qt::SmoothTransformation)));
    drag->setHotSpot({PictureSide / 2, 12});
    Q_EMIT started(files);
    const QPointer alive(this);
    drag->exec(Qt::CopyAction);
    if (!alive)
        return; // the dialog went while the figure was carried
    m_isHeld = false; // its release went elsewhere
    m_preview.showGrip(false);
}

} // namespace halflens
