// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/objectness/pixel_objectness.h"

#include "core/base/file.h"
#include "core/checkpoint/tensor_archive.h"
#include "core/image/model_input.h"
#include "core/measures/resample.h"
#include "core/weights/network_weights.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr int Crop = 513;
constexpr int LongestSide = 512;
constexpr int Enlargement = 8; // 65 cells to 513 pixels
constexpr const char* CountedPool = "pool5a";
constexpr std::array MeanBgr{104.008F, 116.669F, 122.675F};

nn::Window pooling(int stride)
{
    // Caffe rounds sizes up; with odd inputs, as 513 makes them throughout, that is no different from rounding down.
    return nn::Window::square(3, stride, 1);
}

nn::Window dilated(int padAndDilation)
{
    nn::Window window = nn::Window::square(3, 1, padAndDilation);
    window.dilation = padAndDilation;
    return window;
}

} // namespace

nn::Graph pixelObjectnessGraph()
{
    nn::Graph graph;
    nn::LayerId x = graph.input(3);
    const auto group = [&](int number, int convolutions, int channels, const nn::Window& window) {
        for (int i = 1; i <= convolutions; ++i) {
            const std::string name = "conv" + std::to_string(number) + "_" + std::to_string(i);
            x = graph.activation(graph.convolution(x, name, channels, window), nn::Activation::Relu);
        }
    };
    const nn::Window plain = nn::Window::square(3, 1, 1);
    group(1, 2, 64, plain);
    x = graph.maxPool(x, pooling(2));
    group(2, 2, 128, plain);
    x = graph.maxPool(x, pooling(2));
    group(3, 3, 256, plain);
    x = graph.maxPool(x, pooling(2));
    group(4, 3, 512, plain);
    x = graph.maxPool(x, pooling(1));
    group(5, 3, 512, dilated(2));
    x = graph.maxPool(x, pooling(1));
    // Divides by 9 at the border too, unlike the pooling of other networks: a convolution with equal weights.
    x = graph.convolution(x, CountedPool, 512, nn::Window::square(3, 1, 1), false, 512);
    x = graph.activation(graph.convolution(x, "fc6", 1024, dilated(12)), nn::Activation::Relu);
    x = graph.activation(graph.convolution(x, "fc7", 1024, nn::Window::square(1)), nn::Activation::Relu);
    graph.output("objectness", graph.convolution(x, "fc8_voc12", 2, nn::Window::square(1)));
    return graph;
}

PixelObjectness::PixelObjectness(std::unique_ptr<nn::InferenceForm> network, std::string weightsHash)
    : m_network(std::move(network))
    , m_weightsHash(std::move(weightsHash))
{ }

Result<std::shared_ptr<const PixelObjectness>> PixelObjectness::create(StateDict state, std::string weightsHash)
{
    constexpr std::size_t PoolWeights = 512 * 9;
    state[std::string(CountedPool) + ".weight"] = {{512, 1, 3, 3}, std::vector<float>(PoolWeights, 1.F / 9)};
    const nn::Graph graph = pixelObjectnessGraph();
    const std::map<std::string, Shape> expected = graph.parameters();
    // Other layers of the file, such as those of training, are no matter.
    std::erase_if(state, [&](const auto& entry) { return !expected.contains(entry.first); });
    if (Status fits = checkWeights(expected, state, "the pixel objectness network"); !fits)
        return std::move(fits).error();
    Result<std::unique_ptr<nn::InferenceForm>> network = nn::InferenceForm::create(graph, std::move(state), {});
    if (!network)
        return std::move(network).error();
    return std::shared_ptr<const PixelObjectness>(new PixelObjectness(std::move(*network), std::move(weightsHash)));
}

Result<std::shared_ptr<const PixelObjectness>> PixelObjectness::load(const std::filesystem::path& file)
{
    Result<std::string> hash = sha256HexOfFile(file);
    if (!hash)
        return std::move(hash).error();
    Result<TensorArchive> archive = readCheckpoint(file);
    if (!archive)
        return std::move(archive).error();
    if (archive->format != "caffemodel")
        return Error{ErrorCode::Unsupported, "checkpoint", "the file is a " + archive->format + " file, no caffemodel",
                     "name pixel_objectness.caffemodel", file.string()};
    StateDict state;
    for (NamedTensor& entry : archive->tensors)
        state[entry.name] = std::move(entry.tensor);
    Result<std::shared_ptr<const PixelObjectness>> source = create(std::move(state), *std::move(hash));
    if (!source)
        return std::move(source).error().withFile(file.string());
    return source;
}

ScalarMap pixelProbabilities(std::span<const float> logits, int cells, int height, int width)
{
    const auto at = [&](int channel, int row, int column) {
        return static_cast<double>(
            logits[(static_cast<std::size_t>(channel) * static_cast<std::size_t>(cells) + static_cast<std::size_t>(row))
                       * static_cast<std::size_t>(cells)
                   + static_cast<std::size_t>(column)]);
    };
    ScalarMap map(height, width);
    for (int y = 0; y < height; ++y) {
        const int row = std::min(y / Enlargement, std::max(cells - 2, 0));
        const int nextRow = std::min(row + 1, cells - 1);
        const double down = static_cast<double>(y) / Enlargement - row;
        for (int x = 0; x < width; ++x) {
            const int column = std::min(x / Enlargement, std::max(cells - 2, 0));
            const int nextColumn = std::min(column + 1, cells - 1);
            const double right = static_cast<double>(x) / Enlargement - column;
            const auto score = [&](int channel) {
                return (1 - down) * ((1 - right) * at(channel, row, column) + right * at(channel, row, nextColumn))
                    + down * ((1 - right) * at(channel, nextRow, column) + right * at(channel, nextRow, nextColumn));
            };
            map.row(y)[static_cast<std::size_t>(x)] = static_cast<float>(1 / (1 + std::exp(score(0) - score(1))));
        }
    }
    return map;
}

Result<ScalarMap> PixelObjectness::objectness(const Image& image, std::stop_token stop) const
{
    if (image.width < 1 || image.height < 1)
        return Error{ErrorCode::InvalidInput, "objectness", "the image is empty", "open another image", {}};
    const FieldSize size = reducedSize(image.height, image.width, LongestSide);
    InputSpec spec;
    spec.policy = InputPolicy::Fit;
    spec.width = size.width;
    spec.height = size.height;
    spec.normalization = Normalization::Custom;
    spec.custom = {1, MeanBgr, {1, 1, 1}, true};
    const Result<ModelInput> reduced = toModelInput(image, spec);
    if (!reduced)
        return reduced.error();
    return guarded("objectness", [&]() -> Result<ScalarMap> {
        // The mean is zero after it was subtracted.
        std::vector<float> planes(std::size_t{3} * Crop * Crop);
        for (int row = 0; row < 3 * size.height; ++row) {
            const int plane = row / size.height;
            const auto source = reduced->planes.begin() + static_cast<std::ptrdiff_t>(row) * size.width;
            std::copy_n(source, size.width,
                        planes.begin() + (static_cast<std::ptrdiff_t>(plane) * Crop + row % size.height) * Crop);
        }
        const std::scoped_lock lock(m_running);
        const Result<std::vector<nn::MapView>> maps = m_network->runInPlace(planes, Crop, Crop, {"objectness"}, stop);
        if (!maps)
            return maps.error();
        const nn::MapView& logits = maps->front();
        if (!std::all_of(logits.values.begin(), logits.values.end(), [](float v) { return std::isfinite(v); }))
            return Error{ErrorCode::Model,
                         "objectness",
                         "the network's scores are not finite for this image",
                         "check the weights file; it may be damaged",
                         {}};
        const ScalarMap small = pixelProbabilities(logits.values, logits.size.height, size.height, size.width);
        ScalarMap large = resizedBilinear(small, mapSize(image.height, image.width));
        for (float& value : large.values) // interpolation rounds
            value = std::clamp(value, 0.F, 1.F);
        return large;
    });
}

} // namespace halflens
