// SPDX-License-Identifier: BSD-3-Clause
// The maps of the shown image: asked for when a layer is shown, made by the engine, kept in the cache.
#pragma once

#include "ui/state/layer_stack.h"
#include "ui/state/map_pyramid.h"
#include "ui/state/work_state.h"
#include "ui/state/workspace.h"

#include <QObject>
#include <QString>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace halflens {

/// How far the map of a layer is.
struct MapStatus {
    WorkState state = WorkState::Absent;
    double fraction = -1; ///< of the work, while it is known
    QString text; ///< what is being done
    std::optional<Error> error;
    bool isStopped = false; ///< Absent because the work was cancelled; request() or another look at the photo starts it
};

/// GUI thread. Follows image, model and parameters; the newest request of a layer wins. A map with
/// other parameters stays until the new one is there, one of another image or model does not. What is refined in place
/// is there early, while it is still worked on. Tiles are made by themselves, when nothing else is to do, of photos
/// more than twice as large as what the model is fed.
class MapService final : public QObject {
    Q_OBJECT

public:
    /// Both outlive the service.
    MapService(Workspace& workspace, LayerStack& layers, QObject* parent = nullptr);

    std::shared_ptr<const ShownMap> map(OverlayId id) const { return at(id).map; }
    const MapStatus& status(OverlayId id) const { return at(id).status; }

    /// Makes the map although its layer may not be shown; again after an error or a cancel.
    void request(OverlayId id);
    /// Calls back once the map is there, at once when it is; never for another image, or after an error.
    void whenReady(OverlayId id, std::function<void(const ImageMap&)> then);
    /// What is being made stops, says so and waits for request(); a layer that is hidden stops by itself.
    void cancelWork();
    /// Starts again what was stopped and is still shown.
    void resume();

Q_SIGNALS:
    void changed(halflens::OverlayId id, halflens::Change what);

private:
    struct Entry {
        std::shared_ptr<const ShownMap> map;
        std::string key; ///< of what is there or on its way
        MapStatus status;
        std::function<void(const ImageMap&)> then;
    };

    Entry& at(OverlayId id) { return m_entries[static_cast<std::size_t>(id)]; }
    const Entry& at(OverlayId id) const { return m_entries[static_cast<std::size_t>(id)]; }
    Slot slotOf(OverlayId id) const { return {m_document, Stage::Map, static_cast<int>(id)}; }
    std::string modelFor(OverlayId id) const;
    void followImage();
    void followModel();
    void requestShown();
    bool isWanted(OverlayId id) const; ///< without being asked for
    void drop(OverlayId id);
    void submit(OverlayId id);
    void improved(OverlayId id, std::shared_ptr<const ShownMap> map);
    void arrived(OverlayId id, const Outcome& outcome);
    void ready(OverlayId id, std::shared_ptr<const ShownMap> map);

    Workspace& m_workspace;
    LayerStack& m_layers;
    std::uint64_t m_document = 0; ///< whose maps these are; 0: none
    bool m_tilesGivenUp = false; ///< cancelled: they do not come back by themselves
    std::array<Entry, LayerCount> m_entries;
};

} // namespace halflens
