// SPDX-License-Identifier: BSD-3-Clause
#include "core/families/objectness/objectness_network.h"

#include "core/base/file.h"
#include "core/checkpoint/tensor_archive.h"
#include "core/nn/trunks.h"
#include "core/weights/network_weights.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr const char* TrunkPrefix = "trunk.";
constexpr const char* DecoderPrefix = "decoder.";

} // namespace

ObjectnessNetwork::ObjectnessNetwork(std::unique_ptr<nn::InferenceForm> network, InputSpec input)
    : m_network(std::move(network))
    , m_input(input)
{ }

Result<std::shared_ptr<const ObjectnessNetwork>> ObjectnessNetwork::create(StateDict state, const InputSpec& input)
{
    const nn::Graph graph = nn::objectnessGraph();
    std::map<std::string, Shape> expected;
    for (const auto& [name, shape] : graph.parameters())
        expected[(name.starts_with(DecoderPrefix) ? "" : TrunkPrefix) + name] = shape;
    if (Status fits = checkWeights(expected, state, "the objectness network"); !fits)
        return std::move(fits).error();
    StateDict named;
    for (auto& [name, tensor] : state)
        named.emplace(name.starts_with(TrunkPrefix) ? name.substr(std::string_view(TrunkPrefix).size()) : name,
                      std::move(tensor));
    Result<std::unique_ptr<nn::InferenceForm>> network = nn::InferenceForm::create(graph, std::move(named), {});
    if (!network)
        return std::move(network).error();
    return std::shared_ptr<const ObjectnessNetwork>(new ObjectnessNetwork(std::move(*network), input));
}

Result<std::shared_ptr<const ObjectnessNetwork>> ObjectnessNetwork::load(const Manifest& manifest)
{
    const std::filesystem::path file = manifest.folder / manifest.weightsFile;
    if (manifest.family != ObjectnessFamily)
        return Error{ErrorCode::InvalidInput, "model", "the manifest is of family " + manifest.family,
                     "name an objectness network", file.string()};
    Result<std::string> hash = sha256HexOfFile(file);
    if (!hash)
        return std::move(hash).error();
    if (!manifest.weightsSha256.empty() && *hash != manifest.weightsSha256)
        return Error{ErrorCode::InvalidInput, "checkpoint",
                     "the weights are not those the manifest names (SHA-256 " + *hash + ")", "install the model again",
                     file.string()};
    Result<TensorArchive> archive = readCheckpoint(file);
    if (!archive)
        return std::move(archive).error();
    StateDict state;
    for (NamedTensor& entry : archive->tensors)
        state[entry.name] = std::move(entry.tensor);
    Result<std::shared_ptr<const ObjectnessNetwork>> network = create(std::move(state), manifest.input);
    if (!network)
        return std::move(network).error().withFile(file.string());
    auto named = std::const_pointer_cast<ObjectnessNetwork>(*network);
    named->m_name = manifest.name;
    named->m_weightsHash = std::move(*hash);
    return network;
}

Result<ScalarMap> ObjectnessNetwork::probabilities(const Image& image, std::stop_token stop) const
{
    const Result<ModelInput> input = toModelInput(image, m_input);
    if (!input)
        return input.error();
    const Result<std::vector<nn::MapView>> maps =
        m_network->runInPlace(input->planes, input->height, input->width, {"objectness"}, std::move(stop));
    if (!maps)
        return maps.error();
    const nn::MapView& logits = maps->front();
    ScalarMap map(logits.size.height, logits.size.width);
    std::transform(logits.values.begin(), logits.values.end(), map.values.begin(),
                   [](float logit) { return 1.F / (1.F + std::exp(-logit)); });
    if (!std::all_of(map.values.begin(), map.values.end(), [](float v) { return std::isfinite(v); }))
        return Error{ErrorCode::Model,
                     "model",
                     "the objectness network's output is not finite for this image",
                     "check its weights file; it may be damaged",
                     {}};
    return map;
}

} // namespace halflens
