// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/sqlite.h"

#include <sqlite3.h>

namespace halflens {

namespace {

constexpr int PrimaryCode = 0xff; ///< extended codes keep the primary one in their lowest byte

} // namespace

int SqliteDatabase::open(const std::filesystem::path& file, int busyMilliseconds)
{
    close();
    const int code = sqlite3_open_v2(file.c_str(), &m_handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
    if (code == SQLITE_OK)
        sqlite3_busy_timeout(m_handle, busyMilliseconds);
    else
        close();
    return code & PrimaryCode;
}

void SqliteDatabase::close()
{
    sqlite3_close_v2(m_handle);
    m_handle = nullptr;
}

int SqliteDatabase::execute(const char* text)
{
    return sqlite3_exec(m_handle, text, nullptr, nullptr, nullptr) & PrimaryCode;
}

std::int64_t SqliteDatabase::number(const char* text, int& code)
{
    SqliteStatement statement(*this, text);
    const int step = statement.step();
    code = step == SQLITE_ROW ? SQLITE_OK : step;
    return step == SQLITE_ROW ? statement.integer(0) : 0;
}

bool SqliteDatabase::isDamage(int code)
{
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_FORMAT;
}

std::string SqliteDatabase::words(int code)
{
    return sqlite3_errstr(code);
}

SqliteStatement::SqliteStatement(SqliteDatabase& database, const char* text)
    : m_code(sqlite3_prepare_v2(database.m_handle, text, -1, &m_handle, nullptr) & PrimaryCode)
{ }

SqliteStatement::~SqliteStatement()
{
    sqlite3_finalize(m_handle);
}

SqliteStatement& SqliteStatement::bind(int index, std::int64_t value)
{
    sqlite3_bind_int64(m_handle, index, value);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int index, double value)
{
    sqlite3_bind_double(m_handle, index, value);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int index, const std::string& value)
{
    sqlite3_bind_text(m_handle, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int index, std::span<const std::uint8_t> value)
{
    sqlite3_bind_blob(m_handle, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    return *this;
}

int SqliteStatement::step()
{
    return m_handle ? sqlite3_step(m_handle) & PrimaryCode : m_code;
}

void SqliteStatement::reset()
{
    sqlite3_reset(m_handle);
}

std::int64_t SqliteStatement::integer(int column)
{
    return sqlite3_column_int64(m_handle, column);
}

double SqliteStatement::real(int column)
{
    return sqlite3_column_double(m_handle, column);
}

std::string SqliteStatement::text(int column)
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_handle, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_handle, column))) : std::string();
}

std::span<const std::uint8_t> SqliteStatement::blob(int column)
{
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(m_handle, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_handle, column))};
}

} // namespace halflens
