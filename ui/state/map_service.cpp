// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/map_service.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <utility>

namespace halflens {

namespace {

template<class Function> void forMapLayers(Function function)
{
    for (const MapKind kind : AllMapKinds)
        function(layerOf(kind));
}

/// Minutes of work give way to clicks and start again, what nobody asked for to everything; what takes a moment does
/// not.
Lane laneOf(OverlayId id, bool isAsked)
{
    if (id == OverlayId::Tiles)
        return isAsked ? Lane::Batch : Lane::Idle;
    return id == OverlayId::Lime ? Lane::Batch : Lane::Visible;
}

} // namespace

MapService::MapService(Workspace& workspace, LayerStack& layers, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_layers(layers)
{
    connect(&workspace.image(), &CurrentImage::changed, this, &MapService::followImage);
    connect(&workspace.image(), &CurrentImage::loadedChanged, this, &MapService::followImage);
    connect(&workspace.analyses(), &AnalysisService::modelChanged, this, &MapService::followModel);
    connect(&workspace.image(), &CurrentImage::analysisChanged, this, [this] {
        if (at(OverlayId::Tiles).status.state == WorkState::Absent && isWanted(OverlayId::Tiles))
            request(OverlayId::Tiles);
    });
    connect(&layers, &LayerStack::lookChanged, this, [this](OverlayId id) {
        if (!isMapLayer(id))
            return;
        const MapStatus& status = at(id).status;
        if (m_layers.look(id).visible && status.state == WorkState::Absent && !status.isStopped)
            request(id);
        else if (!m_layers.look(id).visible && !at(id).then && !isWanted(id)
                 && (status.state == WorkState::Working || status.isStopped))
            drop(id); // shown again it starts
    });
    connect(&layers, &LayerStack::parametersChanged, this, [this] {
        forMapLayers([this](OverlayId id) {
            const bool isStarted = at(id).status.state != WorkState::Absent;
            if (isStarted && m_layers.look(id).visible)
                request(id);
            else if (isStarted && at(id).key != cacheKey(m_layers.request(id)) + modelFor(id))
                drop(id);
        });
    });
}

std::string MapService::modelFor(OverlayId id) const
{
    return needsModel(mapKindOf(id)) ? m_workspace.modelId().toStdString() : std::string();
}

void MapService::followImage()
{
    m_tilesGivenUp = false;
    forMapLayers([this](OverlayId id) { drop(id); });
    m_document = m_workspace.current() ? m_workspace.current()->id() : 0;
    requestShown();
}

void MapService::followModel()
{
    forMapLayers([this](OverlayId id) {
        if (needsModel(mapKindOf(id)))
            drop(id);
    });
    QMetaObject::invokeMethod(this, &MapService::requestShown, Qt::QueuedConnection);
}

void MapService::requestShown()
{
    forMapLayers([this](OverlayId id) {
        if (isWanted(id))
            request(id);
    });
}

bool MapService::isWanted(OverlayId id) const
{
    if (m_layers.look(id).visible)
        return true;
    const Analysis* analysis = id == OverlayId::Tiles && !m_tilesGivenUp ? m_workspace.image().analysis() : nullptr;
    if (!analysis || !m_workspace.image().loaded() || analysis->policy != InputPolicy::Fit)
        return false;
    const Image& image = *m_workspace.image().loaded()->image;
    const bool holdsWindow = image.width >= analysis->fedWidth && image.height >= analysis->fedHeight;
    return holdsWindow && (image.width > 2 * analysis->fedWidth || image.height > 2 * analysis->fedHeight);
}

void MapService::drop(OverlayId id)
{
    Entry& entry = at(id);
    if (entry.status.state == WorkState::Working)
        m_workspace.engine().cancel(slotOf(id));
    if (entry.status.state == WorkState::Absent && !entry.status.isStopped)
        return;
    entry = {};
    Q_EMIT changed(id, Change::Result);
}

void MapService::cancelWork()
{
    m_tilesGivenUp = m_tilesGivenUp || at(OverlayId::Tiles).status.state == WorkState::Working;
    forMapLayers([this](OverlayId id) {
        if (at(id).status.state != WorkState::Working)
            return;
        drop(id);
        at(id).status.isStopped = m_layers.look(id).visible;
        Q_EMIT changed(id, Change::Result);
    });
}

void MapService::resume()
{
    forMapLayers([this](OverlayId id) {
        if (at(id).status.isStopped && isWanted(id))
            request(id);
    });
}

void MapService::request(OverlayId id)
{
    const Document* document = m_workspace.current();
    if (!isMapLayer(id) || !document || !document->loaded())
        return;
    Entry& entry = at(id);
    const std::string key = cacheKey(m_layers.request(id)) + modelFor(id);
    const bool isThere = entry.status.state == WorkState::Working || entry.status.state == WorkState::Ready;
    if (isThere && entry.key == key)
        return;
    entry.key = key;
    if (needsModel(mapKindOf(id)) && m_workspace.modelId().isEmpty()) {
        entry.status = {WorkState::Failed,
                        -1,
                        {},
                        Error{ErrorCode::Model, "explain", "there is no model", "install one to see this layer", {}}};
        Q_EMIT changed(id, Change::Result);
        return;
    }
    const CacheKey cached =
        shownMapKey(*document->loaded()->image, m_layers.request(id), modelFor(id), m_workspace.models());
    if (auto map = m_workspace.cache().find<ShownMap>(cached)) {
        if (entry.status.state == WorkState::Working)
            m_workspace.engine().cancel(slotOf(id));
        ready(id, std::move(map));
        return;
    }
    submit(id);
}

void MapService::submit(OverlayId id)
{
    Entry& entry = at(id);
    entry.status = {WorkState::Working, -1, tr("Waiting"), {}};
    const std::shared_ptr<const Image> image = m_workspace.current()->loaded()->image;
    m_workspace.engine().submit(
        {slotOf(id), laneOf(id, m_layers.look(id).visible), entry.key,
         [image, request = m_layers.request(id), model = modelFor(id), &models = m_workspace.models(),
          &cache = m_workspace.cache()](const JobContext& context) {
             return mapJob(*image, request, model, models, cache, context);
         }},
        {[this, id](const Outcome& outcome) { arrived(id, outcome); },
         [this, id](const Artifact& snapshot) { improved(id, snapshot.as<ShownMap>()); },
         [this, id](const Progress& progress) {
             at(id).status.fraction = progress.fraction;
             at(id).status.text = toQt(progress.text);
             Q_EMIT changed(id, Change::Progress);
         }});
    Q_EMIT changed(id, Change::Progress);
}

void MapService::improved(OverlayId id, std::shared_ptr<const ShownMap> map)
{
    at(id).map = std::move(map);
    Q_EMIT changed(id, Change::Result);
}

void MapService::arrived(OverlayId id, const Outcome& outcome)
{
    if (outcome) {
        ready(id, outcome->as<ShownMap>());
        return;
    }
    Entry& entry = at(id);
    entry.map = nullptr; // it would be of other parameters than those that failed
    entry.then = nullptr;
    entry.status = {WorkState::Failed, -1, {}, outcome.error()};
    Q_EMIT changed(id, Change::Result);
}

void MapService::ready(OverlayId id, std::shared_ptr<const ShownMap> map)
{
    Entry& entry = at(id);
    entry.map = std::move(map);
    entry.status = {WorkState::Ready, 1, {}, {}};
    const auto then = std::exchange(entry.then, nullptr);
    Q_EMIT changed(id, Change::Result);
    if (then)
        then(at(id).map->source());
}

void MapService::whenReady(OverlayId id, std::function<void(const ImageMap&)> then)
{
    at(id).then = std::move(then);
    request(id);
    if (at(id).status.state == WorkState::Ready) {
        if (const auto waiting = std::exchange(at(id).then, nullptr))
            waiting(at(id).map->source());
    } else if (at(id).status.state != WorkState::Working) {
        at(id).then = nullptr;
    }
}

} // namespace halflens
