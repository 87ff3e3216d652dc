// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/torch_tensors.h"

#include <array>
#include <unordered_map>

namespace halflens::detail {

namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t MaxRank = 32;
constexpr int MaxDepth = 16;
constexpr std::size_t ListedKeys = 5;

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

/// A place in the tree of dictionaries and lists below the root.
struct Node {
    PickleId value = 0;
    std::size_t parent = 0;
    std::string_view key = {}; ///< in a dictionary
    std::size_t place = 0; ///< in a list
    int depth = 0;
    std::size_t tensors = 0; ///< directly inside, under text keys
};

/// All dictionaries and lists that can be reached, the shallow ones first, each once. Keys that are no texts lead
/// nowhere: under these, optimizers keep a state for every weight.
std::vector<Node> reachable(const PickleMachine& machine, PickleId root)
{
    std::vector<Node> nodes{{root}};
    std::vector<bool> seen(machine.size(), false);
    seen[root] = true;
    const auto enter = [&](PickleId child, std::size_t parent, std::string_view key, std::size_t place) {
        const Kind kind = machine.value(child).kind;
        const bool isContainer = kind == Kind::Dict || kind == Kind::List || kind == Kind::Tuple;
        if (!isContainer || seen[child] || nodes[parent].depth >= MaxDepth)
            return;
        seen[child] = true;
        nodes.push_back({child, parent, key, place, nodes[parent].depth + 1});
    };
    for (std::size_t at = 0; at < nodes.size(); ++at) {
        const PickleValue& value = machine.value(nodes[at].value);
        if (value.kind == Kind::Dict) {
            for (const Entry& entry : entriesOf(machine, value)) {
                if (machine.value(entry.value).kind == Kind::Tensor)
                    ++nodes[at].tensors;
                enter(entry.value, at, entry.name, 0);
            }
        } else {
            for (std::size_t i = 0; i < value.items.size(); ++i)
                enter(value.items[i], at, {}, i);
        }
    }
    return nodes;
}

/// Keys from the root to a node; "" for the root.
std::string pathOf(const std::vector<Node>& nodes, std::size_t at, char separator)
{
    std::string path;
    for (; at != 0; at = nodes[at].parent) {
        const Node& node = nodes[at];
        const std::string name = node.key.empty() ? std::to_string(node.place) : printable(node.key, 80);
        path = path.empty() ? name : name + separator + path;
    }
    return path;
}

std::string named(const std::vector<Node>& nodes, std::size_t at)
{
    return at == 0 ? "the top level" : "\"" + pathOf(nodes, at, '/') + "\"";
}

/// How well a key is known to stand for the weights (spec models 2.3); 0 is best.
std::size_t rankOf(std::string_view key)
{
    static constexpr std::array<std::string_view, 3> Known{"params", "state_dict", "model"};
    return static_cast<std::size_t>(std::find(Known.begin(), Known.end(), key) - Known.begin());
}

std::string listed(const std::vector<Node>& nodes, const std::vector<std::size_t>& which)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(which.size(), ListedKeys); ++i)
        text += (i == 0 ? "" : ", ") + named(nodes, which[i]) + " (" + std::to_string(nodes[which[i]].tensors)
            + " tensors)";
    return which.size() > ListedKeys ? text + " and more" : text;
}

/// What the root is instead of a dictionary of tensors.
Error noTensors(const PickleMachine& machine, PickleId root)
{
    const auto objectName = [](const PickleValue& value) {
        return printable(value.module, 80) + "." + printable(value.text, 80);
    };
    const PickleValue& value = machine.value(root);
    const char* const remedy = "save the weights with torch.save(model.state_dict(), path)";
    if (value.kind == Kind::Opaque)
        return unsupported("the file holds a Python object of its own kind (" + objectName(value)
                               + "), no dictionary of tensors",
                           remedy);
    std::string keys;
    const std::vector<Entry> entries = value.kind == Kind::Dict ? entriesOf(machine, value) : std::vector<Entry>();
    for (std::size_t i = 0; i < std::min(entries.size(), ListedKeys); ++i) {
        const PickleValue& entry = machine.value(entries[i].value);
        keys += (i == 0 ? " (its keys: " : ", ") + printable(entries[i].name, 40);
        if (entry.kind == Kind::Opaque)
            keys += ", a Python object of its own kind: " + objectName(entry);
    }
    return unsupported("the file holds no dictionary of tensors" + (keys.empty() ? keys : keys + ")"), remedy);
}

/// The dictionary with the weights: the fullest, or of several about as full the one whose key is best known, which
/// is then noted. `key` names another.
Result<std::size_t> choose(const PickleMachine& machine, const std::vector<Node>& nodes, const std::string& key,
                           TensorArchive& archive)
{
    std::vector<std::size_t> filled;
    std::size_t most = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].tensors == 0)
            continue;
        filled.push_back(i);
        most = std::max(most, nodes[i].tensors);
    }
    if (filled.empty())
        return noTensors(machine, nodes.front().value);
    if (!key.empty()) {
        for (const std::size_t i : filled) {
            if (pathOf(nodes, i, '/') == key || pathOf(nodes, i, '.') == key)
                return i;
        }
        return unsupported("the file holds no tensors under the key \"" + printable(key) + "\"",
                           "leave --key out, or name one of " + listed(nodes, filled));
    }
    std::erase_if(filled, [&](std::size_t i) { return 2 * nodes[i].tensors <= most; });
    const std::size_t chosen = *std::min_element(filled.begin(), filled.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(rankOf(nodes[a].key), nodes[b].tensors) < std::pair(rankOf(nodes[b].key), nodes[a].tensors);
    });
    if (filled.size() > 1) {
        std::erase(filled, chosen);
        archive.notes.push_back("the file holds several sets of weights: " + named(nodes, chosen) + " was taken, not "
                                + listed(nodes, filled) + "; --key takes another");
    }
    return chosen;
}

bool repeatsValues(const PickleMachine& machine, const PickleValue& tensor)
{
    const std::vector<PickleId>& strides = machine.value(tensor.items[2]).items;
    return std::any_of(strides.begin(), strides.end(), [&](PickleId id) { return machine.value(id).integer == 0; });
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
    const std::size_t elementBytes = elementSize(value.element);
    std::uint64_t heldBytes = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(storage.integer), elementSize(storage.element), &heldBytes))
        heldBytes = UINT64_MAX;
    const auto needed = reach(value.integer, *shape, *strides);
    if (!needed || *needed > heldBytes / elementBytes)
        return damaged("the tensor " + quoted + " needs more values than its storage has");
    const auto bytes = storageBytes(storage);
    if (!bytes)
        return bytes.error();
    tensor.values.resize(*count);
    if (isRowMajor(*shape, *strides)) {
        const auto part = bytes->subspan(static_cast<std::size_t>(value.integer) * elementBytes, *count * elementBytes);
        convertElements(value.element, part, tensor.values);
    } else {
        convertElements(value.element, gather(*bytes, elementBytes, value.integer, *shape, *strides, *count),
                        tensor.values);
    }
    return tensor;
}

} // namespace

Result<TensorArchive> collectTensors(const PickleMachine& machine, PickleId root, TensorBudget& budget,
                                     const StorageBytes& storageBytes, const std::string& key)
{
    TensorArchive archive;
    const std::vector<Node> nodes = reachable(machine, root);
    const Result<std::size_t> chosen = choose(machine, nodes, key, archive);
    if (!chosen)
        return chosen.error();
    if (*chosen != 0)
        archive.metadata["wrapper"] = pathOf(nodes, *chosen, '/');

    std::vector<Entry> entries = entriesOf(machine, machine.value(nodes[*chosen].value));
    std::erase_if(entries, [&](const Entry& entry) {
        const Kind kind = machine.value(entry.value).kind;
        return (kind != Kind::Tensor && kind != Kind::Opaque) || isBookkeeping(entry.name);
    });
    for (const Entry& entry : entries) {
        const PickleValue& value = machine.value(entry.value);
        const std::string name(entry.name);
        const auto passOver = [&](const std::string& reason) { passedOver(archive, name, reason); };
        if (value.kind == Kind::Opaque) {
            passOver(printable(value.module, 80) + "." + printable(value.text, 80));
            continue;
        }
        if (!isReal(value.element)) {
            passOver("complex numbers");
            continue;
        }
        Result<Tensor> tensor = readTensor(machine, value, name, budget, storageBytes);
        if (!tensor && repeatsValues(machine, value)) {
            passOver("few values repeated very often");
            continue;
        }
        if (!tensor)
            return std::move(tensor).error();
        archive.tensors.push_back({name, {}, std::move(tensor).value()});
    }
    if (archive.tensors.empty())
        return archive.passedOver.empty() ? noTensors(machine, root) : nothingReadable(archive);
    if (Status dropped = dropWrapperPrefixes(archive); !dropped)
        return std::move(dropped).error();
    return archive;
}

} // namespace halflens::detail
