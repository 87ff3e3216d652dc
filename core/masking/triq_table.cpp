// SPDX-License-Identifier: BSD-3-Clause
#include "core/masking/triq_table.h"

#include "core/base/block.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace halflens::detail {

static_assert(Blocks == BlockCount && 2 * HalfBlocks == BlockCount);

AlignedFloats::AlignedFloats(std::size_t count)
    : m_size(count)
{
    constexpr std::size_t Alignment = 64;
    const std::size_t bytes = (count * sizeof(float) + Alignment - 1) / Alignment * Alignment;
    void* memory = std::aligned_alloc(Alignment, bytes);
    if (!memory)
        throw std::bad_alloc();
    std::memset(memory, 0, bytes);
    m_data.reset(static_cast<float*>(memory));
}

void AlignedFloats::Free::operator()(float* p) const
{
    std::free(p);
}

bool fitsKernel(const TriqEncoder& encoder)
{
    const bool sized = encoder.width == TokenWidth && encoder.heads == Heads && encoder.layers.size() == 2
        && encoder.outputs() <= MaxOutputs && encoder.head0.out == HiddenWidth;
    return sized && encoder.layers[0].feedForward0.out == HiddenWidth
        && encoder.layers[1].feedForward0.out == HiddenWidth;
}

TriqTable::TriqTable(const TriqEncoder& encoder, const TokenGrid& tokens, std::span<const std::vector<float>> embedded,
                     const TriqKernel& kernel, bool inBlocks)
    : m_kernel(kernel)
{
    sortTokens(tokens, embedded, inBlocks);
    projectTokens(encoder.layers[0]);
    if (inBlocks)
        makeRoomForParts();
    m_data.outputs = encoder.outputs();
    m_data.layer1 = pack(encoder.layers[0]);
    m_data.layer2 = pack(encoder.layers[1]);
    m_data.query2 = pack(encoder.layers[1].query);
    m_data.key2 = keep(encoder.layers[1].key.weight);
    m_data.value2 = keep(encoder.layers[1].value.weight);
    m_data.valueBias2 = keep(encoder.layers[1].value.bias);
    m_data.head0 = pack(encoder.head0);
    m_data.head1 = keep(encoder.head1.weight);
    m_data.headBias1 = keep(encoder.head1.bias);
}

void TriqTable::makeRoomForParts()
{
    const std::size_t parts =
        static_cast<std::size_t>(Subsets) * static_cast<std::size_t>(m_data.groups + 1) * Heads * PartWidth;
    for (std::size_t half = 0; half < 2; ++half) {
        m_parts[half] = AlignedFloats(parts * static_cast<std::size_t>(m_kernel.lanes));
        m_clsParts[half] = AlignedFloats(static_cast<std::size_t>(Heads) * PartWidth * Subsets);
        m_data.parts[half] = m_parts[half].data();
        m_data.clsParts[half] = m_clsParts[half].data();
    }
}

void TriqTable::sortTokens(const TokenGrid& tokens, std::span<const std::vector<float>> embedded, bool inBlocks)
{
    std::array<std::vector<std::size_t>, BlockCount> members; // sequence positions
    for (int row = 0; row < tokens.height; ++row) {
        for (int column = 0; column < tokens.width; ++column) {
            const BlockIndex block = inBlocks ? blockOfToken(row, column, tokens.height, tokens.width) : BlockIndex();
            members[static_cast<std::size_t>(block.value)].push_back(
                static_cast<std::size_t>(1 + row * tokens.width + column));
        }
    }
    const auto lanes = static_cast<std::size_t>(m_kernel.lanes);
    const float* cls = embedded.front().data(); // position 0, the same in every version
    std::vector<const float*> slots; // what stands in each; CLS for padding
    m_data.versions = static_cast<int>(embedded.size());
    for (std::size_t version = 0; version < embedded.size(); ++version) {
        for (std::size_t block = 0; block < members.size(); ++block) {
            m_data.firstGroup[version * BlockCount + block] = static_cast<int>(slots.size() / lanes);
            for (std::size_t first = 0; first < members[block].size(); first += lanes) {
                const std::size_t used = std::min(lanes, members[block].size() - first);
                m_lanesUsed.push_back(static_cast<int>(used));
                for (std::size_t i = 0; i < lanes; ++i)
                    slots.push_back(i < used ? embedded[version].data() + members[block][first + i] * TokenWidth : cls);
            }
        }
    }
    m_data.groups = m_data.firstGroup[embedded.size() * BlockCount] = static_cast<int>(slots.size() / lanes);
    m_lanesUsed.push_back(1);
    m_data.lanesUsed = m_lanesUsed.data();

    slots.resize(slots.size() + lanes, cls); // the CLS group
    m_x0 = AlignedFloats(slots.size() * TokenWidth);
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        const std::size_t group = slot / lanes;
        for (std::size_t i = 0; i < TokenWidth; ++i)
            m_x0.data()[(group * TokenWidth + i) * lanes + slot % lanes] = slots[slot][i];
    }
    m_data.x0 = m_x0.data();
}

void TriqTable::projectTokens(const EncoderLayerWeights& layer)
{
    const auto lanes = static_cast<std::size_t>(m_kernel.lanes);
    const std::size_t slots = m_x0.size() / TokenWidth;
    m_query = AlignedFloats(m_x0.size());
    m_key = AlignedFloats(m_x0.size());
    m_value = AlignedFloats(m_x0.size());
    for (std::size_t slot = 0; slot < slots; ++slot) {
        const float* x = m_x0.data() + slot / lanes * TokenWidth * lanes + slot % lanes;
        const auto project = [&](const DenseWeights& dense, std::size_t out) {
            float sum = 0;
            for (std::size_t i = 0; i < TokenWidth; ++i)
                sum += dense.weight[out * TokenWidth + i] * x[i * lanes];
            return sum + dense.bias[out];
        };
        for (std::size_t out = 0; out < TokenWidth; ++out) {
            m_query.data()[slot / lanes * TokenWidth * lanes + out * lanes + slot % lanes] = project(layer.query, out);
            m_key.data()[slot * TokenWidth + out] = project(layer.key, out);
            m_value.data()[slot * TokenWidth + out] = project(layer.value, out);
        }
    }
    m_data.query = m_query.data();
    m_data.key = m_key.data();
    m_data.value = m_value.data();
}

const float* TriqTable::keep(std::vector<float> values)
{
    m_kept.push_back(std::make_unique<std::vector<float>>(std::move(values)));
    return m_kept.back()->data();
}

PackedDense TriqTable::pack(const DenseWeights& dense)
{
    const auto tile = static_cast<std::size_t>(m_kernel.outputTile);
    const auto in = static_cast<std::size_t>(dense.in);
    const auto out = static_cast<std::size_t>(dense.out);
    std::vector<float> packed;
    packed.reserve(in * out);
    for (std::size_t first = 0; first < out; first += tile) {
        for (std::size_t i = 0; i < in; ++i) {
            for (std::size_t o = first; o < first + tile; ++o)
                packed.push_back(dense.weight[o * in + i]);
        }
    }
    return {keep(std::move(packed)), keep(dense.bias)};
}

PackedLayer TriqTable::pack(const EncoderLayerWeights& layer)
{
    return {pack(layer.output),     pack(layer.feedForward0), pack(layer.feedForward1), keep(layer.norm1.gamma),
            keep(layer.norm1.beta), keep(layer.norm2.gamma),  keep(layer.norm2.beta)};
}

} // namespace halflens::detail
