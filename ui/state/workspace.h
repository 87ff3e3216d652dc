// SPDX-License-Identifier: BSD-3-Clause
// The opened images, which of them is shown, and the work that makes their results.
#pragma once

#include "core/analysis/model_source.h"
#include "core/engine/result_cache.h"
#include "ui/state/document.h"
#include "ui/state/engine_client.h"
#include "ui/state/settings.h"

#include <QHash>
#include <QImage>
#include <QObject>
#include <QStringList>

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace halflens {

/// GUI thread. Decoding, models and thumbnails run on the engine; nothing here waits.
/// The shown image changes only when the wanted one could be decoded: a broken file leaves the
/// picture as it is and is reported by failed().
class Workspace final : public QObject {
    Q_OBJECT

public:
    /// `models` and `settings` outlive the workspace.
    Workspace(ModelSource& models, Settings& settings, QObject* parent = nullptr);
    ~Workspace() override;

    /// Adds files and the images of folders and shows the first new one. Known files are shown
    /// again, not added twice.
    void open(const QStringList& paths);
    /// Adds an image that has no file, such as a pasted one.
    void openImage(const QImage& image, const QString& title);

    int count() const { return static_cast<int>(m_documents.size()); }
    Document* at(int index) const { return m_documents[static_cast<std::size_t>(index)].get(); }
    int indexOf(const Document* document) const; ///< -1: none

    Document* current() const { return m_current; } ///< shown; null when empty
    int currentIndex() const { return indexOf(m_current); }
    int wantedIndex() const; ///< shown soon, when it is being decoded; else the current
    void show(int index);
    void step(int by); ///< next (+1), previous (-1); stops at the ends
    void close(int index);

    QString modelId() const { return m_modelId; }
    void setModelId(const QString& id);
    ModelSource& models() { return m_models; }
    AnalysisOptions options() const;

    /// Ends what somebody waits for. What is shown stays; shows() of the same image starts again.
    void cancelWork();
    /// Starts the analysis of the shown image again, after a cancel or an error.
    void retryAnalysis();
    /// For a model without a mask table: all 4096 masks in place of a sample.
    void tryAllMasks();
    bool canTryAllMasks() const;

    /// A small picture of a document; null until it is there, thumbnailChanged() follows.
    QImage thumbnail(int index);

    /// The pixels of a document when they are at hand, in use or in the cache.
    std::shared_ptr<const Image> imageOf(const Document& document);

    EngineClient& engine() { return m_engine; }
    ResultCache& cache() { return m_cache; }

Q_SIGNALS:
    void documentsAdded(int first, int last);
    void documentAboutToBeRemoved(int index);
    void documentRemoved(int index);
    void currentChanged(); ///< another document is shown, or none
    void wantedChanged();
    void thumbnailChanged(int index);
    void modelChanged();
    void optionsChanged(); ///< the reports of all documents are made anew by now
    void opened(const QString& path); ///< a file could be read
    void failed(const halflens::Error& error);
    void exported(const QString& path); ///< a figure was written

private:
    struct Thumbnail {
        QImage image;
        bool asked = false;
    };

    int indexOfId(std::uint64_t id) const;
    Document* add(const QString& path);
    void want(Document* document);
    void wantOnly(Document* document);
    void makeCurrent(Document* document);
    void load(Document& document, Lane lane);
    void loadArrived(std::uint64_t id, Outcome outcome);
    void analyzeCurrent();
    void prefetchAnalysis(std::uint64_t id, const std::shared_ptr<const Image>& image);
    Request analysisRequest(std::uint64_t id, const std::shared_ptr<const Image>& image, Lane lane);
    void scoreMask();
    void sampleTable(int samples);
    void analysisArrived(std::uint64_t id, Outcome outcome);
    void setAnalysis(Document& document, std::shared_ptr<const Analysis> analysis);
    void applyOptions();
    void prefetchNeighbour();
    void settingChanged(const QString& key);

    ModelSource& m_models;
    Settings& m_settings;
    QString m_modelId;
    std::uint64_t m_nextId = 1;
    std::vector<std::unique_ptr<Document>> m_documents;
    QHash<QString, Document*> m_byPath;
    Document* m_current = nullptr;
    std::optional<std::uint64_t> m_wanted; ///< being decoded to be shown
    int m_direction = 1; ///< of the last step, for prefetching
    std::unordered_map<std::uint64_t, Thumbnail> m_thumbnails;
    ResultCache m_cache;
    EngineClient m_engine; // last: its jobs use models and cache
};

} // namespace halflens
