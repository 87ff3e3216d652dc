// SPDX-License-Identifier: BSD-3-Clause
// A bounded little-endian cursor over untrusted bytes. Private to core/checkpoint.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace halflens::detail {

/// Reads past the end yield zeros and set failed() for good, so that a parser may read a whole
/// record first and check once. Never trust a value that was read before checking.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes)
        : m_rest(bytes)
    { }

    bool failed() const { return m_failed; }
    bool atEnd() const { return m_rest.empty(); }
    std::size_t remaining() const { return m_rest.size(); }

    template<class T> T read()
    {
        static_assert(std::is_arithmetic_v<T>);
        T value{};
        const auto bytes = take(sizeof(T));
        if (!bytes.empty())
            std::memcpy(&value, bytes.data(), sizeof(T));
        return value;
    }
    std::uint8_t u8() { return read<std::uint8_t>(); }
    std::uint16_t u16() { return read<std::uint16_t>(); }
    std::uint32_t u32() { return read<std::uint32_t>(); }
    std::uint64_t u64() { return read<std::uint64_t>(); }

    /// The next `count` bytes; none of them, and failed(), when fewer are left.
    std::span<const std::uint8_t> take(std::uint64_t count)
    {
        if (m_failed || count > m_rest.size()) {
            m_failed = true;
            m_rest = {};
            return {};
        }
        const auto taken = m_rest.first(static_cast<std::size_t>(count));
        m_rest = m_rest.subspan(static_cast<std::size_t>(count));
        return taken;
    }
    void skip(std::uint64_t count) { take(count); }

    std::string_view text(std::uint64_t count)
    {
        const auto bytes = take(count);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    /// Text up to the next line feed, which is skipped; failed() when there is none within `limit`.
    std::string_view line(std::size_t limit)
    {
        const auto window = m_rest.first(std::min(limit, m_rest.size()));
        const auto end = std::find(window.begin(), window.end(), std::uint8_t('\n'));
        if (end == window.end()) {
            m_failed = true;
            m_rest = {};
            return {};
        }
        const std::string_view found = text(static_cast<std::uint64_t>(end - window.begin()));
        skip(1);
        return found;
    }

private:
    std::span<const std::uint8_t> m_rest;
    bool m_failed = false;
};

} // namespace halflens::detail
