// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/keras_hdf5.h"

#include "core/checkpoint/hdf5_file.h"

#include <array>

namespace halflens {

namespace {

using detail::damaged;
using detail::Hdf5Address;
using detail::Hdf5File;
using detail::printable;

constexpr const char* TopLevelGroup = "top_level_model_weights";

/// Names of an attribute, put together when it was split into NAME0, NAME1, ... for its size
/// (spec models 1.1, requirement 3). Nothing: neither form exists.
Result<std::optional<std::vector<std::string>>> names(Hdf5File& file, Hdf5Address object, const std::string& attribute)
{
    auto whole = file.strings(object, attribute);
    if (!whole || *whole)
        return whole;
    std::optional<std::vector<std::string>> joined;
    for (int part = 0;; ++part) {
        auto piece = file.strings(object, attribute + std::to_string(part));
        if (!piece)
            return piece;
        if (!*piece)
            return joined;
        if (!joined)
            joined.emplace();
        std::vector<std::string>& strings = **piece;
        joined->insert(joined->end(), std::make_move_iterator(strings.begin()), std::make_move_iterator(strings.end()));
    }
}

/// The group that carries `layer_names`: the root, or `model_weights` of a whole saved model.
Result<Hdf5Address> weightsGroup(Hdf5File& file)
{
    const Hdf5Address root = file.root();
    const auto layers = names(file, root, "layer_names");
    if (!layers)
        return layers.error();
    if (*layers)
        return root;
    auto inner = file.find(root, "model_weights");
    if (!inner)
        return std::move(inner).error();
    if (!*inner) {
        for (const char* group : {"layers", "_layer_checkpoint_dependencies", "vars"}) {
            const auto found = file.find(root, group);
            if (found && *found)
                return detail::unsupported("this is a .weights.h5 file of Keras 3, which names weights by their place "
                                           "only",
                                           detail::SaveWithKeras);
        }
        return detail::unsupported("this HDF5 file does not list layers, as files of Keras 2 do",
                                   "use a .h5 file that Keras saved with model.save(\"model.h5\")");
    }
    return **inner;
}

Status readLayer(Hdf5File& file, Hdf5Address group, const std::string& layer, detail::TensorBudget& budget,
                 TensorArchive& archive)
{
    const auto weights = names(file, group, "weight_names");
    if (!weights)
        return weights.error();
    if (!*weights)
        return damaged("the layer \"" + printable(layer) + "\" does not list its weights");
    for (const std::string& name : **weights) {
        const auto object = file.find(group, name);
        if (!object)
            return object.error();
        if (!*object)
            return damaged("the weight \"" + printable(name) + "\" of layer \"" + printable(layer) + "\" is missing");
        Result<Tensor> tensor = file.dataset(**object, name, budget);
        if (!tensor)
            return std::move(tensor).error();
        archive.tensors.push_back({name, layer, std::move(tensor).value()});
    }
    return {};
}

Result<TensorArchive> readKeras(Hdf5File& file, detail::TensorBudget& budget)
{
    const Result<Hdf5Address> top = weightsGroup(file);
    if (!top)
        return top.error();
    const auto layers = names(file, *top, "layer_names");
    if (!layers)
        return layers.error();
    if (!*layers)
        return damaged("the group model_weights does not list the layers");

    TensorArchive archive;
    archive.format = "keras-h5";
    for (const char* key : {"backend", "keras_version"}) {
        const auto value = file.strings(*top, key);
        if (value && *value && (*value)->size() == 1)
            archive.metadata[key] = (*value)->front();
    }
    for (const std::string& layer : **layers) {
        const auto group = file.find(*top, layer);
        if (!group)
            return group.error();
        if (!*group)
            return damaged("the group of layer \"" + printable(layer) + "\" is missing");
        if (Status read = readLayer(file, **group, layer, budget, archive); !read)
            return std::move(read).error();
    }
    const auto topLevel = file.find(*top, TopLevelGroup);
    if (!topLevel)
        return topLevel.error();
    if (*topLevel) {
        if (Status read = readLayer(file, **topLevel, TopLevelGroup, budget, archive); !read)
            return std::move(read).error();
    }
    return archive;
}

} // namespace

namespace {

/// Where the file itself begins: at once, or behind a block of the user's own of 512, 1024, 2048, ... bytes.
std::optional<std::size_t> hdf5Begin(std::span<const std::uint8_t> bytes)
{
    constexpr std::array<std::uint8_t, 8> Signature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    for (std::size_t at = 0; at + Signature.size() <= bytes.size(); at = at == 0 ? 512 : 2 * at) {
        if (std::equal(Signature.begin(), Signature.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at)))
            return at;
    }
    return std::nullopt;
}

} // namespace

bool looksLikeHdf5(std::span<const std::uint8_t> bytes)
{
    return hdf5Begin(bytes).has_value();
}

Result<TensorArchive> parseKerasHdf5(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits)
{
    const std::size_t begin = hdf5Begin(bytes).value_or(0);
    bytes = bytes.subspan(begin);
    // Chunks may be compressed.
    detail::TensorBudget budget(limits, detail::unpackedLimit(bytes.size()) / sizeof(float));
    Result<Hdf5File> file = Hdf5File::open(bytes, begin);
    if (!file)
        return file.error();
    return readKeras(*file, budget);
}

} // namespace halflens
