// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/layer_stack.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

constexpr int MaxLimeSamples = 10000;

bool isSensible(const LayerLook& look)
{
    return look.opacityPercent >= 0 && look.opacityPercent <= 100 && std::isfinite(look.range.low)
        && std::isfinite(look.range.high) && look.range.low < look.range.high;
}

LayerLook defaultLook(OverlayId id)
{
    LayerLook look;
    if (isSignedLayer(id)) {
        look.colors = ColorMap::BlueRed;
        look.range = {-1, 1};
    }
    if (!isMapLayer(id))
        look.opacityPercent = 45;
    return look;
}

QJsonObject toJson(const LayerLook& look)
{
    return {{u"visible"_s, look.visible},
            {u"opacity"_s, look.opacityPercent},
            {u"colors"_s, QString::fromStdString(colorMapName(look.colors))},
            {u"fixed"_s, look.fixedRange},
            {u"low"_s, look.range.low},
            {u"high"_s, look.range.high},
            {u"blockMeans"_s, look.blockMeans}};
}

LayerLook lookFromJson(const QJsonObject& json, const LayerLook& fallback)
{
    LayerLook look = fallback;
    look.visible = json.value(u"visible"_s).toBool(fallback.visible);
    look.opacityPercent = json.value(u"opacity"_s).toInt(fallback.opacityPercent);
    if (const auto colors = colorMapFromName(json.value(u"colors"_s).toString().toStdString()))
        look.colors = *colors;
    look.fixedRange = json.value(u"fixed"_s).toBool(fallback.fixedRange);
    look.range = {json.value(u"low"_s).toDouble(fallback.range.low),
                  json.value(u"high"_s).toDouble(fallback.range.high)};
    look.blockMeans = json.value(u"blockMeans"_s).toBool(fallback.blockMeans);
    return isSensible(look) ? look : fallback;
}

QJsonObject toJson(const MapRequest& request)
{
    return {{u"saliency"_s, QString::fromStdString(toString(request.saliency.mode))},
            {u"frequency"_s, QString::fromStdString(toString(request.frequency.mode))},
            {u"band"_s, request.band},
            {u"segments"_s, QString::fromStdString(toString(request.lime.segments))},
            {u"samples"_s, request.lime.samples},
            {u"seed"_s, static_cast<qint64>(request.lime.seed)},
            {u"sign"_s, QString::fromStdString(toString(request.camSign))},
            {u"lastLayer"_s, request.attention == AttentionKind::LastLayer}};
}

MapRequest requestFromJson(const QJsonObject& json)
{
    MapRequest request;
    const auto word = [&](const QString& key) { return json.value(key).toString().toStdString(); };
    if (const auto mode = saliencyModeFromString(word(u"saliency"_s)))
        request.saliency.mode = *mode;
    if (const auto mode = frequencyModeFromString(word(u"frequency"_s)))
        request.frequency.mode = *mode;
    request.band = std::clamp(json.value(u"band"_s).toInt(), 0, BandCount);
    if (const auto segments = limeSegmentsFromString(word(u"segments"_s)))
        request.lime.segments = *segments;
    request.lime.samples = std::clamp(json.value(u"samples"_s).toInt(request.lime.samples), 2, MaxLimeSamples);
    request.lime.seed = static_cast<std::uint64_t>(std::max(0, json.value(u"seed"_s).toInt()));
    if (const auto sign = camSignFromString(word(u"sign"_s)))
        request.camSign = *sign;
    request.attention = json.value(u"lastLayer"_s).toBool() ? AttentionKind::LastLayer : AttentionKind::Rollout;
    return request;
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
        return LayerStack::tr("Shapley values");
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
        return LayerStack::tr("Exact contribution of each block to the score.");
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
    }
    return {};
}

LayerStack::LayerStack(Settings& settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
{
    restore(settings.value(setting::Layers).toByteArray());
}

void LayerStack::setLook(OverlayId id, const LayerLook& look)
{
    LayerLook& mine = m_looks[static_cast<std::size_t>(id)];
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
    MapRequest request = m_parameters;
    request.kind = mapKindOf(id);
    return request;
}

void LayerStack::setParameters(const MapRequest& parameters)
{
    if (parameters == m_parameters)
        return;
    m_parameters = parameters;
    store();
    Q_EMIT parametersChanged();
}

void LayerStack::setCurrent(OverlayId id)
{
    if (id == m_current)
        return;
    m_current = id;
    store();
    Q_EMIT currentChanged();
}

void LayerStack::setOn(bool on)
{
    if (on == m_on)
        return;
    m_on = on;
    Q_EMIT onChanged(on);
}

bool LayerStack::isAnyVisible() const
{
    return std::any_of(m_looks.begin(), m_looks.end(), [](const LayerLook& look) { return look.visible; });
}

void LayerStack::toggle()
{
    if (!isAnyVisible())
        setVisible(m_current, true);
    else
        setOn(!m_on);
}

std::vector<OverlayId> LayerStack::shown() const
{
    std::vector<OverlayId> ids;
    for (int id = LayerCount - 1; m_on && id >= 0; --id) {
        if (m_looks[static_cast<std::size_t>(id)].visible)
            ids.push_back(static_cast<OverlayId>(id));
    }
    return ids;
}

void LayerStack::restore(const QByteArray& json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    const QJsonArray looks = object.value(u"looks"_s).toArray();
    for (int id = 0; id < LayerCount; ++id)
        m_looks[static_cast<std::size_t>(id)] =
            lookFromJson(looks.at(id).toObject(), defaultLook(static_cast<OverlayId>(id)));
    m_parameters = requestFromJson(object.value(u"parameters"_s).toObject());
    m_current = static_cast<OverlayId>(
        std::clamp(object.value(u"current"_s).toInt(static_cast<int>(OverlayId::Halves)), 0, LayerCount - 1));
}

void LayerStack::store()
{
    QJsonArray looks;
    for (const LayerLook& look : m_looks)
        looks.append(toJson(look));
    const QJsonObject object{
        {u"looks"_s, looks}, {u"parameters"_s, toJson(m_parameters)}, {u"current"_s, static_cast<int>(m_current)}};
    m_settings.setValue(setting::Layers, QJsonDocument(object).toJson(QJsonDocument::Compact));
}

} // namespace halflens
