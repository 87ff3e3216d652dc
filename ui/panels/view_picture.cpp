// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/view_picture.h"

#include "ui/canvas/canvas_view.h"
#include "ui/panels/color_bar.h"
#include "ui/panels/layer_caption.h"
#include "ui/state/text.h"
#include "ui/state/viewer.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr double Margin = 12; ///< around everything, and around the photo
constexpr double MostPixels = 60e6;

struct Layout {
    QSizeF size;
    QRectF question;
    QRectF remark; ///< beside the question, or below it
    QRectF canvas;
    QRectF bar;
};

QFont boldOf(QFont font)
{
    font.setBold(true);
    return font;
}

Layout layoutOf(const ViewPicture& picture)
{
    const QFontMetricsF bold(boldOf(picture.font));
    const QFontMetricsF plain(picture.font);
    const bool hasBar = picture.bar.has_value();
    const double depth = hasBar ? colorBarDepth(picture.barOrientation, plain) : 0;
    const bool isBeside = hasBar && picture.barOrientation == Qt::Vertical;
    Layout layout;
    const double width = std::max(picture.part.width() + (isBeside ? depth : 0), 2 * Margin + 60);
    const double room = width - 2 * Margin;
    const double questionWidth = std::min(room, std::ceil(bold.horizontalAdvance(picture.question)));
    layout.question = QRectF(Margin, 8, questionWidth, std::ceil(bold.height()));
    const double remarkWidth = std::ceil(plain.horizontalAdvance(picture.remark)) + 2;
    const double left = layout.question.right() + 10;
    double below = layout.question.bottom() + 4;
    if (!picture.remark.isEmpty() && left + remarkWidth <= width - Margin) {
        layout.remark = QRectF(left, layout.question.top(), remarkWidth, layout.question.height());
    } else if (!picture.remark.isEmpty()) { // as many lines as it takes: a file has room
        const QRectF lines = plain.boundingRect(QRectF(0, 0, room, 1000), Qt::TextWordWrap, picture.remark);
        layout.remark = QRectF(Margin, layout.question.bottom() + 2, room, std::ceil(lines.height()));
        below = layout.remark.bottom() + 4;
    }
    layout.canvas = QRectF(QPointF(0, below), picture.part.size());
    if (isBeside)
        layout.bar = QRectF(layout.canvas.right(), below, depth, layout.canvas.height());
    else if (hasBar)
        layout.bar = QRectF(0, layout.canvas.bottom(), width, depth);
    const double height = std::max(layout.canvas.bottom(), hasBar ? layout.bar.bottom() : 0.0);
    layout.size = QSizeF(std::ceil(width), std::ceil(height + (hasBar && !isBeside ? 4 : 0)));
    return layout;
}

/// `ratio`: pixels of photo and maps for a logical one.
void paintScene(QPainter& painter, const ViewPicture& picture, const QRectF& place, double ratio)
{
    const ThemeColors& theme = themeColors(picture.dark);
    painter.save();
    painter.setClipRect(place, Qt::IntersectClip);
    painter.translate(place.topLeft() - picture.part.topLeft());
    CanvasScene scene = picture.canvas;
    scene.view = scene.view.atRatio(ratio); // blocks lie on the pixels of the photo
    paintCanvas(painter, scene, freshPixels(scene, ratio, theme.canvas), theme);
    painter.restore();
}

void paint(QPainter& painter, const ViewPicture& picture, double ratio, bool clips)
{
    const ThemeColors& theme = themeColors(picture.dark);
    const Layout layout = layoutOf(picture);
    painter.setRenderHints(QPainter::TextAntialiasing | QPainter::SmoothPixmapTransform
                           | QPainter::LosslessImageRendering);
    painter.setFont(picture.font);
    painter.fillRect(QRectF(QPointF(), layout.size), theme.canvas);
    if (clips) {
        paintScene(painter, picture, layout.canvas, ratio);
    } else {
        QImage pixels((layout.canvas.size() * ratio).toSize(), QImage::Format_RGB32);
        pixels.fill(theme.canvas);
        QPainter inside(&pixels);
        inside.setFont(picture.font);
        inside.scale(ratio, ratio);
        paintScene(inside, picture, QRectF(QPointF(), layout.canvas.size()), ratio);
        inside.end();
        painter.drawImage(layout.canvas, pixels);
    }
    painter.setFont(boldOf(picture.font));
    painter.setPen(theme.text);
    painter.drawText(
        layout.question, Qt::AlignLeft | Qt::AlignVCenter,
        QFontMetricsF(painter.font()).elidedText(picture.question, Qt::ElideRight, layout.question.width() + 1));
    painter.setFont(picture.font);
    painter.setPen(picture.isWarning ? theme.worse : theme.mutedText);
    if (!layout.remark.isNull())
        painter.drawText(layout.remark, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, picture.remark);
    if (picture.bar) {
        painter.setOpacity(picture.isBarFaint ? 0.35 : 1);
        paintColorBar(painter, layout.bar, picture.barOrientation, *picture.bar, theme, 2);
        painter.setOpacity(1);
    }
}

} // namespace

ViewPicture viewPicture(const Viewer& viewer, const CanvasView& canvas, const ColorBarView& bar)
{
    ViewPicture picture;
    picture.canvas = canvas.picture();
    const ViewRect photo = picture.canvas.view.imageRect();
    picture.part = QRectF(photo.left, photo.top, photo.width, photo.height)
                       .adjusted(-Margin, -Margin, Margin, Margin)
                       .intersected(QRectF(QPointF(), picture.canvas.size));
    if (picture.canvas.original.isEmpty()) {
        const LayerCaptionText caption = captionText(viewer.layerView);
        picture.question = caption.question;
        picture.remark = caption.remark;
        picture.isWarning = caption.isWarning;
        picture.bar = bar.picture();
    } else { // the word stands above the photo, not on it
        picture.question = picture.canvas.original;
        picture.canvas.original.clear();
        picture.canvas.layers.clear();
        picture.canvas.region.reset();
        picture.canvas.blocks = {};
        picture.canvas.blocks.grid = false;
        picture.canvas.blocks.numbers = false;
    }
    picture.isBarFaint = !viewer.layerView.isOn();
    picture.barOrientation = bar.orientation();
    picture.font = canvas.font();
    picture.dpi = canvas.logicalDpiY();
    picture.dark = themeColors(canvas.palette()).dark;
    picture.ratio = canvas.devicePixelRatioF();
    return picture;
}

Painting paintingOf(const ViewPicture& picture)
{
    Painting painting;
    painting.size = layoutOf(picture).size.toSize();
    painting.unitsPerInch = picture.dpi;
    painting.pixelsPerUnit = 2 * picture.ratio;
    painting.paint = [picture](QPainter& painter, FigureFormat format) -> Status {
        const double ratio = 2 * picture.ratio;
        paint(painter, picture, format == FigureFormat::Png ? ratio : fullRatio(picture.canvas, ratio, MostPixels),
              format != FigureFormat::Svg);
        return {};
    };
    return painting;
}

QImage imageOf(const ViewPicture& picture)
{
    QImage image((layoutOf(picture).size * picture.ratio).toSize(), QImage::Format_RGB32);
    QPainter painter(&image);
    painter.scale(picture.ratio, picture.ratio);
    paint(painter, picture, picture.ratio, true);
    return image;
}

Provenance provenanceOf(const Viewer& viewer)
{
    const Workspace& workspace = viewer.workspace;
    const Document* document = workspace.current();
    Provenance provenance;
    provenance.figure = "view";
    if (!document)
        return provenance;
    provenance.title = document->title().toStdString();
    if (const auto& analysis = document->analysis()) {
        provenance.models = {{analysis->model.id, analysis->model.weightsHash}};
        provenance.by = document->mask().isEmpty() ? std::string() : toString(analysis->by);
    }
    Provenance::Source source{document->title().toStdString(), document->imageHash(), {}};
    if (!document->mask().isEmpty())
        source.masks = {{"hidden", document->mask()}};
    provenance.sources = {std::move(source)};
    std::string layers;
    if (viewer.layerView.isOn()) {
        for (const LayerPicture& picture : viewer.layerView.pictures())
            layers += (layers.empty() ? "" : ", ") + toString(picture.id);
    }
    if (!layers.empty())
        provenance.settings["layers"] = layers;
    return provenance;
}

} // namespace halflens
