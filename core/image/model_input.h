// SPDX-License-Identifier: BSD-3-Clause
// Image to the tensor a network is fed: resizing policy, orientation, normalisation.
#pragma once

#include "core/base/block.h"
#include "core/base/result.h"
#include "core/image/image.h"

#include <array>
#include <compare>
#include <string>
#include <vector>

namespace halflens {

enum class InputPolicy {
    Fit, ///< the whole image is resized to the canonical size, aspect not kept
    Native ///< the image is fed at its own size
};

/// Values fed to the network (spec models 0.6).
enum class Normalization {
    PlusMinusOne, ///< x / 127.5 - 1
    ImageNetUnit, ///< (x / 255 - mean) / std, mean (0.485, 0.456, 0.406), std (0.229, 0.224, 0.225)
    ImageNet255, ///< (x - m) / s with the constants of spec models 0.6, x in 0..255
    Custom ///< as InputSpec::custom says
};

/// Normalization::Custom: channel c is fed (x / divisor - mean[c]) / std[c], x in 0..255. Mean and std
/// are in the order the channels are fed in.
struct CustomNormalization {
    float divisor = 255;
    std::array<float, 3> mean{};
    std::array<float, 3> std{1, 1, 1};
    bool bgr = false; ///< blue first
    auto operator<=>(const CustomNormalization&) const = default;
};

/// What pixels of hidden blocks are replaced by.
enum class Fill {
    Zero, ///< 0 after normalisation (spec measures 7)
    Black, ///< RGB 0 before normalisation
    Mean, ///< the image's own mean colour
    Blur ///< a strongly blurred copy of the image
};

struct InputSpec {
    InputPolicy policy = InputPolicy::Native;
    int width = 0; ///< canonical size for Fit, landscape
    int height = 0;
    bool transposePortrait = false; ///< Fit: portrait images use height x width swapped
    Normalization normalization = Normalization::PlusMinusOne;
    CustomNormalization custom{}; ///< read for Normalization::Custom only
    auto operator<=>(const InputSpec&) const = default;
};

/// How images are fed, for people: "fitted to 512 × 384, portrait images to 384 × 512".
std::string inWords(const InputSpec& spec);

/// 1 x 3 x height x width float32, RGB planes (BGR where the custom normalisation says so), row-major.
struct ModelInput {
    int width = 0;
    int height = 0;
    std::vector<float> planes; ///< 3 * height * width
    InputPolicy policy = InputPolicy::Native;
    std::string orientation; ///< of the input as fed: "landscape" (width >= height) or "portrait"
};

/// Resized and normalised input. Resizing works on the 8-bit RGB image: area averaging where
/// neither axis grows, bilinear (half-pixel centres) otherwise. Any thread.
/// InvalidInput: empty image.
Result<ModelInput> toModelInput(const Image& image, const InputSpec& spec);

/// Replaces the pixels of `blocks`, cut in the model's own input size (spec measures 7), by `fill`.
/// Black needs the normalisation to express its colour. Give it the untouched input: Mean and Blur
/// are taken from it as it is.
void fillBlocks(ModelInput& input, BlockMask blocks, Fill fill, const InputSpec& spec);
void fillBlocks(ModelInput& input, BlockMask blocks, Fill fill, Normalization normalization);

/// The whole input replaced by `fill`: what fillBlocks() copies its blocks from. Mean is the mean of
/// `input` itself; Blur a Gaussian of sigma = min(width, height) / 24 pixels, at least 1, edges
/// replicated (from sigma 16 on within 1 % of the value range). Blur takes about 10 ms at
/// 768 x 1024, so callers that hide many sets of blocks of one image make this once and use
/// copyBlocks().
ModelInput fillSource(const ModelInput& input, Fill fill, const InputSpec& spec);
ModelInput fillSource(const ModelInput& input, Fill fill, Normalization normalization);

/// Copies the pixels of `blocks` from `source`, which has the size of `input`.
void copyBlocks(ModelInput& input, const ModelInput& source, BlockMask blocks);

/// "zero", "black", "mean", "blur" and back. InvalidInput: another word.
std::string toString(Fill fill);
Result<Fill> fillFromString(const std::string& word);
std::string toString(InputPolicy policy);

} // namespace halflens
