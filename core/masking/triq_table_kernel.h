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

/// Everything the kernel reads. Tokens are sorted by version and block; a block's tokens fill whole groups of
/// `lanes` slots, the rest of its last group is padding. Group `groups` holds the CLS token in lane 0.
struct TriqTableData {
    /// 1: bit b of a mask hides block b. 2: bit b takes block b from version 1 instead of version 0, nothing is hidden.
    int versions = 1;
    int groups = 0; ///< of all versions; each has the same number
    /// Groups of block b in version v: firstGroup[s] .. firstGroup[s + 1], s = v * Blocks + b.
    int firstGroup[2 * Blocks + 1] = {};
    const int* lanesUsed = nullptr; ///< [groups + 1]
    int outputs = 5;

    const float* x0 = nullptr; ///< [groups + 1][TokenWidth][lanes], embedded tokens
    const float* query = nullptr; ///< like x0, layer 1
    const float* key = nullptr; ///< [groups + 1][lanes][TokenWidth], layer 1
    const float* value = nullptr; ///< like key

    /// Layer-1 attention over each pattern of a half (0: blocks 0..5, 1: blocks 6..11 and CLS), filled by
    /// prepareHead(): [Subsets][groups + 1][Heads][PartWidth][lanes]. With one version the set bits of a pattern are
    /// the visible blocks, with two the blocks from version 1.
    float* parts[2] = {nullptr, nullptr};
    /// The CLS query's values once more, pattern last: [Heads][PartWidth][Subsets].
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
    /// For data whose tokens all stand in block 0, in their own order. Outputs while tokens become visible in `order`
    /// (token numbers): those of step k, the first ends[k] tokens visible, k = first..last, to rows[(k - first) *
    /// outputs]; `rows` has room for whole tiles of `lanes` steps. `scratch` holds chainScratchFloats(data) floats.
    void (*evaluateChain)(const TriqTableData& data, const int* order, const int* ends, int first, int last,
                          float* rows, float* scratch);
    unsigned long (*chainScratchFloats)(const TriqTableData& data);
};

const TriqKernel& triqKernelGeneric();
#if defined(__x86_64__)
const TriqKernel& triqKernelAvx2();
const TriqKernel& triqKernelAvx512();
#endif

} // namespace halflens::detail
