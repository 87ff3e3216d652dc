// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/caffemodel.h"

#include "core/checkpoint/protobuf_reader.h"
#include "core/checkpoint/reader_support.h"

#include <array>
#include <unordered_set>

namespace halflens {

namespace {

using detail::damaged;
using detail::printable;
using detail::ProtobufField;
using detail::ProtobufReader;
using Bytes = std::span<const std::uint8_t>;
using Wire = ProtobufField::Wire;

// Field numbers of Caffe's messages.
constexpr std::uint32_t NetName = 1;
constexpr std::uint32_t NetOldLayer = 2;
constexpr std::uint32_t NetLayer = 100;
constexpr std::uint32_t OldLayerName = 4;
constexpr std::uint32_t OldLayerBlob = 6;
constexpr std::uint32_t LayerName = 1;
constexpr std::uint32_t LayerBlob = 7;
constexpr std::uint32_t BlobData = 5;
constexpr std::uint32_t BlobShape = 7;
constexpr std::uint32_t BlobDoubleData = 8;
constexpr std::uint32_t ShapeDim = 1;

constexpr std::size_t MaxRank = 32; // as in Caffe

std::string_view textOf(Bytes bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Layer {
    std::string name;
    std::vector<Bytes> blobs;
};

std::optional<Layer> readLayer(Bytes message, bool isOld)
{
    Layer layer;
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
        if (field->wire != Wire::Bytes)
            continue;
        if (field->number == (isOld ? OldLayerName : LayerName))
            layer.name = textOf(field->bytes);
        else if (field->number == (isOld ? OldLayerBlob : LayerBlob))
            layer.blobs.push_back(field->bytes);
    }
    return reader.failed() ? std::nullopt : std::optional(std::move(layer));
}

/// A blob; its data joined from the pieces of the message: one when packed, one per value when not.
struct Blob {
    Shape shape;
    bool isOldShape = false;
    ElementType element = ElementType::Float32;
    std::vector<std::uint8_t> data;
};

bool readShape(Bytes message, Shape& shape)
{
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number != ShapeDim)
            continue;
        if (field->wire == Wire::Varint) {
            shape.push_back(static_cast<std::int64_t>(field->varint));
        } else if (field->wire == Wire::Bytes) {
            ProtobufReader packed(field->bytes);
            while (!packed.atEnd() && shape.size() <= MaxRank)
                shape.push_back(static_cast<std::int64_t>(packed.varint()));
            if (packed.failed())
                return false;
        }
        if (shape.size() > MaxRank)
            return false;
    }
    return !reader.failed();
}

std::optional<Blob> readBlob(Bytes message)
{
    Blob blob;
    bool hasShape = false;
    std::array<std::int64_t, 4> old{};
    std::vector<std::uint8_t> doubles;
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number >= 1 && field->number <= 4 && field->wire == Wire::Varint) {
            old[field->number - 1] = static_cast<std::int64_t>(field->varint);
            blob.isOldShape = true;
        } else if (field->number == BlobShape && field->wire == Wire::Bytes) {
            hasShape = true;
            if (!readShape(field->bytes, blob.shape))
                return std::nullopt;
        } else if (field->number == BlobData && (field->wire == Wire::Bytes || field->wire == Wire::Fixed32)) {
            blob.data.insert(blob.data.end(), field->bytes.begin(), field->bytes.end());
        } else if (field->number == BlobDoubleData && (field->wire == Wire::Bytes || field->wire == Wire::Fixed64)) {
            doubles.insert(doubles.end(), field->bytes.begin(), field->bytes.end());
        }
    }
    if (reader.failed() || (!hasShape && !blob.isOldShape))
        return std::nullopt;
    if (hasShape)
        blob.isOldShape = false;
    else
        blob.shape.assign(old.begin(), old.end());
    if (blob.data.empty() && !doubles.empty()) {
        blob.element = ElementType::Float64;
        blob.data = std::move(doubles);
    }
    return blob;
}

std::string blobName(const std::string& layer, std::size_t index)
{
    constexpr std::array Names{"weight", "bias"};
    return layer + "." + (index < Names.size() ? Names[index] : std::to_string(index));
}

Result<NamedTensor> readTensor(const std::string& name, bool isBias, Bytes message, detail::TensorBudget& budget)
{
    const std::string quoted = "\"" + printable(name) + "\"";
    auto blob = readBlob(message);
    if (!blob)
        return damaged("the blob " + quoted + " of the Caffe file cannot be read");
    if (blob->isOldShape && isBias && blob->shape[0] == 1 && blob->shape[1] == 1 && blob->shape[2] == 1)
        blob->shape = {blob->shape[3]};
    const Result<std::size_t> count = budget.take(name, blob->shape);
    if (!count)
        return count.error();
    if (blob->data.size() % elementSize(blob->element) != 0
        || blob->data.size() / elementSize(blob->element) != *count) {
        return damaged("the blob " + quoted + " of shape " + toString(blob->shape) + " has "
                       + std::to_string(blob->data.size() / elementSize(blob->element)) + " values");
    }
    NamedTensor named{name, {}, {blob->shape, std::vector<float>(*count)}};
    convertElements(blob->element, blob->data, named.tensor.values);
    return named;
}

} // namespace

bool looksLikeCaffemodel(Bytes bytes)
{
    bool hasLayer = false;
    ProtobufReader reader(bytes);
    while (const auto field = reader.next())
        hasLayer =
            hasLayer || ((field->number == NetOldLayer || field->number == NetLayer) && field->wire == Wire::Bytes);
    return hasLayer && !reader.failed();
}

Result<TensorArchive> parseCaffemodel(Bytes bytes, const CheckpointLimits& limits)
{
    TensorArchive archive;
    archive.format = "caffemodel";
    detail::TensorBudget budget(limits, bytes.size());
    std::unordered_set<std::string> layers;
    ProtobufReader reader(bytes);
    while (const auto field = reader.next()) {
        if (field->wire != Wire::Bytes)
            continue;
        if (field->number == NetName)
            archive.metadata["name"] = textOf(field->bytes);
        if (field->number != NetOldLayer && field->number != NetLayer)
            continue;
        const auto layer = readLayer(field->bytes, field->number == NetOldLayer);
        if (!layer)
            return damaged("a layer of the Caffe file cannot be read");
        if (layer->blobs.empty()) // also the data layers that appear once for training, once for testing
            continue;
        if (!layers.insert(layer->name).second)
            return damaged("two layers of the Caffe file are called \"" + printable(layer->name) + "\"");
        for (std::size_t i = 0; i < layer->blobs.size(); ++i) {
            Result<NamedTensor> tensor = readTensor(blobName(layer->name, i), i == 1, layer->blobs[i], budget);
            if (!tensor)
                return std::move(tensor).error();
            archive.tensors.push_back(std::move(tensor).value());
        }
    }
    if (reader.failed())
        return damaged("the Caffe file is cut off or not one");
    if (archive.tensors.empty())
        return detail::unsupported("the Caffe file holds no weights",
                                   "use the .caffemodel file, not the network description");
    return archive;
}

} // namespace halflens
