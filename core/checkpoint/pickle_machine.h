// SPDX-License-Identifier: BSD-3-Clause
// Interprets Python pickles that describe tensors, and nothing else (spec models 2.1). Private to
// core/checkpoint.
//
// A pickle is a program: it can name any Python function and have it called. This machine calls nothing. It knows
// the short list of names that describe tensors; whatever else a file names or asks to have called becomes an opaque
// value that keeps the name. What only an attack needs (os.system and the like) is refused. Values live in one table
// and refer to each other by number, so that neither cycles nor references shared a million times cost memory or
// stack.
#pragma once

#include "core/checkpoint/byte_reader.h"
#include "core/checkpoint/reader_support.h"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace halflens::detail {

using PickleId = std::uint32_t;

/// Module of an opaque value that is a storage of an unknown element type; its text is the key.
inline constexpr std::string_view UnknownStorage = "storage of an unknown type";

/// The names that mean something here.
enum class PickleGlobal : std::uint8_t {
    OrderedDict,
    RebuildTensor,
    RebuildTypedTensor, ///< its element type is an argument, not that of the storage
    RebuildParameter,
    RebuildFromType, ///< a subclass of the tensor that another function rebuilds
    StorageType,
    Dtype,
};

struct PickleValue {
    enum class Kind : std::uint8_t {
        None,
        Bool, ///< integer
        Int, ///< integer
        BigInt, ///< text: two's complement, lowest byte first
        Float, ///< value dropped
        Text, ///< text; byte strings as well
        Tuple, ///< items
        List, ///< items
        Dict, ///< items: key, value, key, value, ...
        Global, ///< global, element
        Storage, ///< element, text: key, integer: number of elements
        Tensor, ///< items: storage, tuple of extents, tuple of strides; integer: offset in elements; element
        Opaque, ///< module, text: the Python name it comes from; never looked into
    };
    Kind kind = Kind::None;
    PickleGlobal global = PickleGlobal::OrderedDict;
    ElementType element = ElementType::Float32;
    std::int64_t integer = 0;
    std::string_view text = {};
    std::string_view module = {};
    std::vector<PickleId> items = {};
};

class PickleMachine {
public:
    /// Runs one pickle up to its STOP and leaves `reader` behind it. The bytes must outlive the
    /// machine. InvalidInput: damaged, or too large; Unsupported: an instruction not known, a name of an attack.
    Result<PickleId> run(ByteReader& reader);

    const PickleValue& value(PickleId id) const { return m_values[id]; }
    /// Values of all pickles run so far; identifiers are 0 .. size() - 1.
    PickleId size() const { return static_cast<PickleId>(m_values.size()); }

private:
    using Kind = PickleValue::Kind;
    static constexpr std::size_t MaxPickleValues = 4'000'000; ///< about twenty describe one tensor

    // Each returns false on a fault; m_error then tells which.
    bool step(std::uint8_t opcode, ByteReader& reader);
    bool stepContainer(std::uint8_t opcode);
    bool stepMemo(std::uint8_t opcode, ByteReader& reader);
    bool stepObject(std::uint8_t opcode, ByteReader& reader);
    bool push(PickleValue value);
    bool pushInteger(Kind kind, std::int64_t integer);
    bool pushText(std::string_view text);
    bool pushLong(std::span<const std::uint8_t> bytes);
    bool pushTuple(std::size_t count);
    bool pushGlobal(std::string_view module, std::string_view name);
    bool pop(PickleId& id);
    bool popMark(std::vector<PickleId>& items);
    bool extend(Kind kind, const std::vector<PickleId>& items);
    bool remember(std::uint32_t slot);
    bool recall(std::uint32_t slot);
    bool call();
    bool pushOpaque(std::string_view module, std::string_view name);
    bool callOrderedDict(const std::vector<PickleId>& arguments);
    bool callRebuildTensor(const std::vector<PickleId>& arguments, bool isTyped);
    bool persistentStorage();
    bool broken();
    bool fail(Error error);

    std::vector<PickleValue> m_values;
    std::vector<PickleId> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint32_t, PickleId> m_memo;
    std::size_t m_itemsLeft = 4 * MaxPickleValues; ///< one list can be the argument of many calls
    Error m_error;
};

} // namespace halflens::detail
