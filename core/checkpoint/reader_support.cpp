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

bool isBookkeeping(std::string_view name)
{
    const std::string_view last = name.substr(name.rfind('.') + 1);
    return last == "num_batches_tracked" || last == "n_averaged";
}

void passedOver(TensorArchive& archive, std::string_view name, const std::string& reason)
{
    constexpr std::size_t Listed = 20;
    if (archive.passedOver.size() < Listed)
        archive.passedOver.push_back(printable(name) + " (" + printable(reason) + ")");
}

Error nothingReadable(const TensorArchive& archive)
{
    return unsupported("no tensor of the file can be a weight: " + archive.passedOver.front(),
                       "convert the weights to float32 or float16");
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
