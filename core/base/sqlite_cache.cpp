// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/sqlite_cache.h"

#include <QStandardPaths>

#include <sqlite3.h>
#include <system_error>
#include <utility>

namespace halflens {

namespace {

constexpr int BusyMilliseconds = 3000;

} // namespace

std::filesystem::path SqliteCache::defaultFile(const std::string& name)
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation);
    if (folder.isEmpty())
        return {};
    return std::filesystem::path(folder.toStdString()) / "halflens" / (name + ".sqlite");
}

SqliteCache::SqliteCache(std::filesystem::path file, std::string what, int version, const char* schema)
    : m_file(std::move(file))
    , m_what(std::move(what))
    , m_version(version)
    , m_schema(schema)
{ }

int SqliteCache::open()
{
    if (m_file.empty()) {
        m_problem = "there is no folder for caches";
        return SQLITE_CANTOPEN;
    }
    std::error_code failed;
    std::filesystem::create_directories(m_file.parent_path(), failed);
    int code = openFile();
    if (SqliteDatabase::isDamage(code)) {
        setAside();
        code = openFile();
    }
    return code;
}

void SqliteCache::setAside()
{
    m_database.close();
    std::error_code failed;
    std::filesystem::path aside = m_file;
    aside += ".damaged";
    std::filesystem::rename(m_file, aside, failed);
    if (failed)
        std::filesystem::remove(m_file, failed);
    for (const char* suffix : {"-wal", "-shm"}) {
        std::filesystem::path extra = m_file;
        extra += suffix;
        std::filesystem::remove(extra, failed);
    }
    m_problem = "the cache of " + m_what + " was damaged; it was set aside as " + aside.string();
}

int SqliteCache::note(int code)
{
    if (SqliteDatabase::isDamage(code))
        setAside();
    else if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        m_problem = "the cache of " + m_what + " cannot be used: " + SqliteDatabase::words(code);
    return code;
}

int SqliteCache::openFile()
{
    int code = m_database.open(m_file, BusyMilliseconds);
    if (code == SQLITE_OK)
        code = prepareSchema();
    if (code != SQLITE_OK) {
        m_database.close();
        if (!SqliteDatabase::isDamage(code))
            m_problem = "the cache of " + m_what + " cannot be used: " + SqliteDatabase::words(code);
    }
    return code;
}

int SqliteCache::prepareSchema()
{
    // Vacuuming in steps must be chosen before the first table exists.
    int code =
        m_database.execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    if (code != SQLITE_OK)
        return code;
    const std::int64_t version = m_database.number("PRAGMA user_version", code);
    if (code != SQLITE_OK)
        return code;
    if (version == m_version)
        return SQLITE_OK;
    if (version != 0)
        return SQLITE_FORMAT; // of another version of HalfLens
    const std::string make =
        std::string("BEGIN IMMEDIATE;") + m_schema + "PRAGMA user_version = " + std::to_string(m_version) + "; COMMIT;";
    return m_database.execute(make.c_str());
}

} // namespace halflens
