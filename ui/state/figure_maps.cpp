// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/figure_maps.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"

#include <algorithm>
#include <utility>

namespace halflens {

namespace {

/// Slots of the layers count from 0; these stand beside them, so that neither ends the other's work.
constexpr int FirstPart = 100;

MapStatus failure(Error error)
{
    return {WorkState::Failed, -1, {}, std::move(error)};
}

} // namespace

std::string hidingMethod(const Analysis& analysis)
{
    if (analysis.model.masksAttention)
        return "attention mask";
    const int samples = analysis.table ? analysis.table->samples : 0;
    return samples == MaskCount ? "pixels set to zero"
                                : "pixels set to zero, estimated from " + std::to_string(samples) + " of 4096 masks";
}

FigureMaps::FigureMaps(Workspace& workspace, LayerStack& layers, QObject* parent)
    : QObject(parent)
    , m_workspace(&workspace)
    , m_layers(layers)
{
    connect(&workspace, &Workspace::currentChanged, this, &FigureMaps::follow);
    connect(&workspace, &Workspace::modelChanged, this, &FigureMaps::news);
    connect(&workspace, &Workspace::optionsChanged, this, &FigureMaps::changed);
    connect(&workspace, &Workspace::failed, this, &FigureMaps::news);
    connect(&workspace.engine(), &EngineClient::busyChanged, this, &FigureMaps::news);
    connect(&layers, &LayerStack::parametersChanged, this, &FigureMaps::update);
    follow();
}

FigureMaps::~FigureMaps()
{
    stop();
}

void FigureMaps::setKind(std::optional<PaperMaps> kind)
{
    if (kind == m_kind)
        return;
    stop();
    m_kind = kind;
    m_wanted.clear();
    m_cancelled = false;
    update();
}

void FigureMaps::follow()
{
    disconnect(m_following);
    if (const Document* document = m_workspace->current())
        m_following = connect(document, &Document::analysisChanged, this, &FigureMaps::news);
    news();
}

/// At once, so that nothing old is taken for new; and again when the work that follows has been submitted.
void FigureMaps::news()
{
    update();
    QMetaObject::invokeMethod(this, &FigureMaps::update, Qt::QueuedConnection);
}

Slot FigureMaps::slotOf(std::size_t index) const
{
    return {m_document, Stage::Map, FirstPart + static_cast<int>(m_wanted[index].request.kind)};
}

MapRequest FigureMaps::request(MapKind kind) const
{
    MapRequest request;
    request.kind = kind;
    request.lime = m_layers.parameters().lime;
    return request;
}

/// Of the shown image by the chosen model; null while there is none.
const Analysis* FigureMaps::analysis() const
{
    const Document* document = m_workspace ? m_workspace->current() : nullptr;
    const bool isThere = document && document->loaded() && document->analysis()
        && toQt(document->analysis()->model.id) == m_workspace->modelId();
    return isThere ? document->analysis().get() : nullptr;
}

std::vector<MapKind> FigureMaps::kinds(const Analysis& analysis) const
{
    if (m_kind == PaperMaps::Explanations)
        return {MapKind::Lime, analysis.model.masksAttention ? MapKind::Product : MapKind::GradCam};
    return {MapKind::Saliency, MapKind::Frequency, MapKind::Objectness, MapKind::Averaged};
}

/// Why there will be no figure, once nothing is on its way any more.
std::optional<Error> FigureMaps::missing() const
{
    const Document* document = m_workspace->current();
    if (!document)
        return Error{ErrorCode::InvalidInput, "figure", "there is no image", "open one", {}};
    if (m_workspace->modelId().isEmpty())
        return Error{ErrorCode::Model, "figure", "there is no model", "install one under Model, Manage models", {}};
    const auto isPending = [&](Stage stage) { return m_workspace->engine().isPending({document->id(), stage}); };
    const Analysis* known = analysis();
    if (!known && !isPending(Stage::Analysis) && !isPending(Stage::Decode))
        return Error{ErrorCode::Model, "figure", "the model has no results for this image", "analyse it again", {}};
    if (known && m_kind == PaperMaps::Measures && !known->report && !isPending(Stage::Analysis)
        && !isPending(Stage::Table))
        return Error{ErrorCode::Unsupported,
                     "figure",
                     known->tableNote.empty() ? "the blocks of this image are not known" : known->tableNote,
                     known->tableNote.empty() ? "analyse it again" : "choose another model or Fig. 1",
                     {}};
    return std::nullopt;
}

/// Asks for what the figure of now needs and is not there or on its way.
void FigureMaps::update()
{
    if (!m_workspace)
        return;
    const Document* document = m_workspace->current();
    const std::uint64_t now = document ? document->id() : 0;
    const std::string model = m_workspace->modelId().toStdString();
    if (now != m_document || model != m_model) {
        stop();
        m_wanted.clear();
        m_document = now;
        m_model = model;
        m_cancelled = false;
    }
    if (!m_kind) {
        setStatus({});
        return;
    }
    if (const Analysis* known = analysis(); known && !m_cancelled) {
        const std::vector<MapKind> wanted = kinds(*known);
        if (m_wanted.size() != wanted.size())
            m_wanted.assign(wanted.size(), {});
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const MapRequest needed = request(wanted[i]);
            if (m_wanted[i].request != needed || m_wanted[i].status.state == WorkState::Absent) {
                m_wanted[i].request = needed;
                ask(i);
            }
        }
    }
    summarize();
}

void FigureMaps::ask(std::size_t index)
{
    Wanted& wanted = m_wanted[index];
    const std::string model = needsModel(wanted.request.kind) ? m_model : std::string();
    const std::shared_ptr<const Image> image = m_workspace->current()->loaded()->image;
    m_workspace->engine().cancel(slotOf(index));
    wanted.map = m_workspace->cache().find<ShownMap>(shownMapKey(*image, wanted.request, model));
    if (wanted.map) {
        wanted.status = {WorkState::Ready, 1, {}, {}};
        return;
    }
    wanted.status = {WorkState::Working, -1, {}, {}};
    // Minutes of work give way to clicks and start again, as those of the layer.
    const Lane lane = wanted.request.kind == MapKind::Lime ? Lane::Batch : Lane::Visible;
    m_workspace->engine().submit(
        {slotOf(index), lane, cacheKey(wanted.request) + model,
         [image, request = wanted.request, model, &models = m_workspace->models(), &cache = m_workspace->cache()](
             const JobContext& context) { return mapJob(*image, request, model, models, cache, context); }},
        {[this, index](const Outcome& outcome) {
             Wanted& arrived = m_wanted[index];
             if (outcome) {
                 arrived.map = outcome->as<ShownMap>();
                 arrived.status = {WorkState::Ready, 1, {}, {}};
             } else {
                 arrived.status = failure(outcome.error());
             }
             summarize();
         },
         {},
         [this, index](const Progress& progress) {
             m_wanted[index].status.fraction = progress.fraction;
             m_wanted[index].status.text = toQt(progress.text);
             summarize();
         }});
}

/// One status of all maps: an error at once, else the map being made.
void FigureMaps::summarize()
{
    if (m_cancelled)
        return;
    if (std::optional<Error> error = missing()) {
        setStatus(failure(*std::move(error)));
        return;
    }
    const Analysis* known = analysis();
    MapStatus status{WorkState::Working, -1, tr("Waiting for the model's results"), {}};
    if (known && !m_wanted.empty()) {
        const auto isIn = [](WorkState state) {
            return [state](const Wanted& wanted) { return wanted.status.state == state; };
        };
        const auto failed = std::find_if(m_wanted.begin(), m_wanted.end(), isIn(WorkState::Failed));
        if (failed != m_wanted.end()) {
            setStatus(failed->status);
            return;
        }
        const bool isReady = std::all_of(m_wanted.begin(), m_wanted.end(), isIn(WorkState::Ready));
        if (isReady && (m_kind == PaperMaps::Explanations || known->report)) {
            setStatus({WorkState::Ready, 1, {}, {}});
            return;
        }
        if (!isReady) {
            const auto begun = std::find_if(m_wanted.begin(), m_wanted.end(), [](const Wanted& wanted) {
                return wanted.status.state == WorkState::Working && !wanted.status.text.isEmpty();
            });
            const auto shown = begun != m_wanted.end()
                ? begun
                : std::find_if(m_wanted.begin(), m_wanted.end(), isIn(WorkState::Working));
            status.fraction = shown->status.fraction;
            const QString name = layerName(layerOf(shown->request.kind));
            status.text = shown->status.text.isEmpty() ? tr("Waiting for %1").arg(name) : tr("Making %1").arg(name);
        } else {
            status.text = tr("Waiting for the halves");
        }
    }
    setStatus(std::move(status));
}

void FigureMaps::setStatus(MapStatus status)
{
    m_status = std::move(status);
    Q_EMIT changed();
}

void FigureMaps::retry()
{
    m_cancelled = false;
    for (Wanted& wanted : m_wanted) {
        if (wanted.status.state == WorkState::Failed)
            wanted.status = {};
    }
    update();
}

void FigureMaps::cancel()
{
    if (m_status.state != WorkState::Working)
        return;
    stop();
    setStatus({WorkState::Absent, -1, {}, {}});
}

void FigureMaps::stop()
{
    m_cancelled = true;
    for (std::size_t i = 0; i < m_wanted.size(); ++i) {
        if (m_wanted[i].status.state != WorkState::Working)
            continue;
        if (m_workspace)
            m_workspace->engine().cancel(slotOf(i));
        m_wanted[i].status = {};
    }
}

PaperMapFigure FigureMaps::figure() const
{
    PaperMapFigure figure;
    figure.kind = m_kind.value_or(PaperMaps::Explanations);
    const Document* document = m_workspace->current();
    const Analysis& known = *document->analysis();
    figure.model = {known.model.id, known.model.weightsHash};
    figure.hasAttention = known.model.masksAttention;
    figure.method = hidingMethod(known);
    figure.by = known.model.masksAttention ? "attention" : "zero";
    figure.indicator = toString(m_workspace->options().indicator);
    figure.lime = cacheKey(m_layers.parameters().lime);
    MapRow row;
    row.image = document->loaded()->image;
    row.name = document->title().toStdString();
    for (const Wanted& wanted : m_wanted) {
        row.maps.emplace_back(wanted.map, &wanted.map->source().map);
        const MapExtremes& range = wanted.map->source().range;
        row.ranges.push_back({range.low, range.high});
        if (wanted.request.kind == MapKind::Objectness)
            figure.objectness = wanted.map->source().source;
    }
    if (figure.kind == PaperMaps::Measures && known.report)
        row.important = known.report->important;
    figure.rows.push_back(std::move(row));
    return figure;
}

} // namespace halflens
