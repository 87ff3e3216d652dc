// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/session.h"

#include "core/base/file_name.h"
#include "core/session/state_text.h"

#include <algorithm>
#include <limits>

namespace halflens {

namespace {

using nlohmann::json;

constexpr char Format[] = "halflens-session";
constexpr int Version = 1;
constexpr std::size_t MostPhotos = 200'000;
constexpr std::size_t MostScenarios = 1000;
constexpr std::size_t HashLength = 64;
constexpr int MostBytes = std::numeric_limits<int>::max(); ///< of a photo; larger ones are not opened anyway

/// JSON holds no bytes that are no UTF-8, names of files do.
std::string pathText(const std::filesystem::path& path)
{
    const std::string& bytes = path.native();
    if (fromFilePath(path).toUtf8().toStdString() == bytes)
        return bytes;
    constexpr char Digits[] = "0123456789ABCDEF";
    std::string address = "file://";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x21 && byte < 0x7f && c != '%')
            address += c;
        else
            (address += '%').append({Digits[byte >> 4U], Digits[byte & 0xfU]});
    }
    return address;
}

json toJson(const MaskHistory& masks)
{
    json steps = json::array();
    for (const MaskStep& step : masks.steps)
        steps.push_back({{"hidden", step.hidden.bits()}, {"label", step.label}});
    return {{"first", masks.first.bits()}, {"steps", std::move(steps)}, {"done", masks.done}};
}

json toJson(const SessionPhoto& photo)
{
    json object{{"path", pathText(photo.path)}};
    if (!photo.relative.empty() && pathText(photo.relative) == photo.relative.native())
        object["relative"] = photo.relative.native();
    if (photo.bytes >= 0 && photo.bytes <= MostBytes)
        object["bytes"] = photo.bytes;
    if (!photo.sha256.empty())
        object["sha256"] = photo.sha256;
    if (photo.masks != MaskHistory())
        object["masks"] = toJson(photo.masks);
    if (photo.mark != PhotoMark::None)
        object["mark"] = static_cast<int>(photo.mark);
    if (!photo.note.empty())
        object["note"] = photo.note;
    return object;
}

BlockMask maskOf(JsonObject& object, const char* key)
{
    return BlockMask(static_cast<std::uint32_t>(object.integer(key, 0, MaskCount - 1, 0)));
}

MaskStep stepFromJson(JsonObject& object)
{
    MaskStep step;
    step.hidden = maskOf(object, "hidden");
    step.label = object.text("label", false);
    object.finish();
    return step;
}

MaskHistory historyFromJson(JsonObject object)
{
    MaskHistory masks;
    masks.first = maskOf(object, "first");
    masks.steps = listOf<MaskStep>(object, "steps", MaskHistory::MostSteps, stepFromJson);
    masks.done = object.integer("done", 0, static_cast<int>(masks.steps.size()), 0);
    object.finish();
    return masks;
}

bool isSha256(const std::string& text)
{
    return text.size() == HashLength && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// No name of a file has a zero in it: what reads it would stop there.
std::filesystem::path pathFromJson(JsonObject& object, const char* key, bool required)
{
    std::string text = object.text(key, required);
    if (text.find('\0') != std::string::npos) {
        object.fail(object.path(key) + " is not the name of a file");
        text.clear();
    }
    return text;
}

SessionPhoto photoFromJson(JsonObject& object)
{
    SessionPhoto photo;
    photo.path = fromArgument(pathFromJson(object, "path", true).native());
    if (!photo.path.is_absolute() || photo.path.native().find('\0') != std::string::npos)
        object.fail(object.path("path") + " is not an absolute path");
    photo.relative = pathFromJson(object, "relative", false);
    if (photo.relative.is_absolute())
        object.fail(object.path("relative") + " is not a relative path");
    photo.bytes = object.integer("bytes", 0, MostBytes, -1);
    photo.sha256 = object.text("sha256", false);
    if (!photo.sha256.empty() && !isSha256(photo.sha256))
        object.fail(object.path("sha256") + " is not 64 hexadecimal digits");
    if (const json* found = object.get("masks", false))
        photo.masks = historyFromJson(object.child(*found, "masks"));
    photo.mark = static_cast<PhotoMark>(object.integer("mark", 0, static_cast<int>(EveryPhotoMark.size()) - 1, 0));
    photo.note = object.text("note", false);
    object.finish();
    return photo;
}

Session sessionFromJson(JsonObject& object)
{
    Session session;
    object.word<int>("format", {{Format, 0}});
    if (!object.get("version", true) || object.integer("version", Version, Version, 0) != Version)
        object.fail(object.path("version") + " is not " + std::to_string(Version));
    object.text("program", false); // for people who look into the file
    if (const json* found = object.get("viewer", false)) {
        JsonObject viewer = object.child(*found, "viewer");
        session.viewer = viewerFromJson(viewer);
    }
    if (const json* found = object.get("versions", false)) {
        JsonObject versions = object.child(*found, "versions");
        session.versions = versionsFromJson(versions);
    }
    session.photos = listOf<SessionPhoto>(object, "photos", MostPhotos, photoFromJson);
    session.place = object.integer("place", 0, std::max(0, static_cast<int>(session.photos.size()) - 1), 0);
    session.scenarios = listOf<Scenario>(object, "scenarios", MostScenarios, scenarioFromJson);
    session.file = fromArgument(pathFromJson(object, "file", false).native());
    session.isModified = object.boolean("modified", false);
    object.finish();
    return session;
}

/// Before the strict reading, which would tell of the first key that came later instead.
bool isNewer(const json& object)
{
    const auto version = object.is_object() ? object.find("version") : object.end();
    return version != object.end() && version->is_number_integer() && version->get<std::int64_t>() > Version;
}

} // namespace

bool isSameWork(const Session& a, const Session& b)
{
    const auto same = [](const SessionPhoto& one, const SessionPhoto& other) {
        return one.path == other.path && one.masks == other.masks && one.mark == other.mark && one.note == other.note;
    };
    return std::equal(a.photos.begin(), a.photos.end(), b.photos.begin(), b.photos.end(), same)
        && std::equal(a.scenarios.begin(), a.scenarios.end(), b.scenarios.begin(), b.scenarios.end(),
                      [](const Scenario& one, const Scenario& other) { return isSameWork(one, other); });
}

void setRelativePaths(Session& session, const std::filesystem::path& folder)
{
    for (SessionPhoto& photo : session.photos)
        photo.relative = photo.path.lexically_relative(folder);
}

std::string toText(const Session& session)
{
    json photos = json::array();
    for (const SessionPhoto& photo : session.photos)
        photos.push_back(toJson(photo));
    json scenarios = json::array();
    for (const Scenario& scenario : session.scenarios)
        scenarios.push_back(toJson(scenario));
    json object{{"format", Format},
                {"version", Version},
                {"program", HALFLENS_VERSION},
                {"viewer", toJson(session.viewer)},
                {"versions", toJson(session.versions)},
                {"photos", std::move(photos)},
                {"place", session.place},
                {"scenarios", std::move(scenarios)}};
    if (!session.file.empty())
        object["file"] = pathText(session.file);
    if (session.isModified)
        object["modified"] = true;
    return object.dump(1, ' ', false, json::error_handler_t::replace) + '\n';
}

Result<Session> sessionFromText(const std::string& text)
{
    if (text.size() > MaxSessionBytes)
        return Error{ErrorCode::InvalidInput,
                     "session",
                     "the file is too large for a session",
                     "open a file that HalfLens has written",
                     {}};
    Result<Session> session = stateFromText<Session>(text, sessionFromJson);
    if (session)
        return session;
    Error error = session.error();
    error.stage = "session";
    if (!nestsDeeperThan(text, 16) && isNewer(json::parse(text, nullptr, false))) {
        error.code = ErrorCode::Unsupported;
        error.reason = "a newer HalfLens has written this session";
        error.remedy = "open it with that one";
    }
    return error;
}

} // namespace halflens
