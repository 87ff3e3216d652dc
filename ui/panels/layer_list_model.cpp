// SPDX-License-Identifier: BSD-3-Clause
#include "ui/panels/layer_list_model.h"

#include "ui/state/help_topics.h"

#include <cmath>
#include <vector>

namespace halflens {

namespace {

/// A heading, or a layer.
struct Row {
    QString heading;
    OverlayId id = OverlayId::Halves;
};

const std::vector<Row>& rows()
{
    static const std::vector<Row> all = [] {
        std::vector<Row> list;
        for (int layer = 0; layer < LayerCount; ++layer) {
            const auto id = static_cast<OverlayId>(layer);
            if (id == OverlayId::Agreement)
                list.push_back({LayerListModel::tr("Blocks"), id});
            else if (id == OverlayId::Saliency)
                list.push_back({LayerListModel::tr("Measures of the image"), id});
            else if (id == OverlayId::Lime)
                list.push_back({LayerListModel::tr("Explaining the model"), id});
            list.push_back({{}, id});
        }
        return list;
    }();
    return all;
}

} // namespace

LayerListModel::LayerListModel(Viewer& viewer, QObject* parent)
    : QAbstractListModel(parent)
    , m_workspace(viewer.workspace)
    , m_layers(viewer.layers)
    , m_maps(viewer.maps)
    , m_comparison(viewer.comparison)
{
    connect(&m_layers, &LayerStack::lookChanged, this, &LayerListModel::refresh);
    connect(&m_layers, &LayerStack::onChanged, this, &LayerListModel::refresh);
    connect(&m_maps, &MapService::changed, this, &LayerListModel::refreshLayer);
    connect(&m_comparison, &Comparison::changed, this, [this](int, Change what) {
        if (what == Change::Result)
            refreshLayer(OverlayId::Agreement);
    });
    connect(&m_workspace.image(), &CurrentImage::changed, this, &LayerListModel::refresh);
    connect(&m_workspace.image(), &CurrentImage::analysisChanged, this, &LayerListModel::refresh);
}

void LayerListModel::refresh()
{
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

void LayerListModel::refreshLayer(OverlayId id)
{
    Q_EMIT dataChanged(indexOf(id), indexOf(id));
}

int LayerListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(rows().size());
}

std::optional<OverlayId> LayerListModel::layerAt(const QModelIndex& index) const
{
    if (!index.isValid() || !rows()[static_cast<std::size_t>(index.row())].heading.isEmpty())
        return std::nullopt;
    return rows()[static_cast<std::size_t>(index.row())].id;
}

QModelIndex LayerListModel::indexOf(OverlayId id) const
{
    for (std::size_t row = 0; row < rows().size(); ++row) {
        if (rows()[row].heading.isEmpty() && rows()[row].id == id)
            return index(static_cast<int>(row));
    }
    return {};
}

QString LayerListModel::status(OverlayId id) const
{
    if (!m_workspace.current())
        return {};
    if (isMapLayer(id)) {
        const MapStatus& status = m_maps.status(id);
        if (status.state == WorkState::Working)
            return status.fraction >= 0 ? tr("%1 %").arg(std::floor(status.fraction * 100)) : tr("working");
        if (status.isStopped)
            return tr("stopped, F5 starts it");
        if (status.state == WorkState::Failed)
            return status.error && status.error->code == ErrorCode::Unsupported ? tr("not for this model")
                : status.error && status.error->code == ErrorCode::InvalidInput && id == OverlayId::Tiles
                ? tr("photo too small")
                : tr("failed");
        const auto map = m_maps.map(id);
        if (map && id == OverlayId::Lime && map->source().estimate)
            return tr("R² %1").arg(map->source().estimate->r2, 0, 'f', 2);
        return {};
    }
    if (id == OverlayId::Agreement) {
        const int models = m_comparison.agreement().models;
        return models > 1 ? tr("%1 models").arg(models) : tr("compare first");
    }
    const Document* document = m_workspace.current();
    const Analysis* analysis = document->analysis().get();
    if (!analysis || analysis->tableNote.empty() || (analysis->table && analysis->table->exact))
        return {};
    return analysis->table ? tr("estimate") : tr("not yet");
}

QVariant LayerListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = rows()[static_cast<std::size_t>(index.row())];
    if (!row.heading.isEmpty())
        return role == Qt::DisplayRole ? QVariant(row.heading) : role == HeadingRole ? QVariant(true) : QVariant();
    switch (role) {
    case Qt::DisplayRole:
        return layerName(row.id);
    case Qt::ToolTipRole:
        return layerHelp(row.id);
    case Qt::CheckStateRole:
        return m_layers.look(row.id).visible ? Qt::Checked : Qt::Unchecked;
    case StatusRole:
        return status(row.id);
    case ProgressRole:
        if (isMapLayer(row.id) && m_maps.status(row.id).state == WorkState::Working)
            return m_maps.status(row.id).fraction;
        return {};
    case HeadingRole:
        return false;
    case LayerRole:
        return static_cast<int>(row.id);
    case HelpTopicRole:
        return toRole(helpTopicOf(row.id));
    case Qt::AccessibleDescriptionRole:
        return status(row.id);
    default:
        return {};
    }
}

bool LayerListModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const auto id = layerAt(index);
    if (!id || role != Qt::CheckStateRole)
        return false;
    const bool isShown = value.toInt() == Qt::Checked;
    m_layers.setVisible(*id, isShown);
    if (isShown)
        m_layers.setCurrent(*id); // what was shown last is what one wants to read and change
    return true;
}

Qt::ItemFlags LayerListModel::flags(const QModelIndex& index) const
{
    return layerAt(index) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable : Qt::NoItemFlags;
}

} // namespace halflens
