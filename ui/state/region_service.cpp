// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/region_service.h"

#include "core/session/layers_state.h"
#include "ui/state/text.h"

#include <algorithm>
#include <utility>

namespace halflens {

using namespace Qt::StringLiterals;

namespace {

Outcome regionJob(const Image& image, const PixelRect& rect, bool withTiles, const std::string& modelId,
                  ModelSource& models, const JobContext& context)
{
    context.report(-1, "Scoring the rectangle");
    const Result<std::shared_ptr<const Predictor>> predictor = models.load(modelId);
    if (!predictor)
        return predictor.error();
    const Result<Image> part = cropped(image, rect);
    if (!part)
        return part.error();
    Result<RegionScore> score = scoreRegion(*part, **predictor, {}, context.stop(), withTiles);
    if (!score)
        return std::move(score).error();
    return Artifact(std::make_shared<const RegionScore>(*std::move(score)));
}

} // namespace

RegionService::RegionService(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    connect(&workspace.image(), &CurrentImage::changed, this, &RegionService::clear);
    connect(&workspace.image(), &CurrentImage::loadedChanged, this, &RegionService::clear);
    connect(&workspace.analyses(), &AnalysisService::modelChanged, this, [this] {
        if (m_rect)
            submit();
    });
    connect(&workspace.image(), &CurrentImage::analysisChanged, this, [this] {
        if (m_rect)
            Q_EMIT changed(); // the whole photo's score is part of the sentence
    });
}

/// Beside those of the layers' maps.
Slot RegionService::slot() const
{
    return {m_document, Stage::Map, LayerCount};
}

void RegionService::select(PixelRect rect)
{
    const auto loaded = m_workspace.image().loaded();
    if (!loaded)
        return;
    const int right = std::min(rect.x + rect.width, loaded->image->width);
    const int bottom = std::min(rect.y + rect.height, loaded->image->height);
    rect.x = std::max(0, rect.x);
    rect.y = std::max(0, rect.y);
    rect.width = right - rect.x;
    rect.height = bottom - rect.y;
    if (rect.width < LeastSide || rect.height < LeastSide || (m_rect == rect && m_state == WorkState::Ready))
        return;
    m_rect = rect;
    submit();
}

void RegionService::clear()
{
    if (!m_rect)
        return;
    m_workspace.engine().cancel(slot());
    m_rect.reset();
    m_score = nullptr;
    m_error.reset();
    m_isTiling = false;
    m_state = WorkState::Absent;
    Q_EMIT changed();
}

void RegionService::cancelWork()
{
    if (m_state == WorkState::Working)
        clear();
    if (!m_isTiling)
        return;
    m_workspace.engine().cancel(slot());
    m_isTiling = false;
    Q_EMIT changed();
}

void RegionService::submit()
{
    m_workspace.engine().cancel(slot());
    m_document = m_workspace.current()->id();
    m_score = nullptr;
    m_isTiling = false;
    m_error.reset();
    if (m_workspace.modelId().isEmpty()) {
        m_state = WorkState::Failed;
        m_error = Error{ErrorCode::Model, "region", tr("there is no model").toStdString(), {}, {}};
        Q_EMIT changed();
        return;
    }
    m_state = WorkState::Working;
    submit(false);
    Q_EMIT changed();
}

/// The score of the rectangle at once; its tiles give way to everything somebody waits for.
void RegionService::submit(bool withTiles)
{
    m_workspace.engine().submit(
        {slot(),
         withTiles ? Lane::Batch : Lane::Interactive,
         {},
         [image = m_workspace.image().loaded()->image, rect = *m_rect, withTiles,
          model = m_workspace.modelId().toStdString(), &models = m_workspace.models()](const JobContext& context) {
             return regionJob(*image, rect, withTiles, model, models, context);
         }},
        {[this, withTiles](const Outcome& outcome) { arrived(outcome, withTiles); }, {}});
}

void RegionService::arrived(const Outcome& outcome, bool withTiles)
{
    m_state = outcome ? WorkState::Ready : WorkState::Failed;
    m_error = outcome ? std::nullopt : std::optional(outcome.error());
    m_score = outcome ? outcome->as<RegionScore>() : nullptr;
    m_isTiling = outcome && !withTiles && holdsTiles();
    if (m_isTiling)
        submit(true);
    Q_EMIT changed();
}

bool RegionService::holdsTiles() const
{
    const ModelInput& fed = m_score->fed.input; // the window has the size the model is fed
    return fed.policy == InputPolicy::Fit && m_rect->width >= fed.width && m_rect->height >= fed.height
        && (m_rect->width > fed.width || m_rect->height > fed.height);
}

QString RegionService::label() const
{
    if (m_score)
        return scoreText(m_score->fed.prediction.score5);
    return m_state == WorkState::Failed ? u"–"_s : u"…"_s;
}

QString RegionService::sentence() const
{
    if (!m_rect || !m_workspace.current())
        return {};
    const QString place = tr("%1, rectangle %2,%3,%4,%5")
                              .arg(m_workspace.current()->title())
                              .arg(m_rect->x)
                              .arg(m_rect->y)
                              .arg(m_rect->width)
                              .arg(m_rect->height);
    if (m_error)
        return tr("%1: %2").arg(place, toQt(m_error->reason));
    if (!m_score)
        return tr("%1: being scored").arg(place);
    QString model = m_workspace.modelId();
    for (const ModelEntry& entry : m_workspace.models().models()) {
        if (toQt(entry.id) == model)
            model = toQt(entry.name);
    }
    QString text = tr("%1: %2 of 5 by %3, fed %4×%5")
                       .arg(place, scoreText(m_score->fed.prediction.score5), model)
                       .arg(m_score->fed.input.width)
                       .arg(m_score->fed.input.height);
    const Analysis* analysis = m_workspace.image().analysis();
    if (analysis && toQt(analysis->model.id) == m_workspace.modelId()) {
        text += tr("; whole photo %1").arg(scoreText(analysis->prediction.score5));
        if (const auto& tiles = m_score->tiles; tiles && tiles->grid.count() > 1) {
            const ScoreScale& scale = analysis->model.scale;
            text += tr("; %1 windows at native scale %2 to %3")
                        .arg(tiles->grid.count())
                        .arg(scoreText(scale.toFive(tiles->lowest)), scoreText(scale.toFive(tiles->highest)));
        } else if (m_isTiling) {
            text += tr("; windows at native scale being scored");
        }
    }
    return text;
}

} // namespace halflens
