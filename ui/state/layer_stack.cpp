// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/layer_stack.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace halflens {

namespace {

/// The order of a time when layers were stored by their place in it.
constexpr std::array OldOrder{OverlayId::Agreement, OverlayId::Halves,    OverlayId::Importance, OverlayId::Shapley,
                              OverlayId::Saliency,  OverlayId::Frequency, OverlayId::Objectness, OverlayId::Averaged,
                              OverlayId::Lime,      OverlayId::GradCam,   OverlayId::Attention,  OverlayId::Product};

/// Settings of that time in the form of now; others as they are.
nlohmann::json upgraded(nlohmann::json old)
{
    if (!old.is_object() || !old.contains("looks") || !old["looks"].is_array())
        return old;
    nlohmann::json looks = nlohmann::json::object();
    for (std::size_t i = 0; i < std::min(OldOrder.size(), old["looks"].size()); ++i)
        looks[toString(OldOrder[i])] = old["looks"][i];
    old["looks"] = looks;
    if (old.contains("current")) {
        const auto& current = old["current"];
        const bool isPlace = current.is_number_unsigned() && current.get<std::size_t>() < OldOrder.size();
        old["current"] = isPlace ? nlohmann::json(toString(OldOrder[current.get<std::size_t>()])) : nlohmann::json();
    }
    if (old.contains("parameters") && old["parameters"].is_object() && old["parameters"].contains("lastLayer")) {
        old["parameters"]["attention"] = old["parameters"]["lastLayer"] == true ? "cls_last" : "rollout";
        old["parameters"].erase("lastLayer");
    }
    return old;
}

LayersState stored(const QByteArray& text)
{
    const nlohmann::json json = upgraded(nlohmann::json::parse(text.toStdString(), nullptr, false));
    Result<LayersState> state = layersFromText(
        json.is_discarded() ? std::string() : json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    if (!state)
        return {};
    state->on = true;
    // What takes minutes is made when somebody asks for it, not because it was shown yesterday.
    for (const OverlayId id : {OverlayId::Lime, OverlayId::Fine, OverlayId::Tiles})
        state->look(id).visible = false;
    return *state;
}

} // namespace

QString layerName(OverlayId id)
{
    switch (id) {
    case OverlayId::Agreement:
        return LayerStack::tr("Agreement of models");
    case OverlayId::Halves:
        return LayerStack::tr("Halves");
    case OverlayId::Importance:
        return LayerStack::tr("Importance");
    case OverlayId::Shapley:
        return LayerStack::tr("Contributions");
    case OverlayId::Saliency:
        return LayerStack::tr("Saliency");
    case OverlayId::Frequency:
        return LayerStack::tr("Spatial frequency");
    case OverlayId::Objectness:
        return LayerStack::tr("Objectness");
    case OverlayId::Averaged:
        return LayerStack::tr("Averaged measure");
    case OverlayId::Lime:
        return LayerStack::tr("LIME");
    case OverlayId::GradCam:
        return LayerStack::tr("Grad-CAM");
    case OverlayId::Attention:
        return LayerStack::tr("Attention");
    case OverlayId::Product:
        return LayerStack::tr("Grad-CAM × attention");
    case OverlayId::Fine:
        return LayerStack::tr("Fine contributions");
    case OverlayId::Tiles:
        return LayerStack::tr("Tiles at native scale");
    }
    return {};
}

QString layerHelp(OverlayId id)
{
    switch (id) {
    case OverlayId::Agreement:
        return LayerStack::tr("How many of the compared models have the block in their important half.");
    case OverlayId::Halves:
        return LayerStack::tr("Orange: the six important blocks. Blue: the six trivial ones.");
    case OverlayId::Importance:
        return LayerStack::tr("Mean change of the score over all masks that hide the block.");
    case OverlayId::Shapley:
        return LayerStack::tr(
            "Exact contribution (Shapley value) of each block. Red holds the score up, blue pulls it down.");
    case OverlayId::Saliency:
        return LayerStack::tr("What stands out: spectral residual.");
    case OverlayId::Frequency:
        return LayerStack::tr("How much fine structure the eye can see.");
    case OverlayId::Objectness:
        return LayerStack::tr("How likely a pixel belongs to an object.");
    case OverlayId::Averaged:
        return LayerStack::tr("Mean of saliency, frequency and objectness.");
    case OverlayId::Lime:
        return LayerStack::tr("Which segments raise or lower the model's score.");
    case OverlayId::GradCam:
        return LayerStack::tr("Where the network's last features change the score.");
    case OverlayId::Attention:
        return LayerStack::tr("Where the model's quality token looks.");
    case OverlayId::Product:
        return LayerStack::tr("Grad-CAM times attention, as in the paper's Fig. 1.");
    case OverlayId::Fine:
        return LayerStack::tr(
            "Contributions of 6 × 8 cells, estimated by random orders. Grey: within two standard errors of 0.");
    case OverlayId::Tiles:
        return LayerStack::tr(
            "Each part scored by itself, at the photo's own pixels: local quality, never the score. The "
            "model was trained on whole photos.");
    }
    return {};
}

QString layerQuestion(OverlayId id)
{
    switch (id) {
    case OverlayId::Agreement:
        return LayerStack::tr("Which blocks do the models call important?");
    case OverlayId::Halves:
    case OverlayId::Importance:
        return LayerStack::tr("What does the score depend on?");
    case OverlayId::Shapley:
    case OverlayId::Fine:
    case OverlayId::Lime:
        return LayerStack::tr("What holds the score up, what pulls it down?");
    case OverlayId::Saliency:
        return LayerStack::tr("What stands out? No model is asked.");
    case OverlayId::Frequency:
        return LayerStack::tr("Where is fine structure? No model is asked.");
    case OverlayId::Objectness:
        return LayerStack::tr("Where are objects? No quality model is asked.");
    case OverlayId::Averaged:
        return LayerStack::tr("What stands out, is fine, is an object? No quality model is asked.");
    case OverlayId::GradCam:
        return LayerStack::tr("Where would other features change the score?");
    case OverlayId::Attention:
        return LayerStack::tr("Where does the model look, for good or bad?");
    case OverlayId::Product:
        return LayerStack::tr("Where does the model look, and would other features change the score?");
    case OverlayId::Tiles:
        return LayerStack::tr("How good is each part, seen by itself?");
    }
    return {};
}

LayerStack::LayerStack(Settings& settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
    , m_state(stored(settings.value(setting::Layers).toByteArray()))
{ }

void LayerStack::restore(const LayersState& state)
{
    setParameters(state.parameters); // first, so that maps are asked for once
    for (int id = 0; id < LayerCount; ++id)
        setLook(static_cast<OverlayId>(id), state.look(static_cast<OverlayId>(id)));
    setCurrent(state.current);
    setOn(state.on);
}

void LayerStack::setLook(OverlayId id, const LayerLook& look)
{
    LayerLook& mine = m_state.look(id);
    if (look == mine || !isSensible(look))
        return;
    mine = look;
    store();
    Q_EMIT lookChanged(id);
}

void LayerStack::setVisible(OverlayId id, bool visible)
{
    LayerLook changed = look(id);
    changed.visible = visible;
    setLook(id, changed);
    if (visible)
        setOn(true); // else nothing would happen before the user's eyes
}

void LayerStack::showOnly(OverlayId id)
{
    for (int other = 0; other < LayerCount; ++other) {
        if (static_cast<OverlayId>(other) != id)
            setVisible(static_cast<OverlayId>(other), false);
    }
    setVisible(id, true);
    setCurrent(id);
}

MapRequest LayerStack::request(OverlayId id) const
{
    MapRequest request = m_state.parameters;
    request.kind = mapKindOf(id);
    return request;
}

void LayerStack::setParameters(const MapRequest& parameters)
{
    if (parameters == m_state.parameters)
        return;
    m_state.parameters = parameters;
    store();
    Q_EMIT parametersChanged();
}

void LayerStack::setCurrent(OverlayId id)
{
    if (id == m_state.current)
        return;
    m_state.current = id;
    store();
    Q_EMIT currentChanged();
}

void LayerStack::setOn(bool on)
{
    if (on == m_state.on)
        return;
    m_state.on = on;
    Q_EMIT onChanged(on);
}

bool LayerStack::isAnyVisible() const
{
    return std::any_of(m_state.looks.begin(), m_state.looks.end(), [](const LayerLook& look) { return look.visible; });
}

void LayerStack::toggle()
{
    if (!isAnyVisible())
        setVisible(m_state.current, true);
    else
        setOn(!m_state.on);
}

std::vector<OverlayId> LayerStack::shown() const
{
    std::vector<OverlayId> ids;
    for (int id = LayerCount - 1; m_state.on && id >= 0; --id) {
        if (look(static_cast<OverlayId>(id)).visible)
            ids.push_back(static_cast<OverlayId>(id));
    }
    return ids;
}

void LayerStack::store()
{
    m_settings.setValue(setting::Layers, QByteArray::fromStdString(toJson(m_state).dump()));
}

} // namespace halflens
