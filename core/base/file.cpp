// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/file.h"

#include <QCryptographicHash>
#include <QString>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace halflens {

namespace {

Error ioError(const char* stage, const std::filesystem::path& path, const std::string& reason, const char* remedy)
{
    return {ErrorCode::Io, stage, reason, remedy, path.string()};
}

/// A file opened for reading, or standard input.
class InputFile {
public:
    explicit InputFile(int descriptor = -1)
        : m_descriptor(descriptor)
    { }
    ~InputFile()
    {
        if (m_descriptor > STDIN_FILENO)
            close(m_descriptor);
    }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    /// Folders and devices are refused with a reason of their own; pipes are read.
    Status open(const std::filesystem::path& path)
    {
        m_path = path;
        struct stat facts { };
        // Devices are not opened: some do things when they are.
        if (stat(path.c_str(), &facts) != 0)
            return systemError();
        if (S_ISDIR(facts.st_mode))
            return ioError("open", path, "is a folder, not a file", "name a file");
        if (S_ISCHR(facts.st_mode) || S_ISBLK(facts.st_mode))
            return ioError("open", path, "is a device, not a regular file", "name a regular file or a pipe");
        m_descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        return m_descriptor < 0 ? systemError() : Status();
    }

    /// Hands everything to `take` in pieces, which stops the reading by an error of its own.
    Status read(const std::function<Status(std::span<const std::uint8_t>)>& take)
    {
        std::vector<std::uint8_t> piece(std::size_t{1} << 20);
        for (;;) {
            const ssize_t got = ::read(m_descriptor, piece.data(), piece.size());
            if (got == 0)
                return {};
            if (got < 0 && errno == EINTR) // a signal: only an interruption has a handler that does not restart
                return cancelledError();
            if (got < 0)
                return systemError();
            if (Status taken = take(std::span(piece).first(static_cast<std::size_t>(got))); !taken)
                return taken;
        }
    }

    Result<std::vector<std::uint8_t>> readAll(std::uint64_t maxBytes)
    {
        struct stat facts { };
        const bool regular = fstat(m_descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
        const auto size = static_cast<std::uint64_t>(regular ? facts.st_size : 0);
        const auto tooLarge = [&](const std::string& length) {
            return ioError("open", m_path,
                           "the file has " + length + " bytes, more than the limit of " + std::to_string(maxBytes),
                           "use a smaller file");
        };
        if (size > maxBytes)
            return tooLarge(std::to_string(size));
        std::vector<std::uint8_t> bytes;
        bytes.reserve(size);
        Status complete = read([&](std::span<const std::uint8_t> piece) -> Status {
            if (piece.size() > maxBytes - bytes.size())
                return tooLarge("too many");
            bytes.insert(bytes.end(), piece.begin(), piece.end());
            return {};
        });
        if (!complete)
            return std::move(complete).error();
        return bytes;
    }

private:
    Error systemError() const
    {
        const int number = errno;
        switch (number) {
        case ENOENT:
        case ENOTDIR:
            return ioError("open", m_path, "no such file", "check the path");
        case EACCES:
        case EPERM:
            return ioError("open", m_path, "permission denied", "check the permissions of the file and of its folders");
        default:
            return ioError("open", m_path, systemReason(number), "check the file and the disk");
        }
    }

    int m_descriptor;
    std::filesystem::path m_path;
};

Error writeError(const std::filesystem::path& path, const std::string& reason,
                 const char* remedy = "choose a folder that exists, is writable and has free space")
{
    return {ErrorCode::Io, "write", reason, remedy, path.string()};
}

bool writeAll(int file, std::span<const std::uint8_t> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

/// Opens a pipe for writing. Its reader may be starting just now: it is waited for, but not for ever.
int openPipe(const std::filesystem::path& path)
{
    constexpr int Attempts = 60;
    constexpr auto Pause = std::chrono::milliseconds(50);
    for (int attempt = 0;; ++attempt) {
        const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
        if (file >= 0) {
            fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~O_NONBLOCK);
            return file;
        }
        if (errno != ENXIO || attempt == Attempts)
            return -1;
        std::this_thread::sleep_for(Pause);
    }
}

/// Into a device, a pipe, or an open descriptor under /proc.
Status writeInto(const std::filesystem::path& path, std::span<const std::uint8_t> bytes)
{
    const int file = openPipe(path);
    if (file < 0)
        return writeError(path, errno == ENXIO ? "nobody reads from this pipe" : systemReason(errno),
                          "name a file, or start the reader first");
    const bool written = writeAll(file, bytes);
    const int failed = errno;
    if (close(file) != 0 && written)
        return writeError(path, systemReason(errno));
    return written ? Status() : writeError(path, systemReason(failed));
}

/// The file a chain of symbolic links leads to, whether it exists or not. Nothing: the chain leads into /proc, whose
/// links stand for open descriptors and not for names.
std::optional<std::filesystem::path> endOfLinks(std::filesystem::path path)
{
    constexpr int MostLinks = 40;
    std::error_code failed;
    for (int link = 0; link < MostLinks; ++link) {
        if (path.native().starts_with("/proc/"))
            return std::nullopt;
        const std::filesystem::path target = std::filesystem::read_symlink(path, failed);
        if (failed)
            break;
        path = path.parent_path() / target; // an absolute target replaces all of it
    }
    return path;
}

/// A new file in the folder of `target`, readable by whom the umask says. The name in `temporary`; -1: errno says why.
int makeTemporary(const std::filesystem::path& target, std::filesystem::path& temporary)
{
    static std::atomic<unsigned> count{0};
    for (;;) {
        temporary =
            target.parent_path() / (".halflens-" + std::to_string(getpid()) + "-" + std::to_string(count++) + ".part");
        const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
}

Status replaceFile(const std::filesystem::path& path, const std::filesystem::path& target, const struct stat* old,
                   std::span<const std::uint8_t> bytes)
{
    if (target.filename().empty())
        return writeError(path, "names no file", "name a file");
    std::filesystem::path temporary;
    const int file = makeTemporary(target, temporary);
    if (file < 0)
        return writeError(path, systemReason(errno));
    if (old) {
        [[maybe_unused]] const int kept = fchown(file, old->st_uid, old->st_gid); // where that is allowed
        fchmod(file, old->st_mode & 07777);
    }
    bool done = writeAll(file, bytes);
    int failed = errno;
    if (close(file) != 0 && done) { // some file systems notice a full disk only here
        done = false;
        failed = errno;
    }
    if (done && rename(temporary.c_str(), target.c_str()) != 0) {
        done = false;
        failed = errno;
    }
    if (done)
        return {};
    unlink(temporary.c_str());
    return writeError(path, systemReason(failed));
}

} // namespace

std::string systemReason(int errorNumber)
{
    const char* words = strerrordesc_np(errorNumber); // not translated, unlike strerror
    std::string text = words ? words : "error " + std::to_string(errorNumber);
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

Result<std::vector<std::uint8_t>> readFile(const std::filesystem::path& path, std::uint64_t maxBytes)
{
    InputFile file;
    if (Status opened = file.open(path); !opened)
        return std::move(opened).error();
    return file.readAll(maxBytes);
}

Result<std::vector<std::uint8_t>> readStandardInput(std::uint64_t maxBytes)
{
    return InputFile(STDIN_FILENO).readAll(maxBytes);
}

Status writeFileAtomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes)
{
    struct stat old { };
    const bool exists = stat(path.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode))
        return writeError(path, "is a folder", "name a file");
    if (exists && (S_ISCHR(old.st_mode) || S_ISFIFO(old.st_mode)))
        return writeInto(path, bytes);
    if (exists && !S_ISREG(old.st_mode))
        return writeError(path, "is neither a file nor a pipe nor a character device", "name a file");
    const std::optional<std::filesystem::path> target = endOfLinks(path);
    if (!target)
        return writeInto(path, bytes); // a descriptor of this process
    return replaceFile(path, *target, exists ? &old : nullptr, bytes);
}

Status writeFileAtomically(const std::filesystem::path& path, const std::string& text)
{
    return writeFileAtomically(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Status refuseInputAsOutput(const std::vector<std::filesystem::path>& outputs,
                           const std::vector<std::filesystem::path>& inputs)
{
    for (const std::filesystem::path& output : outputs) {
        struct stat target { };
        if (output.empty() || stat(output.c_str(), &target) != 0 || S_ISCHR(target.st_mode) || S_ISFIFO(target.st_mode))
            continue;
        for (const std::filesystem::path& input : inputs) {
            struct stat source { };
            if (stat(input.c_str(), &source) == 0 && source.st_dev == target.st_dev && source.st_ino == target.st_ino)
                return Error{ErrorCode::InvalidInput, "write",
                             "the output would replace " + input.string() + ", which is read here",
                             "choose another name for the output", output.string()};
        }
    }
    return {};
}

std::string sha256Hex(std::span<const std::uint8_t> bytes)
{
    const QByteArrayView view(bytes.data(), static_cast<qsizetype>(bytes.size()));
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(view);
    return hash.result().toHex().toStdString();
}

Result<std::string> sha256HexOfFile(const std::filesystem::path& path)
{
    InputFile file;
    if (Status opened = file.open(path); !opened)
        return std::move(opened).error();
    QCryptographicHash hash(QCryptographicHash::Sha256);
    Status complete = file.read([&](std::span<const std::uint8_t> piece) -> Status {
        hash.addData(QByteArrayView(piece.data(), static_cast<qsizetype>(piece.size())));
        return {};
    });
    if (!complete)
        return std::move(complete).error();
    return hash.result().toHex().toStdString();
}

} // namespace halflens
