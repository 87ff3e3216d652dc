// SPDX-License-Identifier: BSD-3-Clause
// Names of photos in tables: with folders and suffix, or without.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace halflens {

/// A name without folders and without the suffix of an image: what tables that name the same photo agree on.
std::string bareName(const std::string& name);

/// Values by name, found by the very name or else by the bare one where only one name has it.
template<class T> class ByName {
public:
    void add(const std::string& name, T value)
    {
        const auto [first, isNew] = m_bare.try_emplace(bareName(name), name);
        if (!isNew && first->second != name)
            first->second.clear(); // stands for several: no match
        m_exact[name] = std::move(value);
    }

    /// Null: there is none, or more than one of the bare name.
    const T* find(const std::string& name) const
    {
        if (const auto found = m_exact.find(name); found != m_exact.end())
            return &found->second;
        const auto bare = m_bare.find(bareName(name));
        return bare == m_bare.end() || bare->second.empty() ? nullptr : &m_exact.at(bare->second);
    }

private:
    std::map<std::string, T> m_exact;
    std::map<std::string, std::string> m_bare; ///< the exact name; empty for several
};

/// Finds the files of photos in one folder, which is listed once, when the first name is not there as it stands.
class PhotoFinder {
public:
    explicit PhotoFinder(std::filesystem::path folder);

    /// The file of that name, else the only image whose bare name is the same, else the name in the folder as it
    /// stands.
    std::filesystem::path find(const std::string& name);
    /// How many were found under another name.
    std::size_t renamed() const { return m_renamed; }

private:
    void list();

    std::filesystem::path m_folder;
    ByName<std::filesystem::path> m_files;
    bool m_listed = false;
    std::size_t m_renamed = 0;
};

} // namespace halflens
