// SPDX-License-Identifier: BSD-3-Clause
#include "core/image/image_folder.h"

#include "core/base/file_name.h"
#include "core/image/decode.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace halflens {

namespace {

/// Whether the content is an image's, for names that do not tell.
bool startsAsImage(const std::filesystem::path& path)
{
    std::array<char, 64> head{};
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), head.size());
    return looksLikeImage(
        {reinterpret_cast<const std::uint8_t*>(head.data()), static_cast<std::size_t>(file.gcount())});
}

std::set<std::string> knownSuffixes()
{
    std::set<std::string> suffixes;
    for (const ImageFormat& format : imageFormats())
        suffixes.insert(format.suffixes.begin(), format.suffixes.end());
    return suffixes;
}

std::string lowerSuffix(const std::filesystem::path& path)
{
    std::string suffix = path.extension().string();
    suffix.erase(0, 1);
    std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    return suffix;
}

} // namespace

bool comesBefore(const QString& a, const QString& b)
{
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < a.size() && j < b.size()) {
        if (a[i].isDigit() && b[j].isDigit()) {
            const auto runEnd = [](const QString& text, qsizetype at) {
                while (at < text.size() && text[at].isDigit())
                    ++at;
                return at;
            };
            const auto number = [](QStringView digits) {
                while (digits.size() > 1 && digits.front().digitValue() == 0)
                    digits = digits.mid(1);
                return digits;
            };
            const qsizetype iEnd = runEnd(a, i);
            const qsizetype jEnd = runEnd(b, j);
            const QStringView first = number(QStringView(a).mid(i, iEnd - i));
            const QStringView second = number(QStringView(b).mid(j, jEnd - j));
            if (first.size() != second.size())
                return first.size() < second.size();
            if (const int order = first.compare(second); order != 0)
                return order < 0;
            i = iEnd;
            j = jEnd;
            continue;
        }
        const QChar first = a[i++].toCaseFolded();
        const QChar second = b[j++].toCaseFolded();
        if (first != second)
            return first < second;
    }
    if (i < a.size() || j < b.size())
        return i == a.size();
    return a < b; // equal but for case or leading zeros: any fixed order
}

std::vector<std::filesystem::path> imagesInFolder(const std::filesystem::path& folder)
{
    struct Named {
        QString name;
        std::filesystem::path path;
    };
    const std::set<std::string> suffixes = knownSuffixes();
    std::vector<Named> found;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const std::filesystem::path& path = entry->path();
        std::error_code unknown;
        if (path.filename().native().starts_with('.') || !entry->is_regular_file(unknown))
            continue;
        if (path.has_extension() ? suffixes.contains(lowerSuffix(path)) : startsAsImage(path))
            found.push_back({fromFilePath(path.filename()), path});
    }
    std::sort(found.begin(), found.end(), [](const Named& a, const Named& b) { return comesBefore(a.name, b.name); });
    std::vector<std::filesystem::path> paths;
    for (Named& named : found)
        paths.push_back(std::move(named.path));
    return paths;
}

std::vector<std::filesystem::path> expandImagePaths(const std::vector<std::string>& arguments)
{
    std::vector<std::filesystem::path> files;
    for (const std::string& argument : arguments) {
        std::filesystem::path path = fromArgument(argument);
        std::error_code failed;
        std::vector<std::filesystem::path> inside;
        if (std::filesystem::is_directory(path, failed))
            inside = imagesInFolder(path);
        if (inside.empty())
            inside.push_back(std::move(path));
        files.insert(files.end(), std::make_move_iterator(inside.begin()), std::make_move_iterator(inside.end()));
    }
    return files;
}

} // namespace halflens
