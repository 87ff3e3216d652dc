// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/file.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace halflens {

namespace {

Error ioError(const char* stage, const std::filesystem::path& path, const QString& reason, const char* remedy)
{
    return {ErrorCode::Io, stage, reason.toStdString(), remedy, path.string()};
}

/// Opens for reading; folders and special files are refused with a reason of their own.
Status openForReading(QFile& file, const std::filesystem::path& path)
{
    const QFileInfo info(file.fileName());
    if (!info.exists())
        return ioError("open", path, QStringLiteral("no such file"), "check the path");
    if (info.isDir())
        return ioError("open", path, QStringLiteral("is a folder, not a file"), "name a file");
    if (!info.isFile())
        return ioError("open", path, QStringLiteral("is not a regular file"), "name a regular file");
    if (!file.open(QIODevice::ReadOnly))
        return ioError("open", path, file.errorString(), "check the permissions of the file");
    return {};
}

} // namespace

Result<std::vector<std::uint8_t>> readFile(const std::filesystem::path& path, std::uint64_t maxBytes)
{
    QFile file(QString::fromStdString(path.string()));
    if (Status opened = openForReading(file, path); !opened)
        return std::move(opened).error();
    if (static_cast<std::uint64_t>(file.size()) > maxBytes)
        return ioError(
            "open", path,
            QStringLiteral("the file has %1 bytes, more than the limit of %2").arg(file.size()).arg(maxBytes),
            "use a smaller file");
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file.size()));
    const qint64 got = file.read(reinterpret_cast<char*>(bytes.data()), static_cast<qint64>(bytes.size()));
    if (got < 0)
        return ioError("open", path, file.errorString(), "check the disk");
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

Status writeFileAtomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes)
{
    QSaveFile file(QString::fromStdString(path.string()));
    const auto size = static_cast<qint64>(bytes.size());
    if (!file.open(QIODevice::WriteOnly) || file.write(reinterpret_cast<const char*>(bytes.data()), size) != size
        || !file.commit())
        return ioError("write", path, file.errorString(),
                       "choose a folder that exists, is writable and has free space");
    return {};
}

Status writeFileAtomically(const std::filesystem::path& path, const std::string& text)
{
    return writeFileAtomically(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
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
    QFile file(QString::fromStdString(path.string()));
    if (Status opened = openForReading(file, path); !opened)
        return std::move(opened).error();
    QCryptographicHash hash(QCryptographicHash::Sha256);
    if (!hash.addData(&file))
        return ioError("open", path, file.errorString(), "check the disk");
    return hash.result().toHex().toStdString();
}

} // namespace halflens
