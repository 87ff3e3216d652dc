// SPDX-License-Identifier: BSD-3-Clause
#include "core/analysis/score_store.h"

#include "core/base/file.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <sqlite3.h>
#include <utility>

namespace halflens {

namespace {

constexpr int SchemaVersion = 1;
constexpr const char* Schema =
    "CREATE TABLE IF NOT EXISTS files(file TEXT PRIMARY KEY, hash TEXT NOT NULL, width INTEGER NOT NULL,"
    " height INTEGER NOT NULL, checksum INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS scores(hash TEXT NOT NULL, model TEXT NOT NULL, score REAL NOT NULL,"
    " score5 REAL NOT NULL, checksum INTEGER NOT NULL, used INTEGER NOT NULL, PRIMARY KEY(hash, model)) WITHOUT ROWID;";
constexpr int WritesBetweenRoom = 1024;
constexpr std::size_t HashLength = 64;
constexpr int LongestSide = 1 << 20;

/// FNV-1a: SQLite does not notice a flipped bit, a wrong score would stay for ever.
class Checksum {
public:
    Checksum& add(const std::string& text)
    {
        for (const char c : text)
            byte(static_cast<unsigned char>(c));
        byte(0); // where one text ends
        return *this;
    }
    Checksum& add(std::uint64_t word)
    {
        for (int shift = 0; shift < 64; shift += 8)
            byte(static_cast<unsigned char>(word >> shift & 0xffU));
        return *this;
    }
    Checksum& add(double value) { return add(std::bit_cast<std::uint64_t>(value)); }
    std::int64_t value() const { return std::int64_t{m_hash}; }

private:
    void byte(unsigned char value) { m_hash = (m_hash ^ value) * 16777619U; }

    std::uint32_t m_hash = 2166136261U;
};

std::int64_t checksum(const std::string& file, const KnownPhoto& photo)
{
    return Checksum()
        .add(file)
        .add(photo.hash)
        .add(static_cast<std::uint64_t>(photo.width))
        .add(static_cast<std::uint64_t>(photo.height))
        .value();
}

std::int64_t checksum(const std::string& hash, const std::string& model, const StoredScore& score)
{
    return Checksum().add(hash).add(model).add(score.score).add(score.score5).value();
}

/// Names of files say much of a person; their hash tells them apart as well.
std::string hidden(const std::string& file)
{
    return sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(file.data()), file.size()));
}

} // namespace

std::filesystem::path ScoreStore::defaultFile()
{
    return SqliteCache::defaultFile("scores");
}

ScoreStore::ScoreStore(std::filesystem::path file, std::size_t most)
    : m_cache(std::move(file), "scores", SchemaVersion, Schema)
    , m_most(static_cast<std::int64_t>(most))
{ }

bool ScoreStore::isReady()
{
    if (!m_cache.isOpen() && !std::exchange(m_isTried, true) && m_cache.open() == SQLITE_OK) {
        int code = SQLITE_OK;
        // A counter, not a clock: clocks go back.
        m_run = 1
            + m_cache.database().number("SELECT max((SELECT ifnull(max(used), 0) FROM files),"
                                        " (SELECT ifnull(max(used), 0) FROM scores))",
                                        code);
        if (SqliteDatabase::isDamage(m_cache.note(code)))
            (void)m_cache.open(); // the damaged one is set aside
        if (m_cache.isOpen())
            makeRoom();
    }
    return m_cache.isOpen();
}

std::optional<KnownPhoto> ScoreStore::photo(const std::string& file)
{
    const std::scoped_lock lock(m_cache.mutex());
    if (file.empty() || !isReady())
        return std::nullopt;
    const std::string key = hidden(file);
    KnownPhoto photo;
    std::int64_t when = 0;
    {
        SqliteStatement find(m_cache.database(),
                             "SELECT hash, width, height, checksum, used FROM files WHERE file = ?1");
        const int code = find.bind(1, key).step();
        if (code != SQLITE_ROW) {
            m_cache.note(code);
            return std::nullopt;
        }
        const std::int64_t width = find.integer(1);
        const std::int64_t height = find.integer(2);
        photo.hash = find.text(0);
        if (photo.hash.size() != HashLength || width < 1 || height < 1 || width > LongestSide || height > LongestSide)
            return std::nullopt;
        photo.width = static_cast<int>(width);
        photo.height = static_cast<int>(height);
        if (find.integer(3) != checksum(key, photo))
            return std::nullopt;
        when = find.integer(4);
    }
    used("UPDATE files SET used = ?1 WHERE file = ?2", when, key, {});
    return photo;
}

void ScoreStore::notePhoto(const std::string& file, const KnownPhoto& photo)
{
    const std::scoped_lock lock(m_cache.mutex());
    if (file.empty() || photo.hash.size() != HashLength || !isReady())
        return;
    const std::string key = hidden(file);
    {
        SqliteStatement insert(m_cache.database(), "INSERT OR REPLACE INTO files VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        insert.bind(1, key)
            .bind(2, photo.hash)
            .bind(3, std::int64_t{photo.width})
            .bind(4, std::int64_t{photo.height})
            .bind(5, checksum(key, photo))
            .bind(6, m_run);
        m_cache.note(insert.step());
    }
    wrote();
}

std::optional<StoredScore> ScoreStore::score(const std::string& hash, const std::string& model)
{
    const std::scoped_lock lock(m_cache.mutex());
    if (hash.empty() || model.empty() || !isReady())
        return std::nullopt;
    StoredScore score;
    std::int64_t when = 0;
    {
        SqliteStatement find(m_cache.database(),
                             "SELECT score, score5, checksum, used FROM scores WHERE hash = ?1 AND model = ?2");
        const int code = find.bind(1, hash).bind(2, model).step();
        if (code != SQLITE_ROW) {
            m_cache.note(code);
            return std::nullopt;
        }
        score = {find.real(0), find.real(1)};
        if (!std::isfinite(score.score) || !std::isfinite(score.score5)
            || find.integer(2) != checksum(hash, model, score))
            return std::nullopt;
        when = find.integer(3);
    }
    used("UPDATE scores SET used = ?1 WHERE hash = ?2 AND model = ?3", when, hash, model);
    return score;
}

void ScoreStore::noteScore(const std::string& hash, const std::string& model, const StoredScore& score)
{
    const std::scoped_lock lock(m_cache.mutex());
    if (hash.empty() || model.empty() || !std::isfinite(score.score) || !std::isfinite(score.score5) || !isReady())
        return;
    {
        SqliteStatement insert(m_cache.database(), "INSERT OR REPLACE INTO scores VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        insert.bind(1, hash)
            .bind(2, model)
            .bind(3, score.score)
            .bind(4, score.score5)
            .bind(5, checksum(hash, model, score))
            .bind(6, m_run);
        m_cache.note(insert.step());
    }
    wrote();
}

/// Once in a run is enough to tell what is in use.
void ScoreStore::used(const char* update, std::int64_t when, const std::string& a, const std::string& b)
{
    if (when == m_run || !m_cache.isOpen())
        return;
    SqliteStatement mark(m_cache.database(), update);
    mark.bind(1, m_run).bind(2, a);
    if (!b.empty())
        mark.bind(3, b);
    m_cache.note(mark.step());
}

void ScoreStore::wrote()
{
    if (++m_writes >= WritesBetweenRoom && m_cache.isOpen())
        makeRoom();
}

void ScoreStore::makeRoom()
{
    m_writes = 0;
    dropSurplus("files");
    dropSurplus("scores");
}

void ScoreStore::dropSurplus(const char* table)
{
    if (!m_cache.isOpen())
        return;
    const std::string name = table;
    int code = SQLITE_OK;
    const std::int64_t count = m_cache.database().number(("SELECT count(*) FROM " + name).c_str(), code);
    if (m_cache.note(code) != SQLITE_OK || count <= m_most)
        return;
    const std::string keys = name == "files" ? "file" : "hash, model";
    const std::string drop = "DELETE FROM " + name + " WHERE (" + keys + ") IN (SELECT " + keys + " FROM " + name
        + " ORDER BY used LIMIT ?1); ";
    {
        SqliteStatement statement(m_cache.database(), drop.c_str());
        m_cache.note(statement.bind(1, count - m_most).step());
    }
    if (m_cache.isOpen())
        (void)m_cache.database().execute("PRAGMA incremental_vacuum");
}

std::string ScoreStore::problem() const
{
    const std::scoped_lock lock(m_cache.mutex());
    return m_cache.problem();
}

} // namespace halflens
