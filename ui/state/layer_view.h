// SPDX-License-Identifier: BSD-3-Clause
// What the layers put on the shown image now: values, colours, ranges. Canvas, colour bar and read-out
// ask here, so that they agree.
#pragma once

#include "ui/state/comparison.h"
#include "ui/state/layer_stack.h"
#include "ui/state/map_service.h"

#include <QObject>
#include <QPoint>
#include <QString>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace halflens {

/// One layer as it is drawn: pixels, or one value for each block.
struct LayerPicture {
    OverlayId id = OverlayId::Halves;
    ColorMap colors = ColorMap::Viridis;
    ValueRange range;
    double opacity = 1;
    std::shared_ptr<const ShownMap> map; ///< of map layers
    std::optional<BlockMeans> blocks; ///< drawn instead of pixels
    bool outline = false; ///< halves: their borders are drawn
    bool isCloseCall = false; ///< halves: the border could as well run elsewhere, and is dashed
    QString unit;
    int decimals = 2; ///< that tell values of the range apart

    QString valueText(double value) const;
};

/// How far an estimate is, and whether it may be trusted, in words.
QString estimateText(OverlayId id, const MapEstimate& estimate);
/// Below, a sum over segments explains little of the score.
inline constexpr double LowLimeR2 = 0.5;
/// What LIME's fit warns of: samples fewer than segments, a low R². Empty: nothing.
QString estimateWarning(OverlayId id, const MapEstimate& estimate);

/// GUI thread.
class LayerView final : public QObject {
    Q_OBJECT

public:
    LayerView(Workspace& workspace, LayerStack& layers, MapService& maps, Comparison& comparison,
              QObject* parent = nullptr);

    std::vector<LayerPicture> pictures() const; ///< shown ones that have values, bottom first
    std::optional<LayerPicture> picture(OverlayId id) const; ///< shown or not; nothing without values
    /// The one that colour bar and read-out are about.
    std::optional<LayerPicture> readPicture() const;

    /// What the colour bar shows: readPicture(), or what it would be while all layers are switched off,
    /// so that the picture beside the bar keeps its place.
    std::optional<LayerPicture> legend() const;
    bool isOn() const { return m_layers.isOn(); }

    /// What a layer says about each block, largest = most important: means of a map, or its own values.
    std::optional<BlockMeans> ranking(OverlayId id) const;
    /// What there is to say on the layer that is read, beside the question it answers: how far its estimate is, how
    /// clear the border between the halves is. Empty: nothing.
    QString remark() const;
    QString warning() const; ///< the part of it that speaks against trusting the layer
    /// "Saliency 0.42, block 0.31" at an image pixel; empty when nothing is shown.
    QString readout(QPoint pixel) const;
    /// Numbers to write into the blocks, when the read layer has one for each.
    std::optional<std::array<QString, BlockCount>> blockTexts() const;

Q_SIGNALS:
    void changed(); ///< what is drawn or read may be another; never for progress

private:
    void follow(OverlayId id, Change what);
    std::optional<BlockMeans> blockValues(OverlayId id) const;
    std::optional<LayerPicture> topPicture() const;

    Workspace& m_workspace;
    LayerStack& m_layers;
    MapService& m_maps;
    Comparison& m_comparison;
};

} // namespace halflens
