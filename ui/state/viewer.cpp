// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/viewer.h"

#include "ui/state/text.h"

#include <algorithm>
#include <utility>

namespace halflens {

Viewer::Viewer(ModelSource& models, Settings& sharedSettings, std::filesystem::path scores)
    : settings(sharedSettings)
    , recent(sharedSettings)
    , workspace(models, sharedSettings)
    , fileWatch(workspace)
    , photoScores(workspace, sharedSettings, std::move(scores))
    , photos(workspace, photoScores)
    , layers(sharedSettings)
    , maps(workspace, layers)
    , judge(workspace)
    , region(workspace)
    , comparison(workspace)
    , versions(workspace)
    , layerView(workspace, layers, maps, comparison)
    , scenarios(workspace, comparison)
    , session(*this)
{
    QObject::connect(&workspace.documents(), &DocumentList::opened, &recent, &RecentFiles::add);
}

ViewerState Viewer::state() const
{
    ViewerState state;
    state.model = workspace.modelId().toStdString();
    state.compares = comparison.isOn();
    state.layers = layers.state();
    state.view = view.transform().state();
    if (const Document* document = workspace.current()) {
        state.image = document->path().toStdString();
        state.mask = document->mask();
    }
    return state;
}

void Viewer::restore(const ViewerState& state)
{
    const std::vector<ModelEntry> models = workspace.models().models();
    const auto isIt = [&](const ModelEntry& entry) { return entry.id == state.model; };
    if (std::any_of(models.begin(), models.end(), isIt))
        workspace.setModelId(toQt(state.model));
    layers.restore(state.layers);
    comparison.setOn(state.compares);
    view.set(view.transform().withState(state.view));
    if (state.image.empty())
        return;
    workspace.open({toQt(state.image)});
    if (const int index = workspace.wantedIndex(); index >= 0)
        workspace.at(index)->changeMask(state.mask, QObject::tr("Restore"));
}

} // namespace halflens
