// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/protobuf_reader.h"

namespace halflens::detail {

std::uint64_t ProtobufReader::varint()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = m_reader.u8();
        if (shift == 63 && byte > 1)
            break;
        value |= static_cast<std::uint64_t>(byte & 0x7fu) << shift;
        if (m_reader.failed())
            break;
        if ((byte & 0x80u) == 0)
            return value;
    }
    m_failed = true;
    return 0;
}

std::optional<ProtobufField> ProtobufReader::next()
{
    if (m_failed || m_reader.atEnd())
        return std::nullopt;
    const std::uint64_t tag = varint();
    ProtobufField field;
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.wire = static_cast<ProtobufField::Wire>(tag & 7);
    switch (field.wire) {
    case ProtobufField::Wire::Varint:
        field.varint = varint();
        break;
    case ProtobufField::Wire::Fixed64:
        field.bytes = m_reader.take(8);
        break;
    case ProtobufField::Wire::Bytes:
        field.bytes = m_reader.take(varint());
        break;
    case ProtobufField::Wire::Fixed32:
        field.bytes = m_reader.take(4);
        break;
    default: // groups went out of use before Caffe was written
        m_failed = true;
    }
    m_failed = m_failed || m_reader.failed() || tag >> 3 == 0 || tag >> 32 != 0;
    return m_failed ? std::nullopt : std::optional(field);
}

} // namespace halflens::detail
