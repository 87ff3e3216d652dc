// SPDX-License-Identifier: BSD-3-Clause
#include "app/bench_photo.h"

#include "core/registry/registry.h"

#include "app/bench_weights.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halflens {

namespace {

struct Disc {
    double x, y, radius;
    std::array<double, 3> colour;
};

std::vector<Disc> discs(int height, int width)
{
    std::mt19937 random(BenchSeed);
    const auto unit = [&] { return static_cast<double>(random() >> 8) / (1 << 24); };
    std::vector<Disc> result;
    for (int i = 0; i < 60; ++i) {
        const double x = unit() * width;
        const double y = unit() * height;
        const double radius = (0.02 + 0.1 * unit()) * height;
        result.push_back({x, y, radius, {255 * unit(), 255 * unit(), 255 * unit()}});
    }
    return result;
}

} // namespace

Image benchPhoto(int height, int width)
{
    const std::vector<Disc> shapes = discs(height, width);
    std::mt19937 random(BenchSeed + 1);
    Image image;
    image.height = height;
    image.width = width;
    image.rgb.reserve(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            std::array<double, 3> colour{90 + 100.0 * y / height, 120 + 60.0 * x / width, 200 - 120.0 * y / height};
            for (const Disc& disc : shapes) {
                const double dx = x - disc.x;
                const double dy = y - disc.y;
                if (dx * dx + dy * dy < disc.radius * disc.radius)
                    colour = disc.colour;
            }
            const double texture = 12 * std::sin(0.9 * x) * std::sin(0.7 * y) * (x > width / 2 ? 1 : 0);
            const double noise = static_cast<double>(random() >> 28) - 7.5;
            for (const double value : colour)
                image.rgb.push_back(static_cast<std::uint8_t>(std::clamp(value + texture + noise, 0.0, 255.0)));
        }
    }
    image.contentHash = "bench photo";
    return image;
}

Result<std::shared_ptr<const Predictor>> benchModel()
{
    const ModelRegistry registry = ModelRegistry::scan(ModelRegistry::defaultFolders());
    const Manifest* manifest = registry.find(registry.defaultId());
    if (!manifest)
        return Error{ErrorCode::Model, "bench", "there is no model to explain", "install the model pack", {}};
    return loadModel(*manifest);
}

} // namespace halflens
