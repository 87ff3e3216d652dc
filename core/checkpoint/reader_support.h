// SPDX-License-Identifier: BSD-3-Clause
// What the checkpoint readers share: their errors, and the budget that keeps a small hostile file
// from asking for a large amount of memory. Private to core/checkpoint.
#pragma once

#include "core/checkpoint/element_type.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace halflens::detail {

inline Error damaged(std::string reason)
{
    return {ErrorCode::InvalidInput,
            "checkpoint",
            std::move(reason),
            "get the file again, it is damaged or incomplete",
            {}};
}

inline Error unsupported(std::string reason, std::string remedy)
{
    return {ErrorCode::Unsupported, "checkpoint", std::move(reason), std::move(remedy), {}};
}

/// What to do with the files only Keras 3 writes.
inline constexpr const char* SaveWithKeras =
    "load it in Keras and save the whole model in the older form: model.save(\"model.h5\")";

/// Text from a file made fit for a message: control and non-ASCII bytes become '?', and it is cut.
std::string printable(std::string_view text, std::size_t maxLength = 120);

/// Whether a name is that of a counter that training keeps among the weights: num_batches_tracked, n_averaged.
bool isBookkeeping(std::string_view name);

/// Lists a tensor among those that were passed over.
void passedOver(TensorArchive& archive, std::string_view name, const std::string& reason);

/// All tensors of a file were passed over.
Error nothingReadable(const TensorArchive& archive);

/// Deflate makes data at most this many times smaller.
inline constexpr std::uint64_t MaxDeflate = 1040;

/// Bytes that a file with compressed parts may unpack to altogether. Trained weights hardly compress
/// at all; zeros do, a thousand times, which is what a hostile file would hold.
inline std::uint64_t unpackedLimit(std::uint64_t fileBytes)
{
    constexpr std::uint64_t Ratio = 64;
    constexpr std::uint64_t Least = 1 << 20;
    return fileBytes < UINT64_MAX / Ratio - Least ? fileBytes * Ratio + Least : UINT64_MAX;
}

/// Counts tensors and values against the limits of a whole checkpoint before memory is taken.
class TensorBudget {
public:
    /// `storedBytes`: bytes the tensors can come from; one value needs at least one of them, and a
    /// value may be named several times (shared weights), but not without end.
    TensorBudget(const CheckpointLimits& limits, std::uint64_t storedBytes)
        : m_tensors(limits.maxTensors)
        , m_values(std::min(limits.maxValues, storedBytes > limits.maxValues / 4 ? limits.maxValues : 4 * storedBytes))
    { }

    /// Number of values of `shape`, taken from the budget. InvalidInput: impossible shape, too much.
    Result<std::size_t> take(const std::string& name, const Shape& shape);

private:
    std::uint64_t m_tensors;
    std::uint64_t m_values;
};

} // namespace halflens::detail
