// SPDX-License-Identifier: BSD-3-Clause
// The opened images and what is made of them: the parts, put together. Each part has its own duty.
#pragma once

#include "ui/state/analysis_service.h"
#include "ui/state/document_list.h"
#include "ui/state/thumbnail_store.h"

#include <QObject>

namespace halflens {

/// GUI thread. Decoding, models and thumbnails run on the engine; nothing here waits.
class Workspace final : public QObject {
    Q_OBJECT

public:
    /// `models` and `settings` outlive the workspace.
    Workspace(ModelSource& models, Settings& settings, QObject* parent = nullptr);
    ~Workspace() override;

    ModelSource& models() { return m_models; }
    ResultCache& cache() { return m_cache; }
    EngineClient& engine() { return m_engine; }
    ScoreBook& scores() { return m_scores; }
    CurrentImage& image() { return m_image; } ///< the shown one
    DocumentList& documents() { return m_documents; }
    AnalysisService& analyses() { return m_analyses; }
    ThumbnailStore& thumbnails() { return m_thumbnails; }

    /// Ends what somebody waits for. What is shown stays; showing the same image again starts it again.
    void cancelWork();
    /// The shown image again: read anew when its file has changed, else analysed again after a cancel or an error.
    void refresh();

    /// The pixels of a document when they are at hand, in use or in the cache.
    std::shared_ptr<const Image> imageOf(const Document& document) const;
    /// What the chosen model says of it, when its pixels are at hand and it was analysed.
    std::shared_ptr<const Analysis> analysisOf(const Document& document);

    void report(const Error& error) { Q_EMIT failed(error); } ///< to whoever shows errors
    void announce(const QString& path) { Q_EMIT exported(path); } ///< a figure was written
    /// InvalidInput: the file is one of the opened photos, under whatever name, which would be lost.
    Status mayWrite(const QString& path) const;

    // What nearly everybody asks.
    Document* current() const { return m_image.document(); }
    int count() const { return m_documents.count(); }
    Document* at(int index) const { return m_documents.at(index); }
    int currentIndex() const { return m_documents.currentIndex(); }
    int wantedIndex() const { return m_documents.wantedIndex(); }
    void open(const QStringList& paths) { m_documents.open(paths); }
    void openImage(const QImage& image, const QString& title) { m_documents.openImage(image, title); }
    void show(int index) { m_documents.show(index); }
    void step(int by) { m_documents.step(by); }
    void close(int index) { m_documents.close(index); }
    QString modelId() const { return m_analyses.modelId(); }
    void setModelId(const QString& id) { m_analyses.setModelId(id); }
    AnalysisOptions options() const { return m_analyses.options(); }

Q_SIGNALS:
    void currentChanged(); ///< another document is shown, or none
    void modelChanged();
    void optionsChanged();
    void failed(const halflens::Error& error);
    void exported(const QString& path);

private:
    ModelSource& m_models;
    ResultCache m_cache;
    EngineClient m_engine; // its jobs use models and cache
    ScoreBook m_scores;
    CurrentImage m_image;
    ImageLoader m_loader;
    AnalysisService m_analyses; // before the views, so that it asks first
    ThumbnailStore m_thumbnails;
    DocumentList m_documents;
};

} // namespace halflens
