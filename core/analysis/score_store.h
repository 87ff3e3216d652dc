// SPDX-License-Identifier: BSD-3-Clause
// Scores of whole photos on disk, so that a folder is scored once: by the content of photos and the weights of models.
#pragma once

#include "core/base/sqlite_cache.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace halflens {

/// What a file turned out to hold.
struct KnownPhoto {
    std::string hash; ///< Image::contentHash
    int width = 0; ///< pixels
    int height = 0;
    bool operator==(const KnownPhoto&) const = default;
};

struct StoredScore {
    double score = 0; ///< on the model's own scale
    double score5 = 0; ///< on 1..5
    bool operator==(const StoredScore&) const = default;
};

/// Nothing here fails: a file that is damaged is set aside and begun anew, one that cannot be written is done without.
/// Rows that make no sense, or whose checksum is wrong, are as if they were not there. Thread-safe; the file is opened
/// at the first call.
class ScoreStore {
public:
    static constexpr std::size_t DefaultMost = 200'000; ///< scores, and as many files: some 50 MB

    /// HalfLens' folder in the user's cache folder; empty when there is none.
    static std::filesystem::path defaultFile();

    /// `most` rows are kept of scores and of files: those of the programs that ran last.
    explicit ScoreStore(std::filesystem::path file, std::size_t most = DefaultMost);

    /// `file` stands for a file that is not read again: its name, size and times. Names are kept as their hash only.
    std::optional<KnownPhoto> photo(const std::string& file);
    void notePhoto(const std::string& file, const KnownPhoto& photo);

    /// `model` stands for a model and its weights. Empty hashes are not kept.
    std::optional<StoredScore> score(const std::string& hash, const std::string& model);
    void noteScore(const std::string& hash, const std::string& model, const StoredScore& score);

    /// Why less is kept than should be; empty when all is well.
    std::string problem() const;

private:
    bool isReady();
    void used(const char* update, std::int64_t when, const std::string& a, const std::string& b);
    void wrote();
    void makeRoom();
    void dropSurplus(const char* table);

    mutable SqliteCache m_cache;
    std::int64_t m_most;
    bool m_isTried = false; ///< to open
    std::int64_t m_run = 1; ///< number of this run; rows carry the one that last used them
    int m_writes = 0; ///< since room was made
};

} // namespace halflens
