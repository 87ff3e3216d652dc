// SPDX-License-Identifier: BSD-3-Clause
#include "core/data/photo_names.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace halflens {

std::string bareName(const std::string& name)
{
    constexpr std::array<std::string_view, 17> Suffixes{".jpg", ".jpeg", ".jpe",  ".jfif", ".png", ".bmp",
                                                        ".tif", ".tiff", ".webp", ".pgm",  ".ppm", ".pnm",
                                                        ".gif", ".heic", ".heif", ".avif", ".jxl"};
    std::string file = name.substr(name.rfind('/') + 1); // npos + 1 is 0
    const std::size_t dot = std::min(file.rfind('.'), file.size());
    std::string suffix = file.substr(dot);
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (std::find(Suffixes.begin(), Suffixes.end(), suffix) != Suffixes.end())
        file.resize(dot);
    return file;
}

PhotoFinder::PhotoFinder(std::filesystem::path folder)
    : m_folder(std::move(folder))
{ }

void PhotoFinder::list()
{
    m_listed = true;
    std::error_code failed;
    for (auto entry = std::filesystem::directory_iterator(m_folder, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        const std::string name = entry->path().filename().string();
        if (bareName(name) != name) // else it is no image
            m_files.add(name, entry->path());
    }
}

std::filesystem::path PhotoFinder::find(const std::string& name)
{
    std::filesystem::path file = m_folder / name;
    std::error_code failed;
    if (std::filesystem::exists(file, failed))
        return file;
    if (!m_listed)
        list();
    const std::filesystem::path* other = m_files.find(name);
    if (!other)
        return file;
    ++m_renamed;
    return *other;
}

} // namespace halflens
