// SPDX-License-Identifier: BSD-3-Clause
// A finished figure with its papers, written into files: those a person names, and those that are dragged elsewhere.
#pragma once

#include "core/engine/artifact.h"
#include "core/engine/request.h"
#include "core/figure/figure_page.h"
#include "core/figure/provenance.h"

#include <QObject>
#include <QPointF>
#include <QStringList>

#include <functional>

namespace halflens {

class FigurePreview;
class Workspace;

struct LaidOutFigure {
    FigurePage page;
    Provenance provenance;
};

/// Each file by its suffix. The error of the first that cannot be written names those before it. Worker thread.
Outcome writeFigures(const LaidOutFigure& figure, const QStringList& paths, const JobContext& context);

/// Lets the figure be dragged out of its preview: the files are made on the engine once the drag begins, and the drag
/// goes on when they are there, if the button is still held. They stay until the program ends, because who gets them
/// may read them late.
class FigureDrag final : public QObject {
    Q_OBJECT

public:
    /// `figure` and `names`, of the files without folder, are asked for when a drag begins. Both objects outlive this.
    FigureDrag(FigurePreview& preview, Workspace& workspace, std::function<Result<LaidOutFigure>()> figure,
               std::function<QStringList()> names);

Q_SIGNALS:
    void started(const QStringList& files); ///< they are written; the drag is on its way

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void prepare();
    void begin(const QStringList& files);

    FigurePreview& m_preview;
    Workspace& m_workspace;
    std::function<Result<LaidOutFigure>()> m_figure;
    std::function<QStringList()> m_names;
    QPointF m_pressed;
    bool m_isHeld = false;
    bool m_isAsked = false; ///< the files are on their way
};

} // namespace halflens
