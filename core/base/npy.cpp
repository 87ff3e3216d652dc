// SPDX-License-Identifier: BSD-3-Clause
#include "core/base/npy.h"

#include "core/base/file.h"

#include <bit>
#include <cstring>

namespace halflens {

Status writeNpy(const std::filesystem::path& path, const Shape& shape, std::span<const float> values)
{
    static_assert(std::endian::native == std::endian::little);
    std::string dimensions; // as NumPy prints a tuple: (4,), (4096, 5)
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
        dimensions += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
    if (shape.size() == 1)
        dimensions += ",";
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + dimensions + "), }";
    constexpr std::size_t Preamble = 10; // magic, version, header length
    constexpr std::size_t Alignment = 64;
    header.append((Alignment - (Preamble + header.size() + 1) % Alignment) % Alignment, ' ');
    header += '\n';

    std::vector<std::uint8_t> bytes{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    bytes.push_back(static_cast<std::uint8_t>(header.size() & 0xff));
    bytes.push_back(static_cast<std::uint8_t>(header.size() >> 8));
    bytes.insert(bytes.end(), header.begin(), header.end());
    const std::size_t at = bytes.size();
    bytes.resize(at + values.size_bytes());
    std::memcpy(bytes.data() + at, values.data(), values.size_bytes());
    return writeFileAtomically(path, bytes);
}

} // namespace halflens
