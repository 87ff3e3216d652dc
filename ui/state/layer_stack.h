// SPDX-License-Identifier: BSD-3-Clause
// What may lie over the photo: which layers are shown, how they look and what they are made of.
#pragma once

#include "core/session/layers_state.h"
#include "ui/state/settings.h"

#include <QObject>
#include <QString>

#include <vector>

namespace halflens {

QString layerName(OverlayId id);
QString layerHelp(OverlayId id); ///< what it shows, in a sentence
QString layerQuestion(OverlayId id); ///< which question it answers, as a question

/// GUI thread. Kept in the settings but for the switch, which is on at a start; what is damaged there reads as the
/// default.
class LayerStack final : public QObject {
    Q_OBJECT

public:
    explicit LayerStack(Settings& settings, QObject* parent = nullptr);

    const LayersState& state() const { return m_state; }
    void restore(const LayersState& state); ///< tells of what becomes another by it

    const LayerLook& look(OverlayId id) const { return m_state.look(id); }
    /// Ignored when the opacity or the range makes no sense.
    void setLook(OverlayId id, const LayerLook& look);
    void setVisible(OverlayId id, bool visible);
    void showOnly(OverlayId id);

    /// Parameters of all maps; `kind` is that of the layer.
    MapRequest request(OverlayId id) const;
    const MapRequest& parameters() const { return m_state.parameters; }
    void setParameters(const MapRequest& parameters);

    /// The layer whose values are read out and whose controls are shown.
    OverlayId current() const { return m_state.current; }
    void setCurrent(OverlayId id);

    /// The switch over all of them. Switching on what is empty shows the current layer.
    bool isOn() const { return m_state.on; }
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
    void store();

    Settings& m_settings;
    LayersState m_state;
};

} // namespace halflens
