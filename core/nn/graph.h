// SPDX-License-Identifier: BSD-3-Clause
// A convolutional network as data: each trunk is described once, then run in training form
// (core/train_networks/torch/graph_form.h) or in folded, blocked inference form (inference_form.h).
#pragma once

#include "core/base/result.h"
#include "core/base/tensor.h"

#include <map>
#include <string>
#include <vector>

namespace halflens::nn {

enum class Activation { None, Relu, Relu6 };

enum class LayerKind { Input, Convolution, BatchNorm, Activation, MaxPool, AveragePool, Add, Concat, Upsample };

/// Window of a convolution or pooling.
struct Window {
    int height = 1;
    int width = 1;
    int stride = 1;
    int dilation = 1;
    int padTop = 0; ///< explicit padding; ignored when `same`
    int padLeft = 0;
    int padBottom = 0;
    int padRight = 0;
    bool same =
        false; ///< TensorFlow rule: out = ceil(in / stride), the extra pixel at the bottom/right (spec models 0.2)

    static Window square(int size, int stride = 1, int pad = 0);
    static Window sameSquare(int size, int stride = 1);
};

/// Index of a layer inside its graph.
struct LayerId {
    int value = -1;
    bool operator==(const LayerId&) const = default;
};

struct Layer {
    LayerKind kind = LayerKind::Input;
    std::string name; ///< prefix of its parameters: "<name>.weight", "<name>.bias", ...
    std::vector<LayerId> inputs;
    int channels = 0; ///< of the output
    Window window;
    int groups = 1;
    bool bias = true; ///< convolution
    bool gamma = true; ///< batch norm: has a scale
    double epsilon = 1e-5; ///< batch norm
    Activation activation = Activation::None;
    double scale = 1; ///< Add: first + scale * second
};

struct MapSize {
    int channels = 0;
    int height = 0;
    int width = 0;
    bool operator==(const MapSize&) const = default;
};

/// Layers in execution order. Building methods return the new layer's id.
class Graph {
public:
    LayerId input(int channels);
    LayerId convolution(LayerId from, const std::string& name, int channels, Window window, bool bias = true,
                        int groups = 1);
    LayerId batchNorm(LayerId from, const std::string& name, double epsilon, bool gamma = true);
    LayerId activation(LayerId from, Activation kind);
    LayerId maxPool(LayerId from, Window window);
    /// Divides by the number of real pixels, never counting padding (spec models 0.2).
    LayerId averagePool(LayerId from, Window window);
    LayerId add(LayerId first, LayerId second, double scale = 1);
    LayerId concat(const std::vector<LayerId>& parts);
    /// `from` brought to the height and width of `like` by nearest neighbour with half-pixel centres (upsample.h).
    LayerId upsampleNearest(LayerId from, LayerId like);
    /// Gives a layer's output a public name, e.g. "c5".
    void output(const std::string& name, LayerId layer);

    /// Every block of the 3 x 4 grid is looked at by itself, windows padded at its borders (parts.h): no cell of any
    /// map sees beyond its block.
    void lookAtBlocks() { m_looksAtBlocks = true; }
    bool looksAtBlocks() const { return m_looksAtBlocks; }

    const std::vector<Layer>& layers() const { return m_layers; }
    const Layer& layer(LayerId id) const { return m_layers[static_cast<std::size_t>(id.value)]; }
    const std::map<std::string, LayerId>& outputs() const { return m_outputs; }
    int channels(LayerId id) const { return layer(id).channels; }

    /// Name and shape of every parameter (weights OIHW; batch norm weight, bias, running_mean, running_var).
    std::map<std::string, Shape> parameters() const;

    /// Output size of every layer for an input of height x width. Model: an extent falls below 1.
    Result<std::vector<MapSize>> sizes(int height, int width) const;

    /// Pixels of the input from one cell of a layer's map to the next. Maps enlarged again count as what they were.
    int stride(LayerId id) const;

    /// Multiply-adds of the convolutions up to `output` for that input (spec models 12).
    Result<double> multiplyAdds(int height, int width, const std::string& output) const;

private:
    LayerId append(Layer layer);
    std::vector<Layer> m_layers;
    std::map<std::string, LayerId> m_outputs;
    bool m_looksAtBlocks = false;
};

/// Layers needed to compute `wanted`, by index.
std::vector<bool> reachable(const Graph& graph, const std::vector<LayerId>& wanted);

/// Resolves `same` padding for an input of height x width.
Window resolved(const Window& window, int height, int width);

} // namespace halflens::nn
