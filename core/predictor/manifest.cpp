// SPDX-License-Identifier: BSD-3-Clause
#include "core/predictor/manifest.h"

#include "core/base/file.h"
#include "core/base/json_object.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace halflens {

namespace {

using nlohmann::json;

constexpr std::uint64_t MaxManifestBytes = 1'000'000;
constexpr int MaxInputSide = 8192;
constexpr int MaxDepth = 8;

Error manifestError(const std::string& reason)
{
    return {ErrorCode::InvalidInput,
            "manifest",
            reason,
            "correct the manifest; resources/help/own_model.md describes it",
            {}};
}

/// Manifests may name files in their own folder only.
bool staysInside(const std::string& file)
{
    const std::filesystem::path path(file);
    if (path.is_absolute() || file.find('\\') != std::string::npos || file.find('\0') != std::string::npos)
        return false;
    return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

void checkId(JsonObject& reader, const std::string& id)
{
    if (!isModelId(id))
        reader.fail("id may hold a-z, 0-9, '-', '_' and '.' only, at most 64 of them");
}

void checkFile(JsonObject& reader, const char* key, const std::string& file)
{
    if (!staysInside(file))
        reader.fail(reader.path(key) + " must be a file inside the model's folder");
}

void readWeights(JsonObject& root, Manifest& manifest, std::string& problem)
{
    const json* object = root.get("weights", true);
    if (!object)
        return;
    JsonObject reader(*object, "weights", problem);
    manifest.weightsFile = reader.text("file", true);
    checkFile(reader, "file", manifest.weightsFile);
    manifest.weightsSha256 = reader.text("sha256", false);
    const std::string& hash = manifest.weightsSha256;
    const bool isHash = hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hash.empty() && !isHash)
        reader.fail("weights.sha256 is not 64 lower-case hexadecimal digits");
    manifest.weightsKey = reader.text("key", false);
    reader.finish();
}

void readNormalization(const json& object, CustomNormalization& custom, std::string& problem)
{
    JsonObject reader(object, "input.normalization", problem);
    const auto number = [](const json& value) { return value.is_number() && std::abs(value.get<double>()) <= 1e6; };
    const auto positive = [&](const json& value) { return number(value) && value.get<double>() >= 1e-6; };
    const auto channels = [&](const char* key, std::array<float, 3>& values, const auto& fits) {
        const json* list = reader.get(key, false);
        if (!list)
            return;
        if (!list->is_array() || list->size() != 3 || !std::all_of(list->begin(), list->end(), fits))
            return reader.fail(reader.path(key) + " is not a list of three numbers in range");
        for (std::size_t c = 0; c < values.size(); ++c)
            values[c] = (*list)[c].get<float>();
    };
    if (const json* divisor = reader.get("divide", false)) {
        if (positive(*divisor))
            custom.divisor = divisor->get<float>();
        else
            reader.fail("input.normalization.divide is not a positive number");
    }
    channels("mean", custom.mean, number);
    channels("std", custom.std, positive);
    reader.finish();
}

void readInput(JsonObject& root, Manifest& manifest, std::string& problem)
{
    const json* object = root.get("input", true);
    if (!object)
        return;
    JsonObject reader(*object, "input", problem);
    InputSpec& input = manifest.input;
    input.policy = reader.word<InputPolicy>("policy", {{"fit", InputPolicy::Fit}, {"native", InputPolicy::Native}});
    const bool sized = input.policy == InputPolicy::Fit;
    for (const auto& [key, side] : {std::pair{"width", &input.width}, {"height", &input.height}}) {
        reader.get(key, sized); // missing?
        *side = reader.integer(key, sized ? 32 : 0, MaxInputSide, 0);
    }
    input.transposePortrait = reader.boolean("transpose_portrait", false);
    const json* normalization = reader.get("normalization", true);
    if (normalization && normalization->is_object()) {
        input.normalization = Normalization::Custom;
        readNormalization(*normalization, input.custom, problem);
    } else {
        input.normalization = reader.word<Normalization>("normalization",
                                                         {{"plus_minus_one", Normalization::PlusMinusOne},
                                                          {"imagenet_unit", Normalization::ImageNetUnit},
                                                          {"imagenet_255", Normalization::ImageNet255}});
    }
    if (reader.get("channels", false)) {
        input.custom.bgr = reader.word<bool>("channels", {{"rgb", false}, {"bgr", true}});
        if (input.custom.bgr && input.normalization != Normalization::Custom)
            reader.fail("input.channels may be bgr only where normalization is given in numbers");
    }
    reader.finish();
}

void readOutput(JsonObject& root, Manifest& manifest, std::string& problem)
{
    const json* object = root.get("output", true);
    if (!object)
        return;
    JsonObject reader(*object, "output", problem);
    manifest.outputs = reader.word<int>("kind", {{"distribution", 5}, {"score", 1}, {"map", 0}});
    if (const json* scale = reader.get("scale", true)) {
        const bool fits = scale->is_array() && scale->size() == 2 && (*scale)[0].is_number() && (*scale)[1].is_number()
            && std::isfinite((*scale)[0].get<double>()) && std::isfinite((*scale)[1].get<double>())
            && (*scale)[0].get<double>() < (*scale)[1].get<double>();
        if (fits)
            manifest.scale = {(*scale)[0].get<double>(), (*scale)[1].get<double>()};
        else
            reader.fail("output.scale is not [low, high] with low below high");
    }
    manifest.isScaleAssumed = reader.boolean("scale_assumed", false);
    reader.finish();
}

void readLeak(JsonObject& root, Manifest& manifest, std::string& problem)
{
    const json* object = root.get("leak", false);
    if (!object)
        return;
    JsonObject reader(*object, "leak", problem);
    Leak leak;
    for (const auto& [key, share] : {std::pair{"blur", &leak.blur}, {"noise", &leak.noise}, {"jpeg", &leak.jpeg}}) {
        reader.get(key, true); // missing?
        *share = reader.number(key, 0, 10, 0);
    }
    manifest.leak = leak;
    reader.finish();
}

} // namespace

bool isModelId(const std::string& id)
{
    return !id.empty() && id.size() <= 64 && !id.starts_with('.') && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

std::string assumedScaleNote(const ScoreScale& scale)
{
    const auto number = [](double value) {
        char text[32];
        const auto [end, failed] = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6);
        return failed == std::errc() ? std::string(text, end) : std::string("?");
    };
    return "the file does not tell the scale of its scores: " + number(scale.low) + " to " + number(scale.high)
        + " is assumed, and score5 rests on it (--scale LOW HIGH, or output.scale of a manifest, says what is right)";
}

Result<Manifest> parseManifest(const std::string& text, const std::filesystem::path& folder)
{
    if (text.size() > MaxManifestBytes || nestsDeeperThan(text, MaxDepth))
        return manifestError("the manifest is too long or too deeply nested");
    const json root = json::parse(text, nullptr, false);
    if (root.is_discarded() || text.find('\0') != std::string::npos) // the parser stops at a zero byte
        return manifestError("the manifest is not valid JSON");
    if (!root.is_object())
        return manifestError("the manifest is not a JSON object");
    std::string problem;
    Manifest manifest;
    manifest.folder = folder;
    JsonObject reader(root, {}, problem);
    reader.get("format", true);
    reader.integer("format", 1, 1, 1);
    manifest.id = reader.text("id", true);
    checkId(reader, manifest.id);
    manifest.name = reader.text("name", true);
    manifest.family = reader.text("family", true);
    manifest.trunk = reader.text("trunk", true);
    readWeights(reader, manifest, problem);
    readInput(reader, manifest, problem);
    readOutput(reader, manifest, problem);
    manifest.licence = reader.text("licence", true);
    manifest.source = reader.text("source", false);
    manifest.cardFile = reader.text("card", false);
    checkFile(reader, "card", manifest.cardFile);
    readLeak(reader, manifest, problem);
    if ((manifest.outputs == 0) != (manifest.family == ObjectnessFamily))
        reader.fail("output.kind is \"map\" for the family objectness, and for no other");
    reader.finish();
    if (!problem.empty())
        return manifestError(problem);
    return manifest;
}

Result<Manifest> readManifest(const std::filesystem::path& file)
{
    const Result<std::vector<std::uint8_t>> bytes = readFile(file, MaxManifestBytes);
    if (!bytes)
        return bytes.error();
    Result<Manifest> manifest = parseManifest(std::string(bytes->begin(), bytes->end()), file.parent_path());
    if (!manifest)
        return std::move(manifest).error().withFile(file.string());
    return manifest;
}

} // namespace halflens
