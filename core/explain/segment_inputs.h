// SPDX-License-Identifier: BSD-3-Clause
// Network inputs of one image with segments hidden, many times over.
#pragma once

#include "core/explain/lime.h"
#include "core/image/model_input.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace halflens {

/// Gives what toModelInput() gives for the painted image, bit by bit, without painting, resizing and normalising
/// whole images again: a pixel of the input that shows one segment only is copied from the input of the image as it
/// is or of the image with everything hidden; one on a border of segments is looked up by which of them are kept.
class SegmentInputs {
public:
    /// `image` must outlive this object and have the size of `segments`; one colour per segment. Where the
    /// preparation would cost more than 150 inputs (many small segments in a photo made much smaller,
    /// or a much enlarged image), inputs are made the long way. Errors of toModelInput(). Any thread.
    static Result<SegmentInputs> create(const Image& image, const Segmentation& segments,
                                        std::span<const std::array<std::uint8_t, 3>> colours, const InputSpec& spec);

    /// `input` becomes that of the image with every segment whose `kept` is 0 painted; its memory is used again.
    /// Any thread.
    Status make(std::span<const std::uint8_t> kept, ModelInput& input) const;

    /// Whether inputs are looked up, not made the long way.
    bool looksUp() const { return m_looksUp; }

private:
    /// Pixels of the input, in row order, that show one segment.
    struct Run {
        std::size_t segment;
        std::size_t begin;
        std::size_t count;
    };
    /// A pixel of the input that shows several.
    struct Border {
        std::size_t pixel;
        std::size_t firstSegment; ///< in m_borderSegments
        std::size_t segments;
        std::size_t firstValue; ///< in m_borderValues: three for each subset of kept segments
    };
    /// Pixels of the image that one coordinate of the input is made of, from first to last.
    struct Support {
        int first;
        int last;
    };

    SegmentInputs(const Image& image, const Segmentation& segments,
                  std::span<const std::array<std::uint8_t, 3>> colours, const InputSpec& spec);
    static std::vector<Support> supports(int inputSize, int imageSize, bool averages);
    static int spacing(const std::vector<Support>& supports);
    Status prepare(const Segmentation& segments);
    bool sortPixels(const Segmentation& segments);
    Status fillBorders(const Segmentation& segments);
    std::size_t borderState(const Border& border, std::span<const std::uint8_t> kept) const;

    const Image& m_image;
    InputSpec m_spec;
    SegmentHider m_hider;
    Image m_painted;
    ModelInput m_shown;
    ModelInput m_hidden;
    std::vector<Support> m_rows;
    std::vector<Support> m_columns;
    std::vector<Run> m_runs;
    std::vector<Border> m_borders;
    std::vector<std::size_t> m_borderSegments;
    std::vector<float> m_borderValues;
    std::size_t m_mostSegments = 1; ///< of any border pixel
    bool m_looksUp = false;
};

} // namespace halflens
