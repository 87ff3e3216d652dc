// SPDX-License-Identifier: BSD-3-Clause
// The mask-table kernel for HALFLENS_LANES floats a vector; included by one source per instruction
// set, each in a namespace of its own. Included once per translation unit.
//
// Layout: a "group" is TokenWidth x lanes floats, one vector per channel, tokens (or masks) in lanes.
// Layer 1 attention of a query over any set of visible blocks is a merge of two prepared parts
// (numerator, denominator and maximum each), so it costs two look-ups. The last layer is needed for
// the CLS query alone: its keys and values are never formed; the query is folded through the key
// weights, and the value weights are applied to the attention-weighted mean of the tokens.
#pragma once

#include "core/masking/triq_table_vector.h"

namespace halflens::detail {
namespace { // NOLINT(google-build-namespaces): one copy per instruction set is the point

/// Attention over the union of two sets of keys, [PartWidth] vectors each, to Depth channels.
inline void mergeParts(const float* a, int aStride, const float* b, int bStride, float* attended)
{
    const Vector maximumA = load(a);
    const Vector maximumB = load(b);
    const Vector weight = expNegative(maximumA >= maximumB ? maximumB - maximumA : maximumA - maximumB);
    const Vector weightA = maximumA >= maximumB ? splat(1.F) : weight;
    const Vector weightB = maximumA >= maximumB ? weight : splat(1.F);
    const Vector scale = 1.F / (load(a + aStride) * weightA + load(b + bStride) * weightB);
    for (int d = 0; d < Depth; ++d)
        store(attended + d * Lanes,
              (load(a + (2 + d) * aStride) * weightA + load(b + (2 + d) * bStride) * weightB) * scale);
}

inline float* partOf(const TriqTableData& data, int half, int subset, int group, int head)
{
    const long index = (static_cast<long>(subset) * (data.groups + 1) + group) * Heads + head;
    return data.parts[half] + index * PartWidth * Lanes;
}

/// Maximum, denominator and numerator of the queries of `group` over the keys of one group range.
inline void sumKeys(const TriqTableData& data, int head, int group, int firstKeyGroup, int lastKeyGroup, Vector* part)
{
    Vector query[Depth];
    for (int d = 0; d < Depth; ++d)
        query[d] = load(data.query + group * GroupSize + (head * Depth + d) * Lanes);
    const auto logit = [&](const float* key) {
        Vector sum{};
        for (int d = 0; d < Depth; ++d)
            sum += query[d] * key[d];
        return sum * 0.5F; // 1 / sqrt(Depth), exact
    };
    Vector maximum = splat(Never);
    for (int k = firstKeyGroup; k < lastKeyGroup; ++k) {
        for (int lane = 0; lane < data.lanesUsed[k]; ++lane)
            maximum = larger(maximum, logit(data.key + (k * Lanes + lane) * TokenWidth + head * Depth));
    }
    for (int i = 0; i < PartWidth; ++i)
        part[i] = Vector{};
    part[0] = maximum;
    for (int k = firstKeyGroup; k < lastKeyGroup; ++k) {
        for (int lane = 0; lane < data.lanesUsed[k]; ++lane) {
            const int at = (k * Lanes + lane) * TokenWidth + head * Depth;
            const Vector weight = expNegative(logit(data.key + at) - maximum);
            part[1] += weight;
            for (int d = 0; d < Depth; ++d)
                part[2 + d] += weight * data.value[at + d];
        }
    }
}

/// The sums over one more block: `rest` merged with `added`, to `part`, which may be `rest`.
inline void addBlock(const float* rest, const Vector* added, float* part)
{
    Vector sum[PartWidth];
    sum[0] = larger(load(rest), added[0]);
    const Vector weightRest = expNegative(load(rest) - sum[0]);
    const Vector weightAdded = expNegative(added[0] - sum[0]);
    for (int i = 1; i < PartWidth; ++i)
        sum[i] = load(rest + i * Lanes) * weightRest + added[i] * weightAdded;
    for (int i = 0; i < PartWidth; ++i)
        store(part + i * Lanes, sum[i]);
}

void prepareHead(const TriqTableData& data, int head)
{
    for (int group = 0; group <= data.groups; ++group) {
        for (int half = 0; half < 2; ++half) {
            Vector single[2][HalfBlocks][PartWidth];
            for (int version = 0; version < data.versions; ++version) {
                for (int i = 0; i < HalfBlocks; ++i) {
                    const int slot = version * Blocks + half * HalfBlocks + i;
                    sumKeys(data, head, group, data.firstGroup[slot], data.firstGroup[slot + 1], single[version][i]);
                }
            }
            Vector none[PartWidth] = {splat(Never)};
            if (half == 1) // CLS is always visible; it counts with the second half
                sumKeys(data, head, group, data.groups, data.groups + 1, none);
            float* empty = partOf(data, half, 0, group, head);
            for (int i = 0; i < PartWidth; ++i)
                store(empty + i * Lanes, none[i]);
            // Patterns of the blocks above i are there; each grows a twin with bit i set.
            for (int i = HalfBlocks - 1; i >= 0; --i) {
                for (int pattern = 0; pattern < Subsets; pattern += 2 << i) {
                    float* rest = partOf(data, half, pattern, group, head);
                    addBlock(rest, single[data.versions - 1][i], partOf(data, half, pattern | 1 << i, group, head));
                    if (data.versions == 2)
                        addBlock(rest, single[0][i], rest);
                }
            }
            if (group < data.groups)
                continue;
            for (int pattern = 0; pattern < Subsets; ++pattern) {
                for (int i = 0; i < PartWidth; ++i)
                    data.clsParts[half][(head * PartWidth + i) * Subsets + pattern] =
                        partOf(data, half, pattern, group, head)[i * Lanes];
            }
        }
    }
}

struct Scratch {
    float* attended; ///< [GroupTile][TokenWidth][Lanes]
    float* hidden; ///< [GroupTile][HiddenWidth][Lanes]
    float* more; ///< [GroupTile][TokenWidth][Lanes]
    float* cls; ///< [TokenWidth][Lanes], CLS after layer 1, masks in lanes
    float* folded; ///< [Heads][TokenWidth][Lanes], layer-2 query folded through the key weights
    float* mean; ///< [Heads][TokenWidth][Lanes], attention-weighted mean token of layer 2
    float* weights; ///< [Heads / OutputTile][TokenWidth][OutputTile], `folded` of one mask, packed
    float* tokens; ///< [groups][TokenWidth][Lanes], visible tokens after layer 1
    float* logits; ///< [groups][Heads][Lanes]
    int* padding; ///< [groups], lanes used by each visible group
};

unsigned long scratchFloats(const TriqTableData& data)
{
    const unsigned long groups = static_cast<unsigned long>(data.groups / data.versions); // of one mask
    return static_cast<unsigned long>(GroupTile * (2 * GroupSize + HiddenSize) + GroupSize + 2 * Heads * GroupSize
                                      + Heads * TokenWidth)
        + groups * GroupSize + groups * Heads * Lanes + groups + Lanes;
}

Scratch layOut(const TriqTableData& data, float* memory)
{
    const auto take = [&](long count) {
        float* p = memory;
        memory += count;
        return p;
    };
    const long groups = data.groups / data.versions;
    Scratch s{};
    s.attended = take(GroupTile * GroupSize);
    s.hidden = take(GroupTile * HiddenSize);
    s.more = take(GroupTile * GroupSize);
    s.cls = take(GroupSize);
    s.folded = take(Heads * GroupSize);
    s.mean = take(Heads * GroupSize);
    s.weights = take(Heads * TokenWidth);
    s.tokens = take(groups * GroupSize);
    s.logits = take(groups * Heads * Lanes);
    s.padding = reinterpret_cast<int*>(memory);
    return s;
}

/// Number of the prepared part of half a mask.
inline int patternOf(const TriqTableData& data, int halfMask)
{
    return data.versions == 2 ? halfMask : Subsets - 1 - halfMask;
}

/// Layer-1 attention of the CLS query to s.attended, masks in lanes.
void attendCls(const TriqTableData& data, int patternHigh, int tile, const Scratch& s)
{
    float low[PartWidth * Lanes] __attribute__((aligned(64)));
    float high[PartWidth * Lanes] __attribute__((aligned(64)));
    for (int head = 0; head < Heads; ++head) {
        for (int i = 0; i < PartWidth; ++i) {
            const float* lowParts = data.clsParts[0] + (head * PartWidth + i) * Subsets;
            for (int j = 0; j < Lanes; ++j)
                low[i * Lanes + j] = lowParts[patternOf(data, tile * Lanes + j)];
            store(high + i * Lanes, splat(data.clsParts[1][(head * PartWidth + i) * Subsets + patternHigh]));
        }
        mergeParts(high, Lanes, low, Lanes, s.attended + head * Depth * Lanes);
    }
}

/// Folds the layer-2 query of every lane through the key weights: logit of token x = folded . x.
void foldQueries(const TriqTableData& data, const Scratch& s)
{
    denseGroups<1, TokenWidth, TokenWidth>(data.query2.weight, data.query2.bias, s.cls, GroupSize, s.more, GroupSize);
    for (int head = 0; head < Heads; ++head) {
        for (int i = 0; i < TokenWidth; ++i) {
            Vector sum{};
            for (int d = 0; d < Depth; ++d)
                sum += data.key2[(head * Depth + d) * TokenWidth + i] * load(s.more + (head * Depth + d) * Lanes);
            store(s.folded + (head * TokenWidth + i) * Lanes, sum * 0.5F);
        }
    }
}

template<int Groups>
void layer1Tokens(const TriqTableData& data, const int* groups, int patternHigh, int patternLow, const Scratch& s,
                  float* y)
{
    const float* x[Groups];
    for (int g = 0; g < Groups; ++g) {
        x[g] = data.x0 + groups[g] * GroupSize;
        for (int head = 0; head < Heads; ++head)
            mergeParts(partOf(data, 1, patternHigh, groups[g], head), Lanes,
                       partOf(data, 0, patternLow, groups[g], head), Lanes,
                       s.attended + g * GroupSize + head * Depth * Lanes);
    }
    finishLayer<Groups>(data.layer1, s.attended, x, y, s.hidden, s.more);
}

/// Attention-weighted mean token of layer 2 for one mask, written to its lane of s.mean.
void layer2Mean(int lane, int count, const Scratch& s)
{
    float* weights = s.weights;
    for (int tile = 0; tile < Heads / OutputTile; ++tile) {
        for (int i = 0; i < TokenWidth; ++i) {
            for (int o = 0; o < OutputTile; ++o)
                *weights++ = s.folded[((tile * OutputTile + o) * TokenWidth + i) * Lanes + lane];
        }
    }
    constexpr int LogitSize = Heads * Lanes;
    int g = 0;
    for (; g + GroupTile <= count; g += GroupTile)
        denseGroups<GroupTile, TokenWidth, Heads>(s.weights, nullptr, s.tokens + g * GroupSize, GroupSize,
                                                  s.logits + g * LogitSize, LogitSize);
    for (; g < count; ++g)
        denseGroups<1, TokenWidth, Heads>(s.weights, nullptr, s.tokens + g * GroupSize, GroupSize,
                                          s.logits + g * LogitSize, LogitSize);

    float clsWeight[Heads];
    float scale[Heads];
    for (int head = 0; head < Heads; ++head) {
        float own = 0;
        for (int i = 0; i < TokenWidth; ++i)
            own += s.folded[(head * TokenWidth + i) * Lanes + lane] * s.cls[i * Lanes + lane];
        Vector maximum = splat(own);
        for (g = 0; g < count; ++g) {
            float* logits = s.logits + g * LogitSize + head * Lanes;
            for (int j = s.padding[g]; j < Lanes; ++j)
                logits[j] = Never;
            maximum = larger(maximum, load(logits));
        }
        const float top = maximumOf(maximum);
        Vector sum{};
        for (g = 0; g < count; ++g) {
            float* logits = s.logits + g * LogitSize + head * Lanes;
            const Vector weight = expNegative(load(logits) - top);
            store(logits, weight);
            sum += weight;
        }
        clsWeight[head] = expNegative(splat(own - top))[0];
        scale[head] = 1.F / (sumOf(sum) + clsWeight[head]);
    }
    constexpr int Channels = 2; // Heads * Channels accumulators
    for (int i = 0; i < TokenWidth; i += Channels) {
        Vector sum[Heads][Channels] = {};
        for (g = 0; g < count; ++g) {
            const float* logits = s.logits + g * LogitSize;
            const Vector x0 = load(s.tokens + g * GroupSize + i * Lanes);
            const Vector x1 = load(s.tokens + g * GroupSize + (i + 1) * Lanes);
            for (int head = 0; head < Heads; ++head) {
                const Vector weight = load(logits + head * Lanes);
                sum[head][0] += weight * x0;
                sum[head][1] += weight * x1;
            }
        }
        for (int head = 0; head < Heads; ++head) {
            for (int c = 0; c < Channels; ++c)
                s.mean[(head * TokenWidth + i + c) * Lanes + lane] =
                    (sumOf(sum[head][c]) + clsWeight[head] * s.cls[(i + c) * Lanes + lane]) * scale[head];
        }
    }
}

/// tanh form (spec models 5.2).
inline Vector gelu(Vector x)
{
    const Vector inner = 0.7978845608F * (x + 0.044715F * x * x * x);
    const Vector magnitude = larger(inner, -inner);
    const Vector decay = expNegative(-2.F * magnitude);
    const Vector tangent = (1.F - decay) / (1.F + decay);
    return 0.5F * x * (1.F + (inner < Vector{} ? -tangent : tangent));
}

/// The rest of layer 2, the head and the softmax, masks in lanes; writes the rows.
void finishCls(const TriqTableData& data, int firstMask, const Scratch& s, float* rows)
{
    for (int out = 0; out < TokenWidth; ++out) {
        Vector sum = splat(data.valueBias2[out]);
        const float* mean = s.mean + (out / Depth) * GroupSize;
        for (int i = 0; i < TokenWidth; ++i)
            sum += data.value2[out * TokenWidth + i] * load(mean + i * Lanes);
        store(s.attended + out * Lanes, sum);
    }
    const float* x[1] = {s.cls};
    float* y = s.folded; // no longer needed
    finishLayer<1>(data.layer2, s.attended, x, y, s.hidden, s.more);
    denseGroups<1, TokenWidth, HiddenWidth>(data.head0.weight, data.head0.bias, y, GroupSize, s.hidden, HiddenSize);
    for (int i = 0; i < HiddenWidth; ++i)
        store(s.hidden + i * Lanes, gelu(load(s.hidden + i * Lanes)));
    Vector output[MaxOutputs];
    for (int o = 0; o < data.outputs; ++o) {
        output[o] = splat(data.headBias1[o]);
        for (int i = 0; i < HiddenWidth; ++i)
            output[o] += data.head1[o * HiddenWidth + i] * load(s.hidden + i * Lanes);
    }
    if (data.outputs > 1) {
        Vector maximum = output[0];
        for (int o = 1; o < data.outputs; ++o)
            maximum = larger(maximum, output[o]);
        Vector sum{};
        for (int o = 0; o < data.outputs; ++o) {
            output[o] = expNegative(output[o] - maximum);
            sum += output[o];
        }
        for (int o = 0; o < data.outputs; ++o)
            output[o] /= sum;
    }
    for (int lane = 0; lane < Lanes; ++lane) {
        for (int o = 0; o < data.outputs; ++o)
            rows[static_cast<long>(firstMask + lane) * data.outputs + o] = output[o][lane];
    }
}

void evaluateTile(const TriqTableData& data, int high, int tile, float* rows, float* memory)
{
    const Scratch s = layOut(data, memory);
    const int patternHigh = patternOf(data, high);
    float cls0[GroupSize] __attribute__((aligned(64)));
    for (int i = 0; i < TokenWidth; ++i)
        store(cls0 + i * Lanes, splat(data.x0[data.groups * GroupSize + i * Lanes]));
    attendCls(data, patternHigh, tile, s);
    const float* x[1] = {cls0};
    finishLayer<1>(data.layer1, s.attended, x, s.cls, s.hidden, s.more);
    foldQueries(data, s);

    for (int lane = 0; lane < Lanes; ++lane) {
        const int patternLow = patternOf(data, tile * Lanes + lane);
        const int pattern = patternHigh << HalfBlocks | patternLow;
        int pending[GroupTile];
        int waiting = 0;
        int count = 0;
        const auto flush = [&] {
            float* y = s.tokens + (count - waiting) * GroupSize;
            if (waiting == GroupTile) {
                layer1Tokens<GroupTile>(data, pending, patternHigh, patternLow, s, y);
            } else {
                for (int g = 0; g < waiting; ++g)
                    layer1Tokens<1>(data, pending + g, patternHigh, patternLow, s, y + g * GroupSize);
            }
            waiting = 0;
        };
        for (int block = 0; block < Blocks; ++block) {
            const bool isSet = (pattern >> block & 1) != 0;
            if (!isSet && data.versions == 1)
                continue;
            const int slot = isSet ? (data.versions - 1) * Blocks + block : block;
            for (int group = data.firstGroup[slot]; group < data.firstGroup[slot + 1]; ++group) {
                pending[waiting++] = group;
                s.padding[count++] = data.lanesUsed[group];
                if (waiting == GroupTile)
                    flush();
            }
        }
        flush();
        layer2Mean(lane, count, s);
    }
    finishCls(data, high << HalfBlocks | tile * Lanes, s, rows);
}

} // namespace
} // namespace halflens::detail
