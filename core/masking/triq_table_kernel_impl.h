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

#include "core/masking/triq_table_kernel.h"

namespace halflens::detail {
namespace { // NOLINT(google-build-namespaces): one copy per instruction set is the point

constexpr int Lanes = HALFLENS_LANES;
constexpr int OutputTile = HALFLENS_OUTPUT_TILE; ///< accumulators: OutputTile * GroupTile registers
constexpr int GroupTile = HALFLENS_GROUP_TILE;
constexpr int GroupSize = TokenWidth * Lanes;
constexpr int HiddenSize = HiddenWidth * Lanes;
constexpr float Never = -1e30F; ///< maximum of an empty set; finite, so that differences stay finite
constexpr float LayerNormEpsilon = 1e-6F;

typedef float Vector __attribute__((vector_size(4 * HALFLENS_LANES)));
typedef int IntVector __attribute__((vector_size(4 * HALFLENS_LANES)));

inline Vector load(const float* p)
{
    return *reinterpret_cast<const Vector*>(p);
}

inline void store(float* p, Vector v)
{
    *reinterpret_cast<Vector*>(p) = v;
}

inline Vector splat(float v)
{
    return v - Vector{};
}

inline Vector larger(Vector a, Vector b)
{
    return a > b ? a : b;
}

/// e^x for x <= 0 within 2 ulp; 0 below -87.
inline Vector expNegative(Vector x)
{
    const Vector log2e = splat(1.44269504088896341F);
    const Vector shifted = x * log2e + splat(12582912.F); // 1.5 * 2^23: rounds to the nearest integer
    const Vector n = shifted - splat(12582912.F);
    Vector r = x - n * splat(0.693359375F);
    r = r + n * splat(2.12194440e-4F);
    Vector p = splat(1.9875691500e-4F);
    p = p * r + splat(1.3981999507e-3F);
    p = p * r + splat(8.3334519073e-3F);
    p = p * r + splat(4.1665795894e-2F);
    p = p * r + splat(1.6666665459e-1F);
    p = p * r + splat(5.0000001201e-1F);
    p = p * r * r + r + splat(1.F);
    const IntVector exponent = __builtin_convertvector(n, IntVector) << 23;
    const Vector scaled = reinterpret_cast<Vector>(reinterpret_cast<IntVector>(p) + exponent);
    return x < splat(-87.F) ? Vector{} : scaled;
}

inline float sumOf(Vector v)
{
    float lanes[Lanes];
    __builtin_memcpy(lanes, &v, sizeof v);
    for (int width = Lanes / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; ++i)
            lanes[i] += lanes[i + width];
    }
    return lanes[0];
}

inline float maximumOf(Vector v)
{
    float lanes[Lanes];
    __builtin_memcpy(lanes, &v, sizeof v);
    for (int width = Lanes / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; ++i)
            lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    }
    return lanes[0];
}

/// y[g] = W x[g] + b for `Groups` groups at once, y and x spaced by their strides.
template<int Groups, int In, int Out>
inline void denseGroups(const float* weight, const float* bias, const float* x, int xStride, float* y, int yStride)
{
    for (int tile = 0; tile < Out / OutputTile; ++tile) {
        Vector sum[OutputTile][Groups];
        for (int o = 0; o < OutputTile; ++o) {
            for (int g = 0; g < Groups; ++g)
                sum[o][g] = bias ? splat(bias[tile * OutputTile + o]) : Vector{};
        }
        const float* w = weight + tile * In * OutputTile;
        for (int i = 0; i < In; ++i, w += OutputTile) {
            Vector column[Groups];
            for (int g = 0; g < Groups; ++g)
                column[g] = load(x + g * xStride + i * Lanes);
            for (int o = 0; o < OutputTile; ++o) {
                for (int g = 0; g < Groups; ++g)
                    sum[o][g] += w[o] * column[g];
            }
        }
        for (int o = 0; o < OutputTile; ++o) {
            for (int g = 0; g < Groups; ++g)
                store(y + g * yStride + (tile * OutputTile + o) * Lanes, sum[o][g]);
        }
    }
}

inline void normalise(float* x, const float* gamma, const float* beta)
{
    Vector mean{};
    for (int i = 0; i < TokenWidth; ++i)
        mean += load(x + i * Lanes);
    mean *= 1.F / TokenWidth;
    Vector variance{};
    for (int i = 0; i < TokenWidth; ++i) {
        const Vector d = load(x + i * Lanes) - mean;
        variance += d * d;
    }
    variance = variance * (1.F / TokenWidth) + LayerNormEpsilon;
    Vector root;
    for (int i = 0; i < Lanes; ++i)
        root[i] = __builtin_sqrtf(variance[i]);
    const Vector scale = 1.F / root;
    for (int i = 0; i < TokenWidth; ++i)
        store(x + i * Lanes, (load(x + i * Lanes) - mean) * scale * gamma[i] + beta[i]);
}

inline void addTo(float* y, const float* x)
{
    for (int i = 0; i < TokenWidth; ++i)
        store(y + i * Lanes, load(y + i * Lanes) + load(x + i * Lanes));
}

/// Everything of an encoder layer behind the attention sums: y = layer(attended, residual x).
/// `attended` and `hidden` are scratch for Groups groups.
template<int Groups>
inline void finishLayer(const PackedLayer& layer, const float* attended, const float* const* x, float* y, float* hidden,
                        float* more)
{
    denseGroups<Groups, TokenWidth, TokenWidth>(layer.output.weight, layer.output.bias, attended, GroupSize, y,
                                                GroupSize);
    for (int g = 0; g < Groups; ++g) {
        addTo(y + g * GroupSize, x[g]);
        normalise(y + g * GroupSize, layer.gamma1, layer.beta1);
    }
    denseGroups<Groups, TokenWidth, HiddenWidth>(layer.feedForward0.weight, layer.feedForward0.bias, y, GroupSize,
                                                 hidden, HiddenSize);
    for (int i = 0; i < Groups * HiddenWidth; ++i)
        store(hidden + i * Lanes, larger(load(hidden + i * Lanes), Vector{}));
    denseGroups<Groups, HiddenWidth, TokenWidth>(layer.feedForward1.weight, layer.feedForward1.bias, hidden, HiddenSize,
                                                 more, GroupSize);
    for (int g = 0; g < Groups; ++g) {
        addTo(y + g * GroupSize, more + g * GroupSize);
        normalise(y + g * GroupSize, layer.gamma2, layer.beta2);
    }
}

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

void prepareHead(const TriqTableData& data, int head)
{
    for (int group = 0; group <= data.groups; ++group) {
        for (int half = 0; half < 2; ++half) {
            Vector single[HalfBlocks][PartWidth];
            for (int i = 0; i < HalfBlocks; ++i) {
                const int block = half * HalfBlocks + i;
                sumKeys(data, head, group, data.firstGroup[block], data.firstGroup[block + 1], single[i]);
            }
            Vector none[PartWidth] = {splat(Never)};
            if (half == 1) // CLS is always visible; it counts with the second half
                sumKeys(data, head, group, data.groups, data.groups + 1, none);
            for (int subset = 0; subset < Subsets; ++subset) {
                float* part = partOf(data, half, subset, group, head);
                Vector sum[PartWidth];
                if (subset == 0) {
                    for (int i = 0; i < PartWidth; ++i)
                        sum[i] = none[i];
                } else {
                    const float* rest = partOf(data, half, subset & (subset - 1), group, head);
                    const Vector* added = single[__builtin_ctz(static_cast<unsigned>(subset))];
                    sum[0] = larger(load(rest), added[0]);
                    const Vector weightRest = expNegative(load(rest) - sum[0]);
                    const Vector weightAdded = expNegative(added[0] - sum[0]);
                    for (int i = 1; i < PartWidth; ++i)
                        sum[i] = load(rest + i * Lanes) * weightRest + added[i] * weightAdded;
                }
                for (int i = 0; i < PartWidth; ++i) {
                    store(part + i * Lanes, sum[i]);
                    if (group == data.groups)
                        data.clsParts[half][(head * PartWidth + i) * Subsets + subset] = sum[i][0];
                }
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
    const unsigned long groups = static_cast<unsigned long>(data.groups);
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
    Scratch s{};
    s.attended = take(GroupTile * GroupSize);
    s.hidden = take(GroupTile * HiddenSize);
    s.more = take(GroupTile * GroupSize);
    s.cls = take(GroupSize);
    s.folded = take(Heads * GroupSize);
    s.mean = take(Heads * GroupSize);
    s.weights = take(Heads * TokenWidth);
    s.tokens = take(static_cast<long>(data.groups) * GroupSize);
    s.logits = take(static_cast<long>(data.groups) * Heads * Lanes);
    s.padding = reinterpret_cast<int*>(memory);
    return s;
}

/// Layer-1 attention of the CLS query to s.attended, masks in lanes.
void attendCls(const TriqTableData& data, int visibleHigh, int tile, const Scratch& s)
{
    // Lane j is mask low = tile * Lanes + j, whose visible subset is Subsets - 1 - low: reversed order.
    float low[PartWidth * Lanes] __attribute__((aligned(64)));
    float high[PartWidth * Lanes] __attribute__((aligned(64)));
    for (int head = 0; head < Heads; ++head) {
        for (int i = 0; i < PartWidth; ++i) {
            const float* lowParts = data.clsParts[0] + (head * PartWidth + i) * Subsets;
            for (int j = 0; j < Lanes; ++j)
                low[i * Lanes + j] = lowParts[Subsets - 1 - (tile * Lanes + j)];
            store(high + i * Lanes, splat(data.clsParts[1][(head * PartWidth + i) * Subsets + visibleHigh]));
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
void layer1Tokens(const TriqTableData& data, const int* groups, int visibleHigh, int visibleLow, const Scratch& s,
                  float* y)
{
    const float* x[Groups];
    for (int g = 0; g < Groups; ++g) {
        x[g] = data.x0 + groups[g] * GroupSize;
        for (int head = 0; head < Heads; ++head)
            mergeParts(partOf(data, 1, visibleHigh, groups[g], head), Lanes,
                       partOf(data, 0, visibleLow, groups[g], head), Lanes,
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
    const int visibleHigh = Subsets - 1 - high;
    float cls0[GroupSize] __attribute__((aligned(64)));
    for (int i = 0; i < TokenWidth; ++i)
        store(cls0 + i * Lanes, splat(data.x0[data.groups * GroupSize + i * Lanes]));
    attendCls(data, visibleHigh, tile, s);
    const float* x[1] = {cls0};
    finishLayer<1>(data.layer1, s.attended, x, s.cls, s.hidden, s.more);
    foldQueries(data, s);

    for (int lane = 0; lane < Lanes; ++lane) {
        const int visibleLow = Subsets - 1 - (tile * Lanes + lane);
        const int visible = visibleHigh << HalfBlocks | visibleLow;
        int pending[GroupTile];
        int waiting = 0;
        int count = 0;
        const auto flush = [&] {
            float* y = s.tokens + (count - waiting) * GroupSize;
            if (waiting == GroupTile) {
                layer1Tokens<GroupTile>(data, pending, visibleHigh, visibleLow, s, y);
            } else {
                for (int g = 0; g < waiting; ++g)
                    layer1Tokens<1>(data, pending + g, visibleHigh, visibleLow, s, y + g * GroupSize);
            }
            waiting = 0;
        };
        for (int block = 0; block < Blocks; ++block) {
            if ((visible >> block & 1) == 0)
                continue;
            for (int group = data.firstGroup[block]; group < data.firstGroup[block + 1]; ++group) {
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
