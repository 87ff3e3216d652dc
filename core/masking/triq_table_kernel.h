// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/masking: the arithmetic of the mask table, compiled once per instruction set.
// Plain pointers only: the translation units are built with instruction sets the machine may not
// have, and must not emit standard-library code the linker could share with the rest.
#pragma once

namespace halflens::detail {

inline constexpr int TokenWidth = 32;
inline constexpr int Heads = 8;
inline constexpr int Depth = TokenWidth / Heads;
inline constexpr int HiddenWidth = 64;
inline constexpr int Blocks = 12;
inline constexpr int HalfBlocks = 6;
inline constexpr int Subsets = 1 << HalfBlocks;
inline constexpr int PartWidth = 2 + Depth; ///< maximum, denominator, numerator
inline constexpr int MaxOutputs = 5;

/// y = W x + b with the weight packed as [out / tile][in][tile], tile = TriqKernel::outputTile.
struct PackedDense {
    const float* weight = nullptr;
    const float* bias = nullptr;
};

struct PackedLayer {
    PackedDense output, feedForward0, feedForward1;
    const float* gamma1 = nullptr;
    const float* beta1 = nullptr;
    const float* gamma2 = nullptr;
    const float* beta2 = nullptr;
};

/// Everything the kernel reads. Tokens are sorted by block; a block's tokens fill whole groups of
/// `lanes` slots, the rest of its last group is padding. Group `groups` holds the CLS token in lane 0.
struct TriqTableData {
    int groups = 0;
    int firstGroup[Blocks + 1] = {}; ///< groups of block b: firstGroup[b] .. firstGroup[b + 1]
    const int* lanesUsed = nullptr; ///< [groups + 1]
    int outputs = 5;

    const float* x0 = nullptr; ///< [groups + 1][TokenWidth][lanes], embedded tokens
    const float* query = nullptr; ///< like x0, layer 1
    const float* key = nullptr; ///< [groups + 1][lanes][TokenWidth], layer 1
    const float* value = nullptr; ///< like key

    /// Layer-1 attention over each set of visible blocks of a half (0: blocks 0..5, 1: blocks 6..11
    /// and CLS): [Subsets][groups + 1][Heads][PartWidth][lanes], filled by prepareHead().
    float* parts[2] = {nullptr, nullptr};
    /// The CLS query's values once more, subset last: [Heads][PartWidth][Subsets].
    float* clsParts[2] = {nullptr, nullptr};

    PackedLayer layer1, layer2;
    PackedDense query2; ///< 32 -> 32
    const float* key2 = nullptr; ///< [out][in], not packed
    const float* value2 = nullptr; ///< [out][in], not packed
    const float* valueBias2 = nullptr;
    PackedDense head0;
    const float* head1 = nullptr; ///< [out][in]
    const float* headBias1 = nullptr;
};

struct TriqKernel {
    const char* name;
    int lanes;
    int outputTile;
    /// Fills parts and clsParts of one head.
    void (*prepareHead)(const TriqTableData& data, int head);
    /// Outputs of the masks `high << 6 | low`, low = tile * lanes .. + lanes - 1, to
    /// rows[mask * outputs]. `scratch` holds scratchFloats(data) floats, 64-byte aligned.
    void (*evaluateTile)(const TriqTableData& data, int high, int tile, float* rows, float* scratch);
    unsigned long (*scratchFloats)(const TriqTableData& data);
};

const TriqKernel& triqKernelGeneric();
#if defined(__x86_64__)
const TriqKernel& triqKernelAvx2();
const TriqKernel& triqKernelAvx512();
#endif

} // namespace halflens::detail
