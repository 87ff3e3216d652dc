// SPDX-License-Identifier: BSD-3-Clause
// Scores of all photos in the list: found on disk or made one by one while nobody waits for anything else.
#pragma once

#include "core/analysis/photo_score.h"
#include "ui/state/settings.h"
#include "ui/state/workspace.h"

#include <QObject>
#include <QStringList>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace halflens {

/// What is known of a photo besides its scores.
struct PhotoFacts {
    std::string file; ///< stands for its content, see fileKey(); empty: nobody has looked yet
    std::int64_t bytes = -1; ///< of the file; -1: not known
    std::int64_t changedMs = -1; ///< since 1970, UTC; -1: not known
    KnownPhoto photo; ///< hash empty: not read yet
    std::optional<Error> unreadable;
    int guaranteed = -1; ///< fewest blocks that guarantee the score of the chosen model; -1: not known
};

/// GUI thread. Scores are of the whole photo, on 1..5, as predicted; never estimates. Photos without a file have the
/// score of their analysis. All photos are scored by the chosen model, and by those of setModels().
class PhotoScores final : public QObject {
    Q_OBJECT

public:
    /// Both outlive this. `store`: where scores are kept; an empty path keeps them for this run only.
    PhotoScores(Workspace& workspace, Settings& settings, std::filesystem::path store, QObject* parent = nullptr);
    ~PhotoScores() override;

    /// By the chosen model, or by another one; nothing while it is not known, and for what has none.
    std::optional<double> score(const Document& document) const;
    std::optional<double> score(const Document& document, const std::string& model) const;
    const PhotoFacts& facts(const Document& document) const;

    /// Models that score all photos beside the chosen one.
    void setModels(const std::set<std::string>& models);
    const std::set<std::string>& models() const { return m_others; }

    bool isPaused() const;
    void setPaused(bool paused); ///< kept in the settings
    int scored() const { return m_scored; } ///< of wanted(); photos that cannot be scored count as done
    int wanted() const { return m_wanted; } ///< photos with a file, times models
    bool isWorking() const { return !isPaused() && m_scored < m_wanted && !m_problem; }
    /// Why no photo is scored any more, such as a damaged model.
    const std::optional<Error>& problem() const { return m_problem; }
    /// Looks whether files have changed; those are scored anew. Goes on after a problem.
    void lookAgain();

Q_SIGNALS:
    void changed(halflens::Document* document); ///< its scores or facts
    void manyChanged(); ///< of more than one
    void progressed(); ///< scored(), wanted(), paused or the problem

private:
    struct Entry {
        PhotoFacts facts;
        std::unordered_map<std::string, double> scores; ///< by model
        std::set<std::string> without; ///< models that cannot score it
    };
    struct Look;

    void reset();
    void takeAdded(int first, int last);
    void forget(int index);
    void takeLoaded();
    void takeAnalysis();
    std::vector<std::string> wantedModels() const;
    static bool isDone(const Entry& entry, const std::string& model);
    static int doneOf(const Entry& entry, const std::vector<std::string>& models);
    void keep(std::uint64_t document, const LoadedImage& loaded, const Analysis& analysis);
    void count();
    void pump();
    bool submitLook();
    void takeLook(const std::vector<Look>& found, const std::vector<std::string>& models);
    bool submitScore();
    void takeScore(std::uint64_t document, const std::string& file, const std::string& model, const Outcome& outcome);

    Workspace& m_workspace;
    Settings& m_settings;
    std::shared_ptr<ScoreStore> m_store; ///< shared with jobs
    std::unordered_map<std::uint64_t, Entry> m_entries; ///< by document
    std::deque<std::uint64_t> m_unlooked; ///< documents whose files are to be looked at
    std::set<std::string> m_others;
    std::string m_modelsKey; ///< what all scores belong to
    std::optional<Error> m_problem;
    bool m_isScoring = false; ///< the job on its way is a score, not a look
    int m_scored = 0;
    int m_wanted = 0;
    int m_cursor = 0; ///< photos before it are scored by all wanted models
};

} // namespace halflens
