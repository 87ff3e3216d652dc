// SPDX-License-Identifier: BSD-3-Clause
// A SQLite file whose loss costs only time: begun anew when it is damaged, done without when it cannot be used.
#pragma once

#include "core/base/sqlite.h"

#include <filesystem>
#include <mutex>
#include <string>

namespace halflens {

/// Write-ahead mode; several processes may use the file at once. Every call but the constructor with mutex() held.
class SqliteCache {
public:
    /// "NAME.sqlite" in HalfLens' folder of the user's cache folder; empty when there is none.
    static std::filesystem::path defaultFile(const std::string& name);

    /// `schema` makes the tables of form `version` (> 0) in an empty file; `what` names the content in messages.
    /// Nothing is opened yet.
    SqliteCache(std::filesystem::path file, std::string what, int version, const char* schema);
    SqliteCache(const SqliteCache&) = delete;
    SqliteCache& operator=(const SqliteCache&) = delete;

    std::recursive_mutex& mutex() const { return m_mutex; }
    SqliteDatabase& database() { return m_database; }
    bool isOpen() const { return m_database.isOpen(); }
    /// Why less is kept than should be; empty when all is well.
    const std::string& problem() const { return m_problem; }

    /// Makes folder and file where needed. SQLITE_OK, or what went wrong; a damaged file is set aside first.
    int open();
    /// The file is no good: it is renamed, so that nothing is lost that somebody might still want.
    void setAside();
    /// Gives the code back. Damage sets the file aside; any other failure becomes the problem.
    int note(int code);

private:
    int openFile();
    int prepareSchema();

    std::filesystem::path m_file;
    std::string m_what;
    int m_version;
    const char* m_schema;
    mutable std::recursive_mutex m_mutex;
    SqliteDatabase m_database;
    std::string m_problem;
};

} // namespace halflens
