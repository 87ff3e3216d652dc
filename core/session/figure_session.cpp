// SPDX-License-Identifier: BSD-3-Clause
#include "core/session/figure_session.h"

#include "core/figure/provenance.h"
#include "core/session/state_text.h"

#include <algorithm>

namespace halflens {

namespace {

using nlohmann::json;

constexpr std::size_t MostImages = 1000;
constexpr std::size_t MostMasks = 100; ///< of one image

struct FigureImage {
    std::string file;
    std::string hash;
    std::vector<std::pair<std::string, BlockMask>> masks;
};

FigureImage imageFromJson(JsonObject& object)
{
    FigureImage image;
    image.file = object.text("file", true);
    image.hash = object.text("content_hash", false);
    const json* masks = object.get("masks", false);
    if (masks && masks->is_object() && masks->size() <= MostMasks) {
        JsonObject reader = object.child(*masks, "masks");
        for (const auto& [name, value] : masks->items())
            image.masks.emplace_back(
                name, BlockMask(static_cast<std::uint32_t>(reader.integer(name.c_str(), 0, MaskCount - 1, 0))));
    }
    if (image.file.find('\0') != std::string::npos)
        object.fail(object.path("file") + " is not the name of a file");
    return image;
}

std::string modelFromJson(JsonObject& object)
{
    return object.text("id", true);
}

Session figureFromJson(JsonObject& object)
{
    Session session;
    object.word<int>("format", {{"halflens-figure", 0}});
    const std::vector<std::string> models = listOf<std::string>(object, "models", MostImages, modelFromJson);
    if (!models.empty())
        session.viewer.model = models.front();
    for (const FigureImage& image : listOf<FigureImage>(object, "images", MostImages, imageFromJson)) {
        SessionPhoto photo;
        photo.path = image.file;
        const std::string name = photo.path.filename().native();
        const auto isIt = [&](const SessionPhoto& other) { return other.path == photo.path; };
        if (!name.empty() && std::none_of(session.photos.begin(), session.photos.end(), isIt))
            session.photos.push_back(std::move(photo));
        for (const auto& [word, mask] : image.masks) {
            Scenario scenario;
            scenario.name = word + ": " + name;
            scenario.hidden = mask;
            scenario.photo = name;
            scenario.image = image.hash;
            if (scenario.name.size() <= 1000)
                session.scenarios.push_back(std::move(scenario));
        }
    }
    return session;
}

} // namespace

Result<Session> sessionFromProvenance(const std::string& text, const std::filesystem::path& folder)
{
    Result<Session> session = stateFromText<Session>(text, figureFromJson);
    if (!session)
        return Error{ErrorCode::InvalidInput,
                     "session",
                     "the metadata of the figure are damaged: " + session.error().reason,
                     "open the photos themselves",
                     {}};
    for (SessionPhoto& photo : session->photos)
        photo.path = (folder / photo.path).lexically_normal(); // an absolute one stays as it is
    return session;
}

Result<Session> sessionFromFigure(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder)
{
    const Result<std::string> text = readProvenance(bytes);
    if (!text)
        return Error{ErrorCode::Unsupported,
                     "session",
                     "the file is neither a session nor a figure of HalfLens",
                     "open a .halflens file, or a PNG, SVG or PDF that HalfLens wrote",
                     {}};
    return sessionFromProvenance(*text, folder);
}

} // namespace halflens
