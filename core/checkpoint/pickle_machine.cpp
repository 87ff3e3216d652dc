// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/pickle_machine.h"

#include "core/checkpoint/pickle_names.h"

namespace halflens::detail {

namespace {

constexpr std::size_t MaxGlobalName = 512;

enum Opcode : std::uint8_t {
    Mark = '(',
    Stop = '.',
    Pop = '0',
    PopMark = '1',
    BinBytes = 'B',
    ShortBinBytes = 'C',
    BinFloat = 'G',
    BinInt = 'J',
    BinInt1 = 'K',
    BinInt2 = 'M',
    None = 'N',
    BinPersistentId = 'Q',
    Reduce = 'R',
    BinString = 'T',
    ShortBinString = 'U',
    BinUnicode = 'X',
    Append = 'a',
    Build = 'b',
    Global = 'c',
    Appends = 'e',
    BinGet = 'h',
    LongBinGet = 'j',
    List = 'l',
    BinPut = 'q',
    LongBinPut = 'r',
    SetItem = 's',
    Tuple = 't',
    SetItems = 'u',
    Dict = 'd',
    EmptyTuple = ')',
    EmptyList = ']',
    EmptyDict = '}',
    Proto = 0x80,
    NewObj = 0x81,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    NewTrue = 0x88,
    NewFalse = 0x89,
    NewObjEx = 0x92,
    EmptySet = 0x8f,
    AddItems = 0x90,
    FrozenSet = 0x91,
    ByteArray8 = 0x96,
    Long1 = 0x8a,
    Long4 = 0x8b,
    ShortBinUnicode = 0x8c,
    BinUnicode8 = 0x8d,
    BinBytes8 = 0x8e,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
};

} // namespace

bool PickleMachine::fail(Error error)
{
    m_error = std::move(error);
    return false;
}

bool PickleMachine::broken()
{
    return fail(damaged("the pickle in the file is damaged"));
}

Result<PickleId> PickleMachine::run(ByteReader& reader)
{
    m_stack.clear();
    m_marks.clear();
    m_memo.clear();
    while (true) {
        const std::uint8_t opcode = reader.u8();
        if (!reader.failed() && opcode == Stop)
            break;
        if (reader.failed())
            return damaged("the pickle in the file is cut off");
        if (!step(opcode, reader))
            return m_error;
        if (reader.failed())
            return damaged("the pickle in the file is cut off");
    }
    if (m_stack.size() != 1 || !m_marks.empty())
        return damaged("the pickle in the file is damaged");
    return m_stack.back();
}

bool PickleMachine::step(std::uint8_t opcode, ByteReader& reader)
{
    switch (opcode) {
    case Proto:
        return reader.u8() <= 5 || broken();
    case Frame:
        reader.skip(8);
        return true;
    case Mark:
        m_marks.push_back(m_stack.size());
        return true;
    case None:
        return push({});
    case NewTrue:
    case NewFalse:
        return pushInteger(Kind::Bool, opcode == NewTrue ? 1 : 0);
    case BinInt:
        return pushInteger(Kind::Int, reader.read<std::int32_t>());
    case BinInt1:
        return pushInteger(Kind::Int, reader.u8());
    case BinInt2:
        return pushInteger(Kind::Int, reader.u16());
    case Long1:
        return pushLong(reader.take(reader.u8()));
    case Long4:
        return pushLong(reader.take(reader.u32()));
    case BinFloat:
        reader.skip(8);
        return push({.kind = Kind::Float});
    case ShortBinUnicode:
    case ShortBinString:
    case ShortBinBytes:
        return pushText(reader.text(reader.u8()));
    case BinUnicode:
    case BinString:
    case BinBytes:
        return pushText(reader.text(reader.u32()));
    case BinUnicode8:
    case BinBytes8:
    case ByteArray8:
        return pushText(reader.text(reader.u64()));
    case BinPut:
    case LongBinPut:
    case BinGet:
    case LongBinGet:
    case Memoize:
        return stepMemo(opcode, reader);
    case Global:
    case StackGlobal:
    case Reduce:
    case NewObj:
    case NewObjEx:
    case Build:
    case BinPersistentId:
        return stepObject(opcode, reader);
    default:
        return stepContainer(opcode);
    }
}

bool PickleMachine::stepContainer(std::uint8_t opcode)
{
    std::vector<PickleId> items;
    PickleId ignored = 0;
    switch (opcode) {
    case EmptyTuple:
        return push({.kind = Kind::Tuple});
    case EmptyList:
        return push({.kind = Kind::List});
    case EmptyDict:
        return push({.kind = Kind::Dict});
    case Tuple1:
    case Tuple2:
    case Tuple3:
        return pushTuple(opcode - Tuple1 + 1u);
    case Tuple:
        return popMark(items) && push({.kind = Kind::Tuple, .items = std::move(items)});
    case List:
        return popMark(items) && push({.kind = Kind::List, .items = std::move(items)});
    case Dict:
        if (!popMark(items) || items.size() % 2 != 0)
            return broken();
        return push({.kind = Kind::Dict, .items = std::move(items)});
    case Append:
        items.resize(1);
        return pop(items[0]) && extend(Kind::List, items);
    case Appends:
        return popMark(items) && extend(Kind::List, items);
    case SetItem:
        items.resize(2);
        return pop(items[1]) && pop(items[0]) && extend(Kind::Dict, items);
    case SetItems:
        return popMark(items) && extend(Kind::Dict, items);
    case EmptySet:
        return pushOpaque("builtins", "set");
    case FrozenSet:
        return popMark(items) && pushOpaque("builtins", "frozenset");
    case AddItems:
        return popMark(items) && !m_stack.empty() && value(m_stack.back()).kind == Kind::Opaque ? true : broken();
    case Pop:
        return pop(ignored);
    case PopMark:
        return popMark(items);
    default:
        return fail(unsupported("the pickle in the file uses the instruction " + std::to_string(opcode)
                                    + ", which no weight file needs",
                                "save only the weights: torch.save(model.state_dict(), path)"));
    }
}

bool PickleMachine::stepMemo(std::uint8_t opcode, ByteReader& reader)
{
    switch (opcode) {
    case BinPut:
        return remember(reader.u8());
    case LongBinPut:
        return remember(reader.u32());
    case Memoize:
        return remember(static_cast<std::uint32_t>(m_memo.size()));
    case BinGet:
        return recall(reader.u8());
    default:
        return recall(reader.u32());
    }
}

bool PickleMachine::stepObject(std::uint8_t opcode, ByteReader& reader)
{
    PickleId first = 0;
    PickleId second = 0;
    switch (opcode) {
    case Global: {
        const std::string_view module = reader.line(MaxGlobalName);
        const std::string_view name = reader.line(MaxGlobalName);
        return reader.failed() ? broken() : pushGlobal(module, name);
    }
    case StackGlobal:
        if (!pop(second) || !pop(first) || value(first).kind != Kind::Text || value(second).kind != Kind::Text)
            return broken();
        return pushGlobal(value(first).text, value(second).text);
    case Build: // attaches attributes, such as the module versions of a state dictionary: of no use here
        return pop(second) && !m_stack.empty() ? true : broken();
    case BinPersistentId:
        return persistentStorage();
    case NewObjEx: // class, arguments, arguments by name
        return pop(first) && call();
    default: // Reduce and NewObj differ only for classes that are opaque anyway
        return call();
    }
}

bool PickleMachine::push(PickleValue value)
{
    if (m_values.size() >= MaxPickleValues || value.items.size() > m_itemsLeft)
        return fail(damaged("the pickle in the file describes more than a weight file can need"));
    m_itemsLeft -= value.items.size();
    m_stack.push_back(static_cast<PickleId>(m_values.size()));
    m_values.push_back(std::move(value));
    return true;
}

bool PickleMachine::pushInteger(Kind kind, std::int64_t integer)
{
    return push({.kind = kind, .integer = integer});
}

bool PickleMachine::pushText(std::string_view text)
{
    return push({.kind = Kind::Text, .text = text});
}

bool PickleMachine::pushLong(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() > 8) {
        const std::string_view digits(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return push({.kind = Kind::BigInt, .text = digits});
    }
    std::uint64_t bits = !bytes.empty() && bytes.back() >= 0x80 ? ~std::uint64_t(0) : 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        bits = bits << 8 | bytes[i];
    return pushInteger(Kind::Int, static_cast<std::int64_t>(bits));
}

bool PickleMachine::pushTuple(std::size_t count)
{
    std::vector<PickleId> items(count);
    for (std::size_t i = count; i-- > 0;) {
        if (!pop(items[i]))
            return false;
    }
    return push({.kind = Kind::Tuple, .items = std::move(items)});
}

bool PickleMachine::pushGlobal(std::string_view module, std::string_view name)
{
    if (const auto known = knownGlobal(module, name))
        return push({.kind = Kind::Global, .global = known->global, .element = known->element});
    if (isAttack(module, name))
        return fail(
            unsupported("refused: the file asks to run " + printable(module) + "." + printable(name),
                        "do not trust this file; a weight file is saved with torch.save(model.state_dict(), path)"));
    return pushOpaque(module, name);
}

bool PickleMachine::pushOpaque(std::string_view module, std::string_view name)
{
    return push({.kind = Kind::Opaque, .text = name, .module = module});
}

/// Takes the top value; those below the last mark are out of reach.
bool PickleMachine::pop(PickleId& id)
{
    if (m_stack.empty() || (!m_marks.empty() && m_stack.size() <= m_marks.back()))
        return broken();
    id = m_stack.back();
    m_stack.pop_back();
    return true;
}

bool PickleMachine::popMark(std::vector<PickleId>& items)
{
    if (m_marks.empty() || m_marks.back() > m_stack.size())
        return broken();
    const auto first = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    items.assign(first, m_stack.end());
    m_stack.erase(first, m_stack.end());
    m_marks.pop_back();
    return true;
}

/// Appends to the list or dictionary on top of the stack. An object that is filled like one is one: classes derived
/// from them, defaultdict, Counter.
bool PickleMachine::extend(Kind kind, const std::vector<PickleId>& items)
{
    if (m_stack.empty() || (kind == Kind::Dict && items.size() % 2 != 0) || items.size() > m_itemsLeft)
        return broken();
    PickleValue& target = m_values[m_stack.back()];
    if (target.kind == Kind::Opaque)
        target.kind = kind;
    if (target.kind != kind)
        return broken();
    m_itemsLeft -= items.size();
    target.items.insert(target.items.end(), items.begin(), items.end());
    return true;
}

bool PickleMachine::remember(std::uint32_t slot)
{
    if (m_stack.empty() || m_memo.size() >= MaxPickleValues)
        return broken();
    m_memo[slot] = m_stack.back();
    return true;
}

bool PickleMachine::recall(std::uint32_t slot)
{
    const auto found = m_memo.find(slot);
    if (found == m_memo.end() || m_stack.size() >= MaxPickleValues)
        return broken();
    m_stack.push_back(found->second);
    return true;
}

bool PickleMachine::call()
{
    PickleId arguments = 0;
    PickleId function = 0;
    if (!pop(arguments) || !pop(function))
        return broken();
    // A subclass of a tensor names the function that makes the tensor, and its arguments; perhaps of a subclass again.
    while (value(function).kind == Kind::Global && value(function).global == PickleGlobal::RebuildFromType) {
        const PickleValue& given = value(arguments); // function, class, arguments, state
        if (given.kind != Kind::Tuple || given.items.size() < 3)
            return broken();
        function = given.items[0];
        arguments = given.items[2];
    }
    if (value(arguments).kind != Kind::Tuple)
        return broken();
    const PickleValue& callee = value(function); // until the next push()
    const std::vector<PickleId>& items = value(arguments).items; // likewise
    if (callee.kind == Kind::Opaque)
        return pushOpaque(callee.module, callee.text);
    if (callee.kind != Kind::Global)
        return broken();
    switch (callee.global) {
    case PickleGlobal::OrderedDict:
        return callOrderedDict(items);
    case PickleGlobal::RebuildTensor:
        return callRebuildTensor(items, false);
    case PickleGlobal::RebuildTypedTensor:
        return callRebuildTensor(items, true);
    case PickleGlobal::RebuildParameter:
        if (items.empty() || (value(items[0]).kind != Kind::Tensor && value(items[0]).kind != Kind::Opaque))
            return broken();
        m_stack.push_back(items[0]);
        return true;
    case PickleGlobal::RebuildFromType:
    case PickleGlobal::StorageType:
    case PickleGlobal::Dtype:
        break;
    }
    return broken();
}

/// OrderedDict() or, from Python 2, OrderedDict([[key, value], ...]).
bool PickleMachine::callOrderedDict(const std::vector<PickleId>& arguments)
{
    PickleValue dict{.kind = Kind::Dict};
    if (arguments.size() > 1 || (arguments.size() == 1 && value(arguments[0]).kind != Kind::List))
        return broken();
    if (arguments.size() == 1) {
        for (const PickleId id : value(arguments[0]).items) {
            const PickleValue& pair = value(id);
            if ((pair.kind != Kind::List && pair.kind != Kind::Tuple) || pair.items.size() != 2)
                return broken();
            dict.items.insert(dict.items.end(), pair.items.begin(), pair.items.end());
        }
    }
    return push(std::move(dict));
}

/// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, [metadata]);
/// _rebuild_tensor_v3 has the element type before the metadata. Of a type nobody knows: opaque.
bool PickleMachine::callRebuildTensor(const std::vector<PickleId>& arguments, bool isTyped)
{
    if (arguments.size() < (isTyped ? 7 : 4) || value(arguments[1]).kind != Kind::Int
        || value(arguments[2]).kind != Kind::Tuple || value(arguments[3]).kind != Kind::Tuple)
        return broken();
    const PickleValue& storage = value(arguments[0]);
    const PickleValue& type = isTyped ? value(arguments[6]) : storage;
    if (storage.kind == Kind::Opaque || type.kind == Kind::Opaque)
        return pushOpaque("torch", "Tensor");
    if (storage.kind != Kind::Storage || (isTyped && (type.kind != Kind::Global || type.global != PickleGlobal::Dtype)))
        return broken();
    return push({.kind = Kind::Tensor,
                 .element = type.element,
                 .integer = value(arguments[1]).integer,
                 .items = {arguments[0], arguments[2], arguments[3]}});
}

/// ('storage', type, key, location, number of elements, [view: None]).
bool PickleMachine::persistentStorage()
{
    PickleId id = 0;
    if (!pop(id) || value(id).kind != Kind::Tuple)
        return broken();
    const std::vector<PickleId>& items = value(id).items; // until the next push()
    if (items.size() < 5 || value(items[0]).kind != Kind::Text || value(items[0]).text != "storage"
        || value(items[2]).kind != Kind::Text || value(items[4]).kind != Kind::Int || value(items[4]).integer < 0)
        return broken();
    const PickleValue& type = value(items[1]);
    if (type.kind == Kind::Opaque) // quantized elements and whatever is to come
        return push({.kind = Kind::Opaque, .text = value(items[2]).text, .module = UnknownStorage});
    if (type.kind != Kind::Global || type.global != PickleGlobal::StorageType)
        return broken();
    if (items.size() > 5 && value(items[5]).kind != Kind::None)
        return fail(unsupported("the file holds views of storages, as PyTorch before 0.4 wrote them",
                                "load and save it again with a newer PyTorch"));
    return push({.kind = Kind::Storage,
                 .element = value(items[1]).element,
                 .integer = value(items[4]).integer,
                 .text = value(items[2]).text});
}

} // namespace halflens::detail
