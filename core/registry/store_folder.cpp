// SPDX-License-Identifier: BSD-3-Clause
#include "core/registry/store_folder.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <unistd.h>
#include <utility>
#include <vector>

namespace halflens::detail {

namespace {

constexpr std::string_view Prefix = ".import-";
constexpr std::uint64_t MaxBytes = 4'000'000'000;
constexpr qint64 ChunkBytes = 4 << 20;

Error writeError(const std::filesystem::path& path, const std::string& reason)
{
    return {ErrorCode::Io, "write", reason, "make sure the folder of models is writable and the disk has room",
            path.string()};
}

/// Whether the process that made an import folder is gone.
bool isAbandoned(const std::string& name)
{
    if (!name.starts_with(Prefix))
        return false;
    int process = 0;
    const char* begin = name.data() + Prefix.size();
    const auto [end, failed] = std::from_chars(begin, name.data() + name.size(), process);
    return failed == std::errc() && process > 0 && kill(process, 0) != 0 && errno == ESRCH;
}

void clearAbandoned(const std::filesystem::path& store)
{
    std::error_code failed;
    std::vector<std::filesystem::path> abandoned;
    for (const auto& entry : std::filesystem::directory_iterator(store, failed)) {
        if (isAbandoned(entry.path().filename().string()))
            abandoned.push_back(entry.path());
    }
    for (const std::filesystem::path& path : abandoned)
        std::filesystem::remove_all(path, failed);
}

} // namespace

Result<ImportFolder> ImportFolder::create(const std::filesystem::path& store)
{
    static std::atomic<int> counter{0};
    std::error_code failed;
    std::filesystem::create_directories(store, failed);
    if (failed)
        return writeError(store, failed.message());
    clearAbandoned(store);
    std::filesystem::path path =
        store / (std::string(Prefix) + std::to_string(getpid()) + "-" + std::to_string(counter++));
    std::filesystem::create_directory(path, failed);
    if (failed)
        return writeError(path, failed.message());
    return ImportFolder(store, std::move(path));
}

ImportFolder::ImportFolder(std::filesystem::path store, std::filesystem::path path)
    : m_store(std::move(store))
    , m_path(std::move(path))
{ }

ImportFolder::ImportFolder(ImportFolder&& other) noexcept
    : m_store(std::move(other.m_store))
    , m_path(std::exchange(other.m_path, {}))
{ }

ImportFolder::~ImportFolder()
{
    std::error_code ignored;
    if (!m_path.empty())
        std::filesystem::remove_all(m_path, ignored);
}

Status ImportFolder::publish(const std::string& id)
{
    std::error_code failed;
    std::filesystem::rename(m_path, m_store / id, failed);
    if (failed == std::errc::directory_not_empty || failed == std::errc::file_exists
        || failed == std::errc::not_a_directory)
        return Error{ErrorCode::InvalidInput, "import", "there is already a model called \"" + id + "\"",
                     "remove it first, or choose another name with --id", (m_store / id).string()};
    if (failed)
        return writeError(m_store / id, failed.message());
    m_path.clear();
    return {};
}

Result<CopiedFile> copyHashed(const std::filesystem::path& from, const std::filesystem::path& to,
                              const std::stop_token& stop, const std::function<void(double)>& progress)
{
    const auto openError = [&](const std::string& reason, const char* remedy) {
        return Error{ErrorCode::Io, "open", reason, remedy, from.string()};
    };
    QFile source(QString::fromStdString(from.string()));
    if (!source.exists())
        return openError("no such file", "check the path");
    if (!QFileInfo(source).isFile())
        return openError("is not a regular file", "name the file itself, not a folder");
    if (!source.open(QIODevice::ReadOnly))
        return openError(source.errorString().toStdString(), "check the permissions of the file");
    if (static_cast<std::uint64_t>(source.size()) > MaxBytes)
        return openError("the file is larger than 4 GB, more than any model HalfLens can use", "name a weights file");
    QFile target(QString::fromStdString(to.string()));
    if (!target.open(QIODevice::WriteOnly | QIODevice::NewOnly))
        return writeError(to, target.errorString().toStdString());

    CopiedFile copied;
    QCryptographicHash hash(QCryptographicHash::Sha256);
    std::vector<char> chunk(static_cast<std::size_t>(ChunkBytes));
    for (;;) {
        if (stop.stop_requested())
            return cancelledError();
        const qint64 got = source.read(chunk.data(), ChunkBytes);
        if (got < 0)
            return openError(source.errorString().toStdString(), "check the disk");
        if (got == 0)
            break;
        hash.addData(QByteArrayView(chunk.data(), got));
        copied.bytes += static_cast<std::uint64_t>(got);
        if (copied.bytes > MaxBytes || target.write(chunk.data(), got) != got)
            return writeError(to, target.errorString().toStdString());
        if (progress && source.size() > 0)
            progress(static_cast<double>(copied.bytes) / static_cast<double>(source.size()));
    }
    if (!target.flush() || fsync(target.handle()) != 0)
        return writeError(to, target.errorString().toStdString());
    copied.sha256 = hash.result().toHex().toStdString();
    return copied;
}

} // namespace halflens::detail
