// SPDX-License-Identifier: BSD-3-Clause
#include "core/nn/inference_plan.h"

#include "core/nn/upsample.h"

#include <algorithm>
#include <limits>

namespace halflens::nn::detail {

using dnnl::memory;

namespace {

memory::desc anyDesc(const memory::dims& dims)
{
    return {dims, memory::data_type::f32, memory::format_tag::any};
}

dnnl::algorithm algorithmOf(Activation activation)
{
    return activation == Activation::Relu6 ? dnnl::algorithm::eltwise_clip : dnnl::algorithm::eltwise_relu;
}

float betaOf(Activation activation)
{
    return activation == Activation::Relu6 ? 6.F : 0.F;
}

/// Weight layout on disk and in StateDict: OIHW, grouped convolutions split into groups.
memory::dims weightDims(const Graph& graph, const Layer& layer)
{
    const int in = graph.channels(layer.inputs[0]);
    if (layer.groups == 1)
        return {layer.channels, in, layer.window.height, layer.window.width};
    return {layer.groups, layer.channels / layer.groups, in / layer.groups, layer.window.height, layer.window.width};
}

memory::format_tag plainWeightTag(const Layer& layer)
{
    return layer.groups == 1 ? memory::format_tag::oihw : memory::format_tag::goihw;
}

} // namespace

WeightStore::WeightStore(const Graph& graph, StateDict parameters, dnnl::engine engine)
    : m_graph(graph)
    , m_parameters(std::move(parameters))
    , m_engine(std::move(engine))
{ }

WeightStore::Weights WeightStore::weights(const FusedStep& step, const memory::desc& plain, const memory::desc& wanted)
{
    Entry& entry = m_entries[{step.source.value, step.result.value}];
    for (const auto& [desc, blocked] : entry.blocked) {
        if (desc == wanted)
            return {blocked, entry.bias};
    }
    FoldedConvolution folded = fold(m_graph, step, m_parameters, {});
    memory source(plain, m_engine, folded.weight.data());
    memory blocked(wanted, m_engine);
    dnnl::stream stream(m_engine);
    dnnl::reorder(source, blocked).execute(stream, source, blocked);
    stream.wait();
    if (entry.blocked.empty()) {
        const auto channels = static_cast<memory::dim>(folded.bias.size());
        entry.bias = memory({{channels}, memory::data_type::f32, memory::format_tag::a}, m_engine);
        std::copy(folded.bias.begin(), folded.bias.end(), static_cast<float*>(entry.bias.get_data_handle()));
    }
    entry.blocked.emplace_back(wanted, blocked);
    return {blocked, entry.bias};
}

int BufferPool::take(std::size_t bytes)
{
    // The free buffer closest in size, so that big maps reuse big buffers and small ones stay small.
    std::size_t best = m_sizes.size();
    std::size_t bestDistance = std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < m_sizes.size(); ++i) {
        const std::size_t distance = std::max(m_sizes[i], bytes) - std::min(m_sizes[i], bytes);
        if (m_free[i] && distance < bestDistance) {
            best = i;
            bestDistance = distance;
        }
    }
    if (best == m_sizes.size()) {
        m_sizes.push_back(bytes);
        m_free.push_back(false);
    }
    m_sizes[best] = std::max(m_sizes[best], bytes);
    m_free[best] = false;
    return static_cast<int>(best);
}

void BufferPool::allocate(const dnnl::engine& engine)
{
    for (const std::size_t bytes : m_sizes)
        m_memory.emplace_back(
            memory::desc({static_cast<memory::dim>(bytes)}, memory::data_type::u8, memory::format_tag::a), engine);
}

InferencePlan::InferencePlan(const Graph& graph, WeightStore& weights, const dnnl::engine& engine, int count,
                             std::vector<MapSize> sizes, std::vector<std::string> outputs)
    : m_graph(graph)
    , m_engine(engine)
    , m_count(count)
    , m_sizes(std::move(sizes))
    , m_outputs(std::move(outputs))
    , m_values(graph.layers().size())
    , m_lastUse(graph.layers().size(), 0)
{
    std::vector<LayerId> wanted;
    for (const std::string& name : m_outputs)
        wanted.push_back(graph.outputs().at(name));
    plan(fuse(graph, wanted), wanted, weights);
    bindBuffers();
}

memory::desc InferencePlan::plainDesc(const MapSize& size) const
{
    return {dimsOf(size), memory::data_type::f32, memory::format_tag::nchw};
}

bool InferencePlan::matches(int count, int height, int width, const std::vector<std::string>& outputs) const
{
    return m_count == count && m_sizes[0].height == height && m_sizes[0].width == width && m_outputs == outputs;
}

void InferencePlan::plan(const std::vector<FusedStep>& steps, const std::vector<LayerId>& wanted, WeightStore& weights)
{
    constexpr std::size_t Forever = std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        for (const LayerId id : steps[i].inputs)
            lastUse(id) = i;
        if (steps[i].residual.value >= 0)
            lastUse(steps[i].residual) = i;
    }
    for (const LayerId id : wanted)
        lastUse(id) = Forever;

    for (std::size_t i = 0; i < steps.size(); ++i) {
        const FusedStep& step = steps[i];
        switch (step.kind) {
        case LayerKind::Input:
            store(step.result, plainDesc(size(step.result)));
            m_input = value(step.result);
            break;
        case LayerKind::Convolution:
            planConvolution(step, i, weights);
            break;
        case LayerKind::MaxPool:
        case LayerKind::AveragePool:
            planPooling(step);
            break;
        case LayerKind::Activation:
            planActivation(step);
            break;
        case LayerKind::Add:
            planAdd(step);
            break;
        case LayerKind::Concat:
            planConcat(step);
            break;
        case LayerKind::Upsample:
            planUpsample(step);
            break;
        case LayerKind::BatchNorm:
            throw dnnl::error(dnnl_unimplemented, "batch norm without a convolution before it");
        }
        for (const int buffer : m_temporaries)
            m_pool.giveBack(buffer);
        m_temporaries.clear();
        std::vector<int> finished;
        const auto retire = [&](LayerId id) {
            // In-place steps hand a buffer on: it then belongs to the result, not to the operand.
            if (lastUse(id) == i && value(id).buffer >= 0 && value(id).buffer != value(step.result).buffer)
                finished.push_back(value(id).buffer);
            if (lastUse(id) == i)
                value(id).buffer = -1;
        };
        for (const LayerId id : step.inputs)
            retire(id);
        if (step.residual.value >= 0)
            retire(step.residual);
        for (const int buffer : finished)
            m_pool.giveBack(buffer);
    }

    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const MapSize mapSize = size(wanted[i]);
        const memory::desc desc = plainDesc(mapSize);
        const Value plain{desc, m_pool.take(desc.get_size())};
        addReorder(value(wanted[i]), plain);
        m_results.push_back(plain);
        m_resultSizes.push_back(mapSize);
    }
}

int InferencePlan::store(LayerId id, const memory::desc& desc)
{
    value(id) = {desc, m_pool.take(desc.get_size())};
    return value(id).buffer;
}

void InferencePlan::addReorder(const Value& from, const Value& to)
{
    const dnnl::reorder::primitive_desc pd(m_engine, from.desc, m_engine, to.desc);
    m_calls.push_back(
        {dnnl::reorder(pd), {}, {{DNNL_ARG_FROM, from.desc, from.buffer}, {DNNL_ARG_TO, to.desc, to.buffer}}});
}

InferencePlan::Value InferencePlan::inLayout(const Value& from, const memory::desc& wanted)
{
    if (from.desc == wanted)
        return from;
    const Value converted{wanted, m_pool.take(wanted.get_size())};
    m_temporaries.push_back(converted.buffer);
    addReorder(from, converted);
    return converted;
}

void InferencePlan::planConvolution(const FusedStep& step, std::size_t position, WeightStore& weights)
{
    const Layer& layer = m_graph.layer(step.source);
    const MapSize in = size(step.inputs[0]);
    const Window window = resolved(layer.window, in.height, in.width);
    const memory::dims dims = weightDims(m_graph, layer);
    const bool hasResidual = step.residual.value >= 0;
    const memory::desc target = hasResidual ? value(step.residual).desc : anyDesc(dimsOf(size(step.result)));

    dnnl::primitive_attr attributes;
    dnnl::post_ops fused;
    if (hasResidual)
        fused.append_sum(1.F);
    if (step.activation != Activation::None)
        onednn::appendEltwise(fused, algorithmOf(step.activation), 0.F, betaOf(step.activation));
    attributes.set_post_ops(fused);
    const memory::desc bias({layer.channels}, memory::data_type::f32, memory::format_tag::a);
    const auto pd = onednn::describe<dnnl::convolution_forward>(
        m_engine, attributes, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
        anyDesc(dimsOf(in)), anyDesc(dims), bias, target, memory::dims{window.stride, window.stride},
        memory::dims{window.dilation - 1, window.dilation - 1}, memory::dims{window.padTop, window.padLeft},
        memory::dims{window.padBottom, window.padRight});

    const Value source = inLayout(value(step.inputs[0]), pd.src_desc());
    if (hasResidual && lastUse(step.residual) == position && step.residual != step.inputs[0]) {
        value(step.result) = value(step.residual); // sum in place: nobody reads the residual afterwards
    } else {
        store(step.result, pd.dst_desc());
        if (hasResidual)
            addReorder(value(step.residual), value(step.result));
    }
    const memory::desc plain(dims, memory::data_type::f32, plainWeightTag(layer));
    const WeightStore::Weights ready = weights.weights(step, plain, pd.weights_desc());
    m_calls.push_back(
        {dnnl::convolution_forward(pd),
         {{DNNL_ARG_WEIGHTS, ready.weight}, {DNNL_ARG_BIAS, ready.bias}},
         {{DNNL_ARG_SRC, source.desc, source.buffer}, {DNNL_ARG_DST, pd.dst_desc(), value(step.result).buffer}}});
}

void InferencePlan::planPooling(const FusedStep& step)
{
    const MapSize in = size(step.inputs[0]);
    const Window window = resolved(m_graph.layer(step.source).window, in.height, in.width);
    const auto algorithm =
        step.kind == LayerKind::MaxPool ? dnnl::algorithm::pooling_max : dnnl::algorithm::pooling_avg_exclude_padding;
    const auto pd =
        onednn::describePooling(m_engine, algorithm, value(step.inputs[0]).desc, anyDesc(dimsOf(size(step.result))),
                                {window.stride, window.stride}, {window.height, window.width},
                                {{window.padTop, window.padLeft}, {window.padBottom, window.padRight}});
    const Value source = value(step.inputs[0]);
    const int buffer = store(step.result, pd.dst_desc());
    m_calls.push_back({dnnl::pooling_forward(pd),
                       {},
                       {{DNNL_ARG_SRC, source.desc, source.buffer}, {DNNL_ARG_DST, pd.dst_desc(), buffer}}});
}

void InferencePlan::planActivation(const FusedStep& step)
{
    const Value source = value(step.inputs[0]);
    const auto pd =
        onednn::describeEltwise(m_engine, algorithmOf(step.activation), source.desc, 0.F, betaOf(step.activation));
    const int buffer = store(step.result, source.desc);
    m_calls.push_back({dnnl::eltwise_forward(pd),
                       {},
                       {{DNNL_ARG_SRC, source.desc, source.buffer}, {DNNL_ARG_DST, source.desc, buffer}}});
}

void InferencePlan::planAdd(const FusedStep& step)
{
    const Value first = value(step.inputs[0]);
    const Value second = inLayout(value(step.inputs[1]), first.desc);
    const auto pd = onednn::describeMany<dnnl::sum>(
        m_engine, std::vector<float>{1.F, static_cast<float>(step.addScale)}, {first.desc, second.desc});
    const int buffer = store(step.result, pd.dst_desc());
    m_calls.push_back({dnnl::sum(pd),
                       {},
                       {{DNNL_ARG_MULTIPLE_SRC, first.desc, first.buffer},
                        {DNNL_ARG_MULTIPLE_SRC + 1, second.desc, second.buffer},
                        {DNNL_ARG_DST, pd.dst_desc(), buffer}}});
}

void InferencePlan::planConcat(const FusedStep& step)
{
    std::vector<Value> parts;
    std::vector<memory::desc> descs;
    for (const LayerId id : step.inputs) {
        parts.push_back(value(id));
        descs.push_back(value(id).desc);
    }
    const auto pd = onednn::describeMany<dnnl::concat>(m_engine, 1, descs);
    Call call{dnnl::concat(pd), {}, {}};
    for (std::size_t i = 0; i < parts.size(); ++i)
        call.buffers.emplace_back(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), parts[i].desc, parts[i].buffer);
    call.buffers.emplace_back(DNNL_ARG_DST, pd.dst_desc(), store(step.result, pd.dst_desc()));
    m_calls.push_back(std::move(call));
}

void InferencePlan::planUpsample(const FusedStep& step)
{
    const MapSize from = size(step.inputs[0]);
    const MapSize to = size(step.result);
    // Blocks of channels move as they are; any other layout is made plain first.
    auto tag = memory::format_tag::nchw;
    int lanes = 1;
    for (const auto& [blocked, width] : {std::pair{memory::format_tag::nChw16c, 16}, {memory::format_tag::nChw8c, 8}}) {
        if (from.channels % width == 0
            && value(step.inputs[0]).desc == memory::desc(dimsOf(from), memory::data_type::f32, blocked)) {
            tag = blocked;
            lanes = width;
            break;
        }
    }
    const Value source = inLayout(value(step.inputs[0]), {dimsOf(from), memory::data_type::f32, tag});
    const memory::desc target(dimsOf(to), memory::data_type::f32, tag);
    const int buffer = store(step.result, target);
    m_calls.push_back({{},
                       {},
                       {{DNNL_ARG_SRC, source.desc, source.buffer}, {DNNL_ARG_DST, target, buffer}},
                       [from, to, lanes, count = m_count](const float* values, float* result) {
                           for (int i = 0; i < count; ++i, values += valuesOf(from), result += valuesOf(to))
                               upsampleNearest(values, from, result, to, lanes);
                       }});
}

void InferencePlan::bindBuffers()
{
    m_pool.allocate(m_engine);
    for (Call& call : m_calls) {
        for (const auto& [argument, desc, buffer] : call.buffers)
            call.arguments.insert_or_assign(argument, memory(desc, m_engine, m_pool.data(buffer)));
    }
}

std::span<float> InferencePlan::input() const
{
    return {static_cast<float*>(m_pool.data(m_input.buffer)), static_cast<std::size_t>(m_count) * valuesOf(m_sizes[0])};
}

bool InferencePlan::run(dnnl::stream& stream, const std::stop_token& stop)
{
    for (const Call& call : m_calls) {
        if (stop.stop_requested())
            return false;
        if (call.own) {
            stream.wait();
            call.own(static_cast<const float*>(call.arguments.at(DNNL_ARG_SRC).get_data_handle()),
                     static_cast<float*>(call.arguments.at(DNNL_ARG_DST).get_data_handle()));
        } else {
            call.primitive.execute(stream, call.arguments);
        }
    }
    stream.wait();
    return true;
}

std::vector<MapView> InferencePlan::maps() const
{
    std::vector<MapView> maps;
    for (std::size_t i = 0; i < m_results.size(); ++i) {
        const MapSize& mapSize = m_resultSizes[i];
        const auto* data = static_cast<const float*>(m_pool.data(m_results[i].buffer));
        maps.push_back({mapSize, {data, static_cast<std::size_t>(m_count) * valuesOf(mapSize)}});
    }
    return maps;
}

} // namespace halflens::nn::detail
