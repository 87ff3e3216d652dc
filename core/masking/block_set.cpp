// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/block_set.h"

#include <charconv>
#include <optional>

namespace halflens {

namespace {

constexpr std::string_view Blanks = " \t\r\n";

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(Blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(Blanks) - first + 1);
}

std::string lowered(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

/// All of `text` as a number; nothing when there is anything else, or it does not fit.
std::optional<std::uint32_t> wholeNumber(std::string_view text, int base)
{
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (problem != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// What was typed, for a message: quoted, plain ASCII and of bounded length.
std::string quoted(std::string_view text)
{
    constexpr std::size_t Longest = 40;
    std::string plain(text.substr(0, Longest));
    for (char& c : plain)
        if (c < ' ' || c > '~')
            c = '?';
    return '"' + plain + (text.size() > Longest ? "...\"" : "\"");
}

Error blockError(std::string reason)
{
    return {ErrorCode::InvalidInput,
            "blocks",
            std::move(reason),
            "name blocks 0 to 11 as in 0,3,5, or use important, trivial, none, or a mask number such as 0x29",
            {}};
}

Result<BlockSet> parseMaskNumber(std::string_view digits, std::string_view whole)
{
    const auto bits = wholeNumber(digits, 16);
    if (!bits)
        return blockError(quoted(whole) + " is not a hexadecimal mask number");
    if (*bits >= MaskCount)
        return blockError(quoted(whole) + " has more than 12 bits");
    return BlockSet{BlockSet::Kind::Fixed, BlockMask(*bits)};
}

} // namespace

BlockMask BlockSet::resolve(BlockMask importantHalf) const
{
    switch (kind) {
    case Kind::Important:
        return importantHalf;
    case Kind::Trivial:
        return importantHalf.complement();
    case Kind::Fixed:
        break;
    }
    return mask;
}

Result<BlockSet> parseBlockSet(std::string_view text)
{
    const std::string word = lowered(trimmed(text));
    if (word.empty())
        return blockError("no blocks are named");
    if (word == "none")
        return BlockSet{};
    if (word == "important")
        return BlockSet{BlockSet::Kind::Important, {}};
    if (word == "trivial")
        return BlockSet{BlockSet::Kind::Trivial, {}};
    if (word.starts_with("0x"))
        return parseMaskNumber(std::string_view(word).substr(2), word);

    BlockMask mask;
    std::string_view rest = word;
    for (bool more = true; more;) {
        const auto comma = rest.find(',');
        const std::string_view item = trimmed(rest.substr(0, comma));
        more = comma != std::string_view::npos;
        rest = more ? rest.substr(comma + 1) : std::string_view();
        const auto number = wholeNumber(item, 10);
        if (!number)
            return blockError(item.empty() ? "a block number is missing beside a comma"
                                           : quoted(item) + " is not a block number");
        if (*number >= BlockCount)
            return blockError("there is no block " + quoted(item));
        const BlockIndex block{static_cast<int>(*number)};
        if (mask.contains(block))
            return blockError("block " + std::to_string(block.value) + " is named twice");
        mask = mask.with(block);
    }
    return BlockSet{BlockSet::Kind::Fixed, mask};
}

std::string blocksToString(BlockMask mask)
{
    if (mask.isEmpty())
        return "none";
    std::string text;
    for (int b = 0; b < BlockCount; ++b)
        if (mask.contains({b}))
            text += (text.empty() ? "" : ",") + std::to_string(b);
    return text;
}

std::string blocksToString(const BlockSet& set)
{
    switch (set.kind) {
    case BlockSet::Kind::Important:
        return "important";
    case BlockSet::Kind::Trivial:
        return "trivial";
    case BlockSet::Kind::Fixed:
        break;
    }
    return blocksToString(set.mask);
}

} // namespace halflens
