// SPDX-License-Identifier: BSD-3-Clause
#include "core/checkpoint/reader_support.h"

namespace halflens::detail {

std::string printable(std::string_view text, std::size_t maxLength)
{
    std::string out(text.substr(0, maxLength));
    for (char& c : out) {
        if (c < 0x20 || c > 0x7e)
            c = '?';
    }
    if (text.size() > maxLength)
        out += "...";
    return out;
}

Result<std::size_t> TensorBudget::take(const std::string& name, const Shape& shape)
{
    const auto count = valueCount(shape);
    if (!count)
        return damaged("the tensor \"" + printable(name) + "\" has the impossible shape " + toString(shape));
    if (m_tensors == 0)
        return damaged("the file names too many tensors");
    if (*count > m_values) {
        return damaged("the tensor \"" + printable(name) + "\" with shape " + toString(shape)
                       + " needs more values than the file can hold");
    }
    --m_tensors;
    m_values -= *count;
    return static_cast<std::size_t>(*count);
}

} // namespace halflens::detail
