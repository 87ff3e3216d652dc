// SPDX-License-Identifier: BSD-3-Clause
// What may lie over the photo: which layers are shown, how they look and what they are made of.
#pragma once

#include "core/explain/map_request.h"
#include "core/figure/color_map.h"
#include "ui/state/settings.h"

#include <QObject>
#include <QString>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace halflens {

/// From the top of the stack to its bottom. The first four have one value for each block, the others
/// one for each pixel. Not called LayerId: that is a layer of a network, and one name for two types breaks both.
enum class OverlayId : std::uint8_t {
    Agreement,
    Halves,
    Importance,
    Shapley,
    Saliency,
    Frequency,
    Objectness,
    Averaged,
    Lime,
    GradCam,
    Attention,
    Product
};
inline constexpr int LayerCount = 12;

constexpr bool isMapLayer(OverlayId id)
{
    return id >= OverlayId::Saliency;
}
constexpr MapKind mapKindOf(OverlayId id)
{
    return static_cast<MapKind>(static_cast<int>(id) - static_cast<int>(OverlayId::Saliency));
}
constexpr OverlayId layerOf(MapKind kind)
{
    return static_cast<OverlayId>(static_cast<int>(kind) + static_cast<int>(OverlayId::Saliency));
}
/// Zero lies in the middle: a diverging colour map and a symmetric range.
constexpr bool isSignedLayer(OverlayId id)
{
    return id == OverlayId::Shapley || (isMapLayer(id) && isSigned(mapKindOf(id)));
}

/// How a layer looks.
struct LayerLook {
    bool visible = false;
    int opacityPercent = 60; ///< 0..100
    ColorMap colors = ColorMap::Viridis;
    bool fixedRange = false; ///< else from the values of each image
    ValueRange range; ///< when it is fixed; low < high
    bool blockMeans = false; ///< maps only: the means of the blocks in place of the pixels
    bool operator==(const LayerLook&) const = default;
};

QString layerName(OverlayId id);
QString layerHelp(OverlayId id); ///< what it shows, in a sentence

/// GUI thread. Kept in the settings; what is damaged there reads as the default.
class LayerStack final : public QObject {
    Q_OBJECT

public:
    explicit LayerStack(Settings& settings, QObject* parent = nullptr);

    const LayerLook& look(OverlayId id) const { return m_looks[static_cast<std::size_t>(id)]; }
    /// Ignored when the opacity or the range makes no sense.
    void setLook(OverlayId id, const LayerLook& look);
    void setVisible(OverlayId id, bool visible);
    void showOnly(OverlayId id);

    /// Parameters of all maps; `kind` is that of the layer.
    MapRequest request(OverlayId id) const;
    const MapRequest& parameters() const { return m_parameters; }
    void setParameters(const MapRequest& parameters);

    /// The layer whose values are read out and whose controls are shown.
    OverlayId current() const { return m_current; }
    void setCurrent(OverlayId id);

    /// The switch over all of them. Switching on what is empty shows the current layer.
    bool isOn() const { return m_on; }
    void setOn(bool on);
    void toggle();
    bool isAnyVisible() const;

    /// Layers to draw, bottom first; none while the switch is off.
    std::vector<OverlayId> shown() const;

Q_SIGNALS:
    void lookChanged(halflens::OverlayId id);
    void parametersChanged();
    void currentChanged();
    void onChanged(bool on);

private:
    void restore(const QByteArray& json);
    void store();

    Settings& m_settings;
    std::array<LayerLook, LayerCount> m_looks;
    MapRequest m_parameters;
    OverlayId m_current = OverlayId::Halves;
    bool m_on = true;
};

} // namespace halflens
