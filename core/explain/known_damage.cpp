// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/known_damage.h"

#include "core/base/file.h"
#include "core/explain/seeded_generator.h"
#include "core/image/decode.h"
#include "core/image/encode_jpeg.h"
#include "core/image/resize.h"
#include "core/masking/zero_table.h"
#include "core/measures/gaussian.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <filesystem>
#include <random>

namespace halflens {

namespace {

constexpr int FittedLong = 512;
constexpr int FittedShort = 384;

std::uint8_t toByte(double value)
{
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

void blur(Image& image, double sigmaPx)
{
    for (std::size_t channel = 0; channel < 3; ++channel) {
        Field field(image.height, image.width);
        for (std::size_t i = 0; i < field.values.size(); ++i)
            field.values[i] = image.rgb[3 * i + channel];
        (void)smoothGaussian(field, sigmaPx);
        for (std::size_t i = 0; i < field.values.size(); ++i)
            image.rgb[3 * i + channel] = toByte(field.values[i]);
    }
}

void addNoise(Image& image, double deviation, std::uint64_t seed)
{
    SeededGenerator random(seed);
    for (std::uint8_t& value : image.rgb)
        value = toByte(value + deviation * random.normal());
}

void lowerContrast(Image& image, double factor)
{
    double sum = 0;
    for (const std::uint8_t value : image.rgb)
        sum += value;
    const double mean = sum / static_cast<double>(std::max<std::size_t>(1, image.rgb.size()));
    for (std::uint8_t& value : image.rgb)
        value = toByte(mean + factor * (value - mean));
}

void darken(Image& image, double factor)
{
    std::array<std::uint8_t, 256> levels{};
    for (std::size_t level = 0; level < levels.size(); ++level) {
        const double code = static_cast<double>(level) / 255;
        const double light = factor * (code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4));
        levels[level] = toByte(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055));
    }
    for (std::uint8_t& value : image.rgb)
        value = levels[value];
}

Result<Image> throughJpeg(const Image& image, int quality)
{
    const Result<std::vector<std::uint8_t>> bytes = encodeJpeg(image, quality);
    if (!bytes)
        return bytes.error();
    const Result<std::shared_ptr<const Image>> decoded = decodeImage(*bytes);
    if (!decoded)
        return decoded.error();
    Image result = image; // its origin
    result.rgb = (*decoded)->rgb;
    return result;
}

/// The first 64 bits of a hash of everything a place or a noise may depend on.
std::uint64_t seedOf(std::uint64_t seed, const std::string& fileName, const Damage& damage, const char* purpose)
{
    const std::string text = std::to_string(seed) + "\n" + std::filesystem::path(fileName).filename().string() + "\n"
        + toString(damage.kind) + "\n" + toString(damage.region) + "\n" + purpose;
    const std::string hash = sha256Hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    return std::stoull(hash.substr(0, 16), nullptr, 16);
}

BlockMask placeOf(DamageRegion region, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    if (region == DamageRegion::Single)
        return BlockMask().with({static_cast<int>(random() % BlockCount)});
    const int row = static_cast<int>(random() % (GridRows - 1));
    const int column = static_cast<int>(random() % (GridColumns - 1));
    BlockMask blocks;
    for (int i = 0; i < 4; ++i)
        blocks = blocks.with(BlockIndex::at(row + i / 2, column + i % 2));
    return blocks;
}

} // namespace

std::string toString(DamageKind kind)
{
    switch (kind) {
    case DamageKind::Blur:
        return "blur";
    case DamageKind::Noise:
        return "noise";
    case DamageKind::Jpeg:
        return "jpeg";
    case DamageKind::Dark:
        return "dark";
    case DamageKind::Contrast:
        return "contrast";
    }
    return {};
}

std::string toString(DamageRegion region)
{
    return region == DamageRegion::Square ? "2x2" : "single";
}

std::string strengthWord(const Damage& damage)
{
    return damage.full ? "full" : "half";
}

Result<Image> damagedBy(const Image& image, DamageKind kind, double strength, std::uint64_t seed)
{
    return guarded("damage", [&]() -> Result<Image> {
        if (kind == DamageKind::Jpeg)
            return throughJpeg(image, static_cast<int>(std::lround(strength)));
        Image result = image;
        result.contentHash.clear();
        if (kind == DamageKind::Blur)
            blur(result, strength);
        else if (kind == DamageKind::Noise)
            addNoise(result, strength, seed);
        else if (kind == DamageKind::Dark)
            darken(result, std::exp2(-strength));
        else
            lowerContrast(result, strength);
        return result;
    });
}

Result<Image> damagedWhole(const Image& image, DamageKind kind, bool full, std::uint64_t seed)
{
    switch (kind) {
    case DamageKind::Blur:
        return damagedBy(image, kind, full ? 4 : 2, seed);
    case DamageKind::Noise:
        return damagedBy(image, kind, full ? 30 : 15, seed);
    case DamageKind::Jpeg:
        return damagedBy(image, kind, full ? 6 : 12, seed);
    case DamageKind::Dark:
        return damagedBy(image, kind, full ? 2.5 : 1.25, seed);
    case DamageKind::Contrast:
        break;
    }
    return damagedBy(image, kind, full ? 0.4 : 0.7, seed);
}

void pasteBlocks(const Image& from, BlockMask blocks, Image& into)
{
    for (const int block : toList(blocks)) {
        const BlockRect rect = blockRect({block}, into.height, into.width);
        for (int y = rect.top; y < rect.bottom; ++y) {
            const std::ptrdiff_t first = 3 * (static_cast<std::ptrdiff_t>(y) * into.width + rect.left);
            std::copy_n(from.rgb.begin() + first, 3 * (rect.right - rect.left), into.rgb.begin() + first);
        }
    }
}

Result<DamagedPhoto> damagePhoto(const Image& photo, const std::string& fileName, const Damage& damage,
                                 std::uint64_t seed)
{
    const bool stands = photo.height > photo.width;
    Result<Image> clean = resizedImage(photo, stands ? FittedShort : FittedLong, stands ? FittedLong : FittedShort);
    if (!clean)
        return std::move(clean).error();
    const Result<Image> whole = damagedWhole(*clean, damage.kind, damage.full, seedOf(seed, fileName, damage, "noise"));
    if (!whole)
        return whole.error();
    DamagedPhoto result;
    result.region = placeOf(damage.region, seedOf(seed, fileName, damage, "place"));
    result.damaged = *clean;
    pasteBlocks(*whole, result.region, result.damaged);
    result.clean = *std::move(clean);
    return result;
}

double blameAuc(const BlockValues& blame, BlockMask damaged)
{
    double wins = 0;
    int pairs = 0;
    for (const int bad : toList(damaged)) {
        for (const int good : toList(damaged.complement())) {
            const double a = blame[static_cast<std::size_t>(bad)];
            const double b = blame[static_cast<std::size_t>(good)];
            wins += a > b ? 1 : a == b ? 0.5 : 0;
            ++pairs;
        }
    }
    assert(pairs > 0);
    return wins / pairs;
}

Result<DamageScores> damageScores(const Predictor& predictor, const DamagedPhoto& photo, std::stop_token stop)
{
    DamageScores scores;
    const auto measure = [&](const Image& image,
                             std::initializer_list<std::pair<BlockMask, double*>> wanted) -> Status {
        const Result<ModelInput> input = toModelInput(image, predictor.info().input);
        if (!input)
            return input.error();
        std::shared_ptr<const Features> features;
        if (predictor.attentionEncoder()) {
            Result<std::shared_ptr<const Features>> made = predictor.features(*input, stop);
            if (!made)
                return std::move(made).error();
            features = *std::move(made);
        }
        for (const auto& [hidden, score] : wanted) {
            const Result<Prediction> prediction = features ? predictor.predict(*features, hidden)
                                                           : predictFilled(predictor, *input, hidden, Fill::Zero, stop);
            if (!prediction)
                return prediction.error();
            *score = prediction->score;
        }
        return {};
    };
    if (Status clean = measure(photo.clean, {{BlockMask(), &scores.clean}, {photo.region, &scores.cleanHidden}});
        !clean)
        return std::move(clean).error();
    if (Status damaged = measure(photo.damaged,
                                 {{BlockMask(), &scores.damaged},
                                  {photo.region, &scores.hidden},
                                  {photo.region.complement(), &scores.onlyDamaged}});
        !damaged)
        return std::move(damaged).error();
    return scores;
}

std::optional<double> leakOf(std::span<const DamageScores> photos)
{
    double left = 0;
    double all = 0;
    for (const DamageScores& scores : photos) {
        left += std::abs(scores.hidden - scores.cleanHidden);
        all += std::abs(scores.damaged - scores.clean);
    }
    return all > 0 ? std::optional(left / all) : std::nullopt;
}

} // namespace halflens
