// SPDX-License-Identifier: BSD-3-Clause
// Findings of a study as they come: one SQLite file a folder, one transaction a photo (DIR/rows.sqlite).
#pragma once

#include "core/base/result.h"
#include "core/base/score.h"
#include "core/base/sqlite.h"
#include "core/study/study_photo.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

class QLockFile;

namespace halflens {

/// What is known of a study from its file alone.
struct StudyFacts {
    std::string identity; ///< StudyPlan::identity
    std::string recipe; ///< the recipe's text
    std::string judge;
    std::vector<std::string> models;
    std::size_t photos = 0; ///< of the whole study, all shards together
    std::map<std::string, ScoreScale> scales = {}; ///< of native scores, by model; empty: not noted
};

/// A photo of a study with what was found.
struct StudiedPhoto {
    std::size_t number = 0; ///< StudyPlan::photos
    std::string name;
    std::filesystem::path file; ///< where the run that noted it read the photo; empty: not noted
    Split split = Split::None;
    std::optional<double> mos5;
    PhotoFindings findings; ///< without ModelFindings::table, which is read by itself
};

/// Used by one thread at a time. Locked against a second run in the same folder.
class StudyStore {
public:
    StudyStore();
    ~StudyStore();
    StudyStore(const StudyStore&) = delete;
    StudyStore& operator=(const StudyStore&) = delete;

    /// Opens, or makes, DIR/rows.sqlite for this study. InvalidInput: the folder holds another study, or another run
    /// works in it; Io: it cannot be written; Unsupported: the file was written by a newer version.
    Status create(const std::filesystem::path& folder, const StudyFacts& facts);
    /// Opens what is there. InvalidInput: there is no study, or it is damaged.
    Status open(const std::filesystem::path& folder);

    const StudyFacts& facts() const { return m_facts; }
    /// Numbers of the photos that are in, ascending.
    Result<std::vector<std::size_t>> done();

    /// Notes where the photos lie and what native scores mean: no part of the results, but what shows them needs it.
    Status note(const StudyPlan& plan, const std::map<std::string, ScoreScale>& scales);
    /// All that was found out about a photo, or nothing. Io: full disk and the like, in words.
    Status insert(std::size_t number, const PlannedPhoto& photo, const PhotoFindings& findings);

    /// Every photo in the order of its number. Stops at the first error of `take`.
    Status forEach(const std::function<Status(StudiedPhoto)>& take);
    /// The 4096 scores of a model for every photo that has them and no error, in the order of photos.
    Status forEachTable(const std::string& model, const std::function<void(std::span<const double>)>& take);

    /// Takes in the photos of another file of the same study. InvalidInput: another study; a photo is in both with
    /// different findings is not looked for, the first stays.
    Status merge(const std::filesystem::path& folder);

private:
    Status lock(const std::filesystem::path& folder);
    Status failed(int code, const char* doing) const;
    Status readFacts();
    bool hasFiles(const char* schema);

    std::filesystem::path m_file;
    SqliteDatabase m_database;
    StudyFacts m_facts;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace halflens
