// SPDX-License-Identifier: BSD-3-Clause
#include "ui/state/photo_scores.h"

#include "ui/state/image_jobs.h"
#include "ui/state/text.h"
#include "ui/state/window_settings.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace halflens {

namespace {

constexpr Slot WorkSlot{0, Stage::Study, -2};
constexpr std::size_t LooksAtOnce = 256; ///< files: some milliseconds, half a second over a slow network

/// Size and time of the last change; leaves them unknown where there is no file.
void lookAt(const std::filesystem::path& path, PhotoFacts& facts)
{
    struct stat found { };
    if (stat(path.c_str(), &found) != 0)
        return;
    facts.bytes = found.st_size;
    facts.changedMs = std::int64_t{found.st_mtim.tv_sec} * 1000 + found.st_mtim.tv_nsec / 1'000'000;
}

} // namespace

/// What a look at one file has found.
struct PhotoScores::Look {
    std::uint64_t document = 0;
    PhotoFacts facts;
    std::vector<std::optional<double>> scores; ///< by the models asked for
};

PhotoScores::PhotoScores(Workspace& workspace, Settings& settings, std::filesystem::path store, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_settings(settings)
    , m_store(std::make_shared<ScoreStore>(std::move(store)))
{
    connect(&workspace.documents(), &DocumentList::added, this, &PhotoScores::takeAdded);
    connect(&workspace.documents(), &DocumentList::aboutToBeRemoved, this, &PhotoScores::forget);
    connect(&workspace.documents(), &DocumentList::removed, this, &PhotoScores::progressed);
    connect(&workspace.image(), &CurrentImage::changed, this, &PhotoScores::takeLoaded);
    connect(&workspace.image(), &CurrentImage::loadedChanged, this, &PhotoScores::takeLoaded);
    connect(&workspace.image(), &CurrentImage::analysisChanged, this, &PhotoScores::takeAnalysis);
    connect(&workspace.analyses(), &AnalysisService::modelChanged, this, &PhotoScores::reset);
    connect(&workspace.analyses(), &AnalysisService::modelsChanged, this, &PhotoScores::reset);
    connect(&settings, &Settings::changed, this, [this](const QString& key) {
        if (key != setting::ScorePhotos)
            return;
        if (isPaused() && std::exchange(m_isScoring, false))
            m_workspace.engine().cancel(WorkSlot);
        m_problem.reset();
        pump();
        Q_EMIT progressed();
    });
    reset();
}

PhotoScores::~PhotoScores()
{
    m_workspace.engine().cancel(WorkSlot);
}

std::optional<double> PhotoScores::score(const Document& document) const
{
    return score(document, m_workspace.modelId().toStdString());
}

std::optional<double> PhotoScores::score(const Document& document, const std::string& model) const
{
    const auto entry = m_entries.find(document.id());
    if (entry == m_entries.end())
        return std::nullopt;
    const auto known = entry->second.scores.find(model);
    return known == entry->second.scores.end() ? std::nullopt : std::optional(known->second);
}

const PhotoFacts& PhotoScores::facts(const Document& document) const
{
    static const PhotoFacts Unknown;
    const auto entry = m_entries.find(document.id());
    return entry == m_entries.end() ? Unknown : entry->second.facts;
}

void PhotoScores::setModels(const std::set<std::string>& models)
{
    if (models == m_others)
        return;
    m_others = models;
    reset();
}

bool PhotoScores::isPaused() const
{
    return !m_settings.flag(setting::ScorePhotos);
}

void PhotoScores::setPaused(bool paused)
{
    m_settings.setValue(setting::ScorePhotos, !paused);
}

void PhotoScores::lookAgain()
{
    m_unlooked.clear();
    for (int i = 0; i < m_workspace.count(); ++i)
        m_unlooked.push_back(m_workspace.at(i)->id());
    m_problem.reset();
    pump();
    Q_EMIT progressed();
}

/// Other models are wanted, or other weights came under an id: scores of other weights go, and all files are looked
/// up for what is on disk by the new ones.
void PhotoScores::reset()
{
    std::string key;
    for (const ModelEntry& model : m_workspace.models().models())
        key += m_workspace.models().modelKey(model.id) + '\n';
    const bool isOther = std::exchange(m_modelsKey, key) != key;
    for (auto& [document, entry] : m_entries) {
        entry.facts.guaranteed = -1;
        if (isOther) {
            entry.scores.clear();
            entry.without.clear();
        }
    }
    m_workspace.engine().cancel(WorkSlot);
    m_isScoring = false;
    m_cursor = 0;
    lookAgain();
    count();
    takeAnalysis();
    Q_EMIT manyChanged();
}

void PhotoScores::takeAdded(int first, int last)
{
    for (int i = first; i <= last; ++i) {
        m_unlooked.push_back(m_workspace.at(i)->id());
        m_entries.try_emplace(m_workspace.at(i)->id());
    }
    m_cursor = std::min(m_cursor, first);
    count();
    pump();
}

void PhotoScores::forget(int index)
{
    const auto entry = m_entries.find(m_workspace.at(index)->id());
    if (entry == m_entries.end())
        return;
    if (!m_workspace.at(index)->path().isEmpty()) {
        const std::vector<std::string> models = wantedModels(); // counting all anew would take long in a long list
        m_wanted -= static_cast<int>(models.size());
        m_scored -= doneOf(entry->second, models);
    }
    m_entries.erase(entry);
    if (index < m_cursor)
        --m_cursor;
}

/// A file that was read may be another than the one its scores are of.
void PhotoScores::takeLoaded()
{
    const Document* document = m_workspace.current();
    if (!document || !document->loaded())
        return;
    const auto entry = m_entries.find(document->id());
    if (entry == m_entries.end())
        return;
    const Image& image = *document->loaded()->image;
    if (document->path().isEmpty())
        entry->second.facts.photo = {image.contentHash, image.width, image.height};
    else if (document->loaded()->file != entry->second.facts.file)
        m_unlooked.push_front(document->id());
    takeAnalysis(); // it may have come along
    pump();
}

void PhotoScores::takeAnalysis()
{
    Document* document = m_workspace.current();
    const Analysis* analysis = m_workspace.image().analysis();
    if (!analysis || !document->loaded() || document->loaded()->image->contentHash != analysis->imageHash)
        return;
    const auto found = m_entries.find(document->id());
    if (found == m_entries.end())
        return;
    Entry& entry = found->second;
    const LoadedImage& loaded = *document->loaded();
    if (!entry.facts.file.empty() && entry.facts.file != loaded.file)
        return; // what is shown is not what the file holds now
    const BlockReport* report = m_workspace.image().report();
    const int guaranteed = report && report->sets ? report->sets->keep.count() : -1;
    const auto known = entry.scores.find(analysis->model.id);
    if (known != entry.scores.end() && known->second == analysis->prediction.score5
        && entry.facts.guaranteed == guaranteed)
        return;
    const bool isNew = known == entry.scores.end();
    entry.scores[analysis->model.id] = analysis->prediction.score5;
    entry.facts.guaranteed = guaranteed;
    entry.facts.photo = {loaded.image->contentHash, loaded.image->width, loaded.image->height};
    if (isNew && !document->path().isEmpty())
        keep(document->id(), loaded, *analysis);
    count();
    Q_EMIT changed(document);
}

void PhotoScores::keep(std::uint64_t document, const LoadedImage& loaded, const Analysis& analysis)
{
    const Image& image = *loaded.image;
    m_workspace.engine().submit({{document, Stage::Study, -2},
                                 Lane::Idle,
                                 {},
                                 [file = loaded.file, photo = KnownPhoto{image.contentHash, image.width, image.height},
                                  model = storedModel(m_workspace.models(), analysis.model.id),
                                  score = StoredScore{analysis.prediction.score, analysis.prediction.score5},
                                  store = m_store](const JobContext&) -> Outcome {
                                     store->notePhoto(file, photo);
                                     store->noteScore(photo.hash, model, score);
                                     return Artifact();
                                 }},
                                {});
}

std::vector<std::string> PhotoScores::wantedModels() const
{
    std::vector<std::string> models;
    const std::string chosen = m_workspace.modelId().toStdString();
    if (!chosen.empty())
        models.push_back(chosen);
    for (const std::string& model : m_others) {
        if (model != chosen)
            models.push_back(model);
    }
    return models;
}

bool PhotoScores::isDone(const Entry& entry, const std::string& model)
{
    return entry.facts.unreadable || entry.scores.contains(model) || entry.without.contains(model);
}

int PhotoScores::doneOf(const Entry& entry, const std::vector<std::string>& models)
{
    return static_cast<int>(
        std::count_if(models.begin(), models.end(), [&](const std::string& model) { return isDone(entry, model); }));
}

void PhotoScores::count()
{
    const std::vector<std::string> models = wantedModels();
    int wanted = 0;
    int done = 0;
    for (int i = 0; i < m_workspace.count(); ++i) {
        const Document* document = m_workspace.at(i);
        const auto entry = m_entries.find(document->id());
        if (document->path().isEmpty() || entry == m_entries.end())
            continue;
        wanted += static_cast<int>(models.size());
        done += doneOf(entry->second, models);
    }
    if (wanted == m_wanted && done == m_scored)
        return;
    m_wanted = wanted;
    m_scored = done;
    Q_EMIT progressed();
}

/// One job at a time, so that whoever waits for something has to wait for the end of one at most.
void PhotoScores::pump()
{
    if (!m_workspace.engine().isPending(WorkSlot) && !submitLook() && !isPaused() && !m_problem)
        submitScore();
}

bool PhotoScores::submitLook()
{
    std::vector<std::pair<std::uint64_t, QString>> files;
    while (!m_unlooked.empty() && files.size() < LooksAtOnce) {
        const Document* document = m_workspace.documents().find(m_unlooked.front());
        m_unlooked.pop_front();
        if (document && !document->path().isEmpty())
            files.emplace_back(document->id(), document->path());
    }
    if (files.empty())
        return false;
    const std::vector<std::string> models = wantedModels();
    m_workspace.engine().submit(
        {WorkSlot,
         Lane::Idle,
         {},
         [files, models, store = m_store, &source = m_workspace.models()](const JobContext& context) -> Outcome {
             auto found = std::make_shared<std::vector<Look>>();
             for (const auto& [id, path] : files) {
                 if (context.isStopped())
                     return cancelledError();
                 Look look;
                 look.document = id;
                 look.facts.file = fileKey(path).content;
                 lookAt(toPath(path), look.facts);
                 for (const std::string& model : models) {
                     const PhotoScore known = storedPhotoScore(look.facts.file, model, source, *store);
                     look.facts.photo = known.photo;
                     look.scores.push_back(known.score ? std::optional(known.score->score5) : std::nullopt);
                 }
                 found->push_back(std::move(look));
             }
             return Artifact(std::shared_ptr<const std::vector<Look>>(std::move(found)));
         }},
        {[this, models](const Outcome& outcome) {
             if (outcome)
                 takeLook(*outcome->as<std::vector<Look>>(), models);
             pump();
         },
         {}});
    return true;
}

void PhotoScores::takeLook(const std::vector<Look>& found, const std::vector<std::string>& models)
{
    for (const Look& look : found) {
        const auto it = m_entries.find(look.document);
        if (it == m_entries.end())
            continue;
        Entry& entry = it->second;
        const bool isOther = !entry.facts.file.empty() && entry.facts.file != look.facts.file;
        if (isOther) { // the file has changed
            entry.scores.clear();
            entry.without.clear();
            entry.facts = {};
            m_cursor = 0;
        }
        entry.facts.file = look.facts.file;
        entry.facts.bytes = look.facts.bytes;
        entry.facts.changedMs = look.facts.changedMs;
        if (entry.facts.photo.hash.empty())
            entry.facts.photo = look.facts.photo;
        for (std::size_t i = 0; i < models.size(); ++i) {
            if (look.scores[i])
                entry.scores[models[i]] = *look.scores[i];
        }
    }
    takeAnalysis(); // of the shown photo more is known
    count();
    Q_EMIT manyChanged();
}

/// The first model scores all photos before the next one begins.
bool PhotoScores::submitScore()
{
    const std::vector<std::string> models = wantedModels();
    const Document* document = nullptr;
    std::string model;
    const auto missing = [&](const std::string& wanted) {
        for (int i = m_cursor; i < m_workspace.count() && !document; ++i) {
            const Document* candidate = m_workspace.at(i);
            const auto entry = m_entries.find(candidate->id());
            if (entry == m_entries.end() || candidate->path().isEmpty() || isDone(entry->second, wanted))
                continue;
            document = candidate;
            model = wanted;
            if (models.size() == 1)
                m_cursor = i;
        }
        return document != nullptr;
    };
    if (std::none_of(models.begin(), models.end(), missing))
        return false;
    const std::string file = fileKey(document->path()).content; // before it is read
    std::shared_ptr<const Image> image = m_workspace.imageOf(*document);
    if (document->loaded() && document->loaded()->file != file)
        image = nullptr; // changed since it was read
    m_isScoring = true;
    m_workspace.engine().submit(
        {WorkSlot,
         Lane::Idle,
         {},
         [path = toPath(document->path()), file, image, model, store = m_store, &models = m_workspace.models(),
          &cache = m_workspace.cache()](const JobContext& context) -> Outcome {
             Result<PhotoScore> score = scorePhoto(path, file, image, model, models, cache, *store, context.stop());
             if (!score)
                 return std::move(score).error();
             return Artifact(std::make_shared<const PhotoScore>(*std::move(score)));
         }},
        {[this, id = document->id(), file, model](const Outcome& outcome) {
             m_isScoring = false;
             takeScore(id, file, model, outcome);
             pump();
         },
         {}});
    return true;
}

void PhotoScores::takeScore(std::uint64_t document, const std::string& file, const std::string& model,
                            const Outcome& outcome)
{
    if (!outcome) {
        m_problem = outcome.error(); // of the model: the next photo would fare no better
        Q_EMIT progressed();
        return;
    }
    Document* photo = m_workspace.documents().find(document);
    const auto found = m_entries.find(document);
    if (!photo || found == m_entries.end())
        return;
    Entry& entry = found->second;
    const bool wasDone = isDone(entry, model); // by an analysis that came first
    const auto score = outcome->as<PhotoScore>();
    const bool isOther = entry.facts.file != file;
    if (isOther) { // changed since it was looked at
        entry.scores.clear();
        entry.without.clear();
        m_cursor = 0;
        m_unlooked.push_front(document);
    }
    entry.facts.file = file;
    entry.facts.photo = score->photo;
    if (score->score)
        entry.scores[model] = score->score->score5;
    else if (score->photo.hash.empty())
        entry.facts.unreadable = score->whyNot;
    else
        entry.without.insert(model);
    if (isOther)
        count();
    else
        m_scored += wasDone ? 0 : 1;
    Q_EMIT changed(photo);
    Q_EMIT progressed();
}

} // namespace halflens
