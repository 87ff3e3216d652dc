// SPDX-License-Identifier: BSD-3-Clause
// Internal to the mask-table kernels: masks that grow token by token. Layer-1 sums of every query are carried from one
// step to the next, so that a step costs its new keys, layer 1 of the visible tokens, and layer 2 of CLS.
#pragma once

#include "core/masking/triq_table_kernel_impl.h"

namespace halflens::detail {
namespace { // NOLINT(google-build-namespaces): one copy per instruction set is the point

struct ChainScratch {
    Scratch shared;
    float* x0; ///< [groups][TokenWidth][Lanes], embedded tokens in the order they become visible
    float* query; ///< [groups + 1] like x0, CLS last
    float* sums; ///< [groups + 1][Heads][PartWidth][Lanes], layer-1 sums so far
};

constexpr int SumsSize = Heads * PartWidth * Lanes;

unsigned long chainScratchFloats(const TriqTableData& data)
{
    const unsigned long groups = static_cast<unsigned long>(data.groups);
    return scratchFloats(data) + Lanes + groups * GroupSize + (groups + 1) * (GroupSize + SumsSize);
}

ChainScratch layOutChain(const TriqTableData& data, float* memory)
{
    const long groups = data.groups;
    ChainScratch s{};
    s.x0 = memory; // whole vectors first: what scratchFloats() counts need not end on a boundary
    s.query = s.x0 + groups * GroupSize;
    s.sums = s.query + (groups + 1) * GroupSize;
    s.shared = layOut(data, s.sums + (groups + 1) * SumsSize);
    return s;
}

/// Adds the keys of some slots to the sums of the queries of one group.
inline void addSlots(const TriqTableData& data, const ChainScratch& s, int group, const int* slots, int count)
{
    for (int head = 0; head < Heads; ++head) {
        Vector query[Depth];
        for (int d = 0; d < Depth; ++d)
            query[d] = load(s.query + group * GroupSize + (head * Depth + d) * Lanes);
        const auto logit = [&](int slot) {
            const float* key = data.key + slot * TokenWidth + head * Depth;
            Vector sum{};
            for (int d = 0; d < Depth; ++d)
                sum += query[d] * key[d];
            return sum * 0.5F; // 1 / sqrt(Depth), exact
        };
        float* sums = s.sums + group * SumsSize + head * PartWidth * Lanes;
        Vector maximum = load(sums);
        for (int i = 0; i < count; ++i)
            maximum = larger(maximum, logit(slots[i]));
        Vector sum[PartWidth];
        const Vector kept = expNegative(load(sums) - maximum);
        sum[0] = maximum;
        for (int i = 1; i < PartWidth; ++i)
            sum[i] = load(sums + i * Lanes) * kept;
        for (int i = 0; i < count; ++i) {
            const Vector weight = expNegative(logit(slots[i]) - maximum);
            const float* value = data.value + slots[i] * TokenWidth + head * Depth;
            sum[1] += weight;
            for (int d = 0; d < Depth; ++d)
                sum[2 + d] += weight * value[d];
        }
        for (int i = 0; i < PartWidth; ++i)
            store(sums + i * Lanes, sum[i]);
    }
}

/// Layer-1 attention of one group from its sums, [TokenWidth][Lanes].
inline void attendSums(const float* sums, float* attended)
{
    for (int head = 0; head < Heads; ++head, sums += PartWidth * Lanes) {
        const Vector scale = 1.F / load(sums + Lanes);
        for (int d = 0; d < Depth; ++d)
            store(attended + (head * Depth + d) * Lanes, load(sums + (2 + d) * Lanes) * scale);
    }
}

template<int Groups> void chainTokens(const TriqTableData& data, const ChainScratch& s, int group, float* y)
{
    const float* x[Groups];
    for (int g = 0; g < Groups; ++g) {
        x[g] = s.x0 + (group + g) * GroupSize;
        attendSums(s.sums + (group + g) * SumsSize, s.shared.attended + g * GroupSize);
    }
    finishLayer<Groups>(data.layer1, s.shared.attended, x, y, s.shared.hidden, s.shared.more);
}

void startChain(const TriqTableData& data, const ChainScratch& s, const int* order)
{
    const int tokens = data.firstGroup[1] > 0 ? (data.groups - 1) * Lanes + data.lanesUsed[data.groups - 1] : 0;
    for (int slot = 0; slot < data.groups * Lanes; ++slot) {
        const int from = slot < tokens ? order[slot] : data.groups * Lanes; // CLS for padding
        const int to = slot / Lanes * GroupSize + slot % Lanes;
        for (int i = 0; i < TokenWidth; ++i) {
            const int at = from / Lanes * GroupSize + i * Lanes + from % Lanes;
            s.x0[to + i * Lanes] = data.x0[at];
            s.query[to + i * Lanes] = data.query[at];
        }
    }
    for (int i = 0; i < GroupSize; ++i)
        s.query[data.groups * GroupSize + i] = data.query[data.groups * GroupSize + i];
    const int cls = data.groups * Lanes;
    for (int group = 0; group <= data.groups; ++group) {
        for (int head = 0; head < Heads; ++head) {
            for (int i = 0; i < PartWidth; ++i)
                store(s.sums + group * SumsSize + (head * PartWidth + i) * Lanes, i == 0 ? splat(Never) : Vector{});
        }
        addSlots(data, s, group, &cls, 1); // always visible
    }
}

void evaluateChain(const TriqTableData& data, const int* order, const int* ends, int first, int last, float* rows,
                   float* memory)
{
    const ChainScratch s = layOutChain(data, memory);
    startChain(data, s, order);
    float cls0[GroupSize] __attribute__((aligned(64)));
    for (int i = 0; i < TokenWidth; ++i)
        store(cls0 + i * Lanes, splat(data.x0[data.groups * GroupSize + i * Lanes]));
    float clsAttended[GroupSize] __attribute__((aligned(64)));
    float attended[GroupSize] __attribute__((aligned(64)));
    int clsDone = 0; // tokens in the sums of CLS
    int tokensDone = 0; // and of the others
    for (int tile = first; tile <= last; tile += Lanes) {
        for (int lane = 0; lane < Lanes; ++lane) {
            const int step = tile + lane < last ? tile + lane : last; // the last one again where the tile is not full
            addSlots(data, s, data.groups, order + clsDone, ends[step] - clsDone);
            clsDone = ends[step];
            attendSums(s.sums + data.groups * SumsSize, attended);
            for (int i = 0; i < TokenWidth; ++i)
                clsAttended[i * Lanes + lane] = attended[i * Lanes];
        }
        const float* x[1] = {cls0};
        finishLayer<1>(data.layer1, clsAttended, x, s.shared.cls, s.shared.hidden, s.shared.more);
        foldQueries(data, s.shared);
        for (int lane = 0; lane < Lanes && tile + lane <= last; ++lane) {
            const int end = ends[tile + lane];
            for (int group = 0; group < data.groups && end > tokensDone; ++group)
                addSlots(data, s, group, order + tokensDone, end - tokensDone);
            tokensDone = end;
            const int count = (end + Lanes - 1) / Lanes;
            int group = 0;
            for (; group + GroupTile <= count; group += GroupTile)
                chainTokens<GroupTile>(data, s, group, s.shared.tokens + group * GroupSize);
            for (; group < count; ++group)
                chainTokens<1>(data, s, group, s.shared.tokens + group * GroupSize);
            for (group = 0; group < count; ++group)
                s.shared.padding[group] = end - group * Lanes < Lanes ? end - group * Lanes : Lanes;
            layer2Mean(lane, count, s.shared);
        }
        finishCls(data, tile - first, s.shared, rows);
    }
}

} // namespace
} // namespace halflens::detail
