// SPDX-License-Identifier: BSD-3-Clause
// Internal to core/nn: oneDNN primitives and buffers of one network for a number of inputs of one size.
#pragma once

#include "core/nn/folding.h"
#include "core/nn/inference_form.h"
#include "core/nn/onednn.h"

#include <functional>
#include <map>
#include <utility>

namespace halflens::nn::detail {

/// Numbers in a map.
inline std::size_t valuesOf(const MapSize& size)
{
    return static_cast<std::size_t>(size.channels) * static_cast<std::size_t>(size.height)
        * static_cast<std::size_t>(size.width);
}

/// Folded weights of the fused convolutions, and their blocked copies shared by all plans.
class WeightStore {
public:
    WeightStore(const Graph& graph, StateDict parameters, dnnl::engine engine);

    const StateDict& parameters() const { return m_parameters; }

    struct Weights {
        dnnl::memory weight;
        dnnl::memory bias;
    };

    /// Weights of a step, the kernel in the layout `wanted`; folded and reordered once per layout.
    Weights weights(const FusedStep& step, const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted);

private:
    using Key = std::pair<int, int>; ///< (first layer, last layer) of the step
    /// The plain folded weight is not kept: it is as large as the blocked one and folded again in no time.
    struct Entry {
        dnnl::memory bias;
        std::vector<std::pair<dnnl::memory::desc, dnnl::memory>> blocked;
    };

    const Graph& m_graph;
    StateDict m_parameters;
    dnnl::engine m_engine;
    std::map<Key, Entry> m_entries;
};

/// Buffers handed out by size at planning time and taken back when nobody reads them any more.
class BufferPool {
public:
    int take(std::size_t bytes);
    void giveBack(int buffer) { m_free[static_cast<std::size_t>(buffer)] = true; }
    void allocate(const dnnl::engine& engine);
    void* data(int buffer) const { return m_memory[static_cast<std::size_t>(buffer)].get_data_handle(); }

private:
    std::vector<std::size_t> m_sizes;
    std::vector<bool> m_free;
    std::vector<dnnl::memory> m_memory;
};

class InferencePlan {
public:
    /// Runs `count` inputs at once; `sizes` are graph.sizes(height, width). Throws dnnl::error and std::bad_alloc.
    InferencePlan(const Graph& graph, WeightStore& weights, const dnnl::engine& engine, int count,
                  std::vector<MapSize> sizes, std::vector<std::string> outputs);

    bool matches(int count, int height, int width, const std::vector<std::string>& outputs) const;

    /// Where the inputs are put before run(), one after the other.
    std::span<float> input() const;

    /// False when stopped between two primitives.
    bool run(dnnl::stream& stream, const std::stop_token& stop);

    /// The output maps of the last run, in the order of `outputs`, in this plan's own buffers: those of all inputs one
    /// after the other, under the size of one.
    std::vector<MapView> maps() const;

private:
    /// One primitive call; buffers are bound to their arguments after allocation.
    struct Call {
        dnnl::primitive primitive;
        std::unordered_map<int, dnnl::memory> arguments;
        std::vector<std::tuple<int, dnnl::memory::desc, int>> buffers; ///< argument, layout, buffer
        std::function<void(const float* source, float* target)> own = {}; ///< called in place of a primitive
    };
    /// Where a layer's value lies while its readers are still to come.
    struct Value {
        dnnl::memory::desc desc;
        int buffer = -1;
    };

    dnnl::memory::dims dimsOf(const MapSize& size) const { return {m_count, size.channels, size.height, size.width}; }
    dnnl::memory::desc plainDesc(const MapSize& size) const;
    MapSize size(LayerId id) const { return m_sizes[static_cast<std::size_t>(id.value)]; }
    Value& value(LayerId id) { return m_values[static_cast<std::size_t>(id.value)]; }
    std::size_t& lastUse(LayerId id) { return m_lastUse[static_cast<std::size_t>(id.value)]; }

    void plan(const std::vector<FusedStep>& steps, const std::vector<LayerId>& wanted, WeightStore& weights);
    void planConvolution(const FusedStep& step, std::size_t position, WeightStore& weights);
    void planPooling(const FusedStep& step);
    void planActivation(const FusedStep& step);
    void planAdd(const FusedStep& step);
    void planConcat(const FusedStep& step);
    void planUpsample(const FusedStep& step);
    Value inLayout(const Value& from, const dnnl::memory::desc& wanted);
    void addReorder(const Value& from, const Value& to);
    int store(LayerId id, const dnnl::memory::desc& desc);
    void bindBuffers();

    const Graph& m_graph;
    dnnl::engine m_engine;
    int m_count;
    std::vector<MapSize> m_sizes;
    std::vector<std::string> m_outputs;
    std::vector<Value> m_values;
    std::vector<std::size_t> m_lastUse;
    std::vector<int> m_temporaries; ///< buffers that live for one step
    BufferPool m_pool;
    Value m_input;
    std::vector<Call> m_calls;
    std::vector<Value> m_results; ///< plain layout, one per output
    std::vector<MapSize> m_resultSizes;
};

} // namespace halflens::nn::detail
