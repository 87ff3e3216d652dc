// SPDX-License-Identifier: BSD-3-Clause
// What the chosen model says of the shown image: asked in the background, kept in the cache, reported under the
// options of now.
#pragma once

#include "core/analysis/model_source.h"
#include "core/engine/result_cache.h"
#include "ui/state/current_image.h"
#include "ui/state/engine_client.h"
#include "ui/state/settings.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>

namespace halflens {

/// GUI thread. The shown image alone holds its analysis; those of the others are in the cache, and their reports are
/// made anew when somebody wants them.
class AnalysisService final : public QObject {
    Q_OBJECT

public:
    /// All outlive the service.
    AnalysisService(ModelSource& models, Settings& settings, CurrentImage& current, ScoreBook& scores,
                    EngineClient& engine, ResultCache& cache, QObject* parent = nullptr);

    QString modelId() const { return m_modelId; } ///< the chosen one; empty: there is none
    void setModelId(const QString& id);
    /// The model source has others now. The chosen one may be gone, or there may be a first one.
    void reloadModels();

    AnalysisOptions options() const;
    /// `analysis` with the report under the options of now, whichever it was made with. As it is where they do
    /// not fit its model; `problem` says so.
    std::shared_ptr<const Analysis> underOptions(std::shared_ptr<const Analysis> analysis,
                                                 std::optional<Error>* problem = nullptr) const;
    /// What is known of an image, shown or not; null: nothing, or no longer.
    std::shared_ptr<const Analysis> find(const Image& image);

    /// Gives a document that will be shown what is known of it, before anybody follows it.
    void prepare(Document& document);
    /// Has an image analysed while nobody waits for anything.
    void prefetch(std::uint64_t document, const std::shared_ptr<const Image>& image);

    void analyse(); ///< the shown image, unless it is known; again after a cancel or an error
    void cancel(); ///< what is there stays
    /// For a model without a mask table: all 4096 masks in place of a sample.
    void tryAllMasks();
    bool canTryAllMasks() const;

Q_SIGNALS:
    void modelChanged(); ///< another is chosen
    void modelsChanged(); ///< there are others to choose from
    void optionsChanged(); ///< the report of the shown image is made anew by now
    void answered(); ///< the shown image is analysed; time to look ahead
    void failed(const halflens::Error& error);

private:
    void followImage();
    void followScores(std::uint64_t document, const std::string& model, const Error& error);
    Request request(std::uint64_t document, const std::shared_ptr<const Image>& image, Lane lane);
    void arrived(Outcome outcome);
    void setAnalysis(std::shared_ptr<const Analysis> analysis);
    void sampleTable(int samples);
    void scoreMask();
    void fail(const Error& error); ///< of the shown image

    ModelSource& m_models;
    Settings& m_settings;
    CurrentImage& m_current;
    ScoreBook& m_scores;
    EngineClient& m_engine;
    ResultCache& m_cache;
    QString m_modelId;
    std::uint64_t m_document = 0; ///< whose analysis is asked for; 0: none
};

} // namespace halflens
