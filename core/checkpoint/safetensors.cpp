// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/safetensors.h"

#include "core/checkpoint/reader_support.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <unordered_set>

namespace halflens {

namespace {

using detail::damaged;
using detail::printable;

constexpr std::size_t PrefixBytes = 8;
constexpr std::uint64_t MaxHeaderBytes = 100'000'000; // the limit of the reference implementation
constexpr std::size_t MaxRank = 32;
constexpr const char* MetadataKey = "__metadata__";

struct Entry {
    std::string name;
    std::string dtype;
    Shape shape;
    std::vector<std::uint64_t> offsets;
    bool hasShape = false;
    bool hasOffsets = false;
};

/// Takes the header event by event: no document is built, so a header nested a million deep costs
/// nothing, the order of the keys is kept, and repeated keys are seen.
class HeaderHandler : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit HeaderHandler(std::uint64_t maxTensors)
        : m_maxTensors(maxTensors)
    { }

    std::vector<Entry> entries;
    std::map<std::string, std::string> metadata;
    std::string problem;

    bool null() override { return fail("an unexpected null"); }
    bool boolean(bool) override { return fail("an unexpected true or false"); }
    bool number_float(double, const std::string&) override { return fail("a number that is not a whole number >= 0"); }
    bool binary(binary_t&) override { return fail("binary data"); }
    bool number_integer(std::int64_t value) override
    {
        if (value < 0)
            return fail("a negative number");
        return number_unsigned(static_cast<std::uint64_t>(value));
    }

    bool number_unsigned(std::uint64_t value) override
    {
        if (m_state == State::InShape) {
            if (entries.back().shape.size() >= MaxRank || value > INT64_MAX)
                return fail("an impossible shape");
            entries.back().shape.push_back(static_cast<std::int64_t>(value));
            return true;
        }
        if (m_state == State::InOffsets) {
            if (entries.back().offsets.size() >= 2)
                return fail("more than two data offsets");
            entries.back().offsets.push_back(value);
            return true;
        }
        return fail("a number in the wrong place");
    }

    bool string(std::string& value) override
    {
        if (m_state == State::InMetadata) {
            metadata[m_key] = std::move(value);
            return true;
        }
        if (m_state == State::InTensor && m_key == "dtype") {
            entries.back().dtype = std::move(value);
            return true;
        }
        return fail("a text in the wrong place");
    }

    bool start_object(std::size_t) override
    {
        if (m_state == State::Start) {
            m_state = State::Top;
        } else if (m_state == State::Top && m_key == MetadataKey) {
            m_state = State::InMetadata;
        } else if (m_state == State::Top) {
            if (entries.size() >= m_maxTensors)
                return fail("too many tensors");
            m_state = State::InTensor;
            entries.push_back({m_key, {}, {}, {}});
        } else {
            return fail("an object in the wrong place");
        }
        m_fields.clear();
        return true;
    }

    bool key(std::string& value) override
    {
        auto& seen = m_state == State::Top ? m_names : m_fields;
        if (!seen.insert(value).second)
            return fail("the key \"" + printable(value) + "\" twice");
        m_key = std::move(value);
        return true;
    }

    bool end_object() override
    {
        if (m_state == State::InTensor) {
            const Entry& entry = entries.back();
            if (entry.dtype.empty() || !entry.hasShape || entry.offsets.size() != 2)
                return fail("an incomplete entry for \"" + printable(entry.name) + "\"");
        }
        m_state = m_state == State::Top ? State::End : State::Top;
        return true;
    }

    bool start_array(std::size_t) override
    {
        if (m_state == State::InTensor && m_key == "shape") {
            entries.back().hasShape = true;
            m_state = State::InShape;
            return true;
        }
        if (m_state == State::InTensor && m_key == "data_offsets") {
            m_state = State::InOffsets;
            return true;
        }
        return fail("a list in the wrong place");
    }

    bool end_array() override
    {
        m_state = State::InTensor;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override
    {
        return fail("text that is not JSON at byte " + std::to_string(position));
    }

private:
    enum class State { Start, Top, InMetadata, InTensor, InShape, InOffsets, End };

    bool fail(std::string what)
    {
        if (problem.empty())
            problem = "its header has " + std::move(what);
        return false;
    }

    State m_state = State::Start;
    std::string m_key;
    std::unordered_set<std::string> m_names;
    std::unordered_set<std::string> m_fields;
    std::uint64_t m_maxTensors;
};

std::optional<ElementType> elementTypeOf(const std::string& dtype)
{
    static const std::map<std::string, ElementType> types{
        {"F16", ElementType::Float16},
        {"BF16", ElementType::BFloat16},
        {"F32", ElementType::Float32},
        {"F64", ElementType::Float64},
        {"I8", ElementType::Int8},
        {"U8", ElementType::UInt8},
        {"BOOL", ElementType::Bool},
        {"I16", ElementType::Int16},
        {"I32", ElementType::Int32},
        {"I64", ElementType::Int64},
        {"U16", ElementType::UInt16},
        {"U32", ElementType::UInt32},
        {"U64", ElementType::UInt64},
        {"F8_E4M3", ElementType::Float8E4M3},
        {"F8_E5M2", ElementType::Float8E5M2},
    };
    const auto found = types.find(dtype);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t headerLength(std::span<const std::uint8_t> bytes)
{
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), PrefixBytes);
    return length;
}

/// The data must be covered from its first to its last byte, each byte by one tensor.
Status checkCoverage(const std::vector<Entry>& entries, std::uint64_t dataBytes)
{
    std::vector<const Entry*> order;
    order.reserve(entries.size());
    for (const Entry& entry : entries)
        order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) { return a->offsets < b->offsets; });
    std::uint64_t at = 0;
    for (const Entry* entry : order) {
        if (entry->offsets[0] != at || entry->offsets[1] < at) {
            return damaged("the data of \"" + printable(entry->name)
                           + "\" overlaps that of another tensor or leaves a gap before it");
        }
        at = entry->offsets[1];
    }
    if (at != dataBytes) {
        return damaged("its header describes " + std::to_string(at) + " bytes of data, the file has "
                       + std::to_string(dataBytes));
    }
    return {};
}

Result<Tensor> readEntry(const Entry& entry, ElementType type, std::span<const std::uint8_t> data,
                         detail::TensorBudget& budget)
{
    Result<std::size_t> count = budget.take(entry.name, entry.shape);
    if (!count)
        return std::move(count).error();
    const std::uint64_t bytes = entry.offsets[1] - entry.offsets[0];
    // The budget bounds *count by 10^9, so the product cannot overflow.
    if (*count * elementSize(type) != bytes) {
        return damaged("the tensor \"" + printable(entry.name) + "\" with shape " + toString(entry.shape) + " and type "
                       + entry.dtype + " does not fill its " + std::to_string(bytes) + " bytes");
    }
    Tensor tensor{entry.shape, std::vector<float>(*count)};
    convertElements(type, data.subspan(entry.offsets[0], bytes), tensor.values);
    return tensor;
}

} // namespace

bool looksLikeSafetensors(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() < PrefixBytes + 2)
        return false;
    const std::uint64_t length = headerLength(bytes);
    return length >= 2 && length <= MaxHeaderBytes && bytes[PrefixBytes] == '{';
}

Result<TensorArchive> parseSafetensors(std::span<const std::uint8_t> bytes, const CheckpointLimits& limits)
{
    if (bytes.size() < PrefixBytes)
        return damaged("the file is too short for a safetensors file");
    const std::uint64_t length = headerLength(bytes);
    if (length > bytes.size() - PrefixBytes || length > MaxHeaderBytes)
        return damaged("the safetensors header claims " + std::to_string(length) + " bytes, more than the file has");
    const auto header = bytes.subspan(PrefixBytes, length);
    const auto data = bytes.subspan(PrefixBytes + length);

    HeaderHandler handler(limits.maxTensors);
    if (!nlohmann::json::sax_parse(header.begin(), header.end(), &handler))
        return damaged("the safetensors file is damaged: " + handler.problem);
    if (Status covered = checkCoverage(handler.entries, data.size()); !covered)
        return std::move(covered).error();

    TensorArchive archive;
    archive.format = "safetensors";
    archive.metadata = std::move(handler.metadata);
    archive.tensors.reserve(handler.entries.size());
    detail::TensorBudget budget(limits, data.size());
    for (const Entry& entry : handler.entries) {
        if (detail::isBookkeeping(entry.name))
            continue;
        const auto type = elementTypeOf(entry.dtype);
        if (!type) {
            detail::passedOver(archive, entry.name, "element type " + entry.dtype);
            continue;
        }
        Result<Tensor> tensor = readEntry(entry, *type, data, budget);
        if (!tensor)
            return std::move(tensor).error();
        archive.tensors.push_back({entry.name, {}, std::move(tensor).value()});
    }
    if (archive.tensors.empty() && !archive.passedOver.empty())
        return detail::nothingReadable(archive);
    return archive;
}

} // namespace halflens
