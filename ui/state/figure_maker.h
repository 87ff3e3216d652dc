// SPDX-License-Identifier: BSD-3-Clause
// Has the contents of a figure made by the engine, image by image, and follows what they depend on.
#pragma once

#include "core/analysis/paper_figures.h"
#include "ui/state/layer_stack.h"
#include "ui/state/map_service.h"
#include "ui/state/workspace.h"

#include <QObject>
#include <QPointer>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace halflens {

/// GUI thread. Follows the shown image, the model and the options. Measures and maps have the paper's
/// parameters, as in `halflens panel`; samples, segments and seed of LIME are those of the layer, as that
/// command takes them too. Maps are shared with the layers through the cache.
class FigureMaker final : public QObject {
    Q_OBJECT

public:
    struct Choice {
        PaperFigure figure = PaperFigure::Halves;
        HalvesOf halves = HalvesOf::Judge;
        bool allImages = false; ///< all that were looked at, in place of the shown one
        bool operator==(const Choice&) const = default;
    };

    FigureMaker(Workspace& workspace, LayerStack& layers, QObject* parent = nullptr);
    ~FigureMaker() override; ///< ends its own work; workspace and layers may be gone by then

    void setChoice(const Choice& choice);
    const Choice& choice() const { return m_choice; }

    /// Ready: compose() has all it needs. Working: fraction and text tell how far. Failed: error. Absent: cancelled.
    const MapStatus& status() const { return m_status; }
    void retry(); ///< after an error or a cancel
    void cancel(); ///< what is there stays; nothing starts again before retry() or another image, model or choice

    /// The figure, once status is Ready; until then why not.
    Result<ComposedFigure> compose(const FigureStyle& style) const;

Q_SIGNALS:
    void changed();

private:
    struct Entry {
        std::uint64_t document = 0;
        std::shared_ptr<const Image> image; ///< null: read again when it is needed
        QString path;
        std::string name;
        std::shared_ptr<const FigureContents> contents;
        MapStatus status;
    };

    void update();
    FigureRequest request() const;
    std::vector<Entry> wanted() const;
    void ask(std::size_t index);
    Entry* entryOf(std::uint64_t document);
    void stop();
    void summarize();
    void setStatus(MapStatus status);

    QPointer<Workspace> m_workspace;
    LayerStack& m_layers;
    Choice m_choice;
    FigureRequest m_request; ///< that the entries are of
    std::vector<Entry> m_entries;
    MapStatus m_status;
    bool m_cancelled = false;
};

} // namespace halflens
