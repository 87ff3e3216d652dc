// SPDX-License-Identifier: BSD-3-Clause
// The maps that Fig. 1 or Fig. 3 of the shown image needs: asked of the engine, shared with the layers
// through the cache.
#pragma once

#include "core/figure/paper_maps.h"
#include "ui/state/layer_stack.h"
#include "ui/state/map_service.h"
#include "ui/state/workspace.h"

#include <QObject>
#include <QPointer>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace halflens {

/// How the blocks of these results were hidden from the model; an estimate says that it is one.
std::string hidingMethod(const Analysis& analysis);

/// GUI thread. Follows the shown image, the model and the options. Measures and maps have the paper's
/// parameters, as in `halflens panel`; samples, segments and seed of LIME are those of the layer, as that
/// command takes them too.
class FigureMaps final : public QObject {
    Q_OBJECT

public:
    FigureMaps(Workspace& workspace, LayerStack& layers, QObject* parent = nullptr);
    ~FigureMaps() override; ///< ends its own work; workspace and layers may be gone by then

    /// Nothing: asks for nothing.
    void setKind(std::optional<PaperMaps> kind);

    /// Ready: figure() has all it needs. Working: fraction and text tell how far. Failed: error.
    /// Absent: cancelled, or no kind is chosen.
    const MapStatus& status() const { return m_status; }
    void retry(); ///< after an error or a cancel
    void cancel(); ///< what is there stays; nothing starts again before retry() or another image, model or kind

    /// The figure in the paper's style, without texts. Status is Ready.
    PaperMapFigure figure() const;

Q_SIGNALS:
    void changed();

private:
    struct Wanted {
        MapRequest request;
        std::shared_ptr<const ShownMap> map;
        MapStatus status;
    };

    void follow();
    void news();
    void update();
    void stop();
    MapRequest request(MapKind kind) const;
    std::optional<Error> missing() const;
    void ask(std::size_t index);
    void summarize();
    void setStatus(MapStatus status);
    Slot slotOf(std::size_t index) const;
    const Analysis* analysis() const;
    std::vector<MapKind> kinds(const Analysis& analysis) const;

    QPointer<Workspace> m_workspace;
    LayerStack& m_layers;
    std::optional<PaperMaps> m_kind;
    std::uint64_t m_document = 0; ///< whose maps these are; 0: none
    std::string m_model; ///< that was asked
    QMetaObject::Connection m_following; ///< to the document's results
    std::vector<Wanted> m_wanted;
    MapStatus m_status;
    bool m_cancelled = false;
};

} // namespace halflens
