// SPDX-License-Identifier: BSD-3-Clause
// Field by field through a protobuf message of unknown origin. Private to core/checkpoint.
#pragma once

#include "core/checkpoint/byte_reader.h"

#include <optional>

namespace halflens::detail {

struct ProtobufField {
    enum class Wire : std::uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };
    std::uint32_t number = 0;
    Wire wire = Wire::Varint;
    std::uint64_t varint = 0; ///< Varint
    std::span<const std::uint8_t> bytes = {}; ///< all others; 8 and 4 bytes for the fixed ones
};

class ProtobufReader {
public:
    explicit ProtobufReader(std::span<const std::uint8_t> message)
        : m_reader(message)
    { }

    /// The next field; nothing at the end and after damage, see failed().
    std::optional<ProtobufField> next();
    bool failed() const { return m_failed; }

    // For packed varints, which have no tags.
    bool atEnd() const { return m_failed || m_reader.atEnd(); }
    std::uint64_t varint();

private:
    ByteReader m_reader;
    bool m_failed = false;
};

} // namespace halflens::detail
