// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/torch_tensors.h"

namespace halflens::detail {

namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t MaxRank = 32;
constexpr std::string_view ParallelPrefix = "module.";
constexpr std::string_view Counter = "num_batches_tracked";

struct Entry {
    std::string_view name;
    PickleId value;
};

/// Entries of a dictionary with text keys, in order; as in Python, a repeated key keeps its first
/// place and takes the last value.
std::vector<Entry> entriesOf(const PickleMachine& machine, const PickleValue& dict)
{
    std::vector<Entry> entries;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
        const PickleValue& key = machine.value(dict.items[i]);
        if (key.kind != Kind::Text)
            continue;
        const auto [place, isNew] = places.emplace(key.text, entries.size());
        if (isNew)
            entries.push_back({key.text, dict.items[i + 1]});
        else
            entries[place->second].value = dict.items[i + 1];
    }
    return entries;
}

/// The integers of a tuple; nothing when one is negative or none.
std::optional<Shape> extentsOf(const PickleMachine& machine, PickleId tuple)
{
    const PickleValue& value = machine.value(tuple);
    if (value.items.size() > MaxRank)
        return std::nullopt;
    Shape extents;
    for (const PickleId id : value.items) {
        const PickleValue& item = machine.value(id);
        if (item.kind != Kind::Int || item.integer < 0)
            return std::nullopt;
        extents.push_back(item.integer);
    }
    return extents;
}

/// Number of elements the storage must have; nothing on overflow. No extent may be 0.
std::optional<std::uint64_t> reach(std::int64_t offset, const Shape& shape, const Shape& strides)
{
    auto last = static_cast<std::uint64_t>(offset);
    for (std::size_t d = 0; d < shape.size(); ++d) {
        std::uint64_t step = 0;
        if (__builtin_mul_overflow(static_cast<std::uint64_t>(shape[d] - 1), static_cast<std::uint64_t>(strides[d]),
                                   &step)
            || __builtin_add_overflow(last, step, &last))
            return std::nullopt;
    }
    return last == UINT64_MAX ? std::nullopt : std::optional(last + 1);
}

bool isRowMajor(const Shape& shape, const Shape& strides)
{
    std::int64_t expected = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
        if (shape[d] != 1 && strides[d] != expected)
            return false;
        expected *= shape[d]; // bounded: the number of values was checked
    }
    return true;
}

/// The elements of a strided view, in row-major order. Every index was checked by reach().
std::vector<std::uint8_t> gather(std::span<const std::uint8_t> bytes, std::size_t elementBytes, std::int64_t offset,
                                 const Shape& shape, const Shape& strides, std::size_t count)
{
    std::vector<std::uint8_t> out(count * elementBytes);
    Shape at(shape.size(), 0);
    std::int64_t from = offset;
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(out.data() + i * elementBytes, bytes.data() + static_cast<std::size_t>(from) * elementBytes,
                    elementBytes);
        for (std::size_t d = shape.size(); d-- > 0;) {
            from += strides[d];
            if (++at[d] < shape[d])
                break;
            from -= strides[d] * shape[d];
            at[d] = 0;
        }
    }
    return out;
}

Result<Tensor> readTensor(const PickleMachine& machine, const PickleValue& value, const std::string& name,
                          TensorBudget& budget, const StorageBytes& storageBytes)
{
    const PickleValue& storage = machine.value(value.items[0]);
    const auto shape = extentsOf(machine, value.items[1]);
    const auto strides = extentsOf(machine, value.items[2]);
    const std::string quoted = "\"" + printable(name) + "\"";
    if (!shape || !strides || shape->size() != strides->size() || value.integer < 0)
        return damaged("the tensor " + quoted + " has an impossible shape");
    const Result<std::size_t> count = budget.take(name, *shape);
    if (!count)
        return count.error();
    Tensor tensor{*shape, {}};
    if (*count == 0)
        return tensor;
    const auto needed = reach(value.integer, *shape, *strides);
    const auto held = static_cast<std::uint64_t>(storage.integer);
    if (!needed || *needed > held || *count > held)
        return damaged("the tensor " + quoted + " needs more values than its storage has");
    const auto bytes = storageBytes(storage);
    if (!bytes)
        return bytes.error();
    const std::size_t elementBytes = elementSize(storage.element);
    tensor.values.resize(*count);
    if (isRowMajor(*shape, *strides)) {
        const auto part = bytes->subspan(static_cast<std::size_t>(value.integer) * elementBytes, *count * elementBytes);
        convertElements(storage.element, part, tensor.values);
    } else {
        convertElements(storage.element, gather(*bytes, elementBytes, value.integer, *shape, *strides, *count),
                        tensor.values);
    }
    return tensor;
}

Error noTensors(const std::vector<Entry>& entries)
{
    std::string keys;
    for (std::size_t i = 0; i < std::min<std::size_t>(entries.size(), 5); ++i)
        keys += (i == 0 ? " (its keys: " : ", ") + printable(entries[i].name, 40);
    return unsupported("the file holds no dictionary of tensors" + (keys.empty() ? keys : keys + ")"),
                       "save the weights with torch.save(model.state_dict(), path)");
}

} // namespace

Result<TensorArchive> collectTensors(const PickleMachine& machine, PickleId root, TensorBudget& budget,
                                     const StorageBytes& storageBytes)
{
    TensorArchive archive;
    if (machine.value(root).kind != Kind::Dict)
        return noTensors({});
    std::vector<Entry> entries = entriesOf(machine, machine.value(root));
    for (const std::string_view wrapper : {"params", "state_dict", "model"}) {
        const auto found =
            std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.name == wrapper; });
        if (found != entries.end() && machine.value(found->value).kind == Kind::Dict) {
            entries = entriesOf(machine, machine.value(found->value));
            archive.metadata["wrapper"] = wrapper;
            break;
        }
    }
    std::unordered_map<std::string, bool> names;
    for (const Entry& entry : entries) {
        const PickleValue& value = machine.value(entry.value);
        if (value.kind != Kind::Tensor)
            continue;
        std::string name(entry.name.starts_with(ParallelPrefix) ? entry.name.substr(ParallelPrefix.size())
                                                                : entry.name);
        if (name == Counter || name.ends_with("." + std::string(Counter)))
            continue;
        if (!names.emplace(name, true).second)
            return damaged("the tensor \"" + printable(name) + "\" is there twice, with and without \"module.\"");
        Result<Tensor> tensor = readTensor(machine, value, name, budget, storageBytes);
        if (!tensor)
            return std::move(tensor).error();
        archive.tensors.push_back({std::move(name), {}, std::move(tensor).value()});
    }
    if (archive.tensors.empty())
        return noTensors(entries);
    return archive;
}

} // namespace halflens::detail
