// SPDX-License-Identifier: BSD-3-Clause
// A thin handle on SQLite: connection and prepared statements, results as SQLite's own numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace halflens {

/// One connection. Primary result codes (SQLITE_OK = 0, SQLITE_ROW, SQLITE_DONE, ...) are returned as they come.
/// From several threads: SQLite's own lock, one call at a time; a transaction needs a lock of the caller.
class SqliteDatabase {
public:
    SqliteDatabase() = default;
    ~SqliteDatabase() { close(); }
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    /// Opens or makes the file; waits up to `busyMilliseconds` for other processes. Closed again when it fails.
    int open(const std::filesystem::path& file, int busyMilliseconds);
    void close();
    bool isOpen() const { return m_handle != nullptr; }

    /// Runs one or more statements without values. SQLITE_OK, or what went wrong.
    int execute(const char* text);
    /// The first number a query gives; 0, with `code` saying why, where there is none.
    std::int64_t number(const char* text, int& code);

    /// Whether the code means that the file is no (longer a) database.
    static bool isDamage(int code);
    /// SQLite's words for a code.
    static std::string words(int code);

private:
    friend class SqliteStatement;
    sqlite3* m_handle = nullptr;
};

/// A prepared statement. Values are bound by number from 1, columns read by number from 0.
class SqliteStatement {
public:
    SqliteStatement(SqliteDatabase& database, const char* text);
    ~SqliteStatement();
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    SqliteStatement& bind(int index, std::int64_t value);
    SqliteStatement& bind(int index, double value);
    SqliteStatement& bind(int index, const std::string& value); ///< text, copied
    SqliteStatement& bind(int index, std::span<const std::uint8_t> value); ///< blob, copied
    /// SQLITE_ROW, SQLITE_DONE, or what went wrong, preparing included.
    int step();
    void reset();

    std::int64_t integer(int column);
    double real(int column);
    std::string text(int column);
    std::span<const std::uint8_t> blob(int column); ///< valid until the next step

private:
    sqlite3_stmt* m_handle = nullptr;
    int m_code = 0;
};

} // namespace halflens
