// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/file_name.h"

#include <QStringDecoder>

#include <algorithm>
#include <string_view>
#include <utility>

namespace halflens {

namespace {

constexpr char16_t KeptBytes = 0xDC00; ///< plus the byte

bool isKeptByte(QChar c)
{
    return c.unicode() >= KeptBytes + 0x80 && c.unicode() <= KeptBytes + 0xff;
}

QString decoded(QByteArrayView bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8,
                           QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    return decoder.decode(bytes);
}

/// The character at the front of the bytes and how many it takes; nothing when they are not one.
std::pair<QString, qsizetype> firstCharacter(QByteArrayView bytes)
{
    for (qsizetype size = 1; size <= std::min<qsizetype>(4, bytes.size()); ++size) {
        QString text = decoded(bytes.first(size));
        if (!text.isEmpty() && !text.contains(QChar::ReplacementCharacter))
            return {std::move(text), size};
    }
    return {};
}

int hexadecimal(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0'
        : digit >= 'a' && digit <= 'f'  ? digit - 'a' + 10
        : digit >= 'A' && digit <= 'F'  ? digit - 'A' + 10
                                        : -1;
}

} // namespace

QString fromFilePath(const std::filesystem::path& path)
{
    QByteArrayView rest(path.native().data(), static_cast<qsizetype>(path.native().size()));
    QString text = decoded(rest);
    if (!text.contains(QChar::ReplacementCharacter)) // which stands for what is no UTF-8
        return text;
    text.clear();
    while (!rest.isEmpty()) {
        const auto& [character, size] = firstCharacter(rest);
        text += size > 0 ? character
                         : QString(QChar(static_cast<char16_t>(KeptBytes + static_cast<unsigned char>(rest.front()))));
        rest = rest.sliced(std::max<qsizetype>(size, 1));
    }
    return text;
}

std::filesystem::path toFilePath(const QString& name)
{
    std::string bytes;
    qsizetype from = 0;
    for (qsizetype i = 0; i <= name.size(); ++i) {
        const bool pair = i > 0 && i < name.size() && name[i - 1].isHighSurrogate();
        if (i < name.size() && (!isKeptByte(name[i]) || pair))
            continue;
        bytes += QStringView(name).sliced(from, i - from).toUtf8().toStdString();
        if (i < name.size())
            bytes += static_cast<char>(name[i].unicode() & 0xff);
        from = i + 1;
    }
    return bytes;
}

std::filesystem::path fromArgument(const std::string& argument)
{
    constexpr std::string_view Scheme = "file://";
    constexpr std::string_view Local = "localhost";
    if (!argument.starts_with(Scheme))
        return argument;
    std::string_view rest = std::string_view(argument).substr(Scheme.size());
    if (rest.starts_with(Local))
        rest.remove_prefix(Local.size());
    if (!rest.starts_with('/'))
        return argument;
    std::string path;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const int high = rest[i] == '%' && i + 2 < rest.size() ? hexadecimal(rest[i + 1]) : -1;
        const int low = high >= 0 ? hexadecimal(rest[i + 2]) : -1;
        path += low >= 0 ? static_cast<char>(16 * high + low) : rest[i];
        if (low >= 0)
            i += 2;
    }
    return path;
}

} // namespace halflens
