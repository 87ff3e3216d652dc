// SPDX-License-Identifier: BSD-3-Clause
#include "core/explain/segment_inputs.h"

#include <algorithm>
#include <cmath>

namespace halflens {

namespace {

constexpr std::size_t MostInputsPrepared = 150;
constexpr int MostPhases = 16;
/// OpenCV leaves out the edge of a window that covers less than a thousandth of a pixel; a wider window than its
/// own does no harm.
constexpr double Edge = 1e-4;

std::size_t pixelAt(const Segmentation& segments, int row, int column)
{
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(segments.width) + static_cast<std::size_t>(column);
}

std::size_t segmentAt(const Segmentation& segments, int row, int column)
{
    return static_cast<std::size_t>(segments.labels[pixelAt(segments, row, column)]);
}

} // namespace

Result<SegmentInputs> SegmentInputs::create(const Image& image, const Segmentation& segments,
                                            std::span<const std::array<std::uint8_t, 3>> colours, const InputSpec& spec)
{
    SegmentInputs inputs(image, segments, colours, spec);
    if (const Status prepared = inputs.prepare(segments); !prepared)
        return prepared.error();
    return inputs;
}

SegmentInputs::SegmentInputs(const Image& image, const Segmentation& segments,
                             std::span<const std::array<std::uint8_t, 3>> colours, const InputSpec& spec)
    : m_image(image)
    , m_spec(spec)
    , m_hider(image, segments, colours)
{ }

Status SegmentInputs::make(std::span<const std::uint8_t> kept, ModelInput& input) const
{
    if (!m_looksUp) {
        Image painted;
        m_hider.hide(kept, painted);
        Result<ModelInput> made = toModelInput(painted, m_spec);
        if (!made)
            return std::move(made).error();
        input = *std::move(made);
        return {};
    }
    input.width = m_shown.width;
    input.height = m_shown.height;
    input.policy = m_shown.policy;
    input.orientation = m_shown.orientation;
    input.planes.resize(m_shown.planes.size());
    const std::size_t pixels = m_shown.planes.size() / 3;
    for (std::size_t c = 0; c < 3; ++c) {
        float* plane = input.planes.data() + c * pixels;
        for (const Run& run : m_runs) {
            const ModelInput& source = kept[run.segment] != 0 ? m_shown : m_hidden;
            std::copy_n(source.planes.data() + c * pixels + run.begin, run.count, plane + run.begin);
        }
    }
    for (const Border& border : m_borders) {
        const float* values = m_borderValues.data() + border.firstValue + 3 * borderState(border, kept);
        for (std::size_t c = 0; c < 3; ++c)
            input.planes[c * pixels + border.pixel] = values[c];
    }
    return {};
}

/// Bit i: the border's segment i is kept.
std::size_t SegmentInputs::borderState(const Border& border, std::span<const std::uint8_t> kept) const
{
    std::size_t state = 0;
    for (std::size_t i = 0; i < border.segments; ++i)
        state |= std::size_t(kept[m_borderSegments[border.firstSegment + i]] != 0) << i;
    return state;
}

Status SegmentInputs::prepare(const Segmentation& segments)
{
    Result<ModelInput> shown = toModelInput(m_image, m_spec);
    if (!shown)
        return std::move(shown).error();
    m_shown = *std::move(shown);
    m_hider.hide(std::vector<std::uint8_t>(static_cast<std::size_t>(segments.count)), m_painted);
    Result<ModelInput> hidden = toModelInput(m_painted, m_spec);
    if (!hidden)
        return std::move(hidden).error();
    m_hidden = *std::move(hidden);

    const bool averages = m_shown.width <= m_image.width && m_shown.height <= m_image.height;
    m_columns = supports(m_shown.width, m_image.width, averages);
    m_rows = supports(m_shown.height, m_image.height, averages);
    m_looksUp = sortPixels(segments);
    return m_looksUp ? fillBorders(segments) : Status();
}

/// What resizedPixels() makes a pixel of: area averages where nothing grows, else two neighbours.
std::vector<SegmentInputs::Support> SegmentInputs::supports(int inputSize, int imageSize, bool averages)
{
    const double scale = static_cast<double>(imageSize) / inputSize;
    const auto inside = [&](double at) { return std::clamp(static_cast<int>(at), 0, imageSize - 1); };
    std::vector<Support> result;
    result.reserve(static_cast<std::size_t>(inputSize));
    for (int at = 0; at < inputSize; ++at) {
        if (inputSize == imageSize) {
            result.push_back({at, at});
        } else if (averages) {
            result.push_back({inside(std::floor(at * scale + Edge)), inside(std::ceil((at + 1) * scale - Edge) - 1)});
        } else {
            const double middle = (at + 0.5) * scale - 0.5;
            result.push_back({inside(std::floor(middle - Edge)), inside(std::floor(middle + Edge) + 1)});
        }
    }
    return result;
}

/// The smallest distance at which no two coordinates share a pixel of the image.
int SegmentInputs::spacing(const std::vector<Support>& supports)
{
    const auto shares = [&](std::size_t distance) {
        for (std::size_t at = 0; at + distance < supports.size(); ++at) {
            if (supports[at].last >= supports[at + distance].first)
                return true;
        }
        return false;
    };
    int distance = 1;
    while (distance <= MostPhases && shares(static_cast<std::size_t>(distance)))
        ++distance;
    return distance;
}

/// Runs and borders. False: the borders would take too long to fill.
bool SegmentInputs::sortPixels(const Segmentation& segments)
{
    std::vector<std::size_t> seen;
    const auto width = static_cast<std::size_t>(m_shown.width);
    for (std::size_t y = 0; y < m_rows.size(); ++y) {
        for (std::size_t x = 0; x < m_columns.size(); ++x) {
            seen.clear();
            for (int row = m_rows[y].first; row <= m_rows[y].last; ++row) {
                for (int column = m_columns[x].first; column <= m_columns[x].last; ++column) {
                    const std::size_t segment = segmentAt(segments, row, column);
                    if (std::find(seen.begin(), seen.end(), segment) == seen.end())
                        seen.push_back(segment);
                }
            }
            const std::size_t pixel = y * width + x;
            if (seen.size() > 1) {
                m_mostSegments = std::max(m_mostSegments, seen.size());
                if (std::size_t(1) << std::min(m_mostSegments, std::size_t(30)) > MostInputsPrepared)
                    return false;
                m_borders.push_back({pixel, m_borderSegments.size(), seen.size(), 0});
                m_borderSegments.insert(m_borderSegments.end(), seen.begin(), seen.end());
            } else if (!m_runs.empty() && m_runs.back().segment == seen.front()
                       && m_runs.back().begin + m_runs.back().count == pixel) {
                ++m_runs.back().count;
            } else {
                m_runs.push_back({seen.front(), pixel, 1});
            }
        }
    }
    const std::size_t phases = m_borders.empty() ? 0 : std::size_t(spacing(m_rows)) * std::size_t(spacing(m_columns));
    return phases <= MostPhases && (phases << m_mostSegments) <= MostInputsPrepared;
}

/// Every value comes out of toModelInput() itself, so that how it resizes need not be known here, but for which
/// pixels count. Border pixels that share none are painted in one image, each with the segments of one subset.
Status SegmentInputs::fillBorders(const Segmentation& segments)
{
    std::size_t values = 0;
    for (Border& border : m_borders) {
        border.firstValue = values;
        values += 3 * (std::size_t(1) << border.segments);
    }
    m_borderValues.resize(values);
    const std::size_t pixels = m_shown.planes.size() / 3;
    const auto width = static_cast<std::size_t>(m_shown.width);
    const int rowStep = spacing(m_rows);
    const int columnStep = spacing(m_columns);
    const Image allHidden = m_painted; // as prepare() left it
    for (int phase = 0; phase < rowStep * columnStep; ++phase) {
        std::vector<const Border*> mine;
        for (const Border& border : m_borders) {
            if (static_cast<int>(border.pixel / width) % rowStep == phase / columnStep
                && static_cast<int>(border.pixel % width) % columnStep == phase % columnStep)
                mine.push_back(&border);
        }
        for (std::size_t state = 0; state < std::size_t(1) << m_mostSegments && !mine.empty(); ++state) {
            std::erase_if(mine, [&](const Border* border) { return state >> border->segments != 0; });
            for (const Border* border : mine) {
                const auto first = m_borderSegments.begin() + static_cast<std::ptrdiff_t>(border->firstSegment);
                const Support rows = m_rows[border->pixel / width];
                const Support columns = m_columns[border->pixel % width];
                for (int row = rows.first; row <= rows.last; ++row) {
                    for (int column = columns.first; column <= columns.last; ++column) {
                        const auto index = std::find(first, first + static_cast<std::ptrdiff_t>(border->segments),
                                                     segmentAt(segments, row, column))
                            - first;
                        const Image& source = (state >> index & 1) != 0 ? m_image : allHidden;
                        const std::size_t at = 3 * pixelAt(segments, row, column);
                        std::copy_n(source.rgb.data() + at, 3, m_painted.rgb.data() + at);
                    }
                }
            }
            const Result<ModelInput> input = toModelInput(m_painted, m_spec);
            if (!input)
                return input.error();
            for (const Border* border : mine) {
                for (std::size_t c = 0; c < 3; ++c)
                    m_borderValues[border->firstValue + 3 * state + c] = input->planes[c * pixels + border->pixel];
            }
        }
    }
    return {};
}

} // namespace halflens
