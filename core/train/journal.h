// SPDX-License-Identifier: BSD-3-Clause
// The log of a training run as CSV, and its curves as SVG.
#pragma once

#include "core/base/result.h"
#include "core/train/training_observer.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace halflens::train {

struct JournalEntry {
    std::int64_t step = 0;
    double epoch = 0;
    double loss = 0;
    double rate = 0;
    double seconds = 0; ///< since training began, over all sessions
    std::optional<ValidationFigures> validation;
};

/// Entries in memory, rewritten to the file as a whole: it stays small, and a reader never sees a part.
class Journal {
public:
    explicit Journal(std::filesystem::path file);

    /// Reads the file and forgets what came after `step`: those steps are done again. Missing: empty.
    Status resume(std::int64_t step);
    void add(const JournalEntry& entry) { m_entries.push_back(entry); }
    const std::vector<JournalEntry>& entries() const { return m_entries; }
    /// CSV: step, epoch, loss, rate, seconds, plcc, srocc, rmse; the last three empty between evaluations.
    Status write() const;

private:
    std::filesystem::path m_file;
    std::vector<JournalEntry> m_entries;
};

/// Loss, learning rate and validation figures over the epochs as one SVG picture.
/// `figureNames` are those of ValidationFigures' members for this task.
std::string curvesSvg(const std::vector<JournalEntry>& entries, const std::string& title,
                      const std::vector<std::string>& figureNames);

} // namespace halflens::train
