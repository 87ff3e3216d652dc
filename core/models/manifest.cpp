// SPDX-License-Identifier: BSD-3-Clause
#include "core/models/manifest.h"

#include "core/base/file.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace halflens {

namespace {

using nlohmann::json;

constexpr std::uint64_t MaxManifestBytes = 1'000'000;
constexpr int MaxInputSide = 8192;
constexpr std::size_t MaxTextLength = 4000;
constexpr int MaxDepth = 8;

Error manifestError(const std::string& reason)
{
    return {ErrorCode::InvalidInput, "manifest", reason, "correct the manifest; models/README.md describes it", {}};
}

/// `text` short enough for a message, without control characters. `text` is UTF-8 and stays so.
std::string shown(std::string text)
{
    constexpr std::size_t Longest = 40;
    if (text.size() > Longest) {
        std::size_t end = Longest;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u)
            --end; // never in the middle of a character
        text = text.substr(0, end) + "...";
    }
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return text;
}

/// Reads keys of one object, remembers the first thing wrong, and which keys were known.
class ObjectReader {
public:
    ObjectReader(const json& object, std::string where, std::string& problem)
        : m_object(object)
        , m_where(std::move(where))
        , m_problem(problem)
    {
        if (!object.is_object())
            fail(m_where.empty() ? "the manifest is not a JSON object" : m_where + " is not an object");
    }

    const json* get(const char* key, bool required)
    {
        m_known.emplace_back(key);
        if (!m_object.is_object())
            return nullptr;
        const auto found = m_object.find(key);
        if (found != m_object.end())
            return &*found;
        if (required)
            fail(path(key) + " is missing");
        return nullptr;
    }

    std::string text(const char* key, bool required)
    {
        const json* value = get(key, required);
        if (!value)
            return {};
        if (!value->is_string() || value->get_ref<const std::string&>().size() > MaxTextLength) {
            fail(path(key) + " is not a text of reasonable length");
            return {};
        }
        const auto& text = value->get_ref<const std::string&>();
        if (required && text.empty())
            fail(path(key) + " is empty");
        return text;
    }

    int integer(const char* key, int low, int high, bool required)
    {
        const json* value = get(key, required);
        if (!value)
            return low;
        const bool fits = value->is_number_integer() && value->get<double>() >= low && value->get<double>() <= high;
        if (!fits) {
            fail(path(key) + " is not a whole number from " + std::to_string(low) + " to " + std::to_string(high));
            return low;
        }
        return value->get<int>();
    }

    bool boolean(const char* key, bool fallback)
    {
        const json* value = get(key, false);
        if (!value)
            return fallback;
        if (!value->is_boolean()) {
            fail(path(key) + " is not true or false");
            return fallback;
        }
        return value->get<bool>();
    }

    template<class T> T word(const char* key, std::initializer_list<std::pair<const char*, T>> words)
    {
        const std::string found = text(key, true);
        std::string known;
        for (const auto& [name, value] : words) {
            if (found == name)
                return value;
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
        fail(path(key) + " is \"" + shown(found) + "\", not one of " + known);
        return words.begin()->second;
    }

    void finish()
    {
        if (!m_object.is_object())
            return;
        for (const auto& [key, value] : m_object.items()) {
            if (std::find(m_known.begin(), m_known.end(), key) == m_known.end())
                fail(path(shown(key)) + " is not a known key");
        }
    }

    void fail(const std::string& reason)
    {
        if (m_problem.empty())
            m_problem = reason;
    }

    std::string path(const std::string& key) const { return m_where.empty() ? key : m_where + "." + key; }

private:
    const json& m_object;
    std::string m_where;
    std::string& m_problem;
    std::vector<std::string> m_known;
};

/// Manifests may name files in their own folder only.
bool staysInside(const std::string& file)
{
    const std::filesystem::path path(file);
    if (path.is_absolute() || file.find('\\') != std::string::npos || file.find('\0') != std::string::npos)
        return false;
    return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

void checkId(ObjectReader& reader, const std::string& id)
{
    if (!isModelId(id))
        reader.fail("id may hold a-z, 0-9, '-', '_' and '.' only, at most 64 of them");
}

void checkFile(ObjectReader& reader, const char* key, const std::string& file)
{
    if (!staysInside(file))
        reader.fail(reader.path(key) + " must be a file inside the model's folder");
}

void readWeights(ObjectReader& root, Manifest& manifest, std::string& problem)
{
    const json* object = root.get("weights", true);
    if (!object)
        return;
    ObjectReader reader(*object, "weights", problem);
    manifest.weightsFile = reader.text("file", true);
    checkFile(reader, "file", manifest.weightsFile);
    manifest.weightsSha256 = reader.text("sha256", false);
    const std::string& hash = manifest.weightsSha256;
    const bool isHash = hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hash.empty() && !isHash)
        reader.fail("weights.sha256 is not 64 lower-case hexadecimal digits");
    reader.finish();
}

void readNormalization(const json& object, CustomNormalization& custom, std::string& problem)
{
    ObjectReader reader(object, "input.normalization", problem);
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

void readInput(ObjectReader& root, Manifest& manifest, std::string& problem)
{
    const json* object = root.get("input", true);
    if (!object)
        return;
    ObjectReader reader(*object, "input", problem);
    InputSpec& input = manifest.input;
    input.policy = reader.word<InputPolicy>("policy", {{"fit", InputPolicy::Fit}, {"native", InputPolicy::Native}});
    const bool sized = input.policy == InputPolicy::Fit;
    input.width = reader.integer("width", sized ? 32 : 0, MaxInputSide, sized);
    input.height = reader.integer("height", sized ? 32 : 0, MaxInputSide, sized);
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

void readOutput(ObjectReader& root, Manifest& manifest, std::string& problem)
{
    const json* object = root.get("output", true);
    if (!object)
        return;
    ObjectReader reader(*object, "output", problem);
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
    reader.finish();
}

/// A manifest never nests deeply. Brackets inside texts do not count.
bool nestsTooDeeply(const std::string& text)
{
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString && c == '\\')
            ++i; // whatever is escaped does not end the text
        else if (c == '"')
            inString = !inString;
        else if (!inString)
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (depth > MaxDepth)
            return true;
    }
    return false;
}

} // namespace

bool isModelId(const std::string& id)
{
    return !id.empty() && id.size() <= 64 && !id.starts_with('.') && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

Result<Manifest> parseManifest(const std::string& text, const std::filesystem::path& folder)
{
    if (text.size() > MaxManifestBytes || nestsTooDeeply(text))
        return manifestError("the manifest is too long or too deeply nested");
    const json root = json::parse(text, nullptr, false);
    if (root.is_discarded() || text.find('\0') != std::string::npos) // the parser stops at a zero byte
        return manifestError("the manifest is not valid JSON");
    std::string problem;
    Manifest manifest;
    manifest.folder = folder;
    ObjectReader reader(root, {}, problem);
    reader.integer("format", 1, 1, true);
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
