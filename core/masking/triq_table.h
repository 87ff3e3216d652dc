// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/masking: packs an encoder and its tokens for the kernel and owns the buffers.
#pragma once

#include "core/masking/triq_table_kernel.h"
#include "core/predictor/triq_encoder.h"

#include <array>
#include <memory>
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

/// Whether the kernel's fixed sizes are those of this encoder.
bool fitsKernel(const TriqEncoder& encoder);

/// Packed weights, sorted tokens and room for the prepared attention parts.
class TriqTable {
public:
    /// `embedded` is embedTokens(encoder, tokens); fitsKernel(encoder) holds.
    TriqTable(const TriqEncoder& encoder, const TokenGrid& tokens, const std::vector<float>& embedded,
              const TriqKernel& kernel);

    const TriqTableData& data() const { return m_data; }

private:
    void sortTokens(const TokenGrid& tokens, const std::vector<float>& embedded);
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
