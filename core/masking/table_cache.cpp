// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/table_cache.h"

#include "core/base/file.h"
#include "core/base/sqlite_cache.h"

#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <mutex>
#include <sqlite3.h>
#include <utility>
#include <vector>

namespace halflens {

namespace {

constexpr int SchemaVersion = 1;
constexpr const char* Schema = "CREATE TABLE IF NOT EXISTS tables(id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL,"
                               " used INTEGER NOT NULL);"
                               "CREATE TABLE IF NOT EXISTS rows(tableId INTEGER NOT NULL, mask INTEGER NOT NULL,"
                               " checksum INTEGER NOT NULL, output BLOB NOT NULL, PRIMARY KEY(tableId, mask))"
                               " WITHOUT ROWID;";
constexpr std::size_t BatchRows = 256;
constexpr auto BatchTime = std::chrono::seconds(1);

/// FNV-1a: SQLite does not notice a flipped bit, a wrong prediction would stay for ever.
std::uint32_t checksum(int mask, std::span<const float> values)
{
    std::uint32_t hash = 2166136261u;
    const auto add = [&](std::uint32_t word) {
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (word >> shift & 0xffu)) * 16777619u;
    };
    add(static_cast<std::uint32_t>(mask));
    for (const float value : values)
        add(std::bit_cast<std::uint32_t>(value));
    return hash;
}

std::span<const std::uint8_t> bytesOf(std::span<const float> values)
{
    return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

/// `source`: where the exchanged blocks come from.
std::string keyOf(const std::string& imageHash, const std::string& source, const ModelInfo& model,
                  const ModelInput& input)
{
    if (imageHash.empty() || model.weightsHash.empty())
        return {};
    std::string text = "version " HALFLENS_VERSION "\nimage " + imageHash + "\nweights " + model.weightsHash
        + "\nfamily " + model.family + "\noutputs " + std::to_string(model.outputs) + "\n" + source + "\ngrid "
        + std::to_string(GridRows) + "x" + std::to_string(GridColumns) + "\ninput " + std::to_string(input.width) + "x"
        + std::to_string(input.height) + " " + toString(input.policy) + "\nnormalization "
        + std::to_string(static_cast<int>(model.input.normalization));
    if (model.input.normalization == Normalization::Custom) {
        const CustomNormalization& custom = model.input.custom;
        std::vector<float> numbers{custom.divisor};
        numbers.insert(numbers.end(), custom.mean.begin(), custom.mean.end());
        numbers.insert(numbers.end(), custom.std.begin(), custom.std.end());
        for (const float number : numbers)
            text += " " + std::to_string(std::bit_cast<std::uint32_t>(number));
        text += custom.bgr ? " bgr" : " rgb";
    }
    return sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

} // namespace

std::string tableKey(const std::string& imageHash, const ModelInfo& model, const ModelInput& input, Fill fill)
{
    return keyOf(imageHash, "fill " + toString(fill), model, input);
}

std::string exchangeKey(const std::string& imageA, const std::string& imageB, const ModelInfo& model,
                        const ModelInput& input)
{
    return imageB.empty() ? std::string() : keyOf(imageA, "exchange " + imageB, model, input);
}

class TableCache::Database : public SqliteCache {
public:
    Database(std::filesystem::path file, std::uint64_t maxBytes)
        : SqliteCache(std::move(file), "mask tables", SchemaVersion, Schema)
        , m_maxBytes(maxBytes)
    {
        (void)open();
    }

    /// Id of the table, made when it is new, and marked as just used. Negative: none.
    std::int64_t table(const std::string& key)
    {
        int code = SQLITE_ERROR;
        std::int64_t id = touch(key, code);
        if (SqliteDatabase::isDamage(code)) {
            setAside();
            if (open() == SQLITE_OK)
                id = touch(key, code);
        }
        if (id >= 0)
            makeRoom(id);
        return id;
    }

private:
    std::int64_t touch(const std::string& key, int& code)
    {
        if (!isOpen())
            return -1;
        // A counter, not a clock: clocks go back.
        SqliteStatement insert(database(),
                               "INSERT INTO tables(key, used) VALUES(?1, (SELECT ifnull(max(used), 0) + 1 FROM tables))"
                               " ON CONFLICT(key) DO UPDATE SET used = (SELECT max(used) + 1 FROM tables)");
        code = insert.bind(1, key).step();
        if (code != SQLITE_DONE) {
            if (!SqliteDatabase::isDamage(code))
                note(code);
            return -1;
        }
        SqliteStatement find(database(), "SELECT id FROM tables WHERE key = ?1");
        code = find.bind(1, key).step();
        return code == SQLITE_ROW ? find.integer(0) : -1;
    }

    void makeRoom(std::int64_t current)
    {
        const auto used = [this] {
            int code = 0;
            const std::int64_t pages =
                database().number("PRAGMA page_count", code) - database().number("PRAGMA freelist_count", code);
            return static_cast<std::uint64_t>(pages)
                * static_cast<std::uint64_t>(database().number("PRAGMA page_size", code));
        };
        bool dropped = false;
        while (used() > m_maxBytes) {
            SqliteStatement oldest(database(), "SELECT id FROM tables WHERE id <> ?1 ORDER BY used LIMIT 1");
            if ((oldest.bind(1, current).step()) != SQLITE_ROW)
                break;
            const std::int64_t id = oldest.integer(0);
            oldest.reset();
            SqliteStatement rows(database(), "DELETE FROM rows WHERE tableId = ?1");
            SqliteStatement table(database(), "DELETE FROM tables WHERE id = ?1");
            if ((rows.bind(1, id).step()) != SQLITE_DONE || (table.bind(1, id).step()) != SQLITE_DONE)
                break;
            dropped = true;
        }
        if (dropped)
            (void)database().execute("PRAGMA incremental_vacuum");
    }

    std::uint64_t m_maxBytes;
};

namespace {

struct PendingRow {
    BlockMask mask;
    std::vector<float> output;
};

template<class Database> class Rows final : public CachedRows {
public:
    Rows(Database& database, std::int64_t table)
        : m_database(database)
        , m_table(table)
        , m_lastWrite(std::chrono::steady_clock::now())
    { }
    ~Rows() override { writePending(); }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    void load(int outputs, const std::function<void(BlockMask, std::span<const float>)>& found) override
    {
        const std::scoped_lock lock(m_database.mutex());
        if (!m_database.database().isOpen())
            return;
        std::vector<float> output(static_cast<std::size_t>(outputs));
        int code = SQLITE_OK;
        {
            SqliteStatement rows(m_database.database(), "SELECT mask, checksum, output FROM rows WHERE tableId = ?1");
            rows.bind(1, m_table);
            while ((code = rows.step()) == SQLITE_ROW) {
                const std::int64_t mask = rows.integer(0);
                const std::span<const std::uint8_t> blob = rows.blob(2);
                if (mask < 0 || mask >= MaskCount || blob.size() != output.size() * sizeof(float))
                    continue;
                std::memcpy(output.data(), blob.data(), blob.size());
                if (checksum(static_cast<int>(mask), output) == static_cast<std::uint32_t>(rows.integer(1)))
                    found(BlockMask(static_cast<std::uint32_t>(mask)), output);
            }
        }
        m_database.note(code);
    }

    void save(BlockMask mask, std::span<const float> output) override
    {
        m_pending.push_back({mask, {output.begin(), output.end()}});
        if (m_pending.size() >= BatchRows || std::chrono::steady_clock::now() - m_lastWrite >= BatchTime)
            writePending();
    }

    void flush() override { writePending(); }

private:
    void writePending()
    {
        const std::scoped_lock lock(m_database.mutex());
        std::vector<PendingRow> pending = std::exchange(m_pending, {});
        m_lastWrite = std::chrono::steady_clock::now();
        if (!m_database.database().isOpen() || pending.empty())
            return;
        int code = m_database.database().execute("BEGIN IMMEDIATE");
        if (code == SQLITE_OK) {
            SqliteStatement insert(m_database.database(), "INSERT OR REPLACE INTO rows VALUES(?1, ?2, ?3, ?4)");
            for (const PendingRow& row : pending) {
                insert.bind(1, m_table)
                    .bind(2, std::int64_t{row.mask.bits()})
                    .bind(3, std::int64_t{checksum(row.mask.bits(), row.output)})
                    .bind(4, bytesOf(row.output));
                code = insert.step();
                insert.reset();
                if (code != SQLITE_DONE)
                    break;
            }
            const char* end = code == SQLITE_DONE ? "COMMIT" : "ROLLBACK";
            const int ended = m_database.database().execute(end);
            code = code == SQLITE_DONE ? ended : code;
        }
        m_database.note(code);
    }

    Database& m_database;
    std::int64_t m_table;
    std::vector<PendingRow> m_pending;
    std::chrono::steady_clock::time_point m_lastWrite;
};

} // namespace

std::filesystem::path TableCache::defaultFile()
{
    return SqliteCache::defaultFile("tables");
}

TableCache::TableCache(std::filesystem::path file, std::uint64_t maxBytes)
    : m_database(std::make_unique<Database>(std::move(file), maxBytes))
{ }

TableCache::~TableCache() = default;

std::unique_ptr<CachedRows> TableCache::open(const std::string& key)
{
    const std::scoped_lock lock(m_database->mutex());
    const std::int64_t table = key.empty() ? -1 : m_database->table(key);
    if (table < 0)
        return nullptr;
    return std::make_unique<Rows<Database>>(*m_database, table);
}

std::string TableCache::problem() const
{
    const std::scoped_lock lock(m_database->mutex());
    return m_database->problem();
}

} // namespace halflens
