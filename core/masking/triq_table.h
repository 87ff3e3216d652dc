// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/masking: packs an encoder and its tokens for the kernel and owns the buffers.
#pragma once

#include "core/masking/table_builder.h"
#include "core/masking/triq_table_kernel.h"
#include "core/predictor/triq_encoder.h"

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace halflens::detail {

/// Floats on a 64-byte boundary.
class AlignedFloats {
public:
    AlignedFloats() = default;
    explicit AlignedFloats(std::size_t count);
    float* data() { return m_data.get(); }
    const float* data() const { return m_data.get(); }
    std::size_t size() const { return m_size; }

private:
    struct Free {
        void operator()(float* p) const;
    };
    std::unique_ptr<float[], Free> m_data; ///< zero at first
    std::size_t m_size = 0;
};

/// The kernel of an instruction set this machine has.
const TriqKernel& kernelFor(TableKernel kernel);

/// Whether the kernel's fixed sizes are those of this encoder.
bool fitsKernel(const TriqEncoder& encoder);

/// Packed weights, sorted tokens and room for the prepared attention parts.
class TriqTable {
public:
    /// `embedded` holds embedTokens() of one or two token grids of the size of `tokens`, which is read for its size
    /// only; fitsKernel(encoder) holds. Without blocks all tokens stand in block 0, in their own order, for chains.
    TriqTable(const TriqEncoder& encoder, const TokenGrid& tokens, std::span<const std::vector<float>> embedded,
              const TriqKernel& kernel, bool inBlocks = true);

    const TriqTableData& data() const { return m_data; }

private:
    void sortTokens(const TokenGrid& tokens, std::span<const std::vector<float>> embedded, bool inBlocks);
    void makeRoomForParts();
    void projectTokens(const EncoderLayerWeights& layer);
    const float* keep(std::vector<float> values);
    PackedDense pack(const DenseWeights& dense);
    PackedLayer pack(const EncoderLayerWeights& layer);

    const TriqKernel& m_kernel;
    TriqTableData m_data;
    std::vector<int> m_lanesUsed;
    AlignedFloats m_x0, m_query, m_key, m_value;
    std::array<AlignedFloats, 2> m_parts;
    std::array<AlignedFloats, 2> m_clsParts;
    std::vector<std::unique_ptr<std::vector<float>>> m_kept;
};

} // namespace halflens::detail
