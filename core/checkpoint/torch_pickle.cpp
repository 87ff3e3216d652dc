// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/torch_pickle.h"

#include "core/checkpoint/torch_tensors.h"
#include "core/checkpoint/zip_archive.h"

#include <algorithm>
#include <array>

namespace halflens {

namespace {

using detail::ByteReader;
using detail::damaged;
using detail::PickleId;
using detail::PickleMachine;
using detail::PickleValue;
using Bytes = std::span<const std::uint8_t>;
using Kind = PickleValue::Kind;

constexpr std::string_view LegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t LegacyProtocol = 1001;

const char* const SaveAgain = "save the weights with torch.save(model.state_dict(), path)";

bool isUnknownStorage(const PickleMachine& machine, std::string_view key)
{
    for (PickleId id = 0; id < machine.size(); ++id) {
        const PickleValue& value = machine.value(id);
        if (value.kind == Kind::Opaque && value.module == detail::UnknownStorage && value.text == key)
            return true;
    }
    return false;
}

/// Where the storages of a legacy file lie: in the order of the list of keys, each after its count.
Result<std::map<std::string_view, Bytes>> legacyStorages(const PickleMachine& machine, PickleId keys,
                                                         const std::map<std::string_view, ElementType>& types,
                                                         ByteReader& reader)
{
    std::map<std::string_view, Bytes> storages;
    if (machine.value(keys).kind != Kind::List)
        return damaged("the PyTorch file does not list its storages");
    for (const PickleId id : machine.value(keys).items) {
        const PickleValue& key = machine.value(id);
        const auto type = key.kind == Kind::Text ? types.find(key.text) : types.end();
        if (type == types.end() && key.kind == Kind::Text && isUnknownStorage(machine, key.text))
            return storages; // where it ends, and all that follow lie, cannot be told
        if (type == types.end())
            return damaged("the PyTorch file lists a storage that no tensor names");
        const auto count = reader.read<std::int64_t>();
        const std::size_t elementBytes = elementSize(type->second);
        if (count < 0 || static_cast<std::uint64_t>(count) > reader.remaining() / elementBytes)
            return damaged("the PyTorch file is cut off: a storage claims " + std::to_string(count) + " elements");
        const Bytes bytes = reader.take(static_cast<std::uint64_t>(count) * elementBytes);
        if (reader.failed() || !storages.emplace(key.text, bytes).second)
            return damaged("the list of storages of the PyTorch file is broken");
    }
    return storages;
}

/// Element types by storage key, of all storages the pickle names. Nothing: one key, two types.
std::optional<std::map<std::string_view, ElementType>> storageTypes(const PickleMachine& machine)
{
    std::map<std::string_view, ElementType> types;
    for (PickleId id = 0; id < machine.size(); ++id) {
        const PickleValue& value = machine.value(id);
        if (value.kind == Kind::Storage && types.emplace(value.text, value.element).first->second != value.element)
            return std::nullopt;
    }
    return types;
}

/// The dictionary that comes third tells the byte order of the machine that saved.
bool isBigEndian(const PickleMachine& machine, PickleId info)
{
    const PickleValue& dict = machine.value(info);
    for (std::size_t i = 0; dict.kind == Kind::Dict && i + 1 < dict.items.size(); i += 2) {
        const PickleValue& value = machine.value(dict.items[i + 1]);
        if (machine.value(dict.items[i]).text == "little_endian" && value.kind == Kind::Bool)
            return value.integer == 0;
    }
    return false;
}

Error bigEndian()
{
    return detail::unsupported("the file was saved on a big-endian machine", "save it again on another machine");
}

/// The one folder of a PyTorch archive, with its slash. Nothing: there is no data.pkl in one.
std::optional<std::string> topFolder(const detail::ZipArchive& zip)
{
    constexpr std::string_view Pickle = "/data.pkl";
    for (const auto& [name, member] : zip.members()) {
        if (name.ends_with(Pickle) && name.find('/') == name.size() - Pickle.size())
            return name.substr(0, name.size() - Pickle.size() + 1);
    }
    return std::nullopt;
}

} // namespace

bool looksLikePickle(Bytes bytes)
{
    return bytes.size() >= 2 && bytes[0] == 0x80 && bytes[1] >= 1 && bytes[1] <= 5;
}

bool looksLikeZip(Bytes bytes)
{
    constexpr std::string_view Signature = "PK\x03\x04";
    return bytes.size() >= Signature.size() && std::equal(Signature.begin(), Signature.end(), bytes.begin());
}

bool holdsTorchScript(Bytes bytes)
{
    const CheckpointLimits limits;
    if (!looksLikeZip(bytes))
        return false;
    const auto zip = detail::ZipArchive::open(bytes, limits.maxTensors + 1000, detail::unpackedLimit(bytes.size()));
    const auto folder = zip ? topFolder(*zip) : std::nullopt;
    return folder && zip->members().contains(*folder + "constants.pkl");
}

Result<TensorArchive> parseTorchLegacy(Bytes bytes, const CheckpointLimits& limits, const std::string& key)
{
    PickleMachine machine;
    ByteReader reader(bytes);
    std::array<PickleId, 5> parts{}; // magic number, protocol, machine, object, storage keys
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Result<PickleId> part = machine.run(reader);
        if (!part)
            return part.error();
        parts[i] = *part;
        const PickleValue& value = machine.value(*part);
        if (i == 0 && (value.kind != Kind::BigInt || value.text != LegacyMagic))
            return detail::unsupported("this is a Python pickle, but no PyTorch file", SaveAgain);
        if (i == 1 && (value.kind != Kind::Int || value.integer != LegacyProtocol))
            return detail::unsupported("the PyTorch file has an unknown protocol version", SaveAgain);
    }
    if (isBigEndian(machine, parts[2]))
        return bigEndian();
    const auto types = storageTypes(machine);
    if (!types)
        return damaged("one storage of the PyTorch file has two types");
    detail::TensorBudget budget(limits, reader.remaining());
    std::optional<Result<std::map<std::string_view, Bytes>>> listed; // read when the first tensor asks
    auto archive = collectTensors(
        machine, parts[3], budget,
        [&](const PickleValue& storage) -> Result<Bytes> {
            if (!listed)
                listed = legacyStorages(machine, parts[4], *types, reader);
            if (!*listed)
                return listed->error();
            const auto& storages = listed->value();
            const auto found = storages.find(storage.text);
            if (found == storages.end()
                || found->second.size() / elementSize(storage.element) != static_cast<std::uint64_t>(storage.integer))
                return damaged("a storage of the PyTorch file is missing or has another size");
            return found->second;
        },
        key);
    if (archive)
        archive.value().format = "torch-legacy";
    return archive;
}

Result<TensorArchive> parseTorchZip(Bytes bytes, const CheckpointLimits& limits, const std::string& key)
{
    // Room for the few members beside the storages.
    auto zip = detail::ZipArchive::open(bytes, limits.maxTensors + 1000, detail::unpackedLimit(bytes.size()));
    if (!zip)
        return std::move(zip).error();
    const auto folder = topFolder(*zip);
    if (!folder && zip->members().contains("config.json") && zip->members().contains("model.weights.h5"))
        return detail::unsupported("this is a .keras file of Keras 3, which names weights by their place only",
                                   detail::SaveWithKeras);
    if (!folder)
        return detail::unsupported("this zip archive holds no PyTorch weights", SaveAgain);
    if (zip->members().contains(*folder + "constants.pkl")) {
        return detail::unsupported("this is a TorchScript program, not a file of weights",
                                   "import it together with a manifest (halflens models import FILE --manifest "
                                   "M.json), or save the weights alone");
    }
    if (zip->members().contains(*folder + "byteorder")) {
        const auto order = zip->content(*folder + "byteorder");
        if (!order)
            return order.error();
        if (order->size() == 3) // "big", not "little"
            return bigEndian();
    }
    const auto pickle = zip->content(*folder + "data.pkl");
    if (!pickle)
        return pickle.error();
    PickleMachine machine;
    ByteReader reader(*pickle);
    const Result<PickleId> root = machine.run(reader);
    if (!root)
        return root.error();
    detail::TensorBudget budget(limits, zip->unpackedBytes());
    auto archive = collectTensors(
        machine, *root, budget,
        [&](const PickleValue& storage) -> Result<Bytes> {
            const auto content = zip->content(*folder + "data/" + std::string(storage.text));
            if (!content)
                return content;
            if (content->size() / elementSize(storage.element) < static_cast<std::uint64_t>(storage.integer))
                return damaged("a storage of the PyTorch file is shorter than its tensors need");
            return content;
        },
        key);
    if (archive)
        archive.value().format = "torch-zip";
    return archive;
}

} // namespace halflens
