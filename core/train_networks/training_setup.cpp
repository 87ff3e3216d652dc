// SPDX-License-Identifier: BSD-3-Clause
#include "core/train_networks/training_setup.h"

#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/base/random_stream.h"
#include "core/families/description.h"
#include "core/families/families.h"
#include "core/families/torch_loader.h"
#include "core/nn/parts.h"
#include "core/predictor/manifest.h"
#include "core/train_networks/torch/training_module.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace halflens::train {

namespace {

/// Tensors of a file by every name they may be meant by.
class StartWeights {
public:
    Status add(const std::filesystem::path& file)
    {
        Result<TensorArchive> archive = readCheckpoint(file);
        if (!archive)
            return std::move(archive).error();
        if (const auto text = archive->metadata.find(ManifestMetadata); text != archive->metadata.end()) {
            if (const Result<Manifest> manifest = parseManifest(text->second, {}))
                m_trunk = manifest->trunk;
        }
        for (NamedTensor& entry : archive->tensors) {
            std::string name = entry.name;
            if (archive->format == "keras-h5") {
                NetworkTensor converted = fromKeras(entry.name, std::move(entry.tensor));
                if (converted.suffix.empty())
                    continue;
                name = entry.group + "." + converted.suffix;
                entry.tensor = std::move(converted.tensor);
            }
            m_tensors.emplace(std::move(name), std::move(entry.tensor));
        }
        return {};
    }

    /// The tensor for a weight: under its own name, that of the graph, or that of the original file of
    /// VGG16 and S-CNN, whose layers are called "features.N" in both; shapes tell them apart.
    const Tensor* find(const std::string& weight, const Shape& shape) const
    {
        constexpr std::string_view Trunk = "trunk.";
        std::vector<std::string> names{weight};
        if (weight.starts_with(Trunk)) {
            const std::string plain = weight.substr(Trunk.size());
            names.push_back(plain);
            for (const std::string_view part : {"scnn.", "features1.", "features2."}) {
                if (plain.starts_with(part))
                    names.push_back("features." + plain.substr(part.size()));
            }
        }
        for (const std::string& name : names) {
            const auto [first, end] = m_tensors.equal_range(name);
            for (auto entry = first; entry != end; ++entry) {
                if (entry->second.shape == shape)
                    return &entry->second;
            }
        }
        return nullptr;
    }

    /// The trunk they were trained for, as the last file that tells tells it; empty: none does.
    const std::string& trunk() const { return m_trunk; }

private:
    std::string m_trunk;
    std::multimap<std::string, Tensor> m_tensors;
};

bool isOne(const std::string& name, const Shape& shape)
{
    return name.ends_with(".running_var") || (shape.size() == 1 && name.ends_with(".weight"));
}

bool isEmbedding(const std::string& name)
{
    return name.ends_with("position_embedding") || name.ends_with("quality_token")
        || name.ends_with("relative_position_bias_table");
}

/// A tensor that no file gives.
Tensor freshTensor(const std::string& name, const Shape& shape, std::uint64_t seed)
{
    std::size_t count = 1;
    for (const std::int64_t extent : shape)
        count *= static_cast<std::size_t>(extent);
    Tensor tensor{shape, std::vector<float>(count, isOne(name, shape) ? 1.F : 0.F)};
    // Streams by name: adding a tensor to a network leaves the others' values as they were.
    std::uint64_t key = 0;
    for (const char c : name)
        key = key * 131 + static_cast<unsigned char>(c);
    RandomStream stream(seed, RandomPurpose::Init, key);
    if (isEmbedding(name)) {
        constexpr double Deviation = 0.02;
        for (float& value : tensor.values)
            value = static_cast<float>(Deviation * stream.normal());
        return tensor;
    }
    if (shape.size() < 2)
        return tensor;
    const double window = shape.size() == 4 ? static_cast<double>(shape[2] * shape[3]) : 1;
    const double in = static_cast<double>(shape[1]) * window;
    const double out = static_cast<double>(shape[0]) * window;
    const bool beforeRelu =
        name.starts_with("trunk.") || (name.starts_with("decoder.") && !name.starts_with("decoder.output"));
    if (beforeRelu) {
        for (float& value : tensor.values)
            value = static_cast<float>(std::sqrt(2 / in) * stream.normal());
    } else {
        const double bound = std::sqrt(6 / (in + out));
        for (float& value : tensor.values)
            value = static_cast<float>(bound * (2 * stream.uniform() - 1));
    }
    return tensor;
}

/// The bias a network's only output starts from.
bool isOutputBias(const std::string& name)
{
    return std::ranges::any_of(families(), [&](const Family* family) { return family->isOutputBias(name); });
}

Status readFiles(const Recipe& recipe, const DataFolders& folders, StartWeights& trunk, StartWeights& complete)
{
    for (const std::string& file : recipe.trunk.weights) {
        const Result<std::filesystem::path> path = resolvePath(file, folders, recipe.folder);
        if (!path)
            return path.error();
        if (Status added = trunk.add(*path); !added)
            return added;
    }
    if (recipe.start.empty())
        return {};
    const Result<std::filesystem::path> path = resolvePath(recipe.start, folders, recipe.folder);
    if (!path)
        return path.error();
    return complete.add(*path);
}

/// Hash of the tensors whose layers are frozen.
std::string frozenHash(const TrainingSetup& setup)
{
    std::vector<bool> frozen = nn::reachable(setup.graph, setup.cut.boundary);
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < frozen.size(); ++i) {
        const std::string& name = setup.graph.layers()[i].name;
        if (!frozen[i] || name.empty())
            continue;
        for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
            const auto found = setup.frozen.find(name + part);
            if (found == setup.frozen.end())
                continue;
            const auto* begin = reinterpret_cast<const std::uint8_t*>(found->second.values.data());
            bytes.insert(bytes.end(), begin, begin + found->second.values.size() * sizeof(float));
        }
    }
    return sha256Hex(bytes);
}

std::vector<std::string> headMaps(const Recipe& recipe)
{
    if (recipe.task == TrainingTask::Objectness)
        return {"objectness"};
    const std::span<const std::string_view> maps = familyByName(recipe.family)->headMaps; // the graph found it
    return {maps.begin(), maps.end()};
}

/// A TRIQ needs a position for every token of its inputs and one more (spec models 5.4).
Status checkPositions(const Recipe& recipe, const nn::Graph& graph)
{
    const Family* const family = familyByName(recipe.family);
    if (!family || !family->masksAttention || recipe.input.width < 1 || recipe.input.height < 1)
        return {};
    const auto tokens = [&](int height, int width) -> Result<int> {
        const Result<std::vector<nn::MapSize>> sizes = graph.sizes(height, width);
        if (!sizes)
            return sizes.error();
        const nn::MapSize grid = nn::tokenGridSize((*sizes)[static_cast<std::size_t>(graph.outputs().at("c5").value)]);
        return grid.height * grid.width;
    };
    const Result<int> upright = tokens(recipe.input.height, recipe.input.width);
    const bool turns = recipe.input.transposePortrait
        || std::any_of(recipe.views.begin(), recipe.views.end(), [](const ViewRecipe& view) { return view.portrait; });
    const Result<int> turned = turns ? tokens(recipe.input.width, recipe.input.height) : upright;
    if (!upright || !turned)
        return upright ? turned.error() : upright.error();
    const int needed = 1 + std::max(*upright, *turned);
    if (needed > recipe.head.positions)
        return Error{ErrorCode::InvalidInput,
                     "recipe",
                     "head.positions is " + std::to_string(recipe.head.positions) + "; inputs of "
                         + std::to_string(recipe.input.width) + " x " + std::to_string(recipe.input.height) + " need "
                         + std::to_string(needed) + ", one for every token and one for the quality",
                     "set head.positions to " + std::to_string(needed) + " at least, or make the input smaller",
                     {}};
    return {};
}

} // namespace

Result<TrainingSetup> prepareTraining(const Recipe& recipe, const DataFolders& folders, double meanMos5)
{
    const Result<std::map<std::string, Shape>> shapes = networkShapes(recipe);
    if (!shapes)
        return shapes.error();
    Result<nn::Graph> graph = networkGraph(recipe);
    if (!graph)
        return std::move(graph).error();
    if (Status enough = checkPositions(recipe, *graph); !enough)
        return std::move(enough).error();
    TrainingSetup setup;
    setup.graph = *std::move(graph);
    Result<GraphCut> cut = cutGraph(setup.graph, headMaps(recipe), recipe.trunk.freezeUntil);
    if (!cut)
        return std::move(cut).error();
    setup.cut = *std::move(cut);
    StartWeights trunk;
    StartWeights complete;
    if (Status read = readFiles(recipe, folders, trunk, complete); !read)
        return std::move(read).error();
    const bool wasBroughtUpByBlocks = (complete.trunk().empty() ? trunk : complete).trunk() == recipe.trunk.name;
    setup.settles = setup.graph.looksAtBlocks() && !wasBroughtUpByBlocks;
    for (const auto& [name, shape] : *shapes) {
        const Tensor* given = complete.find(name, shape);
        if (!given)
            given = trunk.find(name, shape);
        setup.state[name] = given ? *given : freshTensor(name, shape, recipe.seed);
        if (given)
            continue;
        setup.fresh.push_back(name);
        if (shape == Shape{1} && isOutputBias(name))
            setup.state[name].values[0] =
                static_cast<float>(recipe.scale.low + (meanMos5 - 1) / 4 * (recipe.scale.high - recipe.scale.low));
    }
    for (const auto& [name, shape] : setup.graph.parameters()) {
        const std::string weight = weightName(name);
        setup.frozen[name] = setup.state[weight];
        const bool isFresh = std::binary_search(setup.fresh.begin(), setup.fresh.end(), weight);
        const bool named = !recipe.trunk.weights.empty() || !recipe.start.empty();
        if (isFresh && named && weight != name)
            return Error{ErrorCode::InvalidInput,
                         "checkpoint",
                         "the start weights have no tensor " + name + " of shape " + halflens::toString(shape),
                         "name the files that hold the whole trunk",
                         {}};
    }
    setup.trunkHash = frozenHash(setup);
    return setup;
}

Result<std::unique_ptr<TrainingNetwork>> makeTrainingNetwork(const Recipe& recipe, const TrainingSetup& setup)
{
    const Result<ModuleFunction> made = moduleFunction("halflens_torch_train", torch_module::TrainingEntryPoint);
    if (!made)
        return made.error();
    Result<std::unique_ptr<TrainingNetwork>> network = Error{};
    reinterpret_cast<torch_module::MakeTrainingNetwork>(made->address)(&network, &recipe, &setup, threadCount());
    return network;
}

void recalibrate(StateDict& state, const ScoreScale& scale, double slope, double offset)
{
    // In native units: low + slope (s - low) + grade (slope + offset - 1), where one grade is (high - low) / 4.
    const double shift = scale.low - slope * scale.low + (scale.high - scale.low) / 4 * (slope + offset - 1);
    for (auto& [name, tensor] : state) {
        if (!isOutputBias(name))
            continue;
        for (float& value : state.at(name.substr(0, name.size() - 4) + "weight").values)
            value = static_cast<float>(slope * value);
        for (float& value : tensor.values)
            value = static_cast<float>(slope * value + shift);
    }
}

} // namespace halflens::train
