// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/session_files.h"

#include "core/base/file.h"
#include "core/session/figure_session.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace halflens {

namespace {

namespace fs = std::filesystem;

constexpr int MostEntries = 20'000; ///< of the folder that are looked at
constexpr int DeepestFolder = 3;
constexpr std::uint64_t MaxFigureBytes = 512U << 20U;

std::optional<std::int64_t> sizeOf(const fs::path& file)
{
    std::error_code failed;
    if (!fs::is_regular_file(file, failed))
        return {};
    const std::uintmax_t size = fs::file_size(file, failed);
    return failed ? std::nullopt : std::optional(static_cast<std::int64_t>(size));
}

/// By its two paths.
std::optional<fs::path> placeOf(const SessionPhoto& photo, const fs::path& folder)
{
    const fs::path beside =
        photo.relative.empty() ? fs::path() : fs::path((folder / photo.relative).lexically_normal());
    const auto besideSize = beside.empty() ? std::nullopt : sizeOf(beside);
    const auto size = sizeOf(photo.path);
    if (besideSize && (!size || photo.bytes < 0 || *besideSize == photo.bytes || *size != photo.bytes))
        return beside;
    return size ? std::optional(photo.path) : std::nullopt;
}

std::optional<fs::path> byName(const SessionPhoto& photo, const std::vector<fs::path>& folders)
{
    for (const fs::path& folder : folders) {
        fs::path file = folder / photo.path.filename();
        if (sizeOf(file))
            return file;
    }
    return {};
}

/// Fills in the paths of `lost` photos whose content lies in or below `folder`. A file is one photo: what another has
/// been found under is not taken twice, else one of two equal photos would go from the list with its masks.
void findByContent(const std::vector<const SessionPhoto*>& lost, const fs::path& folder, const std::stop_token& stop,
                   std::map<const SessionPhoto*, fs::path>& found)
{
    std::set<fs::path> taken;
    for (const auto& [photo, place] : found)
        taken.insert(place);
    std::multimap<std::int64_t, const SessionPhoto*> bySize;
    for (const SessionPhoto* photo : lost)
        bySize.emplace(photo->bytes, photo);
    std::error_code failed;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, failed);
    for (int seen = 0; !failed && it != fs::recursive_directory_iterator() && seen < MostEntries && !bySize.empty();
         it.increment(failed), ++seen) {
        if (stop.stop_requested())
            return;
        std::error_code ignored;
        if (it.depth() >= DeepestFolder && it->is_directory(ignored))
            it.disable_recursion_pending();
        const auto size = sizeOf(it->path());
        if (!size || !bySize.contains(*size) || taken.contains(it->path()))
            continue;
        const Result<std::string> hash = sha256HexOfFile(it->path());
        if (!hash)
            continue;
        const auto [first, end] = bySize.equal_range(*size);
        const auto one = std::find_if(first, end, [&](const auto& entry) { return entry.second->sha256 == *hash; });
        if (one != end) {
            found.emplace(one->second, it->path());
            bySize.erase(one);
        }
    }
}

} // namespace

OpenedSession findPhotos(Session session, const fs::path& folder, const std::vector<fs::path>& others,
                         const std::stop_token& stop)
{
    OpenedSession opened;
    std::vector<const SessionPhoto*> lost;
    std::map<const SessionPhoto*, fs::path> found;
    for (SessionPhoto& photo : session.photos) {
        if (const auto place = placeOf(photo, folder))
            found.emplace(&photo, *place);
        else if (!photo.sha256.empty() && photo.bytes >= 0)
            lost.push_back(&photo);
        else if (const auto named = byName(photo, others))
            found.emplace(&photo, *named);
    }
    const std::size_t here = found.size();
    if (!lost.empty())
        findByContent(lost, folder, stop, found);
    opened.elsewhere = static_cast<int>(found.size() - here);
    for (SessionPhoto& photo : session.photos) {
        const auto place = found.find(&photo);
        opened.isMissing.push_back(place == found.end());
        if (place != found.end())
            photo.path = place->second;
    }
    opened.session = std::move(session);
    return opened;
}

Result<OpenedSession> openSession(const fs::path& file, const std::vector<fs::path>& others,
                                  const std::stop_token& stop)
{
    std::error_code failed;
    const fs::path folder = fs::absolute(file, failed).parent_path();
    const Result<std::vector<std::uint8_t>> bytes = readFile(file, MaxFigureBytes);
    if (!bytes)
        return bytes.error();
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const bool isFigure = first == std::string_view::npos || text[first] != '{';
    Result<Session> session = isFigure ? sessionFromFigure(*bytes, folder) : sessionFromText(std::string(text));
    if (!session)
        return std::move(session).error().withFile(file.string());
    OpenedSession opened = findPhotos(*std::move(session), folder, others, stop);
    if (stop.stop_requested())
        return cancelledError();
    opened.isFigure = isFigure;
    return opened;
}

Status writeSession(const fs::path& file, Session session)
{
    std::error_code failed;
    setRelativePaths(session, fs::absolute(file, failed).parent_path());
    return writeFileAtomically(file, toText(session));
}

} // namespace halflens
